"""Our side: orders with the visits before them, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from onebyone.event import Permission, utc
from onebyone.reports.reconciliation.platforms import Platform

FORGOTTEN = timedelta(hours=48)  # how long a platform knows an event id
_PAID = re.compile(r"(.*cp.*|ppc|retargeting|paid.*|display|banner|expandable|interstitial)")  # measurement.md 4.3


class Visit(Struct, frozen=True):
    at: datetime
    platform: str  # whose ad led here; "" of any other visit
    campaign: str
    channel: str


class Order(Struct, frozen=True, kw_only=True):
    """`visits` by time. Money is in minor units of its currency."""

    id: str
    at: datetime
    currency: str = ""
    gross: int = 0
    net: int = 0
    cancelled: bool = False
    extra: int = 0  # what a platform that forgets ids after 48 hours counts beyond one
    in_browser: bool = True
    allowed: bool = True  # to be shared with ad platforms
    accepted: frozenset[str] = frozenset()  # destinations that took it
    told: frozenset[str] = frozenset()  # destinations that were told of its refund or cancellation
    visits: tuple[Visit, ...] = ()


def extra_within(copies: Iterable[tuple[str, datetime]]) -> int:
    """Of browser copies as (event id, time): how many a rule of 48 hours by event id counts beyond the first."""
    last: dict[str, datetime] = {}
    counted = 0
    for event_id, at in sorted(copies, key=lambda copy: copy[1]):
        if event_id not in last or at - last[event_id] > FORGOTTEN:
            last[event_id] = at
            counted += 1
    return max(0, counted - 1)


def orders_of(
    rows: Sequence[Mapping[str, Any]], copies: Sequence[Mapping[str, Any]], platforms: Iterable[Platform]
) -> list[Order]:
    """From the rows of the reports `reconciliation_orders` and `order_copies`."""
    by_source = {source: one.name for one in platforms for source in one.sources}
    extra = {
        row["order_id"]: extra_within((event_id, utc(int(ms))) for event_id, ms in row["copies"]) for row in copies
    }
    return [_order(row, extra.get(row["order_id"], 0), by_source) for row in rows]


def _order(row: Mapping[str, Any], extra: int, by_source: Mapping[str, str]) -> Order:
    visits = [
        Visit(utc(int(ms)), _platform(source, medium, by_source), campaign, channel)
        for ms, source, medium, campaign, channel in row["visits"]
    ]
    return Order(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]).astimezone(UTC),
        currency=row["currency"],
        gross=row["gross"],
        net=row["net"],
        cancelled=row["status"] == "cancelled",
        extra=extra,
        in_browser=bool(row["in_browser"]),
        allowed=bool(row["permissions"] & Permission.ADS_SHARE.bit),
        accepted=frozenset(row["accepted"]),
        told=frozenset(row["told"]),
        visits=tuple(sorted(visits, key=lambda visit: visit.at)),
    )


def _platform(source: str, medium: str, by_source: Mapping[str, str]) -> str:
    """A click that was paid for; what a platform's unpaid pages send is not its ads' doing."""
    return by_source.get(source, "") if _PAID.fullmatch(medium) else ""
