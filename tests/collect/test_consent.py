"""A choice that is posted, and what a visitor is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from fakes.collecting import SITE, FakeCollector, request, status
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Hit
from onebyone.state.tag_settings import Banner, TagSettings

ORIGIN = ("Origin", "https://shop.example")
CHOICE = {"id": "0193a1b2-0000-7000-8000-000000000001", "at": 1_799_999_999_000, "choices": {"analytics": "granted"}}
REFUSAL = CHOICE | {"choices": {"analytics": "denied", "ads_share": "denied"}}


def asked(collector: FakeCollector, body: Any, *headers: tuple[str, str]) -> tuple[Hit, bytes]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = collector.ask(request("POST", "/bcdfg/v1/consent", body=sent, headers=[ORIGIN, *headers]))
    return collector.committer.hits[-1], answer


def told(answer: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


def cookies(answer: bytes) -> dict[str, str]:
    lines = [
        line for line in answer.partition(b"\r\n\r\n")[0].decode().split("\r\n") if line.startswith("set-cookie: ")
    ]
    return dict(line.removeprefix("set-cookie: ").partition(";")[0].split("=", 1) for line in lines)


def test_a_choice_is_a_hit_and_its_sender_can_read_it_again() -> None:
    collector = FakeCollector()
    hit, answer = asked(collector, CHOICE)
    assert (status(answer), hit.via, hit.site, hit.refused) == (200, "consent", "s1", "")
    assert told(answer) == {"record_id": CHOICE["id"], "secret": collector.desk.records.secret_of(str(CHOICE["id"]))}
    assert b"access-control-allow-origin: https://shop.example" in answer and b"HttpOnly" in answer
    assert hit.query == f"record={CHOICE['id']}&person={cookies(answer)['ob_i']}"


def test_who_refuses_everything_the_first_time_gets_no_number() -> None:
    hit, answer = asked(FakeCollector(), REFUSAL)
    assert cookies(answer) == {} and hit.query.endswith("&person=")


def test_a_withdrawal_ends_the_visitor_and_is_of_the_same_person() -> None:
    collector = FakeCollector()
    _, granted = asked(collector, CHOICE)
    seen = collector.ask(request("GET", "/bcdfg/v1/n/s1.gif"))
    person, visitor = cookies(granted)["ob_i"], cookies(seen)["ob_v"]
    hit, answer = asked(collector, REFUSAL, ("Cookie", f"ob_i={person}; ob_v={visitor}"))
    assert cookies(answer) == {"ob_v": ""} and b"Max-Age=0" in answer
    assert hit.query.endswith(f"&person={person}") and (hit.visitor, hit.asking) == ("", visitor)


def test_a_refusal_of_ads_ends_what_was_kept_for_them() -> None:
    refusal = CHOICE | {"choices": {"ads_storage": "denied"}}
    site = replace(SITE, tag=TagSettings(meta_cookies=True))
    _, answer = asked(FakeCollector(site=site), refusal, ("Cookie", "ob_a=gclid.1.x; _fbp=fb.1.1.2; _ga=GA1.1.1.2"))
    assert cookies(answer) == {"ob_a": "", "_fbp": ""}


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        (b"{", 400, "body_unreadable"),
        ({}, 400, "wrong_shape"),
        ({"choices": {}}, 400, "wrong_shape"),
        ({"choices": {"cookies": "granted"}}, 400, "wrong_shape"),
        ({"choices": {"analytics": "perhaps"}}, 400, "wrong_shape"),
        (b" " * 17_000, 413, "body_too_large"),
    ],
)
def test_what_is_no_choice_has_its_reason(body: Any, code: int, reason: str) -> None:
    hit, answer = asked(FakeCollector(), body)
    assert (status(answer), hit.refused) == (code, reason)


def test_another_page_may_not_choose_for_this_site() -> None:
    collector = FakeCollector()
    other = [("Origin", "https://evil.example")]
    answer = collector.ask(request("POST", "/bcdfg/v1/consent", body=json.dumps(CHOICE).encode(), headers=other))
    assert status(answer) == 403 and collector.committer.hits[0].refused == "origin_not_allowed"
    assert status(collector.ask(request("GET", "/bcdfg/v1/consent"))) == 405
    assert status(collector.ask(request("POST", "/nobody/v1/consent", body=b"{}"))) == 404


def privacy(consent: ConsentSettings, *headers: tuple[str, str]) -> tuple[dict[str, Any], bytes]:
    answer = FakeCollector(site=replace(SITE, consent=consent)).ask(
        request("GET", "/bcdfg/v1/privacy", headers=[ORIGIN, *headers])
    )
    return told(answer), answer


def test_a_visitor_is_told_what_holds_and_what_was_honoured() -> None:
    said, answer = privacy(ConsentSettings())
    assert (said["ask"], said["permissions"]["analytics"], said["denied_mode"]) == (True, "denied", "count")
    assert b"vary: Origin, Sec-GPC, DNT" in answer and b"access-control-allow-origin" in answer
    said, _ = privacy(ConsentSettings(unknown_region="C"), ("Sec-GPC", "1"))
    assert (said["ask"], said["permissions"]["analytics"], said["permissions"]["sell_share"]) == (
        False,
        "granted",
        "denied",
    )
    assert said["signals"] == {"gpc": {"seen": True, "honored": True}, "dnt": {"seen": False, "honored": False}}


def test_the_well_known_file_says_whether_the_signal_is_honoured() -> None:
    path = request("GET", "/.well-known/gpc.json")
    assert told(FakeCollector().ask(path)) == {"gpc": True, "lastUpdate": "2026-11-01"}
    off = replace(SITE, consent=ConsentSettings(gpc=False))
    assert told(FakeCollector(site=off).ask(path))["gpc"] is False


KEPT = "1.mf3k2a9x.fs.0.0193a1b2-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("host", "banner", "cookie", "set_by_http"),
    [
        ("shop.example", True, KEPT, KEPT.replace(".0.", ".1.")),
        ("shop.example", True, "1.mf3k2a9x..0.0193a1b2-0000-7000-8000-000000000001", "1.mf3k2a9x..1."),
        ("SHOP.example:8443", True, KEPT, KEPT.replace(".0.", ".1.")),
        ("t.shop.example", True, KEPT, None),
        ("[", True, KEPT, None),
        ("shop.example", False, KEPT, None),
        ("shop.example", True, '1.mf3k2a9x.fs.0.x"; Domain=evil.example', None),
        ("shop.example", True, "", None),
    ],
    ids=["own host", "refused", "a port", "another host", "hostile", "no banner", "forged", "none"],
)
def test_the_banners_choice_is_kept_by_http_where_the_page_is_at_home(
    host: str, banner: bool, cookie: str, set_by_http: str | None
) -> None:
    site = replace(SITE, tag=TagSettings(banner=Banner(on=banner, days=180)))
    headers = [ORIGIN, ("Cookie", f"a=b; ob_c={cookie}")]
    sent = request("POST", "/bcdfg/v1/consent", body=json.dumps(CHOICE).encode(), headers=headers)
    answer = FakeCollector(site=site).ask(sent.replace(b"Host: t.shop.example", b"Host: " + host.encode()))
    assert cookies(answer).get("ob_c") == set_by_http
    line = b"; Path=/; Max-Age=15552000; SameSite=Lax; Secure\r\n"
    assert (line in answer) is (set_by_http is not None)
