"""The calendar of the period picker."""

from __future__ import annotations

import re

import pytest

from web.conftest import Client
from web.fakes import Place


def days(html: str) -> dict[str, str]:
    """What leads where."""
    found = re.findall(r'href="([^"]+)" data-day="([^"]+)"', html)
    return {day: href.replace("&amp;", "&") for href, day in found}


def test_each_day_leads_to_itself_and_the_address_keeps_all_else(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/overview?period=7d&metric=orders&country=DE,AT"
    html = admin.get(
        f"/s/{place.site.id}/calendar", params={"at": at, "first": "2026-11-06", "last": "2026-11-12"}
    ).text
    found = days(html)
    assert len(found) == 31 + 12  # October, and November up to today
    assert (
        found["2026-10-01"] == f"/s/{place.site.id}/overview?from=2026-10-01&to=2026-10-01&metric=orders&country=DE,AT"
    )
    assert admin.get(found["2026-10-01"]).status_code == 200
    assert "October 2026" in html and "A month later" not in html and len(re.findall(r'class="[^"]*in"', html)) == 7


def test_days_without_events_say_so_and_none_does_where_nobody_knows(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/calendar"
    assert admin.get(at).text.count("no data") == 31 + 12 - 2
    place.reports.down.add("days_with_events")
    assert admin.get(at).text.count("no data") == 0


@pytest.mark.parametrize(
    ("month", "names"),
    [
        ("2025-01", ["December 2024", "January 2025"]),
        ("2028-03", ["February 2028", "March 2028"]),
        ("1980-01", ["October 2026", "November 2026"]),
        ("nonsense", ["October 2026", "November 2026"]),
    ],
)
def test_it_shows_the_month_asked_for_and_the_one_before(
    place: Place, admin: Client, month: str, names: list[str]
) -> None:
    html = admin.get(f"/s/{place.site.id}/calendar", params={"month": month}).text
    assert re.findall(r"<caption>([^<]+)", html) == names


def test_it_leads_to_no_other_site(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/calendar", params={"at": "//evil.example/s/"}).text
    assert {href.partition("?")[0] for href in days(html).values()} == {f"/s/{place.site.id}/overview"}
