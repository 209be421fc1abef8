"""The power report on its page: heads that sort, rows that narrow, numbers that lead to what they count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from onebyone.reports.few import told
from onebyone.reports.filters import MOST_CONDITIONS, ROWS, Condition
from onebyone.reports.own import OWN
from onebyone.reports.power import OF_RECORDS, WITH_NUMBER, WITH_TIME, Column, Question, chosen_of, joined
from onebyone.state.sites import Site
from onebyone.web import countries, numbers
from onebyone.web.address import View, address
from onebyone.web.desk import Row
from onebyone.web.heads import Head, direction, turned
from onebyone.web.power_question import KINDS, keys_of, property_name, without
from onebyone.web.tables import Cell

SHOWN = 50
_KEPT = ("period", "from", "to", "traffic", "segment")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Line(Struct, frozen=True):
    """`share` of the largest number of the column that sorts, None where there is none."""

    names: list[Cell]
    share: float | None
    cells: list[Cell]


class Table(Struct, frozen=True):
    """`after` is the place behind the last line, "" at the end."""

    heads: list[Head]
    lines: list[Line]
    total: list[Cell]
    says: str
    rows_in_all: int
    after: str


class Asked(Struct, frozen=True):
    """What a table is of."""

    question: Question
    view: View
    site: Site
    today: date


def table(asked: Asked, answer: Sequence[Row]) -> Table:
    """Of an answer that begins with the whole."""
    whole, rows = parted(answer)
    shown = [list(row.values()) for row in rows[:SHOWN]]
    in_all, top = (rows[0]["rows_in_all"], _top(asked.question, rows[0])) if rows else (0, None)
    return Table(
        heads=_heads(asked),
        lines=[_line(asked, values, top) for values in shown],
        total=[_cell(asked, one, value, ()) for one, value in _totals(asked.question, whole)],
        says=numbers.said(_says(asked, shown, in_all)),
        rows_in_all=in_all,
        after=place_of(asked.question, rows[SHOWN - 1]) if len(rows) > SHOWN else "",
    )


def parted(answer: Sequence[Row]) -> tuple[Row, Sequence[Row]]:
    """The whole, {} of nothing at all, and the rows."""
    return (answer[0], answer[1:]) if answer else ({}, ())


def _top(question: Question, row: Row) -> float | None:
    """The largest number of the column that sorts, by which bars are measured; None where there is none."""
    highest = row["highest"]
    is_number = question.sorted_by is not None and question.sorted_by.is_number and question.sort.startswith("-")
    return float(highest) if is_number and not numbers.hides(highest) and highest > 0 else None


def place_of(question: Question, row: Row) -> str:
    """The place behind that row, as an address has it."""
    names = list(row.values())[: len(question.by)]
    return joined([str(row["rank"]), *[*names, ""][:2]], ",")


def _totals(question: Question, whole: Row) -> list[tuple[Column, Any]]:
    values = list(whole.values())[len(question.by) :][: len(question.columns)] or [
        None if one.kind not in ("people", "events", *OF_RECORDS) else 0 for one in question.columns
    ]
    return list(zip(question.columns, values, strict=True))


def _heads(asked: Asked) -> list[Head]:
    question, view = asked.question, asked.view
    heads = [
        Head(
            title=property_name(one),
            href=_sorting(asked, "rows"),
            sorted=direction(question.sort, "rows") if n == 0 else "",
        )
        for n, one in enumerate(question.by)
    ]
    for one in question.columns:
        fewer = without(question, one)
        heads.append(
            Head(
                title=head_of(one),
                sub=one.event or "every event",
                css="n" if one.is_number or one.kind in WITH_TIME else "",
                href=_sorting(asked, str(one)),
                sorted=direction(question.sort, str(one)),
                without=view.link(**fewer) if fewer else "",
            )
        )
    return heads


def head_of(one: Column) -> str:
    if one.prop:
        return f"{KINDS[one.kind]} of {property_name(one.prop)}"
    return {"people": "People", "events": "Times", "conversions": "Conversions"}.get(one.kind, KINDS[one.kind])


def _sorting(asked: Asked, key: str) -> str:
    """From the largest, unless it is sorted so already; names from the first."""
    question = asked.question
    chosen = Question(question.by, question.columns, turned(question.sort, key, is_text=key == "rows"))
    return asked.view.link(**keys_of(chosen))


def _line(asked: Asked, values: Sequence[Any], top: float | None) -> Line:
    by = asked.question.by
    names, counted = values[: len(by)], values[len(by) : len(by) + len(asked.question.columns)]
    if all(map(numbers.hides, counted)):  # one row for all of few people
        cells = [Cell(str(value), "mut") for value in counted]
        return Line([Cell(name, "mut") for name in names], None if top is None else 0.0, cells)
    narrowing = _narrowing(by, names)
    leads = asked.view.narrowed(*narrowing) if narrowing is not None and _fits(asked.view, narrowing) else ""
    cells = [_cell(asked, one, value, narrowing) for one, value in zip(asked.question.columns, counted, strict=True)]
    at = asked.question.sorted_at
    value = told(values[at]) if at is not None and top else None
    return Line(
        [Cell(name_of(one, name), "" if name else "mut", leads) for one, name in zip(by, names, strict=True)],
        None if value is None or not top else max(0.0, float(value) / top),
        cells,
    )


def name_of(field: str, value: str) -> str:
    _, field = chosen_of(field)
    if not value:
        return countries.UNKNOWN if field == "country" else "not set"
    if field == "country":
        return countries.name(value)
    if field == "weekday" and value in "1234567":
        return _WEEKDAYS[int(value) - 1]
    if field == "hour":
        return f"{value}:00 – {value}:59"
    if field in ("day", "week"):
        return numbers.long_day(date.fromisoformat(value))
    return value


def _narrowing(by: Sequence[str], names: Sequence[str]) -> list[Condition] | None:
    """The filters that leave this row alone; None where there are none of its property."""
    if any(one not in ROWS for one in by):
        return None
    return [Condition(one, "=", (name,)) for one, name in zip(by, names, strict=True)]


def _fits(view: View, more: Sequence[Condition]) -> bool:
    return len({*view.conditions, *more}) <= MOST_CONDITIONS


def _cell(asked: Asked, one: Column, value: Any, narrowing: Sequence[Condition] | None) -> Cell:
    text = _written(asked, one, value)
    if value in (None, "", 0):
        return Cell(text, "mut")
    return Cell(text, "", _behind(asked, one, narrowing or ()) if narrowing is not None else "")


def _written(asked: Asked, one: Column, value: Any) -> str:
    if numbers.hides(value):
        return str(value)
    if value in (None, ""):
        return numbers.NONE
    if one.kind == "revenue":
        return numbers.money(value, asked.site.currency)
    if one.kind in WITH_NUMBER:
        return amount(float(value))
    if one.kind in WITH_TIME:
        return numbers.when(datetime.fromisoformat(value), asked.site.zone, asked.today)
    return numbers.count(value) if one.is_number else name_of(one.prop, str(value))


def amount(value: float) -> str:
    """A number of no unit: whole, or with two decimals."""
    text = f"{abs(value):,.0f}" if value == round(value) else f"{abs(value):,.2f}"
    return f"{numbers.MINUS if value < 0 else ''}{text}"


def _behind(asked: Asked, one: Column, narrowing: Sequence[Condition]) -> str:
    """The list whose total the number is: events one by one, or conversions; "" where no list is."""
    view, event, more = asked.view, one.event, list(narrowing)
    kept = {key: view.given[key] for key in _KEPT if view.given.get(key)}
    if any(condition.field == "event" for condition in view.conditions):
        return ""  # there, event is a key of its own
    of_row = next((condition.values[0] for condition in more if condition.field == "event"), "")
    if of_row:
        if event not in ("", of_row):
            return ""
        event, more = of_row, [condition for condition in more if condition.field != "event"]
    if not _fits(view, more):
        return ""
    site = re.sub(r"^(/s/[^/]+)/.*", r"\1", view.path)
    if one.kind == "events":
        return address(f"{site}/behind/events", kept | {"event": event}, (*view.filters, *more))
    if one.kind in OF_RECORDS and view.get("traffic") == "people":
        return address(f"{site}/conversions", kept | {"event": event}, (*view.filters, *more))
    return ""


def _says(asked: Asked, shown: Sequence[Sequence[Any]], in_all: int) -> str:
    question = asked.question
    by = " and ".join(
        property_name(one) if chosen_of(one)[1].startswith(OWN) else property_name(one).lower() for one in question.by
    )
    if not shown:
        return "Nothing fits in this period."
    rows = f"{numbers.count(in_all)} row{'' if in_all == 1 else 's'} by {by}."
    sorter, at = question.sorted_by, question.sorted_at
    if sorter is None or at is None or asked.view.given.get("after") or not question.sort.startswith("-"):
        return rows
    value = shown[0][at]
    first = ", ".join(name_of(one, name) for one, name in zip(question.by, shown[0], strict=False))
    of = f" of {sorter.event}" if sorter.event else ""
    return f"{rows} The highest by {head_of(sorter).lower()}{of} is {first}, with {_written(asked, sorter, value)}."
