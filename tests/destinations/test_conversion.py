"""From one event as it was sent to what destinations build from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from destinations.examples import NOW_MS, a_conversion
from onebyone.event import Permission


def event(**given: Any) -> dict[str, Any]:
    return {"name": "purchase"} | given


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"order": {"id": "T-1"}, "id": "a"}, "purchase:T-1"),
        ({"order": {"id": "T-1"}, "id": "a", "event_id": "shared"}, "shared"),
        ({"order": {"id": "T-1"}, "name": "refund", "id": "a"}, "a"),
        ({"id": "a"}, "a"),
        ({}, "made-1"),
    ],
)
def test_which_id_platforms_count_by(given: dict[str, Any], expected: str) -> None:
    assert a_conversion(event(**given)).event_id == expected


def test_an_event_without_a_time_happens_now() -> None:
    assert a_conversion(event()).at_ms == NOW_MS
    assert a_conversion(event(at="2026-11-24T10:00:00Z")).at_ms == NOW_MS - 300_000


def test_consent_that_was_not_spoken_of_is_neither() -> None:
    found = a_conversion(event(consent={"ads_share": "granted", "ads_storage": "DENIED", "analytics": "maybe"}))
    assert found.consent == {Permission.ADS_SHARE: True, Permission.ADS_STORAGE: False}


def test_without_storage_no_id_of_a_click_leaves_in_any_field() -> None:
    page = {"url": "https://a.example/?gclid=CLICK&q=1", "referrer": "https://b.example/?fbclid=CLICK"}
    said = event(page=page, props={"_ga": "1.2", "_fbp": "fb.1.1.2", "_gcl_aw": "GCL.1.CLICK"})
    found = a_conversion(said | {"consent": {"ads_storage": "denied"}})
    assert (found.clicks, found.browsers) == ({}, {"ga": "1.2"})
    assert "CLICK" not in repr(found)
    assert a_conversion(said | {"consent": {"ads_storage": "denied"}}, as_if_permitted=True).clicks


def test_items_of_any_make() -> None:
    items = [
        {"item_id": 7, "price": "9.50", "quantity": "2"},
        {"item_name": "Tea", "price": "much", "quantity": None},
        {"item_id": {"a": 1}, "price": 3.10},
    ]
    found = a_conversion(event(order={"id": "T", "items": items}))
    assert [(item.id, item.price, item.quantity) for item in found.items] == [
        ("7", Decimal("9.50"), 2),
        ("", None, 1),
        ("", Decimal("3.1"), 1),
    ]
    assert found.sent_items[0] == {"item_id": 7, "price": Decimal("9.50"), "quantity": Decimal(2)}


def test_user_data_of_the_wrong_type_was_not_said() -> None:
    found = a_conversion(event(user_data={"email": ["a@b.de"], "zip": 94035, "phone": True, "city": None}, ip="x"))
    assert repr(found.user) == "UserData(zip)"
    assert found.address == ""


def test_the_browser_that_sent_it_is_known_by_its_request() -> None:
    request = {"address": "203.0.113.9", "user_agent": "Mozilla/5.0", "cookies": {"_fbp": "fb.1.1.2"}}
    found = a_conversion(event(), **request)
    assert (found.address, found.user_agent, found.browsers["fbp"]) == ("203.0.113.9", "Mozilla/5.0", "fb.1.1.2")
    said = a_conversion(event(ip="2001:db8::1", device={"user_agent": "Shop"}), **request)
    assert (said.address, said.user_agent) == ("2001:db8::1", "Shop")


def test_where_the_person_is_nobody_may_claim() -> None:
    said = event(user_data={"country": "United States"})
    assert a_conversion(said).country == ""
    assert a_conversion(said, country="DE").country == "de"


def test_without_analytics_its_ids_stay_here() -> None:
    consent = {"analytics": "denied", "ads_storage": "granted"}
    found = a_conversion(event(props={"_ga": "1.2", "_fbp": "fb.1.1.2"}, visitor="v-1", consent=consent))
    assert (found.browsers, found.visitor) == ({"fbp": "fb.1.1.2"}, "")


def test_the_year_is_that_of_the_event() -> None:
    assert a_conversion(event()).year == 2026
    assert a_conversion(event(at="2024-06-30T00:00:00Z")).year == 2024
