"""Containers in Chromium: the golden cases, what begins them, vendors' tags, and what a broken one leaves alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Page, Route

from browser.containers import FREE, hold, marking, marks, until
from browser.product import Product
from browser.stub import NONCE, SITE, Stub
from onebyone import tags
from onebyone.app.cli import group
from onebyone.state.database import open_database, sqlite_url
from onebyone.state.sites import Sites
from onebyone.state.tag_settings import ConsentGate, PublishedContainer, TagSettings
from onebyone.tags.container.check import read_container
from onebyone.tags.container.compiling import compile_container, csp_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TESTS = Path(__file__).parents[1]
CASES: list[dict[str, Any]] = [
    *json.loads((TESTS / "golden/containers.json").read_text(encoding="utf-8")),
    *json.loads((TESTS / "golden/containers_on_pages.json").read_text(encoding="utf-8")),  # they need a document
]
VENDORS = (Path(__file__).parent / "vendors.js").read_text(encoding="utf-8")
ADDRESS = "https://www.shop.example/cart/list.html?a=1&b=2#top"


def test_the_golden_cases_come_out_the_same_as_in_node(page: Page) -> None:
    page.route(
        "https://www.shop.example/**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    page.goto(ADDRESS, referer="https://news.example/x")
    page.evaluate("document.cookie = 'one=1'; document.cookie = 'two=a%20b'")
    page.evaluate((TESTS / "tags/container/decisions.js").read_text(encoding="utf-8") + ";0")
    for case in CASES:
        file = compile_container(read_container(json.dumps(case["document"])), site="s1", number=7).file.decode()
        answer = page.evaluate("(given) => decide(given)", {**case, "file": file})
        assert answer == {"decisions": [], "set": {}, "errors": [], **case["out"]}, case["title"]


def test_the_data_layer_adds_up_in_a_browser_too(page: Page) -> None:
    files = {
        "/model.js": Path(tags.__file__).parent / "src/container/parts/model.js",
        "/cases.js": TESTS / "tags/container/data_layer.mjs",
    }

    def serve(route: Route) -> None:
        found = files.get(urlsplit(route.request.url).path)
        kind = "text/javascript" if found else "text/html"
        route.fulfill(body=found.read_text(encoding="utf-8") if found else "<!doctype html>", content_type=kind)

    page.route("https://www.shop.example/**", serve)
    page.goto("https://www.shop.example/")
    run = "async (cases) => (await import('/cases.js')).wrong(await import('/model.js'), cases)"
    assert page.evaluate(run, json.loads((TESTS / "golden/data_layer.json").read_text(encoding="utf-8"))) == []


LISTENING = f"""
triggers:
  Click: {{on: click, when: [{{value: "{{{{Click Element}}}}", is: matches_css, to: "button, button *"}}]}}
  Link: {{on: link_click, when: [{{value: "{{{{Click URL}}}}", is: ends_with, to: "#there"}}]}}
  Form: {{on: form_submit, when: [{{value: "{{{{Form ID}}}}", is: equals, to: f}}]}}
  Route: {{on: history_change}}
  Error: {{on: js_error}}
  Timer: {{on: timer, event: tick, every_ms: 60, limit: 2}}
  Scroll: {{on: scroll, vertical: [50, 90]}}
  Seen: {{on: visibility, selector: "#deep", ratio: 50, watch_dom: true}}
tags:
{marking("Click", "Click", '"click " + {{Click Text}}')}
{marking("Link", "Link", '"link"')}{marking("Form", "Form", '"form"')}
{marking("Route", "Route", "{{History Source}}")}{marking("Error", "Error", "{{Error Message}}")}
{marking("Timer", "Timer")}
{marking("Scroll", "Scroll", '"scroll " + {{Scroll Depth Threshold}}')}{marking("Seen", "Seen", '"seen"')}
"""


def test_every_listener_tells_what_happened_on_the_page(site: Stub, page: Page) -> None:
    hold(site, LISTENING)
    site.pages["/"] = (
        '<button><b>Buy</b></button><a href="#there">x</a><form id=f><input type=submit></form>'
        '<div style="height: 4000px"></div><div id=deep style="height: 50px">deep</div>'
    )
    page.goto(site.url + "/")
    assert marks(page, 2) == ["tick", "tick"]
    page.click("button")
    page.click("a")
    page.evaluate("document.querySelector('form').onsubmit = () => false")
    page.click("input")
    page.evaluate("history.pushState({a: 1}, '', '/other')")
    page.evaluate("setTimeout(() => { throw Error('of the page') })")
    until(page, "window.marks.length >= 7")
    page.evaluate("scrollTo(0, 2500)")
    until(page, "window.marks.indexOf('scroll 50') > 0")
    page.evaluate("scrollTo(0, 9000)")
    until(page, "['scroll 90', 'seen'].every((each) => window.marks.includes(each))")
    found = marks(page, 10)
    assert found[2:4] == ["click Buy", "link"]
    assert {"form", "pushState", "Uncaught Error: of the page", "scroll 50", "scroll 90", "seen"} <= set(found)


def test_a_page_that_allows_only_its_own_scripts_runs_the_container(site: Stub, page: Page) -> None:
    site.policy = f"script-src 'self' 'nonce-{NONCE}'; require-trusted-types-for 'script'; trusted-types pxs"
    hold(site, "tags:\n" + marking("T", "All Pages"))
    page.goto(site.url + "/")
    assert marks(page, 1) == ["gtm.js"]


@pytest.mark.parametrize(
    "broken", [b"{const CONTAINER=(;", b"throw Error('x')", b"window.onebyone_container(() => null.x)"]
)
def test_a_broken_container_stops_no_event_and_is_reported_once(site: Stub, page: Page, broken: bytes) -> None:
    hold(site, "tags:\n" + marking("T", "All Pages"), broken=broken)
    page.goto(site.url + "/")
    site.wait(lambda: site.events("page_view"), "the page view")
    page.evaluate("onebyone('event', 'after', {})")
    site.wait(lambda: site.events("after"), "an event after the failure")
    if b"null.x" not in broken:
        site.wait(lambda: site.events("container_error"), "the report")
        assert [event["props"]["where"] for event in site.events("container_error")] == ["file"]


def test_what_is_killed_does_not_start_though_the_script_came_from_the_cache(site: Stub, page: Page) -> None:
    hold(site, "tags:\n" + marking("Stopped", "All Pages", '"stopped"') + marking("Other", "All Pages", '"other"'))
    script = f"/{SITE.prefix}/s.js"
    body = None

    def from_cache(route: Route) -> None:
        nonlocal body
        body = body or route.fetch().body()
        route.fulfill(body=body, content_type="text/javascript")

    page.route(f"**{script}", from_cache)
    page.goto(site.url + "/")
    assert marks(page, 2) == ["stopped", "other"]
    held = replace(site.site.container, kill=("Stopped",))
    site.site = replace(site.site, container=held, version=site.site.version + 1)
    page.goto(site.url + "/again")
    assert marks(page, 1) == ["other"]


def test_without_an_answer_the_last_known_list_holds(site: Stub, page: Page) -> None:
    hold(site, "tags:\n" + marking("Stopped", "All Pages", '"stopped"') + marking("Other", "All Pages", '"other"'))
    before = site.site
    held = replace(site.site.container, kill=("Stopped",))
    site.site = replace(site.site, container=held, version=site.site.version + 1)
    page.goto(site.url + "/")
    assert marks(page, 1) == ["other"]
    site.site = before  # the script that is served knows nothing of it
    site.status = 0
    page.goto(site.url + "/again")
    assert marks(page, 1) == ["other"]


EACH = {  # template: settings, host, and where id, event and event id stand in its request
    "meta_pixel": (
        "id: '77', event: Purchase",
        "www.facebook.com",
        {"id": "77", "ev": "Purchase", "eid": "purchase:A1"},
    ),
    "ga4": (
        "id: G-77, event: purchase, parameters: {transaction_id: A1}",
        "www.google-analytics.com",
        {"tid": "G-77", "en": "purchase", "ep.transaction_id": "A1"},
    ),
    "google_ads": (
        "id: AW-77, label: L, value: 5, transaction_id: A1",
        "www.googleadservices.com",
        {"label": "L", "oid": "A1", "value": "5"},
    ),
    "tiktok_pixel": ("id: C77, event: CompletePayment", "analytics.tiktok.com", {}),
    "linkedin_insight": (
        "id: '77', conversion_id: 9",
        "px.ads.linkedin.com",
        {"pid": "77", "conversionId": "9", "eventId": "purchase:A1"},
    ),
    "pinterest_tag": (
        "id: '77', event: checkout",
        "ct.pinterest.com",
        {"tid": "77", "event": "checkout", "ed": '{"event_id":"purchase:A1"}'},
    ),
    "snap_pixel": (
        "id: '77', event: PURCHASE",
        "tr.snapchat.com",
        {"pid": "77", "ev": "PURCHASE", "cdid": "purchase:A1"},
    ),
    "reddit_pixel": (
        "id: '77', event: Purchase",
        "alb.reddit.com",
        {"id": "77", "event": "Purchase", "m.conversionId": "purchase:A1"},
    ),
    "x_pixel": (
        "id: o77, event: tw-o77-1",
        "t.co",
        {"txn_id": "o77", "event_id": "tw-o77-1", "conversion_id": "purchase:A1"},
    ),
    "microsoft_uet": (
        "id: '77', event: purchase",
        "bat.bing.com",
        {"ti": "77", "ea": "purchase", "event_id": "purchase:A1"},
    ),
    "hotjar": ("id: '77', event: bought", "content.hotjar.io", {"id": "77", "event": "bought"}),
    "clarity": ("id: c77, event: bought", "a.clarity.ms", {"event": "bought"}),
    "image": ("url: 'https://px.example/p?order={{Event ID}}'", "px.example", {"order": "purchase:A1"}),
}  # fmt: skip
VENDOR_DOCUMENT = "triggers: {Bought: {on: event, event: purchase}}\ntags:\n" + "".join(
    f"  {name}: {{type: {name}, fire_on: [Bought], consent: {{wait: true}}, settings: {{{settings}}}}}\n"
    for name, (settings, _, _) in EACH.items()
)


def test_vendors_are_asked_only_with_consent_and_under_the_shared_id(site: Stub, context: BrowserContext) -> None:
    asked: list[tuple[str, str, str]] = []
    made = read_container(VENDOR_DOCUMENT)

    def vendor(route: Route) -> None:
        host = urlsplit(route.request.url).hostname or ""
        if route.request.resource_type == "script":
            asked.append((host, "script", ""))
            route.fulfill(body=VENDORS, content_type="text/javascript")
        else:
            asked.append((host, route.request.url, route.request.post_data or ""))
            route.fulfill(status=204)

    context.route(lambda url: url.startswith("https://"), vendor)
    site.region = {"region": "DE", "ask": True, "permissions": {"analytics": "denied"}}
    # 'self' for the page's own parts; the rest is what `container csp` prints
    added = "; ".join(f"{name} 'self' {' '.join(sources)}" for name, sources in csp_of(made).items())
    site.policy = added.replace("script-src", f"script-src 'nonce-{NONCE}'")
    site.policy += "; require-trusted-types-for 'script'; trusted-types pxs"
    hold(site, VENDOR_DOCUMENT, tag=TagSettings(consent=ConsentGate(on=True)))
    page = context.new_page()
    page.goto(site.url + "/")
    until(page, "!!window.onebyone_container")
    page.evaluate("dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'A1', value: 5}})")
    site.wait(lambda: site.events("page_view"), "the page view")
    page.evaluate("new Promise((done) => setTimeout(done, 300))")  # in which a tag that does not wait would ask
    assert asked == []
    page.evaluate("onebyone('consent', {analytics: 'granted', ads_storage: 'granted', ads_share: 'granted'})")
    hosts = {host for _, host, _ in EACH.values()}
    for _ in range(400):
        if hosts <= {host for host, what, _ in asked if what != "script"}:
            break
        page.wait_for_timeout(25)
    for name, (_, host, wanted) in EACH.items():
        found = [dict(parse_qsl(urlsplit(url).query)) for at, url, _ in asked if at == host and url != "script"]
        assert any(wanted.items() <= each.items() for each in found), (name, host, found, asked)
    (body,) = [json.loads(text) for host, _, text in asked if host == "analytics.tiktok.com" and text]
    told = (body["event"], body["event_id"], body["context"]["pixel"]["code"])
    assert told == ("CompletePayment", "purchase:A1", "C77")
    asked.clear()
    page.evaluate("onebyone('consent', {analytics: 'denied', ads_storage: 'denied', ads_share: 'denied'})")
    page.evaluate("dataLayer.push({event: 'purchase', ecommerce: {transaction_id: 'A2', value: 5}})")
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert asked == []


def test_a_killed_vendor_is_never_asked(site: Stub, context: BrowserContext) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    context.route(lambda url: url.startswith("https://"), refuse)
    text = f"tags:\n  Meta: {{type: meta_pixel, fire_on: [All Pages], {FREE}, settings: {{id: '77'}}}}\n"
    hold(site, text + marking("Last", "All Pages"), kill=("vendor:meta",))
    page = context.new_page()
    page.goto(site.url + "/")
    assert marks(page, 1) == ["gtm.js"]
    assert asked == []


def command(product: Product, *words: str) -> None:
    done = CliRunner().invoke(group, ["container", *words, "--data", product.data])
    assert done.exit_code == 0, done.output


@pytest.fixture
def own_container(product: Product) -> Iterator[None]:
    """What a test publishes is gone after it: others share the product."""
    yield
    engine = open_database(sqlite_url(Path(product.data)))
    sites = Sites(engine)
    site = sites.find(product.site)
    assert site is not None
    sites.change(replace(site, container=PublishedContainer()))
    engine.dispose()


@pytest.mark.usefixtures("own_container")
def test_kill_holds_within_five_seconds_in_a_browser_with_a_warm_cache(
    product: Product, context: BrowserContext, tmp_path: Path
) -> None:
    """The real collector and its cache headers; the site's script comes from the browser's cache throughout."""
    text = "tags:\n" + marking("Stopped", "All Pages", '"stopped"') + marking("Other", "All Pages", '"other"')
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    command(product, "publish", str(tmp_path / "c.yaml"), "--site", product.site)
    script = f"{product.collector}/{product.prefix}/s.js"
    wait_for_all(lambda: '"container":' in httpx2.get(script).text)
    page = context.new_page()
    cached = from_cache(page)
    page.goto(product.shop)
    assert marks(page, 2) == ["stopped", "other"]
    command(product, "kill", "Stopped", "--site", product.site)
    at = time.monotonic()
    asked = 0.0
    found: list[str] = []
    while found != ["other"] and asked < 5:
        asked = time.monotonic() - at
        cached.clear()
        page.goto(product.shop)
        until(page, "(window.marks || []).includes('other')")
        found = marks(page, 1)
    assert found == ["other"]
    assert script in cached


def wait_for_all(known: Callable[[], bool]) -> None:
    """Until each process of the collector knows: every call has a connection of its own, which any may take."""
    in_a_row = 0
    for _ in range(4_000):
        in_a_row = in_a_row + 1 if known() else 0
        if in_a_row == 40:
            return
    raise AssertionError("the collector never knew")


def from_cache(page: Page) -> list[str]:
    """Fills with the addresses that the browser did not ask the network for."""
    asked: dict[str, str] = {}
    found: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.requestServedFromCache", lambda event: found.append(asked[event["requestId"]]))
    session.send("Network.enable")
    return found
