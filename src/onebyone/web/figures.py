"""The six figures of the Overview, from the rows of `totals`, `seen_by` and `loss`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from msgspec import Struct

from onebyone.reports.missed import Group
from onebyone.web import numbers
from onebyone.web.desk import Row
from onebyone.web.loss_view import short


class Figure(Struct, frozen=True, kw_only=True):
    """One figure as it stands on the page. `tone` colours the change: up, down or nothing."""

    key: str
    name: str
    text: str
    change: str = ""
    tone: str = ""
    note: str = ""
    missed: bool = False


class Totals(Struct, frozen=True, kw_only=True):
    """A period's sums in the site's currency; other currencies stand beside, never added."""

    currency: str
    revenue_minor: int = 0
    orders: int = 0  # in `currency`
    all_orders: int = 0
    views: int = 0
    visitors: int = 0
    sessions: int = 0
    machine_views: int = 0
    views_without_visitor: int = 0
    others: tuple[tuple[str, int, int], ...] = ()  # currency, minor units, orders


class SeenBy(Struct, frozen=True):
    """Orders by who reported them."""

    both: int = 0
    browser_only: int = 0
    server_only: int = 0

    @property
    def server(self) -> int:
        return self.both + self.server_only

    @property
    def browser(self) -> int:
        return self.both + self.browser_only


def totals(rows: Sequence[Row], currency: str) -> Totals:
    """One row a currency; what is not money stands in each of them."""
    main = next((row for row in rows if row["currency"] == currency), None)
    first = rows[0] if rows else {}
    return Totals(
        currency=currency,
        revenue_minor=main["revenue_minor"] if main else 0,
        orders=main["orders"] if main else 0,
        all_orders=sum(row["orders"] for row in rows),
        **{key: first.get(key, 0) for key in _SHARED},
        others=tuple((r["currency"], r["revenue_minor"], r["orders"]) for r in rows if r is not main and r["orders"]),
    )


_SHARED = ("views", "visitors", "sessions", "machine_views", "views_without_visitor")


def seen_by(rows: Sequence[Row]) -> SeenBy:
    first = rows[0] if rows else {}
    return SeenBy(first.get("both", 0), first.get("browser_only", 0), first.get("server_only", 0))


def figures(
    now: Totals, before: Totals | None, seen: SeenBy, seen_before: SeenBy | None, missed: Group | str
) -> list[Figure]:
    """`missed` may be a few words of why nothing is known."""
    return [
        _revenue(now, before),
        _count("orders", "Orders", now.all_orders, before.all_orders if before else None),
        _average(now, before),
        _visitors(now, before),
        _rate(now, before, seen, seen_before),
        missed_figure(missed),
    ]


def _revenue(now: Totals, before: Totals | None) -> Figure:
    was = before.revenue_minor if before else None
    also = ", ".join(f"and {numbers.money(minor, code)}" for code, minor, _ in now.others)
    note = also or (f"before: {numbers.money_short(was, now.currency)}" if was is not None else "")
    text = numbers.money_short(now.revenue_minor, now.currency)
    return Figure(key="net-revenue", name="Net revenue", text=text, note=note, **_change(now.revenue_minor, was))


def _count(key: str, name: str, now: int, was: int | None) -> Figure:
    note = f"before: {numbers.count(was)}" if was is not None else ""
    return Figure(key=key, name=name, text=numbers.count(now), note=note, **_change(now, was))


def _visitors(now: Totals, before: Totals | None) -> Figure:
    return _count("visitors", "Visitors", now.visitors, before.visitors if before else None)


def _average(now: Totals, before: Totals | None) -> Figure:
    mean = average(now.revenue_minor, now.orders)
    was = average(before.revenue_minor, before.orders) if before else None
    note = f"before: {numbers.money(was, now.currency)}" if was is not None else ""
    text = numbers.money(mean, now.currency)
    return Figure(key="average-order", name="Average order", text=text, note=note, **_change(mean, was))


def _rate(now: Totals, before: Totals | None, seen: SeenBy, seen_before: SeenBy | None) -> Figure:
    """Of the sessions, those with an order: what only the server saw has no session."""
    text = numbers.rate(seen.browser, now.sessions)
    note = f"of {numbers.count(now.sessions)} sessions" if now.sessions else ""
    if before is None or seen_before is None or not before.sessions or not now.sessions:
        return Figure(key="conversion-rate", name="Conversion rate", text=text, note=note)
    rate, was = seen.browser / now.sessions, seen_before.browser / before.sessions
    change = numbers.points(rate, was)
    return Figure(
        key="conversion-rate", name="Conversion rate", text=text, change=change, tone=tone(rate, was), note=note
    )


def missed_figure(found: Group | str) -> Figure:
    """The Loss page's own rate, or why there is none."""
    text = numbers.NONE
    if isinstance(found, str):
        note = found
    elif found.refused or found.block_rate_95 is None:
        note = short(found, "purchase")
    else:
        text = numbers.share(found.seen.server_only, found.seen.server)
        note = numbers.interval(found.block_rate_95.low, found.block_rate_95.high)
    return Figure(key="missed-by-browsers", name="Missed by browsers", text=text, note=note, missed=True)


def average(minor: int, orders: int) -> float | None:
    return minor / orders if orders else None


def tone(now: float | None, was: float | None) -> str:
    if now is None or not was or now == was:
        return ""
    return "up" if now > was else "down"


class Change(TypedDict):
    change: str
    tone: str


def _change(now: float | None, was: float | None) -> Change:
    return Change(change=numbers.change(now, was) if was else "", tone=tone(now, was))
