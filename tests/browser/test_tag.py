"""The committed tag in Chromium, against a loopback collector."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import CHROMIUM_ARGS, find_chromium, settle
from browser.containers import FREE, hold
from browser.stub import SITE, Stub, serving
from onebyone.state.tag_settings import TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 20_000  # a page that is not prerendered by then is left all the same
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def names(site: Stub) -> list[str]:
    return [event["name"] for event in site.events()]


def stored_keys(page: Page) -> list[str]:
    keys: list[str] = page.evaluate("Object.keys(localStorage)")
    return keys


def test_a_page_is_viewed_once_with_what_the_wire_shape_asks_for(page: Page, site: Stub) -> None:
    before = int(time.time() * 1000)
    page.goto(f"{site.url}/lamps?a=ü")
    site.wait(lambda: site.events("page_view"), "the page view")
    (batch,) = site.batches
    (view,) = batch.events
    assert UUID7.fullmatch(view["id"]) and "event_id" not in view
    assert (view["seq"], view["nav"], view["props"], view["webdriver"]) == (0, "navigate", {}, True)
    assert view["page"] == {"url": f"{site.url}/lamps?a=%C3%BC", "referrer": "", "title": "/lamps", "id": view["id"]}
    assert before <= view["at"] <= batch.body["sent_at"] and batch.body["site"] == SITE.id
    assert batch.headers["content-type"].startswith("text/plain")


def test_an_acknowledged_event_leaves_nothing_on_the_device_and_no_script_cookie(page: Page, site: Stub) -> None:
    page.goto(site.url)
    site.wait(lambda: site.events(), "the page view")
    page.wait_for_function("localStorage.length === 0")
    assert page.evaluate("[document.cookie, Object.values(sessionStorage)]") == ["", ["1"]]


def test_a_reload_says_how_the_page_came(page: Page, site: Stub) -> None:
    page.goto(f"{site.url}/a")
    settle(page)
    page.reload()
    site.wait(lambda: len(site.events()) == 2, "the second view")
    assert [event["nav"] for event in site.events()] == ["navigate", "reload"]


def test_a_page_that_the_browser_had_thrown_away_says_so(page: Page, site: Stub) -> None:
    page.add_init_script("Object.defineProperty(document, 'wasDiscarded', {value: true})")
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events(), "the page view")
    assert [event["nav"] for event in site.events()] == ["reload_discarded"]


def test_a_page_from_the_back_forward_cache_is_viewed_again(page: Page, site: Stub) -> None:
    page.goto(f"{site.url}/a")
    settle(page)
    page.goto(f"{site.url}/b")
    settle(page)
    page.evaluate("void setTimeout(() => history.back())")
    site.wait(lambda: len(site.events()) == 3, "the view from the cache")
    back = site.events()[2]
    assert (back["nav"], back["seq"], back["page"]["title"]) == ("bfcache", 0, "/a")
    assert len({event["id"] for event in site.events()}) == 3
    assert len({event["page"]["id"] for event in site.events()}) == 3, "shown again is another showing"


@pytest.mark.usefixtures("browser")  # skips where there is none
def test_a_prerendered_page_says_nothing_until_it_is_seen(site: Stub, tmp_path: Path) -> None:
    hold(
        site,
        f"tags:\n  T: {{type: image, fire_on: [All Pages], {FREE}, settings: {{url: '/ran.gif?{{{{Page Path}}}}'}}}}",
    )
    rules = '{"prerender":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}'
    leave = 'fetch("/leaving.gif?" + Date.now()).then(() => location.href = "/next")'
    site.pages["/first"] = f"""<script type="speculationrules">{rules}</script><script>
        const began = Date.now(), asking = setInterval(() => {{
          if (!localStorage.prerendered && Date.now() - began < {PATIENCE_MS}) return;
          clearInterval(asking); setTimeout(() => {leave}, 500) }}, 100)</script>"""
    site.pages["/next"] = """<script>onebyone("event", "early", {prerendered: document.prerendering})
        if (document.prerendering) setTimeout(() => localStorage.setItem("prerendered", 1))</script>"""
    command = [find_chromium(), *CHROMIUM_ARGS, f"--user-data-dir={tmp_path}", f"{site.url}/first"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # a debugger would prevent prerendering
        try:
            site.wait(lambda: site.events("early"), "the activation")
            site.wait(lambda: "/ran.gif?/next" in site.images, "the container's tag")
        finally:
            process.terminate()
    if not site.events("early")[0]["props"]["prerendered"]:
        pytest.skip("this Chromium chose not to prerender, as it may where memory is short")
    left = next(place for place, image in enumerate(site.images) if "leaving" in image)
    assert site.images.index("/ran.gif?/next") > left, "a container's tags wait, too"
    left_at = next(int(image.split("?")[1]) for image in site.images if "leaving" in image)
    view, early = [event for event in site.events() if event["nav"] == "prerender"]
    assert (view["name"], early["name"]) == ("page_view", "early")
    assert view["at"] >= left_at and len(site.events("early")) == 1


def test_calls_before_and_after_loading_arrive_in_order(page: Page, site: Stub) -> None:
    site.pages["/a"] = '<script>onebyone("event","one",{colour:"red"})</script>'
    page.goto(f"{site.url}/a")
    page.evaluate('onebyone("event", "two", {event_id: "shared-1"})')
    site.wait(lambda: site.events("two"), "both events")
    one, two = site.events("one")[0], site.events("two")[0]
    assert [event["seq"] for event in (site.events("page_view")[0], one, two)] == [0, 1, 2]
    assert len({event["page"]["id"] for event in site.events()}) == 1
    assert (one["props"], two["event_id"], two["props"]) == ({"colour": "red"}, "shared-1", {})


def test_a_purchase_travels_as_an_order_under_a_shared_event_id(page: Page, site: Stub) -> None:
    page.goto(site.url)
    page.evaluate('onebyone("purchase", {id: 1001, value: 129.9, currency: "EUR", items: [], gift: true})')
    page.evaluate('onebyone("event", "purchase", {transaction_id: "NL-2", value: 5})')
    page.evaluate('onebyone("purchase", {id: "{{order}}", value: 1})')
    site.wait(lambda: len(site.events("purchase")) == 3, "three purchases")
    first, second, broken = site.events("purchase")
    assert first["order"] == {"id": "1001", "value": 129.9, "currency": "EUR", "items": []}
    assert (first["event_id"], first["props"]) == ("purchase:1001", {"gift": True})
    assert (second["event_id"], second["order"]) == ("purchase:NL-2", {"value": 5, "id": "NL-2"})
    assert "event_id" not in broken and broken["order"] == {"value": 1}


def test_consent_goes_with_the_events_that_follow_it_and_does_not_reach_back(page: Page, site: Stub) -> None:
    site.pages["/a"] = '<script>onebyone("consent", {analytics: "denied"})</script>'
    page.goto(f"{site.url}/a")
    page.evaluate(
        'onebyone("event", "before"); onebyone("consent", "update", {analytics: "granted", marketing: "denied"});'
        'onebyone("event", "after")'
    )
    site.wait(lambda: site.events("after"), "the events")
    blocks = {event["name"]: batch.body["consent"] for batch in site.batches for event in batch.events}
    assert blocks["page_view"] == blocks["before"] == {"analytics": "denied"}
    assert blocks["after"] == {"analytics": "granted", "marketing": "denied"}


def test_nothing_that_a_page_calls_wrongly_comes_back_at_it(page: Page, site: Stub) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site.url)
    page.evaluate(
        "const loop = {}; loop.loop = loop; onebyone(); onebyone('event'); onebyone('event', 'x', loop);"
        "onebyone('event', 'y', {n: 1n}); onebyone('purchase'); onebyone('nothing', 1); onebyone('event', 'good')"
    )
    site.wait(lambda: site.events("good"), "the good event")
    assert errors == [] and not site.events("x") and not site.events("y")


def test_a_large_event_loses_its_details_but_not_itself(page: Page, site: Stub) -> None:
    page.goto(site.url)
    page.evaluate("onebyone('purchase', {id: 'NL-9', value: 9, items: Array(9000).fill({item_id: 'x'})})")
    site.wait(lambda: site.events("purchase"), "the purchase")
    (purchase,) = site.events("purchase")
    assert (purchase["order"], purchase["props"]) == ({"value": 9, "id": "NL-9"}, {"cut": True})


def test_a_refusing_collector_is_asked_again_until_it_takes_the_same_event(page: Page, site: Stub) -> None:
    site.status = 503
    page.goto(site.url)
    site.wait(lambda: len(site.batches) >= 2, "a second attempt")
    site.status = 200
    site.wait(lambda: site.events(), "the acknowledged attempt")
    assert {event["id"] for event in site.events(status=503)} == {event["id"] for event in site.events()}
    page.wait_for_function("localStorage.length === 0")


def test_retry_after_is_honoured(page: Page, site: Stub) -> None:
    site.status, site.headers = 503, {"Retry-After": "2"}
    page.goto(site.url)
    site.wait(lambda: site.batches, "the first attempt")
    refused_at, site.status = site.batches[0].body["sent_at"], 200
    site.wait(lambda: site.events(), "the second attempt")
    assert site.batches[1].body["sent_at"] - refused_at >= 2000


def test_a_refusal_for_good_is_not_repeated(page: Page, site: Stub) -> None:
    site.status = 400
    page.goto(site.url)
    site.wait(lambda: site.batches, "the refusal")
    page.wait_for_function("localStorage.length === 0")
    site.status = 200
    page.evaluate('onebyone("purchase", {id: "NL-1"})')
    site.wait(lambda: site.events(), "the next event")
    assert names(site) == ["purchase"]


def test_a_hanging_collector_gets_one_request_and_then_the_same_again(page: Page, site: Stub) -> None:
    site.status = 0
    page.goto(site.url)
    site.wait(lambda: site.batches, "the request that hangs")
    site.status = 200
    page.evaluate('onebyone("event", "later")')
    site.wait(lambda: site.events("later"), "what follows the time-out")
    assert names(site)[0] == "page_view" and len(site.events("page_view")) == 1
    assert site.batches[1].body["sent_at"] - site.batches[0].body["sent_at"] >= 5000


def test_an_offline_page_waits_for_the_network(page: Page, site: Stub, context: BrowserContext) -> None:
    page.goto(site.url)
    site.wait(lambda: site.events(), "the page view")
    context.set_offline(True)
    page.evaluate('onebyone("purchase", {id: "NL-1"})')
    page.wait_for_function("localStorage.length === 1")
    context.set_offline(False)
    site.wait(lambda: site.events("purchase"), "the purchase")
    assert len(site.batches) == 2


def test_what_a_dead_collector_never_took_is_delivered_by_a_later_page(context: BrowserContext, site: Stub) -> None:
    site.status = 503
    page = context.new_page()
    page.goto(f"{site.url}/a")
    page.evaluate('onebyone("event", "plain"); onebyone("purchase", {id: "NL-1"})')
    site.wait(lambda: site.events("purchase", status=503), "the refused purchase")
    page.close()
    site.status = 200
    context.new_page().goto(f"{site.url}/b")
    site.wait(lambda: len({event["id"] for event in site.events()}) == 4, "everything")
    first = next(batch for batch in site.batches if batch.status == 200 and batch.events[0]["page"]["title"] == "/a")
    assert first.events[0]["name"] == "purchase", "conversions go before the rest"


def test_events_that_wait_for_their_window_leave_with_the_page(page: Page, site: Stub) -> None:
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events(), "the page view")
    page.wait_for_function("localStorage.length === 0")
    page.evaluate('onebyone("event", "last_word"); location.href = "about:blank"')
    site.wait(lambda: site.events("last_word"), "the beacon")
    assert site.batches[-1].headers.get("content-type", "").startswith("text/plain")


def test_a_beacon_is_no_acknowledgement(page: Page, site: Stub) -> None:
    page.goto(f"{site.url}/a")
    settle(page)
    page.evaluate('onebyone("event", "last_word"); location.href = "/b"')
    site.wait(lambda: len(site.events("last_word")) == 2, "the beacon and the copy from the next page")
    assert len({event["id"] for event in site.events("last_word")}) == 1
    page.wait_for_function("localStorage.length === 0")


def test_sixty_kilobytes_at_the_end_arrive_in_the_end(page: Page, site: Stub) -> None:
    page.goto(f"{site.url}/a")
    settle(page)
    page.evaluate(
        "for (let i = 0; i < 60; i++) onebyone('event', 'big', {i, text: 'x'.repeat(1000)}); location.href = '/b'"
    )
    site.wait(lambda: len({event["id"] for event in site.events("big")}) == 60, "all of them")
    assert max(len(str(batch.body)) for batch in site.batches) < 20_000


def test_a_hundred_events_in_a_second_are_a_few_requests(page: Page, site: Stub) -> None:
    page.goto(site.url)
    page.evaluate("for (let i = 0; i < 100; i++) onebyone('event', 'tick', {i})")
    site.wait(lambda: len(site.events("tick")) == 100, "all of them")
    assert sorted(event["props"]["i"] for event in site.events("tick")) == list(range(100))
    assert len(site.batches) < 10


@pytest.mark.parametrize("moment", range(12) if os.environ.get("PROVE") else (0, 1, 4, 9))
def test_a_tab_killed_at_any_moment_loses_no_purchase(browser: Browser, site: Stub, moment: int) -> None:
    context = browser.new_context()
    page = context.new_page()
    site.status = (200, 503)[moment % 2]
    page.goto(f"{site.url}/a")
    page.evaluate('onebyone("purchase", {id: "NL-1"})')
    page.evaluate(f"new Promise((done) => setTimeout(done, {moment * 5}))")
    page.close()
    site.status = 200
    context.new_page().goto(f"{site.url}/b")
    site.wait(lambda: site.events("purchase"), "the purchase")
    assert len({event["id"] for event in site.events("purchase")}) == 1
    context.close()


def test_two_copies_of_the_tag_count_once(page: Page, site: Stub) -> None:
    site.pages["/a"] = f'<script src="/{SITE.prefix}/s.js"></script>'
    site.pages["/a"] += "<script>window.onebyone=function(){(onebyone.q=onebyone.q||[]).push(arguments)};"
    site.pages["/a"] += 'onebyone("event","from_second_stub")</script>'
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("from_second_stub"), "what the second copy found waiting")
    assert names(site) == ["page_view", "from_second_stub"]


def test_without_storage_the_tag_still_delivers(page: Page, site: Stub) -> None:
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        "  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    site.status = 503
    page.goto(site.url)
    site.wait(lambda: site.batches, "a refused attempt")
    site.status = 200
    site.wait(lambda: site.events(), "the page view")
    assert errors == []


def test_a_full_storage_does_not_stop_delivery(page: Page, site: Stub) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }")
    page.goto(site.url)
    page.evaluate('onebyone("event", "more")')
    site.wait(lambda: site.events("more"), "the event")
    assert stored_keys(page) == []


def test_what_waits_is_limited_and_conversions_stay(page: Page, site: Stub, context: BrowserContext) -> None:
    page.goto(site.url)
    settle(page)
    context.set_offline(True)
    page.evaluate("onebyone('purchase', {id: 'NL-1'}); for (let i = 0; i < 300; i++) onebyone('event', 'tick', {i})")
    stored = page.evaluate("JSON.parse(localStorage.getItem(Object.keys(localStorage)[0])).length")
    assert stored == 200
    context.set_offline(False)
    site.wait(lambda: len(site.events()) == 201, "the page view, the purchase and the last ticks")
    assert site.events("purchase") and [event["props"]["i"] for event in site.events("tick")] == list(range(101, 300))


def test_what_waited_longer_than_the_server_remembers_ids_is_not_sent(page: Page, site: Stub) -> None:
    entry = """['old', Date.now() - 8 * 86400000, 1, '', '{"name":"old","id":"old"}']"""
    page.add_init_script(f"localStorage.setItem('ob:{SITE.id}:old', JSON.stringify([{entry}]))")
    page.goto(site.url)
    site.wait(lambda: site.events("page_view"), "the page view")
    settle(page)
    assert names(site) == ["page_view"]


def test_unreadable_leftovers_in_storage_are_cleared(page: Page, site: Stub) -> None:
    page.add_init_script(f"localStorage.setItem('ob:{SITE.id}:old', '{{broken'); localStorage.setItem('mine', '1')")
    page.goto(site.url)
    site.wait(lambda: site.events(), "the page view")
    page.wait_for_function("localStorage.length === 1")
    assert stored_keys(page) == ["mine"]


def test_a_tab_in_the_background_is_no_view_until_it_is_seen(page: Page, site: Stub) -> None:
    page.add_init_script(
        "let shown = false;"
        "Object.defineProperty(document, 'hidden', {get: () => !shown});"
        "window.show = () => { shown = true; document.dispatchEvent(new Event('visibilitychange')) }"
    )
    page.goto(site.url)
    page.evaluate('onebyone("purchase", {id: "NL-1"})')
    site.wait(lambda: site.events("purchase"), "the purchase, which does not wait")
    assert names(site) == ["purchase"]
    page.evaluate("show(); show()")
    site.wait(lambda: site.events("page_view"), "the view")
    page.wait_for_function("localStorage.length === 0")
    assert names(site) == ["purchase", "page_view"]


def test_a_tab_in_the_background_is_viewed_at_once_where_the_site_says_so(page: Page, site: Stub) -> None:
    site.site = replace(SITE, tag=TagSettings(count_when="loaded"))
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.goto(site.url)
    site.wait(lambda: site.events("page_view"), "the view")
    assert "never_visible" in site.events("page_view")[0]["facts"]


def test_hiding_a_page_before_the_first_answer_sends_no_second_request(page: Page, site: Stub) -> None:
    site.status = 0
    page.goto(site.url)
    site.wait(lambda: site.batches, "the request that hangs")
    page.evaluate('onebyone("event", "more"); window.dispatchEvent(new Event("pagehide"))')
    page.evaluate("fetch('/after.gif')")
    site.wait(lambda: "/after.gif" in site.images, "a request made after the page was hidden")
    assert len(site.batches) == 1 and len(stored_keys(page)) == 1


def test_a_collector_on_another_origin_gets_its_cookie_back(page: Page, site: Stub) -> None:
    with serving() as collector:
        site.tag_url = collector.url
        collector.headers = {"Set-Cookie": "ob_v=abc; HttpOnly; Path=/; SameSite=Lax"}
        page.goto(f"{site.url}/a")
        collector.wait(lambda: collector.events(), "the page view")
        page.wait_for_function("localStorage.length === 0")
        page.evaluate('onebyone("purchase", {id: "NL-1"})')
        collector.wait(lambda: collector.events("purchase"), "the purchase")
        assert [batch.headers.get("cookie") for batch in collector.batches] == [None, "ob_v=abc"]
        assert collector.batches[0].headers["origin"] == site.url and not site.batches


def test_without_script_the_image_reports_the_page(browser: Browser, site: Stub) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.new_page().goto(f"{site.url}/a")
    site.wait(lambda: any(f"/v1/n/{SITE.id}.gif" in image for image in site.images), "the image")
    context.close()
    assert not site.batches


def test_the_page_tells_whether_it_was_seen_and_whether_somebody_moved(page: Page, site: Stub) -> None:
    page.goto(site.url)
    page.evaluate("dispatchEvent(new Event('keydown')); onebyone('event', 'driven')")  # a script is nobody
    site.wait(lambda: site.events("driven"), "an event of the page's own")
    page.mouse.move(50, 60)
    page.evaluate("onebyone('event', 'moved')")
    site.wait(lambda: site.events("moved"), "an event of somebody who moved")
    facts = {event["name"]: event["facts"] for event in site.events()}
    assert facts == {"page_view": [], "driven": [], "moved": ["interaction"]}


def test_a_page_that_nobody_sees_in_a_window_without_a_size_and_without_a_language_says_so(
    page: Page, site: Stub
) -> None:
    page.add_init_script(
        "let shown = false;"
        "window.show = () => { shown = true; document.dispatchEvent(new Event('visibilitychange')) };"
        "Object.defineProperty(document, 'hidden', {get: () => !shown});"
        "Object.defineProperty(navigator, 'languages', {get: () => []}); window.outerWidth = 0"
    )
    page.goto(site.url)
    page.evaluate("onebyone('purchase', {id: 'NL-1'})")
    site.wait(lambda: site.events("purchase"), "the purchase of a page in the background")
    page.evaluate("show()")
    site.wait(lambda: site.events("page_view"), "the view")
    assert site.events("purchase")[0]["facts"] == ["never_visible", "no_languages"]
    assert site.events("page_view")[0]["facts"] == ["no_size", "no_languages"]
