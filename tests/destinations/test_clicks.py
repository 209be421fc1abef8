"""Ids of clicks and browsers, wherever they were written; Meta's `fbc` by the published vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onebyone.destinations.clicks import find_ids
from onebyone.identity.meta_ids import fbc_of
from onebyone.identity.vendor_ids import MAX_CHARS, session_of_stream

VECTORS = json.loads((Path(__file__).parents[1] / "golden/vectors/fbc.json").read_text())["cases"]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case.get("note", case["host"]))
def test_every_fbc_vector(case: dict[str, Any]) -> None:
    page, referrer = (
        f"https://{case['host']}/?fbclid={case.get(key, '')}" for key in ("query_fbclid", "referrer_fbclid")
    )
    ids, _ = find_ids(page, referrer, case["cookies"])
    cookie, domain = case["cookies"].get("_fbc", ""), case["registrable_domain"]
    found = fbc_of(ids.clicks["fbclid"], cookie, domain=domain, now_ms=case["now_ms"])
    assert found == case["fbc"]
    assert (found != cookie) == case["set_fbc_cookie"]
    assert ids.browsers.get("fbp") == case.get("fbp")


@pytest.mark.parametrize("cookie", ["", "fb.1.x.OLD", "fb.1.1.OLD.abc", "nonsense", "fb.1.1.OLD.AQ.AQ"])
def test_a_malformed_fbc_is_made_anew(cookie: str) -> None:
    assert fbc_of("OLD", cookie, now_ms=7) == "fb.1.7.OLD"


def test_without_a_click_the_cookie_is_kept_or_there_is_none() -> None:
    assert fbc_of("", "fb.1.1.OLD", now_ms=7) == "fb.1.1.OLD"
    assert fbc_of("", "nonsense", now_ms=7) == ""


def test_ids_are_copied_as_they_are() -> None:
    ids, rest = find_ids("https://a.example/?ScCid=Ab%2Bc+d&FBCLID=x&q=1&gclid=", "", {"plan": "pro"})
    assert ids.clicks == {"sccid": "Ab+c+d", "fbclid": "x"}
    assert rest == {"plan": "pro"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("_gcl_aw", "GCL.1700000000.Cj0-x", {"gclid": "Cj0-x"}),
        ("_gcl_gb", "GCL.1700000000.w1", {"wbraid": "w1"}),
        ("_uetmsclkid", "_uetabc", {"msclkid": "abc"}),
        ("_ga", "GA1.2.1.2", {"ga": "1.2"}),
        ("_ga_X1", "GS1.1.1700000001.3.1", {"ga_session": "1700000001"}),
        ("_ga_X1", "GS2.1.s1700000002$o3", {"ga_session": "1700000002"}),
        ("session_id", "1700000003", {"ga_session": "1700000003"}),
        ("_rdt_uuid", "170.3f2c1a90-0000-4000-8000-000000000001", {"rdt_uuid": "3f2c1a90-0000-4000-8000-000000000001"}),
        ("TTCLID", "E.C.P.x", {"ttclid": "E.C.P.x"}),
        ("_ga", "what", {}),
    ],
)
def test_cookies_and_properties(name: str, value: str, expected: dict[str, str]) -> None:
    ids, rest = find_ids("", "", {name: value})
    assert ids.clicks | ids.browsers == expected
    assert rest == {}


def test_sessions_of_several_streams_keep_their_streams() -> None:
    ids, _ = find_ids("", "", {"_ga_X1": "GS1.1.1700000001.3.1", "_ga_Y2": "GS2.1.s1700000002$o3"})
    sessions = ids.browsers["ga_session"]
    assert sessions == "X1=1700000001 Y2=1700000002"
    assert [session_of_stream(sessions, each) for each in ("X1", "Y2", "Z3")] == ["1700000001", "1700000002", ""]
    assert session_of_stream("1700000003", "Z3") == "1700000003", "of one stream alone the name was not kept"
    crowd = {f"_ga_S{place:02}": "GS1.1.1700000001.3.1" for place in range(99)}
    assert len(find_ids("", "", crowd)[0].browsers["ga_session"]) <= MAX_CHARS


@pytest.mark.parametrize("name", ["session_id", "client_id"])
def test_a_property_that_only_shares_googles_name_stays_one(name: str) -> None:
    assert find_ids("", "", {name: "17"})[1] == {name: "17"}


def test_the_page_is_believed_before_a_cookie_and_the_referrer_last() -> None:
    ids, _ = find_ids("https://a.example/?gclid=page", "https://b.example/?fbclid=r&gclid=r", {"gclid": "old"})
    assert ids.clicks == {"gclid": "page", "fbclid": "r"}


def test_of_cookies_only_ids_are_taken_and_last() -> None:
    ids, rest = find_ids("", "", {"_fbp": "mine"}, {"_fbp": "theirs", "_ga": "what", "_ttp": "t", "basket": "full"})
    assert (ids.browsers, rest) == ({"fbp": "mine", "ttp": "t"}, {})


def test_an_address_that_is_none_holds_no_ids() -> None:
    assert find_ids("https://[broken/?gclid=1", "", {})[0].clicks == {}
