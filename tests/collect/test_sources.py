"""What becomes a hit, and what its sender is told."""

from __future__ import annotations

import gzip
import json

import pytest
from msgspec.structs import replace

from fakes.collecting import KEY, SITE, FakeCollector, request, status
from onebyone.collect.desk import Settings
from onebyone.collect.visitors import Visitors

ORIGIN = ("Origin", "https://shop.example")
AUTH = ("Authorization", f"Bearer {KEY}")


def batch(*events: object, site: str = "s1", **more: object) -> bytes:
    return json.dumps({"site": site, "events": list(events), **more}).encode()


def body_of(answer: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


def test_an_image_of_a_known_site_becomes_a_hit() -> None:
    collector = FakeCollector()
    answer = collector.ask(
        request("GET", "/bcdfg/v1/n/s1.gif?e=pv&u=x", headers=[("User-Agent", "UA"), ("X-Own", "1")])
    )
    (hit,) = collector.committer.hits
    assert (hit.site, hit.via, hit.query, hit.headers) == ("s1", "image", "e=pv&u=x", {"user-agent": "UA"})
    assert (hit.address, hit.refused, hit.count) == ("203.0.113.0", "", 1)
    assert b"set-cookie: ob_v=" + hit.visitor.encode() in answer


def test_who_asks_changes_nothing_of_the_answer() -> None:
    """A person, a crawler, a prefetcher, a library, nobody: the verdict is made after the answer."""
    known = ("Cookie", f"ob_v={Visitors(b'k' * 32).new(0)}")
    agents = ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0", "Googlebot/2.1", "curl/8.0", "HeadlessChrome", "")
    collector = FakeCollector()  # one for all of them: its date stands still
    for method, target, body in (
        ("GET", "/bcdfg/v1/n/s1.gif?e=pv", b""),
        ("POST", "/bcdfg/v1/e", batch({"name": "page_view", "id": "1"})),
    ):
        said = set()
        for agent in agents:
            for more in ([], [("Sec-Purpose", "prefetch;prerender")], [("Sec-CH-UA", '"HeadlessChrome";v="156"')]):
                headers = [ORIGIN, known, ("User-Agent", agent), *more]
                said.add(collector.ask(request(method, target, body=body, headers=headers)))
        assert len(said) == 1


@pytest.mark.parametrize(
    ("target", "method", "reason"),
    [
        ("/x/v1/n/nobody.gif", "GET", "unknown_site"),
        ("/.gif", "GET", "unknown_site"),
        ("/bcdfg/v1/n/s1.gif", "POST", "not_a_view"),
        ("/bcdfg/v1/n/s1.gif?e=" + "a" * 9_000, "GET", "value_too_long"),
    ],
)
def test_nonsense_gets_its_image_and_leaves_its_reason(target: str, method: str, reason: str) -> None:
    collector = FakeCollector()
    answer = collector.ask(request(method, target))
    assert status(answer) == 200 and b"image/gif" in answer
    assert [hit.refused for hit in collector.committer.hits] == [reason]
    assert len(collector.committer.hits[0].query) <= 8_192


def test_a_visitor_is_known_by_a_cookie_of_ours_and_a_forged_one_is_replaced() -> None:
    collector = FakeCollector()
    known = Visitors(b"k" * 32).new(0)
    forged = known[:-1] + ("A" if known[-1] != "A" else "B")
    for cookie in (f"a=b; ob_v={known}; c=d", f"ob_v={forged}", f"xob_v={known}"):
        collector.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("Cookie", cookie)]))
    first, second, third = (hit.visitor for hit in collector.committer.hits)
    assert first == known and second not in (known, forged) and third != known


def test_no_cookie_of_others_enters_the_log() -> None:
    collector = FakeCollector()
    collector.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=[("Cookie", "console_session=secret")]))
    assert b"secret" not in collector.committer.records[0]


@pytest.mark.parametrize("query", ["gdpr=1", "analytics=denied&e=pv", "e=pv&gdpr=1&gdpr_consent=CPX"])
def test_a_refusal_means_no_identifier(query: str) -> None:
    collector = FakeCollector()
    answer = collector.ask(request("GET", f"/bcdfg/v1/n/s1.gif?{query}"))
    assert collector.committer.hits[0].visitor == "" and b"set-cookie" not in answer


def test_a_site_may_do_without_cookies() -> None:
    collector = FakeCollector(site=replace(SITE, visitor_cookie=False))
    assert b"set-cookie" not in collector.ask(request("GET", "/bcdfg/v1/n/s1.gif"))


def test_the_cookie_is_secure_where_the_site_is() -> None:
    assert b"; Secure" in FakeCollector().ask(request("GET", "/bcdfg/v1/n/s1.gif"))
    plain = FakeCollector(site=replace(SITE, origins=("http://127.0.0.1:8002",)))
    assert b"; Secure" not in plain.ask(request("GET", "/bcdfg/v1/n/s1.gif"))


def test_a_log_that_cannot_write_is_admitted() -> None:
    collector = FakeCollector()
    collector.committer.at_once = False
    image = collector.ask(request("GET", "/bcdfg/v1/n/s1.gif"))
    assert status(image) == 200 and b"x-onebyone-stored: no" in image and b"set-cookie" not in image
    tag = collector.ask(request("POST", "/bcdfg/v1/e", body=batch({"name": "x"}), headers=[ORIGIN]))
    assert status(tag) == 503 and b"retry-after: 2" in tag and b"access-control-allow-origin" in tag


def test_too_many_waiting_hits_are_refused_at_once() -> None:
    collector = FakeCollector()
    collector.committer.full = True
    assert b"x-onebyone-stored: no" in collector.ask(request("GET", "/bcdfg/v1/n/s1.gif"))
    server = request("POST", "/bcdfg/v1/events", body=batch({"name": "x"}), headers=[AUTH])
    assert status(collector.ask(server)) == 503
    assert collector.counters.get("onebyone_hits_refused_total", "busy") == 2


def test_a_batch_is_one_hit_with_as_many_sightings_as_events() -> None:
    collector = FakeCollector()
    body = batch({"name": "page_view", "id": "a"}, {"name": 7, "id": "b"}, {"name": "x" * 99, "id": "c"})
    answer = collector.ask(request("POST", "/bcdfg/v1/e", body=body, headers=[ORIGIN]))
    (hit,) = collector.committer.hits
    assert (hit.count, hit.body, hit.site) == (3, body, "s1")
    results = body_of(answer)["results"]
    assert isinstance(results, list)
    assert [(r["id"], r["status"], r.get("reason")) for r in results] == [
        ("a", "ok", None),
        ("b", "invalid", "wrong_shape"),
        ("c", "invalid", "value_too_long"),
    ]


@pytest.mark.parametrize(
    ("body", "headers", "code", "reason"),
    [
        (b"{", [ORIGIN], 400, "body_unreadable"),
        (b"[]", [ORIGIN], 400, "wrong_shape"),
        (b"[" * 50_000, [ORIGIN], 400, "wrong_shape"),
        (b"\xff\xfe", [ORIGIN], 400, "body_unreadable"),
        (b" " * 70_000, [ORIGIN], 413, "body_too_large"),
        (b"not gzip", [ORIGIN, ("Content-Encoding", "gzip")], 400, "body_unreadable"),
        (b"{}", [ORIGIN, ("Content-Encoding", "br")], 400, "body_unreadable"),
        (gzip.compress(b" " * 1_000_000), [ORIGIN, ("Content-Encoding", "gzip")], 413, "body_too_large"),
        (json.dumps({"site": "s1", "events": [{"name": "x"}] * 1_001}).encode(), [ORIGIN], 400, "too_many_events"),
    ],
    ids=["cut", "list", "deep", "not utf-8", "large", "not packed", "unknown packing", "bomb", "many"],
)
def test_an_unusable_body_has_a_reason_and_is_kept_in_part(
    body: bytes, headers: list[tuple[str, str]], code: int, reason: str
) -> None:
    collector = FakeCollector()
    answer = collector.ask(request("POST", "/bcdfg/v1/e", body=body, headers=headers))
    (hit,) = collector.committer.hits
    assert (status(answer), hit.refused, hit.count) == (code, reason, 1)
    assert len(hit.body) <= 4_096
    assert b"application/problem+json" in answer and b"access-control-allow-origin: https://shop.example" in answer


def test_a_batch_of_an_unknown_site_is_dropped_so_that_it_is_not_sent_again() -> None:
    collector = FakeCollector()
    answer = collector.ask(request("POST", "/x/v1/e", body=batch({"name": "x", "id": "1"}, site="s9")))
    assert body_of(answer) == {"results": [{"id": "1", "status": "drop", "reason": "unknown_site"}]}
    assert collector.committer.hits[0].refused == "unknown_site"


def test_another_origin_cannot_speak_for_the_site() -> None:
    collector = FakeCollector()
    headers = [("Origin", "https://evil.example")]
    answer = collector.ask(request("POST", "/bcdfg/v1/e", body=batch({"name": "x", "id": "1"}), headers=headers))
    assert collector.committer.hits[0].refused == "origin_not_allowed"
    assert b"access-control" not in answer and b"set-cookie" not in answer


def test_a_servers_key_names_its_site_and_a_wrong_one_leaves_a_trace() -> None:
    collector = FakeCollector()
    body = json.dumps({"events": [{"name": "purchase", "id": "1"}]}).encode()
    assert status(collector.ask(request("POST", "/x/v1/events", body=body, headers=[AUTH]))) == 200
    wrong = [("Authorization", "Bearer nothing")]
    assert status(collector.ask(request("POST", "/x/v1/events", body=body, headers=wrong))) == 401
    first, second = collector.committer.hits
    assert (first.site, first.refused) == ("s1", "")
    assert (second.site, second.refused, second.body) == ("", "unauthorized", b"")


def test_a_proxy_is_believed_only_where_it_is_declared() -> None:
    headers = [("X-Forwarded-For", "198.51.100.9, 192.0.2.1")]
    plain = FakeCollector()
    plain.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=headers))
    behind = FakeCollector(settings=Settings(proxies=["203.0.113.0/24", "192.0.2.1"]))
    behind.ask(request("GET", "/bcdfg/v1/n/s1.gif", headers=headers))
    assert (plain.committer.hits[0].address, behind.committer.hits[0].address) == ("203.0.113.0", "198.51.100.0")


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        *(("", False), ("br", False), ("gzip, deflate, br, zstd", True), ("br;q=1, GZIP;q=0.5", True)),
        *(("gzip;q=0", False), ("gzip; q=0.0, br", False)),
    ],
)
def test_a_script_travels_packed_to_who_takes_it(accepted: str, packed: bool) -> None:
    answer = FakeCollector().ask(request("GET", "/bcdfg/s.js", headers=[("Accept-Encoding", accepted)]))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (b"content-encoding: gzip" in head) == packed and b"vary: Accept-Encoding" in head
    assert f"content-length: {len(body)}\r\n".encode() in head + b"\r\n"
    assert (gzip.decompress(body) if packed else body) == b"/* the tag */"


@pytest.mark.parametrize(
    ("target", "code", "part"),
    [
        ("/bcdfg/s.js", 200, b"/* the tag */"),
        ("/bcdfg/s.js", 200, b"cache-control: max-age=300, stale-if-error=86400\r\n"),
        ("/bcdfg/c/ab12.js", 200, b"cache-control: public, max-age=31536000, immutable\r\n"),
        ("/bcdfg/c/ab12.js", 200, b"access-control-allow-origin: *\r\n"),  # or no other origin's page may pin it
        ("/xxxxx/s.js", 404, b"application/problem+json"),
        ("/health", 200, b"ok"),
        ("/.well-known/traffic-advice", 200, b"application/trafficadvice+json"),
        ("/", 404, b"problem"),
        ("/bcdfg/v1/e", 405, b"allow: POST, OPTIONS"),
        ("/bcdfg/v1/events", 405, b"allow: POST"),
    ],
)
def test_the_other_addresses(target: str, code: int, part: bytes) -> None:
    collector = FakeCollector()
    answer = collector.ask(request("GET", target))
    assert status(answer) == code and part in answer
    assert collector.committer.records == []
