"""The consent gate of the tag in Chromium: what is on the device and on the wire before, at and after a choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import as_person
from browser.modules import unique
from browser.stub import SITE, Stub
from onebyone.state.tag_settings import ConsentGate, TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPT_IN = {"region": "DE", "ask": True, "permissions": {"analytics": "denied"}}
NOTICE = {"region": "JP", "ask": False, "permissions": {"analytics": "granted"}}
COOKIE = {"Set-Cookie": "ob_v=abc; HttpOnly; Path=/; SameSite=Lax"}


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    with as_person(browser) as context:
        yield context


@pytest.fixture
def page(person: BrowserContext) -> Page:
    return person.new_page()


@pytest.fixture
def gated(site: Stub) -> Callable[..., Stub]:
    """The site with its gate on; its collector sets the visitor cookie with every answer."""

    def make(region: dict[str, Any] | None = None, **gate: Any) -> Stub:
        site.site = replace(SITE, tag=TagSettings(consent=ConsentGate(on=True, **gate)))
        site.region = region
        site.headers = COOKIE
        return site

    return make


def on_device(page: Page) -> list[str]:
    """Everything that is stored: keys of both storages, names of cookies."""
    keys: list[str] = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    return sorted([key.rpartition(":")[0] for key in keys] + [cookie["name"] for cookie in page.context.cookies()])


def blocks(site: Stub) -> list[dict[str, Any]]:
    return [batch.body["consent"] for batch in site.batches]


def cookies_sent(site: Stub) -> set[str]:
    return {batch.headers.get("cookie", "") for batch in site.batches}


def google(*calls: Any) -> str:
    pushed = "".join(f"gtag({','.join(json.dumps(part) for part in call)});" for call in calls)
    return f"<script>dataLayer=window.dataLayer||[];function gtag(){{dataLayer.push(arguments)}}{pushed}</script>"


DENIED_BY_DEFAULT = ("consent", "default", {"analytics_storage": "denied", "ad_storage": "denied"})


def test_before_a_choice_nothing_is_stored_or_sent_and_then_the_region_decides(
    page: Page, gated: Callable[..., Stub]
) -> None:
    site = gated(OPT_IN, wait_ms=1500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.replace(site.url, "")))
    page.goto(f"{site.url}/a")
    page.evaluate('onebyone("event", "early"); new Promise((done) => setTimeout(done, 800))')
    assert asked == ["/a", f"/{SITE.prefix}/s.js", f"/{SITE.prefix}/v1/privacy"] and on_device(page) == []
    site.wait(lambda: site.events("early"), "what leaves without identifiers when the time is over")
    assert {event["name"] for event in site.events()} == {"page_view", "early"}
    assert cookies_sent(site) == {""} and on_device(page) == [] and blocks(site)[0] == {}


def test_a_grant_lets_what_waited_go_and_a_withdrawal_cleans_the_device(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, wait_ms=2000)
    site.pages["/a"] = google(DENIED_BY_DEFAULT)
    page.goto(f"{site.url}/a")
    page.evaluate("gtag('consent', 'update', {analytics_storage: 'granted'})")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert blocks(site) == [{"analytics": "granted", "ads_storage": "denied", "cmp": "google"}]
    page.wait_for_function("sessionStorage.length === 1")
    page.evaluate("gtag('consent', 'update', {analytics_storage: 'denied'}); onebyone('event', 'after')")
    site.wait(lambda: site.events("after"), "what follows")
    page.evaluate("new Promise((done) => setTimeout(done, 100)).then(() => onebyone('event', 'later'))")
    site.wait(lambda: site.events("later"), "what follows that")
    assert blocks(site)[1]["analytics"] == "denied"
    # the first request after it takes the cookie back so that the answer can end it, later ones carry none
    assert [batch.headers.get("cookie") for batch in site.batches] == [None, "ob_v=abc", None]
    assert on_device(page) == ["ob_v"], "what script cannot remove is the collector's to end"


def test_strict_says_nothing_before_a_choice_however_long_it_takes(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, wait_ms=100, strict=True)
    page.goto(f"{site.url}/a")
    page.evaluate("new Promise((done) => setTimeout(done, 1000))")
    assert site.batches == []
    page.evaluate("onebyone('consent', 'update', {analytics: 'granted', marketing: 'denied'})")
    site.wait(lambda: site.events("page_view"), "the page view")
    marketing = {"ads_storage": "denied", "ads_share": "denied", "ads_personalize": "denied"}
    assert blocks(site) == [{"analytics": "granted", **marketing}]


def test_where_the_region_allows_statistics_a_cookie_comes_after_the_wait(
    page: Page, gated: Callable[..., Stub]
) -> None:
    site = gated(NOTICE, wait_ms=100)
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view")
    page.wait_for_function("sessionStorage.length === 1")
    assert on_device(page) == ["ob:" + SITE.id, "ob_v"]


def test_a_collector_that_does_not_say_where_counts_as_a_region_that_wants_a_choice(
    page: Page, gated: Callable[..., Stub]
) -> None:
    site = gated(None, wait_ms=0)
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view, after the question was given up")
    assert cookies_sent(site) == {""} and on_device(page) == []


def test_leaving_before_a_choice_reports_without_identifiers(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, wait_ms=2000)
    page.goto(f"{site.url}/a")
    page.evaluate("location.href = 'about:blank'")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert cookies_sent(site) == {""} and not any(blocks(site))


def test_after_a_refusal_the_last_words_of_a_page_carry_no_cookie(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, strict=True)
    page.goto(f"{site.url}/a")
    page.evaluate("onebyone('consent', {analytics: 'granted'})")
    page.wait_for_function("sessionStorage.length === 1")
    page.evaluate("onebyone('consent', {analytics: 'denied'}); onebyone('event', 'after')")
    site.wait(lambda: site.events("after"), "what follows the refusal")
    page.evaluate("new Promise((done) => setTimeout(done, 200))")
    page.evaluate("onebyone('event', 'last'); location.href = 'about:blank'")
    site.wait(lambda: site.events("last"), "the last words")
    assert [batch.headers.get("cookie") for batch in site.batches if batch.events[-1]["name"] == "last"] == [None]
    assert {cookie["name"] for cookie in page.context.cookies()} == {"ob_v"}, "it is there, and was not sent"


def test_without_permission_no_request_names_a_user_or_a_click(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, wait_ms=0)
    page.goto(f"{site.url}/a?gclid=abc&utm_source=news&mail=ann@example.com#part", referer=f"{site.url}/from?fbclid=d")
    page.evaluate("onebyone('event', 'told', {user_id: 'u-1', user_data: {email: 'ann@example.com'}, value: 3})")
    site.wait(lambda: site.events("told"), "the event")
    (told,) = {event["id"]: event for event in site.events("told")}.values()
    assert (told["page"]["url"], told["page"]["referrer"]) == (f"{site.url}/a?utm_source=news", f"{site.url}/")
    assert "user_id" not in told and "user_data" not in told and told["props"] == {"value": 3}
    sent = json.dumps([batch.body for batch in site.batches])
    assert not any(text in sent for text in ("abc", "ann@", "u-1", "fbclid"))
    page.evaluate("onebyone('consent', {analytics: 'granted'}); onebyone('event', 'after', {user_id: 'u-1'})")
    site.wait(lambda: site.events("after"), "what follows the grant")
    assert site.events("after")[0]["user_id"] == "u-1" and "gclid=abc" in site.events("after")[0]["page"]["url"]


def test_a_grant_by_default_is_no_choice_where_one_is_wanted(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN)
    site.pages["/a"] = google(("consent", "default", {"analytics_storage": "granted", "wait_for_update": 200}))
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert blocks(site) == [{}] and on_device(page) == []


def test_the_default_of_the_visitors_region_counts_and_of_others_not(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated({**OPT_IN, "region": "US-CA"})
    site.pages["/a"] = google(
        ("consent", "default", {"ad_storage": "denied", "region": ["DE"]}),
        ("consent", "default", {"ad_user_data": "denied", "region": ["US"]}),
        ("consent", "default", {"functionality_storage": "denied", "region": ["US-CA"], "wait_for_update": 2000}),
    )
    page.goto(f"{site.url}/a")
    page.wait_for_function("performance.getEntriesByType('resource').some((each) => each.name.endsWith('privacy'))")
    page.evaluate("gtag('consent', 'update', {analytics_storage: 'granted'})")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert blocks(site) == [{"functional": "denied", "analytics": "granted", "cmp": "google"}]


@pytest.mark.parametrize("signal", ["globalPrivacyControl", "doNotTrack"])
def test_signals_of_the_browser_are_heard(page: Page, gated: Callable[..., Stub], signal: str) -> None:
    value = {"globalPrivacyControl": "true", "doNotTrack": "'1'"}[signal]
    page.add_init_script(f"Object.defineProperty(Navigator.prototype, '{signal}', {{ get: () => {value} }})")
    site = gated(NOTICE, wait_ms=0)
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert blocks(site) == [{"gpc": True} if signal == "globalPrivacyControl" else {}]
    known = [] if signal == "doNotTrack" else ["ob:" + SITE.id, "ob_v"]
    page.wait_for_function(f"sessionStorage.length === {min(1, len(known))}")
    assert on_device(page) == known


TCF = """<script>
  window.__tcfapi = (command, version, callback) => { if (command === "addEventListener") window.heard = callback }
  window.tell = (eventStatus, ids, gdprApplies = true) => heard({eventStatus, gdprApplies, tcString: "CQ...",
    purpose: {consents: Object.fromEntries(ids.map((id) => [id, true]))}}, true)
</script>"""


def test_tcf_speaks_when_its_string_is_a_choice(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, readers=("tcf",), strict=True)
    site.pages["/a"] = TCF
    page.goto(f"{site.url}/a")
    page.wait_for_function("!!window.heard")
    page.evaluate("tell('cmpuishown', [8, 9])")
    page.evaluate("new Promise((done) => setTimeout(done, 700))")
    assert site.batches == []
    page.evaluate("tell('useractioncomplete', [1, 8, 9])")
    site.wait(lambda: site.events("page_view"), "the page view")
    page.wait_for_function("sessionStorage.length === 1")
    page.evaluate("tell('useractioncomplete', [1]); onebyone('event', 'after')")
    site.wait(lambda: site.events("after"), "what follows")
    assert blocks(site) == [{"cmp": "tcf", "tcf": "CQ..."}] * 2 and on_device(page) == ["ob_v"]


ABOVE = """<script>
  const listeners = [];
  window.__tcfapi = (command, version, heard) => { if (command === "addEventListener") listeners.push(heard) };
  const choose = () => listeners.forEach((heard) => heard({eventStatus: "useractioncomplete", gdprApplies: true,
    tcString: "CQ...", purpose: {consents: {1: true, 8: true, 9: true}}}, true));
  document.body.append(Object.assign(document.createElement("iframe"), {name: "__tcfapiLocator"}));
  addEventListener("message", ({data, source}) => {
    const call = data.__tcfapiCall;
    if (call) __tcfapi(call.command, call.version, (returnValue, success) =>
      source.postMessage({__tcfapiReturn: {returnValue, success, callId: call.callId}}, "*"));
  });
</script>"""


@pytest.mark.parametrize("elsewhere", [False, True], ids=["of the same site", "of another site"])
def test_in_a_frame_the_page_above_says_what_was_chosen(
    page: Page, gated: Callable[..., Stub], elsewhere: bool
) -> None:
    site = gated(OPT_IN, readers=("tcf",), strict=True)
    site.site = replace(site.site, tag=replace(site.site.tag, frames=elsewhere))
    site.pages["/above"] = ABOVE + f'<iframe src="{site.url}/inside"></iframe>'
    page.goto((site.url.replace("127.0.0.1", "localhost") if elsewhere else site.url) + "/above")
    page.wait_for_function("listeners.length === 2")
    page.evaluate("choose()")
    site.wait(lambda: len(unique(site, "page_view")) == 2, "the views of both pages")  # each may send the other's too
    assert {event["page"]["title"] for event in site.events("page_view")} == {"/above", "/inside"}
    assert all(block == {"cmp": "tcf", "tcf": "CQ..."} for block in blocks(site))


def test_where_the_gdpr_does_not_apply_the_region_decides(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(NOTICE, readers=("tcf",), wait_ms=300)
    site.pages["/a"] = TCF
    page.goto(f"{site.url}/a")
    page.wait_for_function("!!window.heard")
    page.evaluate("tell('tcloaded', [], false)")
    site.wait(lambda: site.events("page_view"), "the page view")
    page.wait_for_function("sessionStorage.length === 1")
    assert blocks(site) == [{}]


def test_gpp_and_us_privacy_travel_to_the_server(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(NOTICE, readers=("gpp",), wait_ms=300)
    site.pages["/a"] = """<script>
      window.__gpp = (command, callback) => callback(command === "ping" && {signalStatus: "ready", gppString: "DBABLA~",
        applicableSections: [7]}, true);
      window.__uspapi = (command, version, callback) => callback({uspString: "1YYN"}, true)</script>"""
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view")
    assert blocks(site) == [{"gpp": "DBABLA~", "us_privacy": "1YYN"}]


PLATFORMS = {
    "onetrust": """document.cookie = "OptanonAlertBoxClosed=2026"; window.OnetrustActiveGroups = ",C0001,C0002,";
        dispatchEvent(new Event("OneTrustGroupsUpdated"))""",
    "cookiebot": """window.Cookiebot = {hasResponse: true, consent: {preferences: false, statistics: true,
        marketing: false}}; dispatchEvent(new Event("CookiebotOnConsentReady"))""",
    "usercentrics": """window.UC_UI = {isInitialized: () => true, isConsentRequired: () => false,
        getServicesBaseInfo: () => [{name: "Stats", categorySlug: "x", consent: {status: true}},
         {name: "Ads", categorySlug: "marketing", consent: {status: false}},
         {name: "Chat", categorySlug: "functional", consent: {status: false}}]};
        dispatchEvent(new Event("UC_UI_INITIALIZED"))""",
    "cookieyes": """window.getCkyConsent = () => ({isUserActionCompleted: true, categories: {necessary: true,
        functional: false, analytics: true, advertisement: false}});
        document.dispatchEvent(new Event("cookieyes_consent_update"))""",
    "complianz": """document.cookie = "cmplz_banner-status=dismissed"; window.cmplz_has_consent = (name) =>
        name === "statistics"; document.dispatchEvent(new Event("cmplz_status_change"))""",
    "wordpress": """document.cookie = "wp_consent_statistics=allow"; window.wp_has_consent = (name) =>
        name === "statistics"; document.dispatchEvent(new Event("wp_listen_for_consent_change"))""",
    "didomi": """window.Didomi = {shouldUserStatusBeCollected: () => false, getCurrentUserStatus: () => ({purposes:
        {Stats: {enabled: true}, advertising: {enabled: false}, functional: {enabled: false}}})};
        didomiOnReady.forEach((each) => each())""",
    "consent_event": """dispatchEvent(new CustomEvent("onebyone:consent", {detail: {analytics: true, functional: false,
        personalize_site: false, marketing: false}}))""",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_objects_and_events_of_a_platform_are_read(page: Page, gated: Callable[..., Stub], platform: str) -> None:
    site = gated(OPT_IN, readers=(platform,), strict=True, categories={"Stats": "statistics", "Ads": "marketing"})
    page.goto(f"{site.url}/a")
    page.evaluate(f"() => {{ {PLATFORMS[platform]} }}")
    site.wait(lambda: site.events("page_view"), "the page view")
    (said,) = blocks(site)
    assert said.pop("cmp") == ("event" if platform == "consent_event" else platform)
    assert {name for name, value in said.items() if value == "granted"} == {"analytics"}
    assert {"functional", "ads_storage", "ads_share", "ads_personalize"} <= said.keys()


def test_a_gate_that_cannot_work_stays_shut(page: Page, gated: Callable[..., Stub]) -> None:
    site = gated(OPT_IN, wait_ms=0)
    page.add_init_script("window.fetch = () => { throw new Error('broken') }; navigator.sendBeacon = null")
    page.goto(f"{site.url}/a")
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    assert site.batches == [] and on_device(page) == []
