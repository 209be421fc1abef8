"""User data never reaches the log as it was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from fakes.collecting import KEY, SITE, FakeCollector, request
from onebyone.collect.desk import Settings
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Drop, Hit
from onebyone.state.seals import Unsealed
from onebyone.wire import Batch, read_batch, read_event

ORIGIN = ("Origin", "https://shop.example")
AUTH = ("Authorization", f"Bearer {KEY}")
PERSON = {"email": "ada@example.com"}
BUYING = {"name": "purchase", "id": "p1", "order": {"id": "A1", "value": 123456789.12, "currency": "EUR"}}


def sent(body: bytes, path: str = "e", **given: Any) -> tuple[Hit, FakeCollector, bytes]:
    collector = FakeCollector(**given)
    header = AUTH if path == "events" else ORIGIN
    answer = collector.ask(request("POST", f"/bcdfg/v1/{path}", body=body, headers=[header]))
    return collector.committer.hits[0], collector, answer


def opened(collector: FakeCollector, hit: Hit) -> dict[str, Unsealed]:
    return {n: collector.desk.seals.unseal(SITE.id, text) for n, text in hit.sealed.items()}


def test_a_batch_loses_its_user_data_and_nothing_else() -> None:
    events = [{"name": "page_view", "id": "a"}, BUYING | {"user_data": PERSON}]
    hit, collector, answer = sent(json.dumps({"site": "s1", "sent_at": 5, "consent": {}, "events": events}).encode())
    assert b"ada" not in collector.committer.records[0] and b'"status":"ok"},{"id":"p1","status":"ok"' in answer
    assert opened(collector, hit) == {"1": Unsealed(PERSON, "203.0.113.77")}
    batch = read_batch(hit.body)
    assert isinstance(batch, Batch)
    assert [read_event(raw) for raw in batch.events] == [
        read_event(json.dumps(event).encode()) for event in (events[0], BUYING)
    ]


def test_a_body_without_user_data_is_kept_to_the_byte() -> None:
    body = json.dumps({"site": "s1", "events": [BUYING]}).encode()
    assert sent(body)[0].body == body


def test_where_people_are_asked_first_no_full_address_waits() -> None:
    strict = replace(SITE, consent=ConsentSettings())
    body = json.dumps({"site": "s1", "events": [BUYING | {"user_data": PERSON}]}).encode()
    hit, collector, _ = sent(body, site=strict)
    assert opened(collector, hit) == {"0": Unsealed(PERSON, "")}


def test_a_server_reports_addresses_that_are_cut_and_sealed() -> None:
    events = [BUYING | {"ip": "8.8.8.8", "user_data": PERSON}, BUYING | {"ip": "84.150.1.7", "id": "p2"}]
    hit, collector, _ = sent(json.dumps({"events": events}).encode(), "events")
    assert [event["ip"] for event in json.loads(hit.body)["events"]] == ["8.8.8.0", "84.150.1.0"]
    assert opened(collector, hit) == {"0": Unsealed(PERSON, "8.8.8.8")}
    assert b"84.150.1.7" not in collector.committer.records[0]


@pytest.mark.parametrize(
    "event",
    [
        b'{"id":"x","user_data":{"email":"ada@example.com"}}',
        b'{"name":"x","user_data":{"email":"ada@example.com"},"seq":"no"}',
        b'{"name":"x","user_data":{"email":"ada@example.com"}, oops}',
        b'{"name":"x","user_data":"ada@example.com"}',
    ],
)
def test_an_event_that_cannot_be_used_leaves_none_either(event: bytes) -> None:
    body = b'{"site":"s1","events":[' + event + b',{"name":"page_view","id":"b"}]}'
    hit, collector, answer = sent(body)
    assert b"ada" not in collector.committer.records[0]
    assert hit.count == 2 and b'{"id":"b","status":"ok"}' in answer
    batch = read_batch(hit.body)
    assert isinstance(batch, Batch)
    assert [isinstance(read_event(raw), Drop) for raw in batch.events] == [True, False]


def test_a_refused_body_is_cut_before_its_user_data() -> None:
    body = json.dumps({"site": "nobody", "events": [BUYING | {"user_data": PERSON}]}).encode()
    hit, _, _ = sent(body)
    assert hit.refused == "unknown_site" and b"ada" not in hit.body and hit.body.startswith(b'{"site"')


def test_a_site_without_cookies_knows_its_visitors_for_a_day() -> None:
    collector = FakeCollector(site=replace(SITE, visitor_cookie=False))
    for agent in ("UA", "UA", "other"):
        answer = collector.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("User-Agent", agent)]))
        assert b"set-cookie" not in answer
    one, same, other = (hit.visitor for hit in collector.committer.hits)
    assert one == same != other and one.startswith("d.")


def test_a_declared_proxy_says_where_the_visitor_is() -> None:
    settings = Settings(proxies=["203.0.113.0/24"], country_header="cf-ipcountry", subdivision_header="cf-region-code")
    headers = [("CF-IPCountry", "US"), ("CF-Region-Code", "CA")]
    trusting = FakeCollector(settings=settings)
    trusting.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=headers))
    wary = FakeCollector(settings=Settings(country_header="cf-ipcountry"))
    wary.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=headers))
    assert (trusting.committer.hits[0].region, wary.committer.hits[0].region) == ("US-CA", "")


def test_a_refusal_ends_the_cookie_that_came_with_it() -> None:
    collector = FakeCollector()
    first = collector.ask(request("GET", "/bcdfg/v1/n/s1.gif"))
    cookie = first.partition(b"set-cookie: ")[2].partition(b";")[0].decode()
    answer = collector.ask(request("GET", "/bcdfg/v1/n/s1.gif?analytics=denied", headers=[("Cookie", cookie)]))
    _, hit = collector.committer.hits
    assert (hit.visitor, hit.asking) == ("", cookie.partition("=")[2])
    assert b"set-cookie: ob_v=;" in answer and b"Max-Age=0" in answer
