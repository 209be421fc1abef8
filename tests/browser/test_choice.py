"""Consent from end to end, with the real product behind: for visitors of several countries, everything on the device
and every request is listed and compared with the expectation at each step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import as_person
from browser.front import Front, standing_before
from browser.product import Product
from onebyone.app.law import SHIPPED_REGIONS
from onebyone.consent.regions import read_regions
from onebyone.state.tag_settings import Banner, ConsentGate, TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"
KNOWN = ["ob_v", "session"]  # what tells one browser from another, and that it was answered
BANNER = TagSettings(banner=Banner(on=True))
GOOGLE = TagSettings(consent=ConsentGate(on=True, readers=("google",)))
Requests = list[tuple[str, list[str]]]


TODAY = datetime.now(UTC).date()
REGIONS = read_regions(SHIPPED_REGIONS.read_bytes())


def _regions() -> list[str]:
    """One of every profile; with PROVE every code of the table."""
    codes = sorted(
        {code for row in msgspec.json.decode(SHIPPED_REGIONS.read_bytes())["rows"] for code in row["codes"].split()}
    )
    named = {code: REGIONS.name_of(code, TODAY) for code in codes if code != "*"}
    return list(named) if os.environ.get("PROVE") else list({name: code for code, name in named.items()}.values())


@pytest.fixture(scope="module")
def fronts(product: Product) -> Iterator[dict[str, Front]]:
    with standing_before(product, tag=BANNER) as banner, standing_before(product, tag=GOOGLE) as google:
        yield {"banner": banner, "google": google}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with as_person(browser) as context:
        yield context.new_page()


@pytest.fixture
def shop(fronts: dict[str, Front]) -> Front:
    """The site that asks with our own banner."""
    return anew(fronts["banner"])


@pytest.fixture
def tagged(fronts: dict[str, Front]) -> Front:
    """The site whose pages call Google Consent Mode."""
    return anew(fronts["google"])


def anew(front: Front) -> Front:
    front.asked.clear()
    front.pages.clear()
    front.country = front.subdivision = ""
    return front


def device(page: Page) -> list[str]:
    """Everything that is stored: the names of cookies, and of the kinds of storage that hold something."""
    kinds: list[str] = page.evaluate(
        "[localStorage.length && 'local', sessionStorage.length && 'session'].filter(Boolean)"
    )
    return sorted([str(cookie["name"]) for cookie in page.context.cookies()] + kinds)


def requests(front: Front, what: str, count: int = 1) -> Requests:
    """Those since the last call, with the cookies that each carried, once there are as many of that kind."""
    front.wait(lambda: sum(each.what == what for each in front.asked) >= count, f"{count} of {what}")
    made = [(each.what, sorted(each.cookies)) for each in front.asked]
    front.asked.clear()
    return made


def settled(page: Page, cookie: str) -> None:
    """The choice is kept, and the collector has it."""
    page.wait_for_function(f"/ob_c=\\d+\\.\\w+\\.{cookie}\\.1\\./.test(document.cookie)")


def test_a_fresh_visitor_from_germany(page: Page, shop: Front) -> None:
    shop.country = "DE"
    shop.pages["/a"] = '<a href="#privacy-choices">Privacy</a>'

    page.goto(f"{shop.url}/a")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert device(page) == []
    assert requests(shop, "GET b-en.js") == [("GET s.js", []), ("GET v1/privacy", []), ("GET b-en.js", [])]

    page.get_by_role("button", name="Reject all").click()
    settled(page, "")
    assert device(page) == ["ob_c"]
    assert sorted(requests(shop, "POST v1/e")) == [("POST v1/consent", ["ob_c"]), ("POST v1/e", [])]

    page.goto(f"{shop.url}/b")
    assert requests(shop, "POST v1/e") == [("POST v1/e", [])], "the script is in the browser's cache"
    assert device(page) == ["ob_c"], "nothing but the refusal itself"

    page.goto(f"{shop.url}/a")
    requests(shop, "POST v1/e")
    page.get_by_role("link", name="Privacy").click()
    page.get_by_role("button", name="Accept all").click()
    settled(page, "fsm")
    page.evaluate("onebyone('event', 'generate_lead')")
    assert ("POST v1/consent", ["ob_c"]) in requests(shop, "POST v1/e")
    page.wait_for_function("sessionStorage.length === 1")
    assert device(page) == ["ob_c", "ob_i", *KNOWN]

    page.get_by_role("link", name="Privacy").click()
    page.get_by_role("checkbox", name="Statistics").uncheck()
    page.get_by_role("button", name="Save choice").click()
    settled(page, "fm")
    assert ("POST v1/consent", ["ob_c", "ob_i", "ob_v"]) in requests(shop, "POST v1/consent")
    assert device(page) == ["ob_c", "ob_i"], "the answer ended the cookie, the script cleared its storage"
    page.evaluate("onebyone('event', 'sign_up')")
    assert set(cookies for _, cookies in _flat(requests(shop, "POST v1/e"))) <= {"", "ob_c", "ob_i"}

    page.get_by_role("link", name="Privacy").click()
    page.get_by_role("button", name="Reject all").click()
    settled(page, "")
    requests(shop, "POST v1/consent")
    page.goto(f"{shop.url}/b")
    assert ("POST v1/e", []) in requests(shop, "POST v1/e")
    assert set(device(page)) <= {"ob_c", "ob_i"}

    stored = shop.stored(lambda events: any(event["name"] == "generate_lead" for event in events))
    assert "sign_up" not in {event["name"] for event in stored}, "denied: a view is counted, nothing else is known"


def _flat(made: Requests) -> list[tuple[str, str]]:
    return [(what, cookie) for what, cookies in made for cookie in cookies or [""]]


@pytest.mark.parametrize("signal", [False, True])
def test_a_visitor_from_california(page: Page, shop: Front, signal: bool) -> None:
    shop.country, shop.subdivision = "US", "CA"
    if signal:
        page.add_init_script(GPC)
        page.set_extra_http_headers({"Sec-GPC": "1"})
    page.goto(f"{shop.url}/a")
    shop.wait(lambda: shop.posted("page_view"), "the view, at once")
    assert shop.posted("page_view")[0].consent == ({"gpc": True} if signal else {})
    made = requests(shop, "POST v1/e")
    assert made == [("GET s.js", []), ("GET v1/privacy", []), ("POST v1/e", [])], "nobody is asked"
    page.wait_for_function("sessionStorage.length === 1")
    assert device(page) == KNOWN
    denied = {"ads_share", "ads_personalize", "sell_share"} if signal else set()
    assert denied_by(page, shop) & {"ads_share", "ads_personalize", "sell_share"} == denied
    page.get_by_role("button", name="Privacy choices").click()
    expect(page.get_by_text("not to have your data sold or shared")).to_have_count(int(signal))
    page.get_by_role("button", name="Reject all").click()
    settled(page, "")
    assert device(page) == ["ob_c"]


def test_a_visitor_from_japan(page: Page, shop: Front) -> None:
    shop.country = "JP"
    page.goto(f"{shop.url}/a")
    assert requests(shop, "POST v1/e") == [("GET s.js", []), ("GET v1/privacy", []), ("POST v1/e", [])]
    page.wait_for_function("sessionStorage.length === 1")
    assert device(page) == KNOWN and denied_by(page, shop) <= {"fingerprint", "precise_geo", "email_opens"}


@pytest.mark.parametrize("region", _regions())
def test_a_first_page_stores_and_asks_what_the_rule_of_the_place_allows(page: Page, shop: Front, region: str) -> None:
    shop.country, _, shop.subdivision = region.partition("-")
    page.goto(f"{shop.url}/a")
    if REGIONS.profiles[REGIONS.name_of(region, TODAY)].opt_in:
        expect(page.get_by_role("dialog")).to_be_visible()
        assert requests(shop, "GET b-en.js") == [("GET s.js", []), ("GET v1/privacy", []), ("GET b-en.js", [])]
        assert device(page) == [], "held in memory until the choice"
    else:
        assert requests(shop, "POST v1/e") == [("GET s.js", []), ("GET v1/privacy", []), ("POST v1/e", [])]
        page.wait_for_function("sessionStorage.length === 1")
        assert device(page) == KNOWN


def denied_by(page: Page, front: Front) -> set[str]:
    """What the collector says holds for this visitor."""
    told: dict[str, Any] = page.evaluate(
        "(url) => fetch(url, {credentials: 'omit'}).then((answer) => answer.json())",
        f"/{front.site.prefix}/v1/privacy",
    )
    front.asked.clear()
    return {name for name, value in told["permissions"].items() if value != "granted"}


def test_consent_mode_calls_of_a_page_drive_it(page: Page, tagged: Front) -> None:
    tagged.country = "DE"
    tagged.pages["/a"] = """<script>dataLayer = []; function gtag() { dataLayer.push(arguments) }
      gtag("consent", "default", {analytics_storage: "denied", ad_storage: "denied", wait_for_update: 2000})</script>"""
    page.goto(f"{tagged.url}/a")
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    assert device(page) == [] and requests(tagged, "GET s.js") == [("GET s.js", []), ("GET v1/privacy", [])]

    page.evaluate("gtag('consent', 'update', {analytics_storage: 'denied'})")
    assert requests(tagged, "POST v1/e") == [("POST v1/e", [])] and device(page) == []

    page.evaluate("gtag('consent', 'update', {analytics_storage: 'granted'}); onebyone('event', 'generate_lead')")
    assert requests(tagged, "POST v1/e") == [("POST v1/e", [])]
    page.wait_for_function("sessionStorage.length === 1")
    assert device(page) == KNOWN

    page.evaluate("gtag('consent', 'update', {analytics_storage: 'denied'}); onebyone('event', 'sign_up')")
    assert requests(tagged, "POST v1/e") == [("POST v1/e", ["ob_v"])], "taken back once, to be ended"
    page.wait_for_function("sessionStorage.length === 0")
    page.evaluate("new Promise((done) => setTimeout(done, 300)).then(() => onebyone('event', 'search'))")
    assert requests(tagged, "POST v1/e") == [("POST v1/e", [])] and device(page) == []


def test_a_choice_that_never_comes_is_decided_by_the_region(page: Page, tagged: Front) -> None:
    tagged.country = "FR"
    page.goto(f"{tagged.url}/a")
    assert requests(tagged, "POST v1/e") == [("GET s.js", []), ("GET v1/privacy", []), ("POST v1/e", [])]
    page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert device(page) == []
