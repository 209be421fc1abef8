"""What a page says that its filters leave empty, and links that ask what their number asked."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from web.fakes import Place
from web.month import nothing

Client = TestClient[Litestar]
NOBODY = [{"step": n, "name": name, "people": 0, "median_ms": None} for n, name in ((1, "page_view"), (2, "purchase"))]


@pytest.mark.parametrize(
    ("page", "things"),
    [("people?", "people"), ("acquisition?", "visits"), ("pages?", "views"), ("events?", "events"),
     ("funnels?steps=page_view,purchase&", "people")],
)  # fmt: skip
def test_a_page_that_filters_leave_empty_names_each_and_takes_it_away(
    place: Place, admin: Client, page: str, things: str
) -> None:
    at = f"/s/{place.site.id}/{page}"
    assert f"No {things} match" not in admin.get(f"{at}country=DE&device=phone").text
    ever = place.reports.answers["ledger_totals"]
    near = place.reports.answers["nearest_events"]
    place.reports.answers = {**nothing(), "ledger_totals": ever, "funnel": lambda _: NOBODY, "nearest_events": near}
    html = admin.get(f"{at}country=DE&device=phone").text
    assert f"No {things} match these 2 filters" in html and f"The nearest {things} that match: " in html
    (near_days,) = re.findall(r'that match: <a class="link" href="([^"]+)">1 – 30 Sep<', html)
    assert "from=2026-09-01&amp;to=2026-09-30" in near_days and near_days.endswith("country=DE&amp;device=phone")
    (without,) = re.findall(r'href="([^"]+)" aria-label="Remove the filter Country is [^"]+ and look again"', html)
    assert "device=phone" in without and "country=" not in without
    asked = place.reports.asked_of("nearest_events")
    assert asked["filters"] == ["country=DE", "device=phone"] and str(asked["shown_from"]) > str(asked["from"])
    del place.reports.answers["nearest_events"]
    assert "None matched in the last 12 months either." in admin.get(f"{at}country=DE").text
    place.reports.down.add("nearest_events")
    assert "within the last 12 months" in admin.get(f"{at}country=DE").text
    assert f"No {things} match" not in admin.get(at).text


def test_orders_that_no_browser_reported_lead_to_exactly_those(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/overview?country=DE").text
    (href,) = re.findall(r'href="([^"]+)">[\d,]+</a> that no browser reported', html)
    listed = admin.get(href.replace("&amp;", "&")).text
    asked = place.reports.asked_of("placed_orders")
    assert (asked["by"], asked["is"]) == ("seen", ["server-only"]) and asked["filters"]
    assert "Reported by is server only" in listed


def test_a_model_that_looks_at_other_paths_says_that_its_list_is_no_sum(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/behind/orders?by=credit&event=purchase&is=channel,"
    assert "so its number is no sum of these" in admin.get(f"{at}markov_global,Email").text
    assert place.reports.asked_of("shared_orders")["model"] == "linear"
    assert "By Last its shares are 1.5 of them and €24.00" in admin.get(f"{at}last_touch,Email").text
    assert "Attribution has no such number" in admin.get(f"{at}tenth_touch,Email").text
