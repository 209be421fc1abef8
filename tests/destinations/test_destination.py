"""What all destinations share: batches, refusals, secrets, settings."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from destinations.examples import NOW_MS, SETTINGS, a_conversion
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import (
    Refusal,
    Response,
    Secret,
    after_s,
    body_of,
    build,
    filled,
    missing,
    money,
    settings_of,
)
from onebyone.destinations.google_data_manager import Settings as DataManager
from onebyone.destinations.names import KNOWN, find_name
from onebyone.destinations.times import rfc_3339, with_offset
from onebyone.event import Permission

LEAD: dict[str, Any] = {"name": "generate_lead", "user_data": {"email": "a@example.com"}}


def test_a_batch_is_cut_at_the_platforms_limit_and_knows_its_events() -> None:
    meta = ALL["meta"]
    small = replace(meta, facts=replace(meta.facts, max_batch=2))
    leads = [a_conversion(LEAD | {"id": str(n)}) for n in range(5)]
    built = build(small, leads, settings_of(meta, SETTINGS["meta"]), now_ms=NOW_MS)
    assert [request.ids for request in built.requests] == [("0", "1"), ("2", "3"), ("4",)]


def test_a_row_of_two_rules_names_its_event_twice() -> None:
    sent = a_conversion({"name": "purchase", "id": "a", "user_data": {"email": "a@example.com"}})
    built = build(ALL["linkedin"], [sent], settings_of(ALL["linkedin"], SETTINGS["linkedin"]), now_ms=NOW_MS)
    assert built.requests[0].ids == ("a", "a")


def test_an_event_without_an_id_cannot_be_counted_once() -> None:
    nameless = replace(a_conversion(LEAD), event_id="")
    built = build(ALL["meta"], [nameless], settings_of(ALL["meta"], SETTINGS["meta"]), now_ms=NOW_MS)
    assert built.refused[0].reason is Refusal.ID_MISSING


@pytest.mark.parametrize("name", ALL)
def test_exactly_as_old_as_a_platform_takes(name: str) -> None:
    limits, settings = ALL[name].facts, settings_of(ALL[name], SETTINGS[name])
    for at_ms, refused in (
        (NOW_MS - limits.max_age_s * 1000, False),
        (NOW_MS - limits.max_age_s * 1000 - 1, True),
        (NOW_MS + limits.max_ahead_s * 1000, False),
        (NOW_MS + limits.max_ahead_s * 1000 + 1, True),
    ):
        sent = replace(a_conversion(LEAD | {"props": {"ga": "1.2"}}), at_ms=at_ms)
        assert bool(build(ALL[name], [sent], settings, now_ms=NOW_MS).refused) == refused


def test_missing_permissions() -> None:
    assert missing(ALL["meta"], a_conversion(LEAD)) == (Permission.ADS_SHARE,)
    assert missing(ALL["meta"], a_conversion(LEAD | {"consent": {"ads_share": "granted"}})) == ()
    assert missing(ALL["ga4"], a_conversion(LEAD | {"consent": {"analytics": "denied"}})) == (Permission.ANALYTICS,)


def test_a_secret_prints_as_stars() -> None:
    secret = Secret("abc").after("Bearer ")
    assert (str(secret), f"{secret!r}", secret.reveal()) == ("Bearer ***", "Bearer ***", "Bearer abc")
    assert secret == Secret("abc", "Bearer ") and hash(secret) == hash(Secret("abc", "Bearer "))
    assert secret != Secret("abc") and secret != "Bearer abc"
    assert "t0ken" not in repr(settings_of(ALL["meta"], SETTINGS["meta"]))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"pixel_id": "1"}, "access_token"),
        (SETTINGS["meta"] | {"colour": "red"}, "colour"),
        ({"pixel_id": "1", "access_token": ["x"]}, "expected a text"),
    ],
)
def test_settings_that_are_none(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=sentence):
        settings_of(ALL["meta"], said)


def test_more_conversion_actions_than_a_request_names() -> None:
    actions = {f"e{n}": str(n) for n in range(11)}
    with pytest.raises(ValueError, match="at most 10"):
        DataManager(operating_account_id="1", access_token=Secret("x"), conversion_action_ids=actions)


def test_the_webhooks_signature_is_of_the_body() -> None:
    settings = settings_of(ALL["webhook"], SETTINGS["webhook"])
    request = build(ALL["webhook"], [a_conversion(LEAD)], settings, now_ms=NOW_MS).requests[0]
    expected = hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Onebyone-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff", b'{"a":' + b"[" * 5000])
def test_an_answer_that_is_no_object_is_empty(body: bytes) -> None:
    assert body_of(Response(200, body)) == {}


def test_what_is_known_to_be_zero_is_sent() -> None:
    assert filled({"a": 0, "b": False, "c": Decimal(0), "d": None, "e": "", "f": [], "g": {}}) == {
        "a": 0,
        "b": False,
        "c": Decimal(0),
    }


def test_amounts_and_moments_as_texts() -> None:
    assert money(Decimal("1E+3")) == "1000"
    assert rfc_3339(1_795_514_400_123) == "2026-11-24T10:00:00.123Z"
    assert with_offset(1_795_514_400_123) == "2026-11-24 10:00:00+00:00"


def test_names_and_the_operators_word_for_them() -> None:
    assert find_name("meta", "purchase", {}) == "Purchase"
    assert find_name("meta", "purchase", {"purchase": "-"}) is None
    assert find_name("meta", "brochure", {"brochure": "Brochure"}) == "Brochure"
    assert find_name("pinterest", "view_item", {}) == "page_visit"
    assert find_name("meta", "refund", {}) is None
    assert {"purchase", "file_download"} <= KNOWN


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "Tue, 24 Nov 2026 10:07:00 GMT", "date": "Tue, 24 Nov 2026 10:05:00 GMT"}, 120),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:00 GMT", "date": "Tue, 24 Nov 2026 10:05:00 GMT"}, 0),
        ({"retry-after": "Tue, 24 Nov 2026 10:07:00 GMT"}, 60),
        ({"retry-after": "Tue, 24 Nov 2026 10:07:00 GMT", "date": "Tue, 24 Nov 2026 10:05:00"}, 60),
        ({"retry-after": "soon", "date": "now"}, 60),
        ({}, 60),
    ],
)
def test_how_long_a_platform_asks_to_wait_may_be_a_date(headers: dict[str, str], expected: int) -> None:
    assert after_s(Response(429, b"", headers), 60) == expected
