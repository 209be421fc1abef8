"""The one formatter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from onebyone.web import numbers

TODAY = date(2026, 11, 12)
AT = datetime(2026, 11, 10, 18, 42, 8, 214000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "long", "short"),
    [
        (20789610, "EUR", "€207,896.10", "€207,896"),
        (1234, "JPY", "¥1,234", "¥1,234"),
        (1234567, "KWD", "KWD 1,234.567", "KWD 1,235"),
        (-150, "USD", "−$1.50", "−$2"),
        (None, "EUR", "–", "–"),
    ],
)
def test_an_amount_has_its_currencys_places(minor: int | None, currency: str, long: str, short: str) -> None:
    assert numbers.money(minor, currency) == long
    assert numbers.money_short(minor, currency) == short


def test_a_count_is_grouped_and_unknown_is_never_zero() -> None:
    assert numbers.count(2492) == "2,492"
    assert numbers.count(-389) == "−389"
    assert numbers.count(0) == "0"
    assert numbers.count(None) == "–"


def test_shares_have_one_decimal_and_two_below_one_percent() -> None:
    assert numbers.share(478, 2176) == "22.0%"
    assert numbers.share(43, 10000) == "0.43%"
    assert numbers.share(0, 10) == "0.0%"
    assert numbers.share(1, 0) == "–"
    assert numbers.rate(1702, 84212) == "2.02%"
    assert numbers.interval(0.203, 0.238) == "20.3 – 23.8%"


def test_changes_carry_their_sign() -> None:
    assert numbers.change(20789610, 19818500) == "+4.9%"
    assert numbers.change(8640, 8772) == "−1.5%"
    assert numbers.change(5, 5) == "0.0%"
    assert numbers.change(5, 0) == "–"
    assert numbers.points(0.0202, 0.0191) == "+0.11 pt"
    assert numbers.points(0.01, 0.02) == "−1.00 pt"


def test_axes_are_short() -> None:
    assert [numbers.axis(value, "EUR") for value in (0, 250, 2500, 10000)] == ["€0", "€250", "€2.5k", "€10k"]
    assert numbers.axis(1_200_000) == "1.2M"


def test_periods_name_what_is_not_plain() -> None:
    assert numbers.days(date(2026, 10, 14), TODAY, TODAY) == "14 Oct – 12 Nov"
    assert numbers.days(date(2026, 11, 9), TODAY, TODAY) == "9 – 12 Nov"
    assert numbers.days(date(2025, 10, 14), date(2025, 11, 12), TODAY) == "14 Oct – 12 Nov 2025"
    assert numbers.days(date(2025, 12, 14), date(2026, 1, 12), TODAY) == "14 Dec 2025 – 12 Jan 2026"
    assert numbers.days(TODAY, TODAY, TODAY) == "Thu 12 Nov"


def test_times_are_the_sites_own() -> None:
    assert numbers.clock(AT, "Europe/Berlin") == "19:42:08"
    assert numbers.clock_ms(AT, "Europe/Berlin") == "19:42:08.214"
    assert numbers.moment(AT, "Europe/Berlin") == "Tue 10 Nov 2026 at 19:42:08"
    assert numbers.when(AT, "Europe/Berlin", TODAY) == "10 Nov 19:42"
    assert numbers.when(AT, "Europe/Berlin", date(2026, 11, 10)) == "19:42:08"
    assert numbers.when(AT, "Europe/Berlin", date(2027, 1, 1)) == "10 Nov 2026"


def test_durations_are_read_at_a_glance() -> None:
    lengths = [
        timedelta(seconds=48),
        timedelta(minutes=5),
        timedelta(minutes=112),
        timedelta(hours=2),
        timedelta(days=3),
    ]
    assert [numbers.duration(length) for length in lengths] == ["48 s", "5 min", "1 h 52 min", "2 h", "3 days"]
