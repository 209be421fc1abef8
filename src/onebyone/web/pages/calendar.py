"""The two months of a period picker: each day leads to itself, days without data are grey."""

from __future__ import annotations

import calendar as weeks
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

from litestar import MediaType, Response, get
from litestar.params import FromQuery
from msgspec import Struct

from onebyone.web import numbers
from onebyone.web.access import TheSite
from onebyone.web.desk import TheDesk
from onebyone.web.period import Period, PeriodUnreadable, between

_OWN = ("period", "from", "to", "after", "step")  # of an address, when other days are chosen
_WEEKS = weeks.Calendar()


class Day(Struct, frozen=True):
    """Of a month; `href` is "" of a day to come."""

    number: int
    iso: str
    name: str
    href: str
    is_empty: bool
    is_chosen: bool


class Month(Struct, frozen=True):
    name: str
    weeks: list[list[Day | None]]


@get("/s/{site_id:str}/calendar", sync_to_thread=True, include_in_schema=False)
def calendar(
    desk: TheDesk,
    site: TheSite,
    at: FromQuery[str] = "",
    first: FromQuery[str] = "",
    last: FromQuery[str] = "",
    month: FromQuery[str] = "",
) -> Response[str]:
    """`at` is the page's address, `first` and `last` what it shows, `month` the second month as 2026-11."""
    path, _, query = at.partition("?")
    if not path.startswith(f"/s/{site.id}/") or "//" in path:
        path, query = f"/s/{site.id}/overview", ""
    today = desk.today(site.zone)
    shown = _days(first, last) or Period(today, today)
    second = _month(month) or min(shown.last, today).replace(day=1)
    begin = (second - timedelta(days=1)).replace(day=1)
    start, end = Period(begin, _last(second)).instants(site.zone)
    answer = desk.ask("days_with_events", site=site.id, zone=site.zone, **{"from": start, "to": end})
    told = None if answer.error else {row["with_events"] for row in answer.rows}
    rest = [(key, value) for key, value in parse_qsl(query) if key not in _OWN]

    def day(one: date) -> Day:
        link = urlencode([("from", one.isoformat()), ("to", one.isoformat()), *rest], safe="/.,:~!")
        return Day(
            number=one.day,
            iso=one.isoformat(),
            name=numbers.week_day(one),
            href=f"{path}?{link}" if one <= today else "",
            is_empty=told is not None and one.isoformat() not in told,
            is_chosen=shown.first <= one <= shown.last,
        )

    def of(start: date) -> Month:
        rows = _WEEKS.monthdatescalendar(start.year, start.month)
        return Month(
            f"{start:%B %Y}", [[day(one) if one.month == start.month else None for one in row] for row in rows]
        )

    html = desk.pages.html(
        "_calendar.html",
        months=[of(begin), of(second)],
        before=f"{begin:%Y-%m}",
        after=f"{_last(second) + timedelta(days=1):%Y-%m}" if _last(second) < today else "",
        here=f"/s/{site.id}/calendar",
        given={"at": at, "first": shown.first.isoformat(), "last": shown.last.isoformat()},
    )
    return Response(html, media_type=MediaType.HTML)


ROUTES = (calendar,)


def _days(first: str, last: str) -> Period | None:
    try:
        return between(first, last)
    except PeriodUnreadable:
        return None


def _month(text: str) -> date | None:
    """The first of a month that has one before it."""
    found = _days(f"{text}-01", "")
    return None if found is None or found.first < date(1990, 2, 1) else found.first


def _last(first: date) -> date:
    return first.replace(day=weeks.monthrange(first.year, first.month)[1])
