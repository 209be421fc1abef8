"""Tables and files of rows with the period that the address compares with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import breakdown, on_page
from onebyone.web.address import View
from onebyone.web.breakdown import ASKED, NO_ROWS, Breakdown
from onebyone.web.desk import Answer, Row
from onebyone.web.earlier import earlier, with_before
from onebyone.web.tables import Bars
from onebyone.web.view import params

KEYS = {table.report: table.key for shown in (*breakdown.ALL, *on_page.ALL) for table in shown.tables}  # name a row


def questions(shown: Breakdown, view: View, site: Site) -> dict[str, tuple[str, dict[str, Param]]]:
    """The reports of its tables, and as NAME_before those of the period before."""
    more: dict[str, Param] = {"limit": ASKED, **({"traffic": "all"} if shown.of_all else {})}
    given = params(view, site) | more
    asked = {table.report: (table.report, given) for table in shown.tables}
    if view.before:
        was = params(view, site, view.before_so_far) | more
        asked |= {f"{table.report}_before": (table.report, was) for table in shown.tables}
    return asked


def filled(
    shown: Breakdown, answers: Mapping[str, Answer], site: Site, view: View
) -> list[tuple[str, list[tuple[str, Bars]]]]:
    """The css of each row of the page, and its tables by their reports. `answers` are those to `questions`."""
    return [
        (
            css,
            [
                (one.report, one.fill(answers[one.report], site, view, answers.get(f"{one.report}_before", NO_ROWS)))
                for one in tables
            ],
        )
        for css, tables in shown.rows
    ]


def rows_beside(
    report: str, view: View, site: Site, limit: int, run: Callable[[Mapping[str, Param]], list[Row]]
) -> list[Row]:
    """Of the period, and where the address says `compare` itself, each number beside that of the period before.

    `run` answers the report and is asked once or twice.
    """
    rows = run(params(view, site) | {"limit": limit})
    if report not in KEYS or view.before is None or "compare" not in view.given:
        return rows
    was = run(params(view, site, view.before_so_far) | {"limit": limit})
    return with_before(rows, earlier(KEYS[report], was, limit), limit)
