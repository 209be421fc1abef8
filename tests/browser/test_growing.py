"""Reports that grow, in Chromium: what is left of a page that ends without a word; of two copies one counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import as_person
from browser.front import standing_before
from browser.modules import Site, props, unique
from browser.product import Product
from onebyone.state.tag_settings import TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DIES = """const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (name, ...rest) {
  return /visibilitychange|pagehide|freeze/.test(name) || add.call(this, name, ...rest) };"""
BROKEN = {
    "missing": "delete window.fetchLater",
    "full": "window.fetchLater = () => { throw new DOMException('no room', 'QuotaExceededError') }",
}
BOTH = "const later = window.fetchLater; window.fetchLater = (url, {signal, ...rest}) => later(url, rest);"


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    with as_person(browser) as context:
        yield context


def seen_for(person: BrowserContext, url: str, *, ms: int, script: str) -> Page:
    """A page that somebody looked at for so long."""
    page = person.new_page()
    page.add_init_script(script)
    page.clock.install()
    page.goto(url)
    page.clock.run_for(1_000)
    page.wait_for_function("sessionStorage.length === 1")
    page.clock.run_for(ms)
    return page


def test_a_page_that_ends_without_a_word_leaves_its_last_draft(person: BrowserContext, with_modules: Site) -> None:
    site = with_modules("engagement", "web_vitals")
    page = seen_for(person, f"{site.url}/a", ms=10_500, script=DIES)
    assert {event["name"] for event in site.events()} == {"page_view"}
    page.close()
    (told,) = props(site, "user_engagement")
    assert told["engagement_time_msec"] >= 9_000, "the last draft, not the first"
    assert props(site, "web_vitals")[0]["fcp"] >= 0
    numbers = [event["seq"] for event in site.events()]
    assert numbers == [0, 1, 1], "a draft takes no number: it may never be sent"
    assert len(site.events()) == 3


def test_what_is_told_in_time_takes_the_place_of_its_draft(person: BrowserContext, with_modules: Site) -> None:
    site = with_modules("engagement")
    page = seen_for(person, f"{site.url}/a", ms=6_000, script="")
    page.clock.run_for(2_000)
    page.goto(f"{site.url}/b")
    page.clock.run_for(1_000)
    site.wait(lambda: len(site.events("page_view")) >= 2, "the next page")
    (told,) = props(site, "user_engagement")
    assert told["engagement_time_msec"] >= 7_500, "the beacon's, which is newer than the draft"


@pytest.mark.parametrize("how", BROKEN)
def test_without_room_for_drafts_it_is_told_when_the_page_is_left(
    person: BrowserContext, with_modules: Site, how: str
) -> None:
    site = with_modules("engagement")
    page = seen_for(person, f"{site.url}/a", ms=6_000, script=BROKEN[how])
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.clock.run_for(5_000)
    page.goto("about:blank")
    assert len(props(site, "user_engagement")) == 1 and faults == []


def test_a_withdrawal_takes_the_draft_back(person: BrowserContext, with_modules: Site) -> None:
    site = with_modules("engagement")
    page = seen_for(person, f"{site.url}/a", ms=6_000, script=DIES)
    page.evaluate("onebyone('consent', {analytics: 'denied'})")
    page.close()
    later = person.new_page()
    later.goto(f"{site.url}/b")
    site.wait(lambda: len(site.events("page_view")) == 2, "the next page")
    assert unique(site, "user_engagement") == []


def test_of_a_draft_and_a_beacon_that_both_arrive_one_counts(product: Product, person: BrowserContext) -> None:
    with standing_before(product, tag=TagSettings(modules=("engagement",))) as front:
        front.country = "JP"
        page = seen_for(person, f"{front.url}/a", ms=6_000, script=BOTH)
        page.goto("about:blank")
        front.wait(lambda: len(front.posted("user_engagement")) >= 2, "the draft and the beacon")
        page.goto(f"{front.url}/b")
        stored = front.stored(lambda events: [each["name"] for each in events].count("page_view") == 2)
        assert [each["name"] for each in stored].count("user_engagement") == 1
