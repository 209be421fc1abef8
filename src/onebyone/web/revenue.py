"""Conversions by day: which days are preliminary, and what changed a final one, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from onebyone.reports.catalogue import DATED
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.desk import Row

KEYS = ("event", "dated")
NAMES = {"order": "Day of the order", "adjustment": "Day of the adjustment"}
SHOWN = 200  # revisions
_CAUSES = {
    "arrived": "arrived late",
    "copy": "late copy differs",
    "joined": "late copy joins two",
    "refund": "refunded",
    "cancel": "cancelled",
    "order_edit": "edited",
}
_SUMS = ("counted", "gross_minor", "refunded_minor", "net_minor")


class Day(Struct, frozen=True):
    """One day in one currency; `revised` is how far its net is from what it closed with, "" if it is not.

    `href` is the list of what is counted, "" where no list has that total.
    """

    day: str
    preliminary: bool
    counted: int
    gross: str
    refunded: str
    net: str
    revised: str
    href: str


class Revision(Struct, frozen=True):
    """`orders` are three of them at most, each with its address."""

    made: str
    of: str
    cause: str
    records: int
    counted: str
    net: str
    orders: list[tuple[str, str]]


def params(view: View, site: Site) -> dict[str, Param]:
    """Raises NotUnderstood for a date that is none of DATED."""
    dated = view.given.get("dated", DATED[0])
    if dated not in DATED:
        raise NotUnderstood(f"`{dated}` is no date. ", "Show it by the day of the order", view.link(dated=""), ".")
    return {"dated": dated, "event": view.given.get("event") or site.conversions[0]}


def days(rows: Sequence[Row], site: Site, view: View) -> list[Day]:
    """The newest first."""
    currencies = Counter(row["day"] for row in rows)
    return [_day(row, site, _orders(row, view) if currencies[row["day"]] == 1 else "") for row in reversed(rows)]


def _orders(row: Row, view: View) -> str:
    """Of a day by the day of the order: by that of the adjustment, others are counted than happened on it."""
    if view.given.get("dated", DATED[0]) != DATED[0] or not row["counted"]:
        return ""
    return view.link(view.path.removesuffix("/days"), **{"from": row["day"], "to": row["day"], "compare": ""})


def revisions(rows: Sequence[Row], site: Site) -> list[Revision]:
    return [_revision(row, site) for row in rows]


def total(rows: Sequence[Row], currency: str) -> dict[str, int]:
    """Of the days in that currency."""
    mine = [row for row in rows if row["currency"] in ("", currency)]
    return {name: sum(row[name] for row in mine) for name in _SUMS}


def flat(row: Row) -> dict[str, Any]:
    """For a file."""
    return {key: " ".join(value) if isinstance(value, list) else value for key, value in row.items()}


def _day(row: Row, site: Site, href: str) -> Day:
    currency = row["currency"] or site.currency
    change = row["net_minor"] - row["closed_net_minor"]
    count = row["counted"] - row["closed_counted"]
    return Day(
        day=numbers.day(date.fromisoformat(row["day"])),
        preliminary=not row["is_final"],
        counted=row["counted"],
        gross=numbers.money(row["gross_minor"], currency),
        refunded=numbers.money(-row["refunded_minor"], currency) if row["refunded_minor"] else numbers.NONE,
        net=numbers.money(row["net_minor"], currency),
        revised=_signed(change, currency) if row["is_final"] and (change or count) else "",
        href=href,
    )


def _revision(row: Row, site: Site) -> Revision:
    return Revision(
        made=numbers.day(date.fromisoformat(row["revised_on"])),
        of=numbers.day(date.fromisoformat(row["day"])),
        cause=_CAUSES[row["cause"]],
        records=row["records"],
        counted=f"{row['counted']:+d}" if row["counted"] else numbers.NONE,
        net=_signed(row["net_minor"], row["currency"] or site.currency),
        orders=[(name, f"/s/{site.id}/fate/{quote(name, safe='')}") for name in row["examples"] if name],
    )


def _signed(minor: int, currency: str) -> str:
    return ("+" if minor > 0 else "") + numbers.money(minor, currency)
