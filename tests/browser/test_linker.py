"""A person who goes from one of a site's domains to another, in Chromium against the real product: one person there,
two where the consent does not cover it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import as_person, settle
from browser.front import WAIT_S, Front, standing_before, wait_until_known
from browser.product import Product
from e2e.running import wait_until
from onebyone.app.settings import Place
from onebyone.app.state import open_state
from onebyone.event import visitor_hash
from onebyone.identity.links import TOKEN_CHARS
from onebyone.state.tag_settings import TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAMPS, PAY = "lamps.localhost", "pay.localhost"  # every browser finds them on this machine
PAGE = """
<a id=over href="http://{pay}/in?a=1#there">Pay</a> <a id=own href="/next">Next</a>
<form id=get action="http://{pay}/got"><input name=q value=1><button>Get</button></form>
<form id=post action="http://{pay}/in" method=post><button>Post</button></form>
"""


@pytest.fixture(scope="module")
def front(product: Product) -> Iterator[Front]:
    """One site on two hosts."""
    with standing_before(product) as front:
        port = urlsplit(front.url).port
        origins = (f"http://{LAMPS}:{port}", f"http://{PAY}:{port}")
        sites = open_state(Place(Path(product.data))).sites
        front.site = sites.change(replace(front.site, origins=origins, tag=TagSettings(linked=(LAMPS, PAY))))
        wait_until_known(product.collector, front.site.prefix, LAMPS)
        front.url, front.country = "", "JP"
        front.pages = {"/": PAGE.replace("{pay}", f"{PAY}:{port}")}
        yield front


@pytest.fixture
def person(browser: Browser, front: Front) -> Iterator[Page]:
    """On the first of the two, known there."""
    with as_person(browser) as context:
        page = context.new_page()
        page.goto(f"{front.site.origins[0]}/")
        settle(page)
        yield page


def browsers(context: BrowserContext, front: Front) -> list[int]:
    """Who this person is on each of the two hosts."""
    values = [
        cookie["value"]
        for origin in front.site.origins
        for cookie in context.cookies(origin)
        if cookie["name"] == "ob_v"
    ]
    return [visitor_hash(front.site.id, value) for value in values]


def joined(product: Product, front: Front, browser: int) -> list[int]:
    state = open_state(Place(Path(product.data)))
    try:
        return state.identity.person(front.site.id, browser).browsers
    finally:
        state.engine.dispose()


def views(events: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """A page that is left tells more than that it was seen."""
    return [event for event in events if (event["name"], event["path"]) == ("page_view", path)]


def come_near(page: Page, selector: str, name: str) -> str:
    """Until the link carries a token."""
    page.hover(selector) if name == "href" else page.focus(f"{selector} button")
    page.wait_for_function(
        "([selector, name]) => document.querySelector(selector)[name].includes('_ob=')", arg=[selector, name]
    )
    return str(page.evaluate("([selector, name]) => document.querySelector(selector)[name]", [selector, name]))


def test_who_follows_a_link_is_one_person_on_both_and_the_address_is_clean(
    product: Product, front: Front, person: Page
) -> None:
    address = come_near(person, "#over", "href")
    assert address.endswith("#there") and f"?a=1&_ob={address[-TOKEN_CHARS - 6 : -6]}" in address
    person.hover("#own")
    assert "_ob" not in person.evaluate("document.querySelector('#own').href")
    with person.expect_request("**/in?a=1&_ob=*") as followed:  # who comes near again may have got another token
        person.click("#over")
    person.wait_for_url("**/in?a=1#there")
    settle(person)
    here, there = browsers(person.context, front)
    wait_until(lambda: joined(product, front, here) == sorted([here, there]), timeout_s=WAIT_S)
    stored = front.stored(lambda events: any(event["path"] == "/in" for event in events))
    assert not any("_ob" in f"{event['path']}{event.get('query', '')}" for event in stored)
    person.goto(followed.value.url)  # passed on, or out of the history: it counts, and joins nobody again
    settle(person)
    arrived = front.stored(lambda events: len(views(events, "/in")) == 2)
    flags = [event.get("flags", []) for event in views(arrived, "/in")]
    assert sorted(flag for each in flags for flag in each) == ["link_reused"]


def test_a_form_by_get_carries_it_in_a_field_and_another_in_its_address(
    product: Product, front: Front, person: Page
) -> None:
    assert "_ob=" in come_near(person, "#post", "action")
    person.focus("#get button")
    person.wait_for_selector("#get [name=_ob]", state="attached")
    person.click("#get button")
    person.wait_for_url("**/got?q=1")
    settle(person)
    here, there = browsers(person.context, front)
    wait_until(lambda: joined(product, front, here) == sorted([here, there]), timeout_s=WAIT_S)


def test_who_refuses_is_followed_nowhere(product: Product, front: Front, person: Page) -> None:
    before = browsers(person.context, front)
    person.evaluate("onebyone('consent', {analytics: 'denied'})")
    with person.expect_response("**/v1/d") as answered:
        person.hover("#over")
    assert answered.value.json() == {"token": ""}
    person.click("#over")
    person.wait_for_url("**/in?a=1#there")
    front.stored(lambda events: any(event["path"] == "/in" for event in events))
    assert joined(product, front, before[0]) == before
