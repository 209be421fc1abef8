"""Tables and files of rows with the period that the address compares with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import breakdown, numbers, on_page
from onebyone.web.address import View
from onebyone.web.breakdown import NO_ROWS, Breakdown
from onebyone.web.definitions import sorts
from onebyone.web.desk import Answer, Row
from onebyone.web.earlier import earlier, with_before
from onebyone.web.table_place import Place, places
from onebyone.web.tables import Bars
from onebyone.web.view import params

Filled = list[tuple[str, list[tuple[Place, Bars]]]]  # the css of each row of a page, and its tables
_FROM = {  # by how the column is sorted, and whether it is the first
    ("descending", False): "the largest first", ("ascending", False): "the smallest first",
    ("ascending", True): "from A", ("descending", True): "from Z",
}  # fmt: skip
KEYS = {table.report: table.key for shown in (*breakdown.ALL, *on_page.ALL) for table in shown.tables}  # name a row


def read_places(shown: Breakdown, view: View) -> dict[str, Place]:
    """Of the tables that the address shows. Raises NotUnderstood."""
    return places(view, {table.report: sorts(table.report) for table in shown.tables})


def questions(
    shown: Breakdown, view: View, site: Site, at: Mapping[str, Place]
) -> dict[str, tuple[str, dict[str, Param]]]:
    """The reports of its tables that have a place, and as NAME_before those of the period before."""
    more: dict[str, Param] = {"traffic": "all"} if shown.of_all else {}
    given = params(view, site) | more
    tables = [(table, at[table.report]) for table in shown.tables if table.report in at]
    asked = {table.report: (table.report, given | table.asked(place)) for table, place in tables}
    if view.before:
        was = params(view, site, view.before_so_far) | more
        asked |= {f"{table.report}_before": (table.report, was | table.asked_before(place)) for table, place in tables}
    return asked


def filled(shown: Breakdown, answers: Mapping[str, Answer], site: Site, view: View, at: Mapping[str, Place]) -> Filled:
    """Of the answers to `questions`."""
    found: Filled = []
    for css, tables in shown.rows:
        cells = [
            (
                at[one.report],
                one.fill(
                    answers[one.report],
                    site,
                    view,
                    answers.get(f"{one.report}_before", NO_ROWS),
                    at[one.report],
                ),
            )
            for one in tables
            if one.report in at
        ]
        if cells:
            found.append((css if len(cells) == len(tables) else "c1", cells))
    return found


def says(shown: Breakdown, answers: Mapping[str, Answer], rows: Filled) -> str:
    """The sentence above the tables; "" where one of them has no answer."""
    if any(answer.error for answer in answers.values()):
        return ""
    place, table = rows[0][1][0]
    if not place.is_alone:
        return shown.says(answers)
    if not table.lines:
        return "The table has no more rows." if place.skip else table.empty
    led = next(((n, head) for n, head in enumerate(table.columns) if head.sorted), None)
    order = f", by {led[1].title.lower()}, {_FROM[led[1].sorted, not led[0]]}" if led else ""
    return f"{table.title}: {'one row' if table.all == 1 else f'{numbers.count(table.all)} rows'}{order}."


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
