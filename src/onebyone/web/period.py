"""Which days a page is about, and with which it compares them. Dates are the site's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

FINAL_AFTER = timedelta(hours=72)  # after its end, a day's figures are final
LONGEST_DAYS = 10 * 366


class Period(Struct, frozen=True):
    """Both days included. `preset` is "" for two dates of one's own. The last day ends at `until`, if there is one."""

    first: date
    last: date
    preset: str = ""
    until: time | None = None

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]

    def instants(self, zone: str) -> tuple[datetime, datetime]:
        """The UTC instants of its beginning and its end, the end not included."""
        end = _midnight(self.last + timedelta(days=1), zone) if self.until is None else _at(self.last, self.until, zone)
        return _midnight(self.first, zone), end

    def moved(self, steps: int) -> Period:
        shift = timedelta(days=self.length * steps)
        return Period(self.first + shift, self.last + shift)

    def is_preliminary(self, day: date, zone: str, now: datetime) -> bool:
        return now < _midnight(day + timedelta(days=1), zone) + FINAL_AFTER


def _back(days: int) -> Callable[[date, date], tuple[date, date]]:
    return lambda today, _since: (today - timedelta(days=days - 1), today)


def _last_month(today: date, _since: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _yesterday(today: date, _since: date) -> tuple[date, date]:
    return today - timedelta(days=1), today - timedelta(days=1)


PRESETS: Mapping[str, tuple[str, Callable[[date, date], tuple[date, date]]]] = {
    "today": ("Today", _back(1)),
    "yesterday": ("Yesterday", _yesterday),
    "7d": ("Last 7 days", _back(7)),
    "30d": ("Last 30 days", _back(30)),
    "90d": ("Last 90 days", _back(90)),
    "12m": ("Last 12 months", _back(365)),
    "mtd": ("This month", lambda today, _since: (today.replace(day=1), today)),
    "lm": ("Last month", _last_month),
    "ytd": ("This year", lambda today, _since: (today.replace(month=1, day=1), today)),
    "all": ("All time", lambda today, since: (min(since, today), today)),
}
DEFAULT_PRESET = "30d"


class PeriodUnreadable(Exception):
    """The text is no period; the message says which would be."""


def preset(name: str, *, today: date, since: date) -> Period:
    if name not in PRESETS:
        raise PeriodUnreadable(f"“{name}” is no period. Periods are {', '.join(PRESETS)}, or two dates.")
    first, last = PRESETS[name][1](today, since)
    return Period(first, last, name)


def between(first: str, last: str) -> Period:
    """Two dates as 2026-10-14; one alone is that day."""
    start, end = _date(first or last), _date(last or first)
    if end < start:
        raise PeriodUnreadable(f"The period ends on {end} before it begins on {start}.")
    if (end - start).days > LONGEST_DAYS:
        raise PeriodUnreadable("A period may be ten years long at most.")
    return Period(start, end)


COMPARISONS: tuple[tuple[str, str, str], ...] = (  # as an address has them, and how they are called
    ("previous", "", "Previous period"),
    ("year", "weekday", "A year before, same weekdays"),
    ("year", "date", "A year before, same dates"),
    ("none", "", "Nothing"),
)
MATCHES = ("weekday", "date")  # which days a year before: 364 days back, or of the same dates


def compared(period: Period, with_: str, match: str = "weekday") -> Period | None:
    """The period of the dotted line: the one before, the same weekdays or dates a year before, two dates, or none."""
    if with_ == "none":
        return None
    if with_ == "previous":
        return period.moved(-1)
    if with_ == "year" and match == "date":
        return Period(_year_before(period.first), _year_before(period.last))
    if with_ == "year":
        year = timedelta(days=364)
        return Period(period.first - year, period.last - year)
    first, dots, last = with_.partition("..")
    if not dots:
        raise PeriodUnreadable(f"“{with_}” is no comparison. Use previous, year, none, or 2026-09-14..2026-10-13.")
    return between(first, last)


def so_far(before: Period, period: Period, now: datetime) -> Period:
    """`before` as far as the running `period` has come: to the same day and time of day. `now` is the site's own time.

    Otherwise each morning of a running day would look like a fall.
    """
    gone = (now.date() - period.first).days
    if not 0 <= gone < min(period.length, before.length):
        return before
    return Period(before.first, before.first + timedelta(days=gone), until=now.time())


def compared_name(period: Period, with_: str, match: str = "weekday") -> str:
    if with_ == "year":
        return f"a year before, same {match}s"
    if with_ == "previous":
        return "previous day" if period.length == 1 else f"previous {period.length} days"
    return "nothing" if with_ == "none" else with_.replace("..", " – ")


def _year_before(day: date) -> date:
    """29 February has the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _date(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = date.min
        if date(1990, 1, 1) <= found <= date(2200, 1, 1):
            return found
    raise PeriodUnreadable(f"“{text}” is no date. Dates are written like 2026-10-14.")


def _midnight(day: date, zone: str) -> datetime:
    return _at(day, time(), zone)


def _at(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
