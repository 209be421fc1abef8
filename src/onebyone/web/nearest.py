"""The nearest days that have something, where a list narrowed by filters has nothing in its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import View
from onebyone.web.desk import Desk

_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)


class Near(Struct, frozen=True):
    name: str
    href: str


def nearest(desk: Desk, site: Site, view: View, given: Mapping[str, Param]) -> Near | None:
    """As many days as the view has, up to its last record before or from its first one after, whichever is nearer.

    `given` is what `conversion_records` takes with the view's filters. None where these fit no record at all.
    """
    start, end = view.period.instants(site.zone)
    before = _moment(desk, given, _BEGINNING, start, "-at")
    after = _moment(desk, given, end, desk.clock(), "at") if end < desk.clock() else None
    if before is None and after is None:
        return None
    length, today = timedelta(days=view.period.length - 1), desk.today(site.zone)
    if after is None or (before is not None and start - before <= after - end):
        last = (before or start).astimezone(ZoneInfo(site.zone)).date()
        first = last - length
    else:
        first = after.astimezone(ZoneInfo(site.zone)).date()
        last = min(first + length, today)
    days = {"from": first.isoformat(), "to": last.isoformat()}
    return Near(numbers.days(first, last, today), view.link(**days, after=""))


def _moment(desk: Desk, given: Mapping[str, Param], start: datetime, end: datetime, sort: str) -> datetime | None:
    """Of the first record in this order."""
    rows = desk.ask("conversion_records", **{**given, "from": start, "to": end, "sort": sort, "limit": 1}).rows
    return datetime.fromisoformat(rows[0]["placed_at"]) if rows else None
