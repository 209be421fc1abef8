"""A person clicks through the demo shop, and the product tells what became of the order."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Page

from browser.chromium import as_person, settle
from browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_S = 30.0


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with as_person(browser) as context:
        yield context.new_page()


def buy(page: Page, product: Product) -> str:
    """From the home page to the thank-you page; returns the order's number."""
    page.goto(product.shop)
    page.click("text=See all lamps")
    page.click("text=Fjord")
    page.click("text=Add to cart")
    page.click("text=Check out")
    page.click("text=Buy now")
    page.wait_for_url("**/thank-you/*")
    return page.url.rsplit("/", 1)[1]


class Story(Struct, frozen=True):
    """The sightings of one order, by what became of them."""

    kept: list[dict[str, Any]]
    copies: list[dict[str, Any]]

    @property
    def reasons(self) -> Counter[str]:
        return Counter(copy["reason"] for copy in self.copies)


def fate(product: Product, order: str, *, copies: int) -> Story:
    """What the command line says of the order, asked until it knows of one kept and at least that many copies."""
    command = [sys.executable, "-m", "onebyone", "fate", order, "--json", "--data", product.data]
    ends_at = time.monotonic() + WAIT_S
    while True:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)
        sightings = json.loads(done.stdout)["sightings"] if done.stdout else []
        purchases = [sighting for sighting in sightings if sighting["name"] == "purchase"]
        kept = [sighting for sighting in purchases if sighting["fate"] == "kept"]
        story = Story(kept, [sighting for sighting in purchases if sighting["fate"] == "dropped"])
        if kept and len(story.copies) >= copies:
            return story
        assert time.monotonic() < ends_at, f"not complete after {WAIT_S} s: {story} {done.stderr.decode()}"


def test_reloads_and_the_server_copy_leave_one_order_with_a_reason_for_each_copy(page: Page, product: Product) -> None:
    order = buy(page, product)
    settle(page)
    for _ in range(3):
        page.reload()
        settle(page)
    page.click("text=More lamps")
    settle(page)
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_url("**/thank-you/*", wait_until="commit")  # out of the cache it does not load
    story = fate(product, order, copies=4)
    assert len(story.kept) == 1
    assert (story.reasons["order_reloaded"], story.reasons["order_joined"]) == (3, 1)
    # from the back/forward cache the page comes without running its script again, so without a copy
    assert set(story.reasons) <= {"order_reloaded", "order_joined", "order_back_forward"}


def test_with_the_blocker_on_the_server_alone_knows_the_order(page: Page, product: Product) -> None:
    page.goto(f"{product.shop}/adblock?blocked=1")
    order = buy(page, product)
    story = fate(product, order, copies=0)
    assert [sighting["via"] for sighting in story.kept] == ["server"] and not story.copies


def test_without_script_the_image_and_the_server_meet_in_one_order(browser: Browser, product: Product) -> None:
    context = as_person(browser, script=False)
    order = buy(context.new_page(), product)
    story = fate(product, order, copies=1)
    context.close()
    assert len(story.kept) == 1 and story.reasons == Counter({"order_joined": 1})
    assert {sighting["via"] for sighting in story.kept + story.copies} == {"image", "server"}
