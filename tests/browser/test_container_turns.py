"""Tags beside the page's own work: a task each, nothing lost when the page goes, and nothing that it waits for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from browser.containers import FREE, hold, marking, marks, until
from browser.page_cost import LONG_MS, SLOWER, TRACED, our_tasks
from browser.stub import SITE, Stub
from browser.test_container import VENDORS
from onebyone.state.tag_settings import TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VENDORS_HOSTS = re.compile("^https://")
TAGS = 10
WORK_MS = 20  # of a tag, so that two or three of them in one task are a long one
WORKING = (
    f"const from = performance.now(); while (performance.now() - from < {WORK_MS}); window.ran = (window.ran || 0) + 1"
)


def test_ten_tags_are_no_long_task_on_a_slow_processor(site: Stub, browser: Browser, context: BrowserContext) -> None:
    """By the processor's clock: others on the machine do not count."""
    text = "triggers: {Click: {on: click}}\ntags:\n" + "".join(
        f"  T{n}: {{type: custom, fire_on: [All Pages, Click], {FREE}, settings: {{code: '{WORKING}'}}}}\n"
        for n in range(TAGS)
    )
    hold(site, text)
    site.pages["/"] = "<button>x</button>"
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    browser.start_tracing(page=page, categories=list(TRACED))
    page.goto(site.url + "/")
    until(page, f"window.ran === {TAGS}")
    page.click("button")
    until(page, f"window.ran === {2 * TAGS}")
    ours = [ours for _, ours in our_tasks(browser.stop_tracing(), "c/")]
    assert sum(ours) > 2 * LONG_MS, ours  # in one task each time, one of the two would have been a long one
    assert max(ours) < LONG_MS, ours


def test_what_has_not_begun_when_the_page_goes_begins_at_once(site: Stub, page: Page) -> None:
    text = "triggers:\n  Go: {on: event, event: go}\n  More: {on: event, event: more}\ntags:\n"
    text += marking("All", "All Pages", '"all"') + "".join(marking(f"T{n}", "Go", f'"t{n}"') for n in range(3))
    text += marking("More", "More", '"more"')
    text += f"  Sends: {{type: own_event, fire_on: [More], {FREE}, settings: {{name: at_the_end}}}}\n"
    hold(site, text)
    page.goto(site.url + "/")
    assert marks(page, 1) == ["all"]
    begun = page.evaluate(
        "(() => { dataLayer.push({event: 'go'}, {event: 'more'}); const before = marks.length;"
        "dispatchEvent(new Event('pagehide')); return [before, marks.join()] })()"
    )
    assert begun == [1, "all,t0,t1,t2,more"]
    site.wait(lambda: site.events("at_the_end"), "the event of a tag that began last")


def test_a_tag_says_the_page_of_its_message_though_the_page_went_on(site: Stub, page: Page) -> None:
    """As in an application that shows another page on a click."""
    text = "triggers: {Link: {on: link_click}}\ntags:\n" + marking("All", "All Pages", '"all"')
    hold(site, text + marking("Link", "Link", "{{Page Path}}"))
    site.pages["/here"] = "<a href=/there onclick='event.preventDefault(); history.pushState(0, 0, this.href)'>x</a>"
    page.goto(site.url + "/here")
    assert marks(page, 1) == ["all"]
    page.click("a")
    assert marks(page, 2)[1] == "/here"
    assert page.url == site.url + "/there"


def test_nothing_of_a_container_holds_the_page_up(site: Stub, page: Page) -> None:
    """The browser asks for it last, and paints without it."""
    asked: dict[str, dict[str, Any]] = {}
    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", lambda event: asked.update({event["request"]["url"]: event["request"]}))
    session.send("Network.enable")
    page.route(VENDORS_HOSTS, lambda route: route.fulfill(body="window.came = 1", content_type="text/javascript"))
    hold(site, f"tags:\n  Meta: {{type: meta_pixel, fire_on: [All Pages], {FREE}, settings: {{id: '77'}}}}\n")
    page.goto(site.url + "/")
    until(page, "window.came === 1")
    file = next(site.url + path for path in site.files)
    for url in (f"{site.url}/{SITE.prefix}/s.js", file, "https://connect.facebook.net/en_US/fbevents.js"):
        assert asked[url]["initialPriority"] == "Low", url
        blocking = page.evaluate("(url) => performance.getEntriesByName(url)[0].renderBlockingStatus", url)
        assert blocking == "non-blocking", url


def test_calls_of_fbq_reach_the_collector_and_the_containers_pixel_reaches_meta(site: Stub, page: Page) -> None:
    """The site counts calls that were written for Meta's pixel; its container has a pixel, the page has none."""
    seen: list[str] = []

    def meta(route: Route) -> None:
        if route.request.resource_type == "script":
            return route.fulfill(body=VENDORS, content_type="text/javascript")
        seen.append(route.request.url)
        return route.fulfill(status=204)

    page.route(VENDORS_HOSTS, meta)
    text = "triggers: {Lead: {on: event, event: onebyone.Lead}}\ntags:\n"
    text += f"  Meta: {{type: meta_pixel, fire_on: [Lead], {FREE}, settings: {{id: '77', event: Lead}}}}\n"
    hold(site, text, tag=TagSettings(modules=("fbq",)))
    page.goto(site.url + "/")
    until(page, "!!window.onebyone_container")
    page.evaluate("fbq('track', 'Lead', {value: 1}, {eventID: 'L1'}); fbq('track', 'Contact')")
    site.wait(lambda: site.events("Contact"), "both of the page's calls")
    for _ in range(400):
        if seen:
            break
        page.wait_for_timeout(25)
    assert seen == ["https://www.facebook.com/tr/?id=77&ev=Lead&eid=L1"]
    own = [(each["name"], each.get("event_id")) for each in site.events() if each["name"] != "page_view"]
    assert own == [("Lead", "L1"), ("Contact", None)]


def test_an_order_that_a_page_tells_while_it_loads_starts_its_tags(site: Stub, page: Page) -> None:
    """Long before the container has come."""
    text = "triggers: {Bought: {on: event, event: onebyone.purchase}}\ntags:\n"
    hold(site, text + marking("T", "Bought", "{{Event ID}}"))
    site.pages["/"] = "<script>onebyone('purchase', {id: 'A1', value: 5})</script>"
    page.goto(site.url + "/")
    assert marks(page, 1) == ["purchase:A1"]
    site.wait(lambda: site.events("purchase"), "the order")
    assert {each["event_id"] for each in site.events("purchase")} == {"purchase:A1"}


def test_a_tag_that_speaks_to_the_pages_google_does_not_hear_itself(site: Stub, page: Page) -> None:
    """Its call lies on the layer that the site's script reads: as an own event it would start the tag again."""
    text = "triggers: {Added: {on: event, event: onebyone.add_to_cart}}\ntags:\n"
    text += f"  G: {{type: ga4, fire_on: [Added], {FREE}, settings: {{id: G-1, event: add_to_cart}}}}\n"
    hold(site, text + marking("All", "All Pages", '"all"'), tag=TagSettings(modules=("gtag", "ecommerce")))
    site.pages["/"] = (
        "<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) };"
        "gtag('config', 'G-1'); google_tag_manager = {'G-1': {}}</script>"
    )
    page.goto(site.url + "/")
    assert marks(page, 1) == ["all"]
    page.evaluate("gtag('event', 'add_to_cart', {value: 5})")
    site.wait(lambda: site.events("add_to_cart"), "what the page said")
    page.evaluate("onebyone('event', 'last')")
    site.wait(lambda: site.events("last"), "the last event")
    assert len({each["id"] for each in site.events("add_to_cart")}) == 1
    said = page.evaluate("dataLayer.filter((each) => each[0] === 'event').map((each) => each[2].send_to)")
    assert said == [None, "G-1"]
