"""Meta's cookies by the published vectors, through the collector; and never without permission."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from fakes.collecting import NOW_MS, SITE, FakeCollector, request
from onebyone.collect.registry import registrable
from onebyone.state.tag_settings import TagSettings

VECTORS = json.loads((Path(__file__).parents[1] / "golden/vectors/fbc.json").read_text())["cases"]
YES = {"analytics": "granted", "ads_storage": "granted"}


def sent(case: dict[str, Any], consent: dict[str, str] = YES, *, on: bool = True) -> tuple[dict[str, str], list[str]]:
    """What goes with the hit, and the cookies that are set beside the visitor's."""
    host = case["host"]
    site = replace(SITE, origins=(f"https://{host}",), tag=TagSettings(meta_cookies=on))
    collector = FakeCollector(site=site)
    page = {
        "url": f"https://{host}/" + (f"?fbclid={case['query_fbclid']}" if "query_fbclid" in case else ""),
        "referrer": f"https://{host}/a?fbclid={case['referrer_fbclid']}" if "referrer_fbclid" in case else "",
    }
    body = {"site": "s1", "consent": consent, "events": [{"name": "page_view", "page": page}]}
    asked = request("POST", "/bcdfg/v1/e", body=json.dumps(body).encode(), headers=[
        ("Cookie", "; ".join(f"{name}={value}" for name, value in case["cookies"].items())),
        ("Origin", f"https://{host}"),
    ])  # fmt: skip
    answer = collector.ask(asked.replace(b"Host: t.shop.example", f"Host: {host}".encode()))
    head = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    cookies = [line.removeprefix("set-cookie: ") for line in head if line.startswith("set-cookie: _fb")]
    (hit,) = collector.committer.hits
    return {name: values[0] for name, values in parse_qs(hit.query).items()}, cookies


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["host"])
def test_every_vector_of_the_click_cookie(case: dict[str, Any]) -> None:
    found, cookies = sent(case)
    assert registrable(case["host"]) == case["registrable_domain"]
    assert found["fbc"].replace(str(NOW_MS), str(case["now_ms"])) == case["fbc"]
    made = [cookie for cookie in cookies if cookie.startswith("_fbc=")]
    assert bool(made) == case["set_fbc_cookie"]
    for cookie in made:
        assert "; Path=/; Max-Age=7776000; SameSite=Lax" in cookie and cookie.endswith("; Secure")
        assert "HttpOnly" not in cookie
        assert ("; Domain=" in cookie) == ("." in case["registrable_domain"])
        assert f"; Domain={case.get('cookie_domain', '')}" in cookie or "cookie_domain" not in case
    if "fbp" in case:
        assert found["fbp"] == case["fbp"] and not any(cookie.startswith("_fbp=") for cookie in cookies)


def test_a_browser_without_one_gets_an_id_of_31_bits() -> None:
    found, cookies = sent(VECTORS[4])
    _, index, at, random = found["fbp"].split(".")
    assert (index, at) == ("2", str(NOW_MS)) and 0 <= int(random) < 2**31
    assert any(cookie.startswith(f"_fbp={found['fbp']}; ") for cookie in cookies)


@pytest.mark.parametrize("consent", [{"ads_storage": "denied"}, {"analytics": "granted", "ads_storage": "denied"}])
def test_without_permission_for_ads_nothing_is_read_or_made_and_what_was_made_ends(consent: dict[str, str]) -> None:
    found, cookies = sent(VECTORS[1], consent)
    assert found == {} and VECTORS[1]["cookies"]
    assert {cookie.partition("=")[0] for cookie in cookies} == VECTORS[1]["cookies"].keys()
    assert all(cookie.partition("=")[2].startswith("; Path=/; Max-Age=0; ") for cookie in cookies)


def test_a_site_that_did_not_ask_for_it_gets_none() -> None:
    found, cookies = sent(VECTORS[1], on=False)
    assert found["fbp"] == VECTORS[1]["cookies"]["_fbp"] and cookies == []


@pytest.mark.parametrize("id", ["a%3B%20Domain%3Devil", "a%0d%0aSet-Cookie:x", "%22", "x" * 1_100])
def test_a_click_id_that_no_cookie_can_hold_makes_none(id: str) -> None:
    found, cookies = sent(VECTORS[0] | {"query_fbclid": id})
    assert "fbc" not in found and not any("_fbc" in cookie for cookie in cookies)
