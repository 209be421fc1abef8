"""Ticked rows of a table as lines: `lines=sources:google;cpc,newsletter;email` in an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup
from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.breakdown import Breakdown, Table
from onebyone.web.day_chart import floor, step_of, steps_of
from onebyone.web.desk import Answer, Desk
from onebyone.web.lines_chart import Series, lines_chart
from onebyone.web.table_place import read_rows, written

KEY = "lines"
MOST = 5


class Ticked(Struct, frozen=True):
    """Rows of one table, each by the values of its key."""

    table: Table
    rows: Sequence[tuple[str, ...]]

    @property
    def ticks(self) -> list[str]:
        return [written(row) for row in self.rows]

    def names(self) -> list[str]:
        said = [self.table.name(dict(zip(self.table.key, row, strict=True))) for row in self.rows]
        return [f"{name} {sub}".rstrip() or numbers.NONE for name, sub in said]


class Drawn(Struct, frozen=True, kw_only=True):
    """The chart and its table: a line a step, with what it leads to and a number a row."""

    title: str
    step: str
    svg: Markup
    names: list[str]
    rows: list[tuple[str, str, list[str]]]
    totals: list[str]
    answer: Answer


def read_ticked(shown: Breakdown, view: View) -> Ticked | None:
    """None where the address ticks nothing. Raises NotUnderstood."""
    text = view.given.get(KEY, "")
    if not text:
        return None
    report, _, named = text.partition(":")
    table = next((one for one in shown.tables if one.report == report and one.lines), None)
    rows = read_rows(named)
    if table is None or not rows or any(len(row) != len(table.key) for row in rows) or len(rows) > MOST:
        may = ", ".join(one.report for one in shown.tables if one.lines)
        raise NotUnderstood(
            f"`{text[:80]}` ticks no rows of this page: one to {MOST} rows of {may or 'no table'}. ",
            "Show it without lines", view.link(**{KEY: ""}), ".",
        )  # fmt: skip
    return Ticked(table, rows)


def question(ticked: Ticked, given: dict[str, Param]) -> tuple[str, dict[str, Param]]:
    """The report that tells the lines, and its parameters; `given` are those of the page."""
    flat = [value for row in ticked.rows for value in row]
    if ticked.table.lines == "page":
        return "page_days", given | {"rows": flat}
    return "row_days", given | {"rows": flat, "by": ticked.table.lines}


def draw(ticked: Ticked, answer: Answer, view: View, site: Site, desk: Desk) -> Drawn:
    step = step_of(view).replace("hour", "day")
    steps = steps_of(view, step, zone=site.zone, clock=desk.clock())
    places = {start: n for n, (start, _) in enumerate(steps)}
    values = {row: [0] * len(steps) for row in ticked.rows}
    for row in answer.rows:
        counted, at = values.get(tuple(row["named"])), places.get(floor(date.fromisoformat(row["day"]), step))
        if counted is not None and at is not None:
            counted[at] += row["counted"]
    series = [Series(name, values[row]) for name, row in zip(ticked.names(), ticked.rows, strict=True)]
    points = [point for _, point in steps]
    what = "Views" if ticked.table.lines == "page" else "Sessions"
    title = f"{what} by {step}"
    totals = [numbers.count(sum(one.values)) for one in series]
    told = "; ".join(f"{one.name} {total}" for one, total in zip(series, totals, strict=True))
    return Drawn(
        title=title,
        step=step,
        svg=lines_chart("rows", points, series, title=f"{title}: {told}.", write_axis=numbers.axis),
        names=[one.name for one in series],
        rows=[
            (point.long, point.href, [numbers.count(one.values[n]) for one in series]) for n, point in enumerate(points)
        ],
        totals=totals,
        answer=answer,
    )
