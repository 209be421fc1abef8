"""The public addresses of a running platform, from outside."""

from __future__ import annotations

import gzip
import json
import uuid

import httpx2

from e2e.running import ORIGIN, Platform, get, post, request
from onebyone.state.sites import Site

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
BROWSER = {"user-agent": AGENT, "accept-language": "de-DE,de;q=0.9", "accept": "image/avif,image/*,*/*;q=0.8"}


def image(platform: Platform, site: Site, query: str, **headers: str) -> httpx2.Response:
    url = f"{platform.collector}/{site.prefix}/v1/n/{site.id}.gif?{query}"
    return get(url, headers=BROWSER | headers)


def batch(platform: Platform, site: Site, events: list[object], **headers: str) -> httpx2.Response:
    body = json.dumps({"site": site.id, "sent_at": 1_800_000_000_000, "events": events})
    url = f"{platform.collector}/{site.prefix}/v1/e"
    return post(url, content=body, headers=BROWSER | {"origin": ORIGIN, "content-type": "text/plain"} | headers)


def test_an_image_is_43_bytes_and_never_cached(platform: Platform) -> None:
    site, _ = platform.add_site()
    answer = image(platform, site, "e=pv&u=https%3A%2F%2Fshop.example%2Flamps")
    assert answer.status_code == 200
    assert answer.content[:6] == b"GIF89a" and len(answer.content) == 43
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-cache, no-store, max-age=0, private"
    assert "ob_v=" in answer.headers["set-cookie"]


def test_nonsense_that_asks_for_an_image_gets_one(platform: Platform) -> None:
    for path in ("/x.gif", "/a/v1/n/nobody.gif?%ff%00&&&=", "/%00/../.gif?e=" + "a" * 9000, "//.gif"):
        answer = get(platform.collector + path)
        assert (answer.status_code, len(answer.content)) == (200, 43)


def test_page_views_of_image_and_tag_are_counted_and_a_visitor_is_known_again(platform: Platform) -> None:
    site, _ = platform.add_site()
    first = image(platform, site, "u=https%3A%2F%2Fshop.example%2F")
    cookie = first.headers["set-cookie"].partition(";")[0]
    event = {"name": "page_view", "id": str(uuid.uuid4()), "page": {"url": "https://shop.example/lamps"}}
    second = batch(platform, site, [event], cookie=cookie)
    assert second.json()["results"] == [{"id": event["id"], "status": "ok"}]
    assert "set-cookie" not in second.headers
    platform.settle()
    (row,) = platform.report("overview", site.id)
    assert (row["views"], row["visitors"], row["sessions"]) == (2, 1, 1)


def test_one_order_from_four_ways_is_counted_once_and_its_fate_tells_all(platform: Platform) -> None:
    site, key = platform.add_site()
    order = {"id": "NL-1", "value": "89.90", "currency": "EUR"}
    purchase = {"name": "purchase", "id": str(uuid.uuid4()), "event_id": "purchase:NL-1", "order": order}
    assert batch(platform, site, [purchase]).json()["results"][0]["status"] == "ok"
    assert batch(platform, site, [purchase]).json()["results"][0]["status"] == "ok"  # the network repeats it
    platform.settle()  # collectors write side by side: what comes later is told by what was seen before
    reload = purchase | {"id": str(uuid.uuid4()), "nav": "reload"}
    assert batch(platform, site, [reload]).json()["results"][0]["status"] == "ok"
    server = {"events": [{"name": "Purchase", "order": order}]}
    url = f"{platform.collector}/{site.prefix}/v1/events"
    assert post(url, json=server, headers={"authorization": f"Bearer {key}"}).status_code == 200
    assert image(platform, site, "e=purchase&o=NL-1&val=89.90&cur=EUR").status_code == 200
    platform.settle()
    (row,) = platform.report("overview", site.id)
    assert (row["orders"], row["revenue_minor"]) == (1, 8990)
    story = platform.fate("NL-1", site.id)
    reasons = sorted(s["reason"] for s in story["sightings"])
    assert reasons == ["", "duplicate_event", "order_joined", "order_reloaded", "order_repeated"]
    kept = next(s for s in story["sightings"] if s["fate"] == "kept")
    assert all(s["of"] == kept["sighting"] for s in story["sightings"] if s["fate"] == "dropped")
    (record,) = story["records"]
    told = {copy["via"]: copy["matched_by"] for copy in record["told_copies"][1:]}
    assert (record["gross"], record["net"], record["copies"]) == (8990, 8990, 5)
    assert told == {"tag": "order_id", "server": "order_id", "image": "order_id"}


def test_a_server_without_its_key_is_told_so_and_leaves_a_trace(platform: Platform) -> None:
    site, _ = platform.add_site()
    url = f"{platform.collector}/{site.prefix}/v1/events"
    answer = post(url, json={"events": [{"name": "x"}]}, headers={"authorization": "Bearer obo_live_wrong"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    platform.settle()
    assert any(row["reason"] == "unauthorized" for row in platform.report("unknown_hits", ""))


def test_one_bad_event_does_not_touch_its_neighbours(platform: Platform) -> None:
    site, _ = platform.add_site()
    good = {"name": "page_view", "id": "good", "page": {"url": "https://shop.example/"}}
    bad = {"name": "purchase", "id": "bad", "order": {"id": "1", "value": "a lot", "currency": "EUR"}}
    results = batch(platform, site, [bad, good, {"id": "nameless"}]).json()["results"]
    assert [(r["id"], r["status"], r.get("reason")) for r in results] == [
        ("bad", "invalid", "value_impossible"),
        ("good", "ok", None),
        ("nameless", "invalid", "name_missing"),
    ]
    platform.settle()
    (row,) = platform.report("overview", site.id)
    assert (row["views"], row["orders"]) == (1, 0)
    assert platform.report("ledger_totals", site.id) == [{"kept": 1, "dropped": 2, "failed": 0}]


def test_a_page_of_another_origin_cannot_speak_for_the_site(platform: Platform) -> None:
    site, _ = platform.add_site()
    answer = batch(platform, site, [{"name": "page_view", "id": "x"}], origin="https://evil.example")
    assert answer.json()["results"] == [{"id": "x", "status": "drop", "reason": "origin_not_allowed"}]
    assert "access-control-allow-origin" not in answer.headers
    allowed = batch(platform, site, [{"name": "page_view", "id": "y"}])
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert allowed.headers["access-control-allow-credentials"] == "true"


def test_a_preflight_is_answered_for_the_sites_own_origins(platform: Platform) -> None:
    site, _ = platform.add_site()
    url = f"{platform.collector}/{site.prefix}/v1/e"
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    own = request("OPTIONS", url, headers=ask | {"origin": ORIGIN})
    other = request("OPTIONS", url, headers=ask | {"origin": "https://evil.example"})
    assert own.headers["access-control-allow-origin"] == ORIGIN and own.status_code == 204
    assert "access-control-allow-origin" not in other.headers


def test_bodies_have_limits_and_bombs_stay_packed(platform: Platform) -> None:
    site, key = platform.add_site()
    tag = f"{platform.collector}/{site.prefix}/v1/e"
    assert post(tag, content=b" " * 70_000).status_code == 413
    server, auth = f"{platform.collector}/{site.prefix}/v1/events", {"authorization": f"Bearer {key}"}
    assert post(server, content=b" " * 1_100_000, headers=auth).status_code == 413
    bomb = gzip.compress(b"[" * 50_000_000)
    packed = auth | {"content-encoding": "gzip"}
    assert post(server, content=bomb, headers=packed).status_code == 413
    events = gzip.compress(json.dumps({"events": [{"name": "sign_up", "id": "s1"}]}).encode())
    assert post(server, content=events, headers=packed).json()["results"][0]["status"] == "ok"


def test_two_sites_with_the_same_ids_do_not_meet(platform: Platform) -> None:
    for site, _ in (platform.add_site(), platform.add_site()):
        event = {"name": "purchase", "id": "same", "order": {"id": "1001", "value": 5, "currency": "EUR"}}
        batch(platform, site, [event])
        platform.settle()
        (row,) = platform.report("overview", site.id)
        assert (row["orders"], row["revenue_minor"]) == (1, 500)


def test_script_health_and_readiness(platform: Platform) -> None:
    site, _ = platform.add_site()
    script = get(f"{platform.collector}/{site.prefix}/s.js")
    assert script.headers["content-type"].startswith("text/javascript") and site.id in script.text
    assert script.headers["cache-control"] == "max-age=300, stale-if-error=86400"
    assert get(f"{platform.collector}/nobody/s.js").status_code == 404
    assert get(f"{platform.collector}/health").status_code == 200
    assert get(f"{platform.collector}/ready").status_code == 200


def test_a_denial_leaves_no_identifier(platform: Platform) -> None:
    site, _ = platform.add_site()
    answer = image(platform, site, "e=pv&gdpr=1")
    assert "set-cookie" not in answer.headers
    platform.settle()
    (row,) = platform.report("totals", site.id)
    assert (row["views"], row["visitors"], row["views_without_visitor"]) == (1, 0, 1)


def test_machines_are_kept_apart(platform: Platform) -> None:
    site, _ = platform.add_site()
    image(
        platform,
        site,
        "e=pv",
        **{"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    )
    image(platform, site, "e=pv", **{"sec-purpose": "prefetch;prerender"})
    image(platform, site, "e=pv")
    platform.settle()
    (row,) = platform.report("totals", site.id)
    assert (row["views"], row["machine_views"]) == (1, 2)
