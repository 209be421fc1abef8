"""A power report of the month of the fakes: whatever is asked, its rows have the columns of the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from onebyone.reports.power import OF_RECORDS, USUAL_BY, USUAL_COLUMNS, Column, chosen_of, read_question
from onebyone.store import Param

_PEOPLE = (41_930, 8_214, 4_480, 2_930, 1_602, 300, 11)
_OF: Mapping[str, tuple[str, ...]] = {
    "country": ("DE", "AT", "CH", "NL", "DK", "", "BE"),
    "page": ("/", "/leuchten/halo-pendant", "/angebote/lichterzeit", "/warenkorb", "/danke", "/impressum", "/konto"),
    "device": ("phone", "desktop", "tablet"),
    "prop.theme": ("dark", "light", ""),
}
IN_ALL = 10_234  # of a table whose rows go on


def rows(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    """The first row of each second property alone, so that the numbers fall from row to row; the whole before pages."""
    by, cols = params.get("by", USUAL_BY), params.get("cols", USUAL_COLUMNS)
    question = read_question(_texts(by), _texts(cols), str(params.get("sort", "")))
    if not question.by:
        return [_row(question.names, (), question.columns, sum(_PEOPLE))]
    found = [
        _row(question.names, tuple(_name(one, n) for one in question.by), question.columns, people)
        for n, people in enumerate(_PEOPLE)
    ]
    if not params.get("paged"):
        return found
    in_all = IN_ALL if by == ["page"] else len(found)
    at = question.sorted_at or 0
    ranks = [list(row.values())[at] for row in found]
    beside = {"rows_in_all": in_all, "highest": ranks[0], "is_whole": False}
    paged = [row | {"rank": rank} | beside for row, rank in zip(found, ranks, strict=True)]
    whole = _row(question.names, ("",) * len(question.by), question.columns, sum(_PEOPLE))
    more = paged[-1:] * (in_all - len(paged))
    return [paged[0] | whole | {"is_whole": True}, *paged, *more][: 1 + int(str(params.get("limit", 50)))]


def _texts(value: Param) -> list[str]:
    assert isinstance(value, Sequence)
    return [str(one) for one in value]


def _name(field: str, n: int) -> str:
    _, field = chosen_of(field)
    if field in ("day", "week"):
        return (date(2026, 11, 12) - timedelta(days=n)).isoformat()
    values = _OF.get(field, (field,))
    return values[n % len(values)]


def _row(names: tuple[str, ...], first: tuple[str, ...], columns: tuple[Column, ...], people: int) -> dict[str, Any]:
    return dict(zip(names, (*first, *(_value(one, people) for one in columns)), strict=True))


def _value(one: Column, people: int) -> Any:
    orders = people // 24
    if one.kind in OF_RECORDS:
        return orders if one.kind == "conversions" else orders * 8342
    if one.kind in ("first_at", "last_at"):
        return "2026-11-12T13:02:05.000Z"
    if one.kind in ("first", "last"):
        return "/leuchten/halo-pendant" if one.prop == "page" else "dark"
    return {"people": people, "events": people * 3, "sum": people * 41.5, "mean": 41.5, "least": -2, "most": 100}[
        one.kind
    ]
