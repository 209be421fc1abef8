"""A token for a link to another of the site's domains: who gets one, and who does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from fakes.collecting import NOW_MS, SITE, FakeCollector, request, status
from onebyone.event import visitor_hash
from onebyone.identity.links import Target, read
from onebyone.state.tag_settings import TagSettings

ORIGIN = ("Origin", "https://shop.example")
AGENT = ("User-Agent", "Mozilla/5.0 Firefox/150.0")
LINKED = replace(SITE, tag=TagSettings(linked=("shop.example", "pay.example")))


def asked(body: object, *headers: tuple[str, str], origin: tuple[str, str] = ORIGIN, **site: Any) -> bytes:
    collector = FakeCollector(site=replace(LINKED, **site))
    visitor = collector.desk.visitors.seal("someone.5a5a")
    known = [("Cookie", f"ob_v={visitor}")] if not any(name == "Cookie" for name, _ in headers) else []
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = collector.ask(request("POST", "/bcdfg/v1/d", body=sent, headers=[origin, AGENT, *known, *headers]))
    assert collector.committer.records == [], "nothing is written down"
    return answer


def token(answer: bytes) -> str:
    assert status(answer) == 200
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["token"])


def test_a_known_visitor_gets_a_token_for_the_declared_domain_of_the_host() -> None:
    answer = asked({"to": "www.pay.example", "consent": {"analytics": "granted"}})
    visitor = FakeCollector().desk.visitors.seal("someone.5a5a")
    found = read(b"l" * 32, token(answer), Target("s1", "pay.example", AGENT[1]), now_ms=NOW_MS)
    assert found == visitor_hash("s1", visitor) and visitor.encode() not in answer
    assert b"access-control-allow-origin: https://shop.example" in answer and b"no-store" in answer


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"to": "other.example"}, []),
        ({"to": "www.shop.example"}, []),  # this side
        ({"to": "pay.example", "consent": {"analytics": "denied"}}, []),
        ({"to": "pay.example"}, [("Cookie", "ob_v=made.up.value")]),
        ({"to": "pay.example"}, [("Cookie", "other=1")]),
    ],
)
def test_who_is_unknown_or_refuses_or_stays_on_this_side_gets_none(body: object, headers: list[Any]) -> None:
    answer = asked(body, *headers)
    assert token(answer) == "" and b"set-cookie: ob_v=made" not in answer


def test_pages_that_are_not_the_sites_get_nothing() -> None:
    assert status(asked({"to": "pay.example"}, origin=("Origin", "https://evil.example"))) == 403
    assert status(asked({"to": "pay.example"}, origin=("X-Nothing", ""))) == 403


def test_a_site_that_follows_nobody_has_no_such_address() -> None:
    assert status(asked({"to": "pay.example"}, tag=TagSettings())) == 404
    assert status(asked({"to": "pay.example"}, visitor_cookie=False)) == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"to":1}', b"x" * 10_000, b"[" * 5_000])
def test_what_is_no_question_is_refused(body: bytes) -> None:
    assert status(asked(body)) == 400
