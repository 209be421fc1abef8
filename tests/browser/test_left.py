"""What one page leaves is delivered by another, also where the two are in each other's way."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from browser.chromium import settle
from browser.stub import SITE, Stub

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOCK = f"ob:{SITE.id}:"
LEAVE = (  # an order in the store, as of a page that is gone
    f"localStorage.setItem('{LOCK}gone', JSON.stringify([['left', Date.now(), 1, '', '"
    + json.dumps({"id": "left", "name": "purchase"})
    + "']]))"
)


def test_a_browser_whose_locks_never_answer_delivers_all_the_same(page: Page, site: Stub) -> None:
    page.add_init_script(f"{LEAVE}; LockManager.prototype.request = () => new Promise(() => {{}})")
    page.goto(site.url)
    site.wait(lambda: site.events("page_view"), "the view")


def test_what_is_left_is_taken_when_the_other_page_has_let_go_of_it(page: Page, site: Stub) -> None:
    hold = f"navigator.locks.request('{LOCK}', () => new Promise((done) => (window.release = done)))"
    page.add_init_script(f"{LEAVE}; {hold}")
    page.goto(site.url)
    site.wait(lambda: site.events("page_view"), "the view")
    page.evaluate("release()")
    page.evaluate("onebyone('event', 'something')")
    site.wait(lambda: site.events("purchase"), "the order")
    settle(page)


def test_a_page_that_is_left_may_write_after_the_next_one_has_looked(page: Page, site: Stub) -> None:
    late = f"const real = fetch; window.fetch = async (...given) => {{ const answer = await real(...given); {LEAVE};"
    page.add_init_script(late + " window.fetch = real; return answer }")
    page.goto(site.url)
    site.wait(lambda: site.events("purchase"), "the order")
    settle(page)


def test_a_page_that_comes_back_delivers_what_the_page_after_it_left(page: Page, site: Stub) -> None:
    page.add_init_script("Navigator.prototype.sendBeacon = () => true")  # and none arrives
    page.goto(f"{site.url}/a")
    settle(page)
    site.status = 503
    page.goto(f"{site.url}/b")
    page.evaluate("onebyone('purchase', {id: 'NL-1'})")
    site.wait(lambda: site.events("purchase", status=503), "the refused order")
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_url("**/a", wait_until="commit")
    site.status = 200
    site.wait(lambda: site.events("purchase"), "the order")
    assert "bfcache" in {event["nav"] for event in site.events()}
