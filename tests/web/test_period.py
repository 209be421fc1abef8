"""Periods and what they compare with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from onebyone.web.period import PRESETS, Period, PeriodUnreadable, between, compared, compared_name, preset, so_far

TODAY = date(2026, 11, 12)
SINCE = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-12", "2026-11-12"),
        ("yesterday", "2026-11-11", "2026-11-11"),
        ("7d", "2026-11-06", "2026-11-12"),
        ("30d", "2026-10-14", "2026-11-12"),
        ("90d", "2026-08-15", "2026-11-12"),
        ("12m", "2025-11-13", "2026-11-12"),
        ("mtd", "2026-11-01", "2026-11-12"),
        ("lm", "2026-10-01", "2026-10-31"),
        ("ytd", "2026-01-01", "2026-11-12"),
        ("all", "2026-09-01", "2026-11-12"),
    ],
)
def test_each_preset_names_its_days(name: str, first: str, last: str) -> None:
    found = preset(name, today=TODAY, since=SINCE)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_the_presets_are_those_of_the_specification() -> None:
    assert " ".join(PRESETS) == "today yesterday 7d 30d 90d 12m mtd lm ytd all"


def test_instants_are_midnights_of_the_site_also_when_clocks_change() -> None:
    start, end = Period(date(2026, 10, 25), date(2026, 10, 25)).instants("Europe/Berlin")
    assert start == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert end == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_a_day_is_preliminary_until_72_hours_after_its_end() -> None:
    period = Period(TODAY, TODAY)
    end = datetime(2026, 11, 12, 23, tzinfo=UTC)
    assert period.is_preliminary(TODAY, "Europe/Berlin", end.replace(day=15, hour=22, minute=59))
    assert not period.is_preliminary(TODAY, "Europe/Berlin", end.replace(day=15))


def test_a_period_is_compared_with_the_same_length_before_or_the_same_weekdays_of_last_year() -> None:
    month = preset("30d", today=TODAY, since=SINCE)
    before = compared(month, "previous")
    assert before == Period(date(2026, 9, 14), date(2026, 10, 13))
    year = compared(month, "year")
    assert year is not None and year.first.weekday() == month.first.weekday() and year.length == 30
    dates = compared(month, "year", "date")
    assert dates == Period(date(2025, 10, 14), date(2025, 11, 12))
    assert compared(Period(date(2028, 2, 29), date(2028, 2, 29)), "year", "date") == Period(
        date(2027, 2, 28), date(2027, 2, 28)
    )
    assert compared_name(month, "year", "date") == "a year before, same dates"
    assert compared(month, "none") is None
    assert compared(month, "2026-01-01..2026-01-30") == Period(date(2026, 1, 1), date(2026, 1, 30))
    assert compared_name(month, "previous") == "previous 30 days"


@pytest.mark.parametrize(
    ("name", "against", "until"),
    [
        ("today", "previous", "2026-11-11T09:30"),
        ("7d", "previous", "2026-11-05T09:30"),
        ("7d", "year", "2025-11-13T09:30"),
        ("mtd", "previous", "2026-10-31T09:30"),
        ("7d", "2026-06-01..2026-06-30", "2026-06-07T09:30"),
        ("7d", "2026-06-01..2026-06-02", "2026-06-03T00:00"),  # it was over by now
        ("lm", "previous", "2026-10-01T00:00"),
    ],
)
def test_a_running_period_is_compared_up_to_the_same_day_and_time(name: str, against: str, until: str) -> None:
    period = preset(name, today=TODAY, since=SINCE)
    before = compared(period, against)
    assert before is not None
    tokyo = ZoneInfo("Asia/Tokyo")
    end = so_far(before, period, datetime(2026, 11, 12, 9, 30, tzinfo=tokyo)).instants("Asia/Tokyo")[1]
    assert end == datetime.fromisoformat(until).replace(tzinfo=tokyo)
    assert so_far(before, period, datetime(2026, 12, 24, tzinfo=tokyo)) == before


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-13-01", "2026-12-01"),
        ("2026-11-12", "2026-11-01"),
        ("tomorrow", ""),
        ("1700-01-01", "2026-01-01"),
        ("", "x"),
    ],
)
def test_what_is_no_period_is_told(first: str, last: str) -> None:
    with pytest.raises(PeriodUnreadable):
        between(first, last)


def test_what_is_no_comparison_is_told() -> None:
    with pytest.raises(PeriodUnreadable, match="no comparison"):
        compared(Period(TODAY, TODAY), "last-week")
