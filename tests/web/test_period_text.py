"""Days as somebody types them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.web.address import NotUnderstood, read_view
from onebyone.web.period import PeriodUnreadable
from onebyone.web.period_text import read_period

TODAY = date(2026, 11, 12)  # a Thursday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10-14", "2026-10-14", "2026-10-14"),
        ("14.10.", "2026-10-14", "2026-10-14"),
        ("14. 10. 2025", "2025-10-14", "2025-10-14"),
        ("14.10.25", "2025-10-14", "2025-10-14"),
        ("24.12.", "2025-12-24", "2025-12-24"),  # this year's has not come
        ("29.2.", "2024-02-29", "2024-02-29"),
        ("oct", "2026-10-01", "2026-10-31"),
        ("  October ", "2026-10-01", "2026-10-31"),
        ("nov", "2026-11-01", "2026-11-30"),  # it has begun
        ("dec", "2025-12-01", "2025-12-31"),
        ("feb 2024", "2024-02-01", "2024-02-29"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("14 Oct", "2026-10-14", "2026-10-14"),
        ("Oct 14, 2025", "2025-10-14", "2025-10-14"),
        ("today", "2026-11-12", "2026-11-12"),
        ("this week", "2026-11-09", "2026-11-12"),
        ("last week", "2026-11-02", "2026-11-08"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last 6 weeks", "2026-10-02", "2026-11-12"),
        ("1 day", "2026-11-12", "2026-11-12"),
        ("last 3 months", "2026-08-13", "2026-11-12"),
        ("past 2 years", "2024-11-13", "2026-11-12"),
        ("14.10. to 20.10.", "2026-10-14", "2026-10-20"),
        ("2026-10-14..2026-10-20", "2026-10-14", "2026-10-20"),
        ("sep – oct", "2026-09-01", "2026-10-31"),
        ("1 oct - today", "2026-10-01", "2026-11-12"),
    ],
)
def test_days_are_read_as_they_are_written(text: str, first: str, last: str) -> None:
    found = read_period(text, TODAY)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "10/14/2026",
        "31.2.2026",
        "32.1.",
        "2026-13",
        "last 0 weeks",
        "last 9999 years",
        "9999 weeks",
        "1 to 2 to 3",
        "oct 14 15",
        "x" * 99,
    ],
)
def test_what_is_no_period_says_how_days_are_written(text: str) -> None:
    with pytest.raises(PeriodUnreadable):
        read_period(text, TODAY)


def test_a_period_that_ends_before_it_begins_is_told() -> None:
    with pytest.raises(PeriodUnreadable, match="ends on 2026-09-30 before it begins on 2026-10-01"):
        read_period("oct to sep", TODAY)


@given(st.text(max_size=70))
def test_any_text_is_a_period_or_none(text: str) -> None:
    try:
        found = read_period(text, TODAY)
    except PeriodUnreadable:
        return
    assert found.first <= found.last


def test_an_address_holds_the_days_that_were_meant_so_that_it_keeps_its_meaning() -> None:
    view = read_view(
        "/s/x/overview", [("from", "2020-01-01"), ("to", "2020-01-02"), ("days", "oct")], today=TODAY, since=TODAY
    )
    assert view.link() == "/s/x/overview?from=2026-10-01&to=2026-10-31"
    with pytest.raises(NotUnderstood, match="Write 2026-10-14"):
        read_view("/s/x/overview", [("days", "soon")], today=TODAY, since=TODAY)
