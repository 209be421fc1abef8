"""A dashboard's cells, filled: one round of questions for all of them, and what each makes of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from onebyone.state.saved import Cell, Saved
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import day_chart, figures, funnel, power_question, power_table
from onebyone.web.above import figure_questions, read_figures
from onebyone.web.address import NotUnderstood, View
from onebyone.web.board_cells import TABLES, page_of, title_of
from onebyone.web.breakdown import ASKED
from onebyone.web.desk import Answer
from onebyone.web.tables import Bars
from onebyone.web.view import params

SHOWN = 10
Change = Callable[[Saved], Saved]
Questions = dict[str, tuple[str, Mapping[str, Param]]]


class Asks(Protocol):
    """What answers a dashboard: a desk, or whoever sends it by the clock."""

    def ask_all(self, questions: Mapping[str, tuple[str, Mapping[str, Param]]], /) -> dict[str, Answer]: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...

    def today(self, zone: str, /) -> date: ...


class Filled(Struct, frozen=True, kw_only=True):
    """A cell as it stands on the page: one of its four forms, or an answer that failed, or why it cannot be shown."""

    id: str
    what: str
    title: str
    href: str  # its page, with the days and filters of the dashboard
    asked: tuple[str, ...] = ()  # the names of its answers
    answer: Answer = Answer()
    unreadable: str = ""
    figure: figures.Figure | None = None
    drawn: day_chart.Drawn | None = None
    bars: Bars | None = None
    power: power_table.Table | None = None
    by: int = 0  # columns of names, of a power report


class _Asked(Struct, frozen=True):
    """`fill` makes the cell of its answers, by the names they have among `asks`."""

    asks: Questions
    fill: Callable[[Mapping[str, Answer]], dict[str, Any]]


def fill(desk: Asks, site: Site, view: View, cells: Sequence[Cell]) -> tuple[list[Filled], dict[str, Answer]]:
    """All cells, and the answers by name; two that ask the same share an answer. One may fail alone."""
    asked = [_read(desk, site, view, cell) for cell in cells]
    asks = {name: ask for one in asked if isinstance(one, _Asked) for name, ask in one.asks.items()}
    answers = desk.ask_all(asks)
    return [_filled(site, view, cell, one, answers) for cell, one in zip(cells, asked, strict=True)], answers


def rows_of(cells: Sequence[Filled]) -> list[tuple[str, list[Filled]]]:
    """Figures that follow one another share a row, up to six; whatever else is as wide as the page."""
    rows: list[tuple[str, list[Filled]]] = []
    for cell in cells:
        small = cell.what.startswith("metric:")
        if small and rows and rows[-1][0] == "figures" and len(rows[-1][1]) < 6:
            rows[-1][1].append(cell)
        else:
            rows.append(("figures" if small else "wide", [cell]))
    return rows


def _read(desk: Asks, site: Site, view: View, cell: Cell) -> _Asked | str:
    """What the cell asks, or why nothing can be asked."""
    kind, _, name = cell.what.partition(":")
    if not title_of(cell.what):
        return "It shows what this console does not know any more."
    if kind == "metric":
        return _metric(site, view, name)
    if kind == "chart":
        return _chart(desk, site, view, cell)
    if kind == "table":
        return _table(site, view, name)
    try:
        return (_power if cell.what.startswith("explore?") else _funnel)(desk, site, _page_view(site, view, cell))
    except NotUnderstood as error:
        return str(error.before)


def _filled(site: Site, view: View, cell: Cell, one: _Asked | str, answers: Mapping[str, Answer]) -> Filled:
    known = bool(title_of(cell.what))
    plain = Filled(
        id=cell.id,
        what=cell.what,
        title=cell.title or title_of(cell.what) or "Unknown",
        href=_page_view(site, view, cell).link() if known else "",
    )
    if isinstance(one, str):
        return replace(plain, unreadable=one)
    ours = {name: answers[name] for name in one.asks}
    plain = replace(plain, asked=tuple(one.asks))
    failed = next((answer for name, answer in ours.items() if answer.error and "before" not in name), None)
    return replace(plain, answer=failed) if failed else replace(plain, **one.fill(ours))


def _page_view(site: Site, view: View, cell: Cell) -> View:
    """The view of the page that the cell is of, with the dashboard's days and filters."""
    page, keys = page_of(cell.what)
    return replace(view, path=f"/s/{site.id}/{page}", given=view.given | keys)


def _metric(site: Site, view: View, key: str) -> _Asked:
    def filled(answers: Mapping[str, Answer]) -> dict[str, Any]:
        return {"figure": next(one for one in read_figures(answers, site) if one.key == key)}

    return _Asked(figure_questions(site, view), filled)


def _chart(desk: Asks, site: Site, view: View, cell: Cell) -> _Asked:
    at = _page_view(site, view, cell)
    step = day_chart.step_of(at)
    report = "overview_hours" if step == "hour" else "overview"

    def filled(answers: Mapping[str, Answer]) -> dict[str, Any]:
        def sums(name: str, period: Any) -> list[day_chart.Steps]:
            rows = answers[name].rows
            return day_chart.sums(rows, period, step, currency=site.currency, zone=site.zone)

        was = answers.get(f"{report}_before", Answer())
        before = sums(f"{report}_before", view.before) if view.before and was.rows else []
        now = sums(report, view.period)
        drawn = day_chart.draw(
            at, now, before, currency=site.currency, zone=site.zone, clock=desk.clock(), name=f"line-{cell.id}"
        )
        return {"drawn": drawn}

    asks: Questions = {report: (report, params(view, site))}
    if view.before:
        asks[f"{report}_before"] = (report, params(view, site, view.before))
    return _Asked(asks, filled)


def _table(site: Site, view: View, name: str) -> _Asked:
    shown, table = TABLES[name]
    given = params(view, site) | {"limit": ASKED} | ({"traffic": "all"} if shown.of_all else {})
    key, key_before = f"{name} {ASKED}", f"{name} {ASKED} before"
    asks: Questions = {key: (name, given)}
    if view.before:
        asks[key_before] = (name, given | params(view, site, view.before_so_far))
    return _Asked(
        asks, lambda answers: {"bars": table.fill(answers[key], site, view, answers.get(key_before, Answer()))}
    )


def _power(desk: Asks, site: Site, at: View) -> _Asked:
    question = power_question.question_of(at)
    given = params(at, site) | power_question.params(question, at) | {"now": desk.clock()}
    key = repr((question.by, question.columns, question.sort))

    def filled(answers: Mapping[str, Answer]) -> dict[str, Any]:
        made = power_table.Asked(question, at, site, desk.today(site.zone))
        return {"power": power_table.table(made, answers[key].rows), "by": len(question.by)}

    return _Asked({key: ("power", given | {"paged": 1, "limit": SHOWN})}, filled)


def _funnel(desk: Asks, site: Site, at: View) -> _Asked | str:
    asked = funnel.read_funnel(at, ())
    if len(asked.steps) < 2:
        return "A funnel has two steps at least: add it from its page once they are chosen."
    key = repr(asked)
    return _Asked(
        {key: ("funnel", params(at, site) | asked.params)}, lambda answers: {"bars": funnel.table(answers[key])}
    )
