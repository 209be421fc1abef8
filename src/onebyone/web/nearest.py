"""The nearest days that have something, where a page narrowed by filters has nothing in its own."""

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
from onebyone.web.period import preset
from onebyone.web.view import params

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
    return _days(desk, site, view, before, after)


def nearest_events(
    desk: Desk, site: Site, view: View, *, event: str = "", path: str = "", named: bool = False
) -> Near | None:
    """The same for any event, or one, on any page or one, by whoever or by somebody that is named, within 12 months.

    The 12 months themselves where the store does not say when.
    """
    start, end = view.period.instants(site.zone)
    today, now = desk.today(site.zone), desk.clock()
    begin, _ = preset("12m", today=today, since=today).instants(site.zone)
    asked = params(view, site) | {"from": begin, "to": now, "shown_from": start, "shown_to": end}
    answer = desk.ask("nearest_events", **asked, event=event, text=path, named=int(named))
    if answer.error:
        return Near("within the last 12 months", view.link(period="12m", after=""))
    before, after = (
        datetime.fromisoformat(text) if (text := answer.first.get(key)) else None
        for key in ("last_before", "first_after")
    )
    return _days(desk, site, view, before, after)


def _days(desk: Desk, site: Site, view: View, before: datetime | None, after: datetime | None) -> Near | None:
    """Those around whichever is nearer."""
    if before is None and after is None:
        return None
    start, end = view.period.instants(site.zone)
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
