"""A list behind a number, as its page shows it: the lines, and the place behind the last of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import countries, numbers
from onebyone.web.address import EVERY_FIELD, Narrows, View
from onebyone.web.desk import Row

SHOWN = 50


class Line(Struct, frozen=True, kw_only=True):
    """`cells` are those behind the first; what a phone has no room for comes last."""

    name: str
    href: str
    cells: list[str]


class List(Struct, frozen=True, kw_only=True):
    """`heads` are columns with their classes; `after` is the place behind the last line, "" at the end."""

    title: str
    says: str
    heads: list[tuple[str, str]]
    lines: list[Line]
    after: str
    empty: str


class Of(Struct, frozen=True, kw_only=True):
    """A list that is of one page alone. `params` raises NotUnderstood for a number that the page does not have.

    `page` is its address and its name, `menu` the entry that leads to it. A list of persons has `says`, whose they are;
    any other is `shown`.
    """

    report: str
    page: tuple[str, str]
    menu: str
    params: Callable[[View], Mapping[str, Param]]
    says: Callable[[View], str] = lambda _: ""
    one: str = "time"  # what is counted of a person
    shown: Callable[[Sequence[Row], View, Site, date], List] | None = None
    narrows: Narrows = EVERY_FIELD
    takes_traffic: bool = True


def count(number: int, noun: str) -> str:
    return f"{numbers.count(number)} {noun}{'' if number == 1 else 's'}"


def when(text: str, site: Site, today: date) -> str:
    return numbers.when(datetime.fromisoformat(text), site.zone, today)


def place(row: Row) -> str:
    """The country and the system that an event came from."""
    known = (countries.name(row["country"]) if row["country"] else "", row["os"])
    return ", ".join(filter(None, known)) or numbers.NONE


def after(rows: Sequence[Row], at: str, *ids: str) -> str:
    if len(rows) < SHOWN:
        return ""
    ms = round(datetime.fromisoformat(rows[-1][at]).timestamp() * 1000)
    return f"{ms}.{'.'.join(str(rows[-1][name]) for name in ids)}"
