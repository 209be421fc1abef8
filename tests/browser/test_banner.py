"""Our own banner in Chromium: what a visitor is asked, by mouse and by keyboard, and what becomes of the answer."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.chromium import as_person
from browser.stub import NONCE, SITE, Stub
from onebyone.state.tag_settings import Banner, TagSettings
from onebyone.tags.script import LANGUAGES, files_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPT_IN = {"region": "DE", "ask": True, "permissions": {"analytics": "denied"}}
NOTICE = {"region": "JP", "ask": False, "permissions": {"analytics": "granted", "ads_storage": "granted"}}
ADS = ("ads_storage", "ads_share", "ads_personalize", "sell_share")
EVERYTHING = dict.fromkeys(("functional", "personalize_site", "analytics", *ADS), "granted")
NOTHING = dict.fromkeys(EVERYTHING, "denied")
STRICT_POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; connect-src 'self'; img-src 'self'; base-uri 'none';"
    " require-trusted-types-for 'script'; trusted-types pxs"
)


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    with as_person(browser) as context:
        yield context


@pytest.fixture
def page(person: BrowserContext) -> Page:
    return person.new_page()


@pytest.fixture
def asking(site: Stub) -> Callable[..., Stub]:
    def make(region: dict[str, Any] = OPT_IN, **banner: Any) -> Stub:
        site.site = replace(SITE, tag=TagSettings(banner=Banner(on=True, **banner)))
        site.region = region
        site.headers = {"Set-Cookie": "ob_v=abc; HttpOnly; Path=/; SameSite=Lax"}
        return site

    return make


def cookie(page: Page) -> str:
    """The choice as it is kept, without its time and id."""
    found = [each["value"] for each in page.context.cookies() if each["name"] == "ob_c"]
    return re.sub(r"^(\d+)\.\w+\.([a-z]*\.[01])\..*", r"\1 \2", found[0]) if found else ""


def seen_on(site: Stub, title: str) -> list[dict[str, Any]]:
    """The consent blocks of the views of a page."""
    pages = [(batch.body.get("consent", {}), event["page"]) for batch in site.batches for event in batch.events]
    return [block for block, page in pages if page["title"] == title]


def told_google(page: Page) -> list[list[Any]]:
    """The consent entries of the data layer, as [command, the granted types]."""
    return list(
        page.evaluate(
            "(window.dataLayer || []).filter((each) => each[0] === 'consent').map((each) => [each[1],"
            " Object.keys(each[2]).filter((type) => each[2][type] === 'granted').length])"
        )
    )


def test_a_visitor_is_asked_before_anything_is_kept_and_may_refuse_at_once(
    page: Page, asking: Callable[..., Stub]
) -> None:
    site = asking()
    page.goto(f"{site.url}/a")
    expect(page.get_by_role("dialog", name="Your choice")).to_be_visible()
    assert page.context.cookies() == [] and page.evaluate("localStorage.length + sessionStorage.length") == 0
    accept, reject = (page.get_by_role("button", name=name) for name in ("Accept all", "Reject all"))
    look = "(each) => { const s = getComputedStyle(each); return [s.color, s.backgroundColor, s.font, s.border] }"
    assert accept.evaluate(look) == reject.evaluate(look), "refusing looks like allowing"
    one, two = accept.bounding_box(), reject.bounding_box()
    assert one and two and (one["height"], one["y"]) == (two["height"], two["y"]) and two["width"] >= 140
    reject.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    site.wait(lambda: site.choices and site.events("page_view"), "the record and the page view")
    (choice,) = site.choices
    assert (choice["choices"], choice["button"], choice["language"]) == (NOTHING, "reject", "en")
    assert choice["page"] == f"{site.url}/a" and re.fullmatch(r"1\.[0-9a-f]{8}", choice["banner"])
    page.wait_for_function("document.cookie.includes('.1.')")
    assert cookie(page) == "1 .1" and [each["name"] for each in page.context.cookies()] == ["ob_c"]
    assert page.evaluate("document.cookie").endswith(".1."), "no number is kept of who refuses"
    assert told_google(page) == [["default", 1], ["update", 1]]


def test_an_answer_is_remembered_may_be_changed_and_is_recorded_once_each(
    page: Page, asking: Callable[..., Stub]
) -> None:
    site = asking()
    site.pages["/b"] = '<a href="#privacy-choices">Privacy</a>'
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="Accept all").click()
    site.wait(lambda: site.choices, "the record")
    page.goto(f"{site.url}/b")
    site.wait(lambda: seen_on(site, "/b"), "the second view")
    expect(page.get_by_role("dialog")).to_have_count(0)
    block = seen_on(site, "/b")[0]
    assert {name: block[name] for name in EVERYTHING} == EVERYTHING
    assert (block["at"], block["record_id"]) == (site.choices[0]["at"], site.choices[0]["id"])
    page.get_by_role("link", name="Privacy").click()
    statistics = page.get_by_role("checkbox", name="Statistics")
    expect(statistics).to_be_checked()
    statistics.uncheck()
    page.get_by_role("button", name="Save choice").click()
    site.wait(lambda: len(site.choices) == 2, "the second record")
    assert site.choices[1]["choices"] == {**EVERYTHING, "analytics": "denied"}
    page.get_by_role("button", name="Privacy choices").click()  # the small one, on every page
    page.get_by_role("button", name="Save choice").click()
    page.evaluate("onebyone('event', 'last')")
    site.wait(lambda: site.events("last"), "what comes later")
    assert len(site.choices) == 2 and cookie(page) == "1 fm.1", "the same again is no second record"
    assert told_google(page) == [["default", 1], ["update", 7], ["update", 6]]


def test_the_keyboard_is_enough(page: Page, asking: Callable[..., Stub]) -> None:
    site = asking()
    page.goto(f"{site.url}/a")
    expect(page.get_by_role("dialog")).to_be_focused()
    for name in ("Accept all", "Reject all", "Choose"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Comfort")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save choice")).to_be_focused()
    page.keyboard.press("Enter")
    site.wait(lambda: site.choices, "the record")
    assert site.choices[0]["choices"] == {**NOTHING, "analytics": "granted"}
    page.evaluate("onebyone('consent', 'show')")
    expect(page.get_by_role("dialog")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_screen_reader_hears_what_it_is_about(page: Page, asking: Callable[..., Stub]) -> None:
    site = asking(policy_url="https://shop.example/privacy")
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("dialog")).to_match_aria_snapshot("""
        - dialog "Your choice":
          - heading "Your choice" [level=2]
          - paragraph: /May we keep information in your browser.*Comfort · Statistics · Advertising\\./
          - group "What may we use it for?":
            - checkbox /Necessary/ [checked] [disabled]
            - checkbox /Comfort/
            - checkbox /Statistics/
            - checkbox /Advertising/
          - button "Accept all"
          - button "Reject all"
          - button "Save choice"
          - link "How we handle your data"
    """)
    assert page.get_by_role("dialog").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Page, asking: Callable[..., Stub], scheme: Any) -> None:
    site = asking()
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="Choose").click()
    pairs = page.evaluate("""() => {
      const root = document.querySelector("onebyone-choice").shadowRoot;
      const ground = (each) => { for (; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor; if (colour !== "rgba(0, 0, 0, 0)") return colour } };
      return [...root.querySelectorAll("h2, p, legend, b, span, button, a")].map((each) =>
        [getComputedStyle(each).color, ground(each)]) }""")
    assert len(pairs) > 10 and min(contrast(*pair) for pair in pairs) >= 7


def contrast(one: str, two: str) -> float:
    """WCAG 2.2."""
    low, high = sorted(map(luminance, (one, two)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_page_with_the_strictest_policy_shows_it_with_its_look(page: Page, asking: Callable[..., Stub]) -> None:
    site = asking()
    site.policy = STRICT_POLICY
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.goto(f"{site.url}/a")
    accept = page.get_by_role("button", name="Accept all")
    assert accept.evaluate("(each) => getComputedStyle(each).backgroundColor") == "rgb(26, 26, 26)"
    accept.click()
    site.wait(lambda: site.choices and site.events("page_view"), "the record and the view")
    assert complaints == []


def test_nobody_else_is_asked_for_anything(page: Page, asking: Callable[..., Stub]) -> None:
    site = asking()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="Accept all").click()
    site.wait(lambda: site.choices and site.events("page_view"), "everything")
    page.wait_for_load_state("networkidle")  # until the browser has told of each
    assert {url.removeprefix(site.url) for url in asked} == {
        "/a", *(f"/{SITE.prefix}/{path}" for path in ("s.js", "v1/privacy", "b-en.js", "v1/consent", "v1/e"))
    }  # fmt: skip


def test_where_nobody_has_to_be_asked_the_banner_is_not_loaded_until_it_is_wanted(
    page: Page, asking: Callable[..., Stub]
) -> None:
    site = asking(NOTICE)
    page.goto(f"{site.url}/a")
    site.wait(lambda: site.events("page_view"), "the page view, at once")
    assert (
        page.evaluate("performance.getEntriesByType('resource').filter((each) => /b-en/.test(each.name)).length") == 0
    )
    assert told_google(page) == [["default", 1], ["update", 3]]
    page.get_by_role("button", name="Privacy choices").click()
    page.get_by_role("button", name="Reject all").click()
    site.wait(lambda: site.choices, "the objection")
    assert site.choices[0]["choices"] == NOTHING


def test_the_browsers_own_signal_is_acknowledged_in_words(page: Page, asking: Callable[..., Stub]) -> None:
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })")
    site = asking()
    page.goto(f"{site.url}/a")
    expect(page.get_by_text("not to have your data sold or shared")).to_be_visible()
    page.get_by_role("button", name="Accept all").click()
    site.wait(lambda: site.events("page_view"), "the page view")
    assert told_google(page) == [["default", 1], ["update", 5]], "user data and personalisation stay denied"
    assert site.batches[0].body["consent"]["gpc"] is True


def test_a_record_that_could_not_be_sent_is_sent_by_the_next_page(page: Page, asking: Callable[..., Stub]) -> None:
    site = asking()
    page.route("**/v1/consent", lambda route: route.abort())
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="Reject all").click()
    page.wait_for_function("document.cookie.includes('.0.')")
    page.unroute("**/v1/consent")
    page.goto(f"{site.url}/b")
    site.wait(lambda: site.choices, "the record")
    assert site.choices[0]["choices"] == NOTHING
    page.wait_for_function("document.cookie.includes('.1.')")


@pytest.mark.parametrize("stale", ["2.zzzzzz.fsm.1.x", f"1.{'0' * 8}1.fsm.1.x", "nonsense"])
def test_an_answer_to_another_question_or_of_long_ago_is_asked_again(
    page: Page, asking: Callable[..., Stub], stale: str
) -> None:
    site = asking()
    page.context.add_cookies([{"name": "ob_c", "value": stale, "url": site.url}])
    page.goto(f"{site.url}/a")
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize(
    ("html", "language"), [('<script>document.documentElement.lang="de-AT"</script>', "de"), ("", "ja")]
)
def test_it_speaks_the_pages_language_or_else_the_browsers(
    browser: Browser, asking: Callable[..., Stub], html: str, language: str
) -> None:
    site = asking()
    site.pages["/a"] = html
    with browser.new_context(locale="ja-JP") as context:
        page = context.new_page()
        page.goto(f"{site.url}/a")
        expect(page.get_by_role("dialog")).to_have_attribute("lang", language)


def test_every_language_is_complete_and_small() -> None:
    files = files_of(replace(SITE, tag=TagSettings(banner=Banner(on=True))))
    banners = {path: body for path, body in files.items() if "/b-" in path}
    assert len(banners) == len(LANGUAGES) >= 10
    for path, body in banners.items():
        assert len(gzip.compress(body, 9)) <= 6_000, path
    keys = {frozenset(json.loads(re.search(rb'"texts":(\{.*?\})', body).group(1))) for body in banners.values()}  # type: ignore[union-attr]
    assert len(keys) == 1
