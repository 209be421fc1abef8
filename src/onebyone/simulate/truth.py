"""What really happened: counted while it is made up, never read from any answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import msgspec
from msgspec import Struct, field

from onebyone.event import Reason


class Day(Struct, kw_only=True):
    day: str  # of the site's zone
    views: int = 0
    visitors: int = 0
    sessions: int = 0
    orders: int = 0
    revenue_minor: int = 0
    blocked_orders: int = 0  # among the orders: only the shop's server can know them
    withheld_orders: int = 0  # among the orders: only the shop's server may tell of them


class Sale(Struct, frozen=True, kw_only=True):
    id: str
    day: str
    value_minor: int
    currency: str
    blocked: bool
    withheld: bool = False  # the browser told of it, and its person did not allow that to be kept
    refunded_minor: int = 0


class Totals(Struct, kw_only=True):
    views: int = 0
    unseen_views: int = 0  # in blocked browsers; not among the views
    visitors: int = 0
    sessions: int = 0
    orders: int = 0
    revenue_minor: int = 0  # in the site's currency, less what was paid back
    gross_minor: int = 0
    refunded_minor: int = 0
    blocked_orders: int = 0
    withheld_orders: int = 0
    sign_ups: int = 0  # by browsers that are not blocked
    withheld_views: int = 0  # among the views: of people who allow nothing, so they are counted and no more
    withheld_events: int = 0  # what else their browsers sent; none of it is kept
    bot_hits: int = 0
    prefetches: int = 0
    events_sent: int = 0  # every sighting, copies included
    requests_repeated: int = 0  # because the collector had not accepted them; filled in by the sender


class Truth(Struct, kw_only=True):
    seed: int
    people: int
    days: int
    zone: str
    currency: str
    per_day: list[Day] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    copies: dict[str, int] = field(default_factory=dict)  # Reason -> copies of that kind, of any event
    order_copies: dict[str, int] = field(default_factory=dict)  # those of purchases alone
    sales: list[Sale] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


class Book:
    """Takes notes while the people are made up; `truth()` adds them up."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.copies: Counter[str] = Counter()
        self.order_copies: Counter[str] = Counter()
        self.sales: list[Sale] = []
        self._views: Counter[str] = Counter()
        self._sessions: Counter[str] = Counter()
        self._visitors: defaultdict[str, set[int]] = defaultdict(set)

    def view(self, day: str, browser: int, *, refuses: bool = False) -> None:
        self._views[day] += 1
        if refuses:
            self.totals.withheld_views += 1
        else:
            self._visitors[day].add(browser)

    def session(self, day: str) -> None:
        self._sessions[day] += 1

    def copy(self, reason: Reason, *names: str) -> None:
        """One more of each of these events was sent, which is to count as nothing."""
        self.copies[reason] += len(names)
        if "purchase" in names:
            self.order_copies[reason] += names.count("purchase")

    def truth(self, *, seed: int, people: int, days: int, zone: str, currency: str) -> Truth:
        rows = {day: Day(day=day) for day in {*self._views, *self._sessions, *(sale.day for sale in self.sales)}}
        for day, row in rows.items():
            row.views = self._views[day]
            row.sessions = self._sessions[day]
            row.visitors = len(self._visitors[day])
        for sale in self.sales:
            row = rows[sale.day]
            row.orders += 1
            if sale.currency == currency:
                row.revenue_minor += sale.value_minor - sale.refunded_minor
                self.totals.gross_minor += sale.value_minor
                self.totals.refunded_minor += sale.refunded_minor
            row.blocked_orders += sale.blocked
            row.withheld_orders += sale.withheld
        per_day = sorted(rows.values(), key=lambda row: row.day)
        for name in ("views", "sessions", "orders", "revenue_minor", "blocked_orders", "withheld_orders"):
            setattr(self.totals, name, sum(getattr(row, name) for row in per_day))
        self.totals.visitors = len(set().union(*self._visitors.values()))
        return Truth(
            seed=seed,
            people=people,
            days=days,
            zone=zone,
            currency=currency,
            per_day=per_day,
            totals=self.totals,
            copies=dict(sorted(self.copies.items())),
            order_copies=dict(sorted(self.order_copies.items())),
            sales=self.sales,
        )
