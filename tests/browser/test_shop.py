"""A person clicks through the demo shop, and the product tells what became of the order."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import settle
from browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_S = 30.0


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


def fate(product: Product, order: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the command line says of the order, asked until it is complete."""
    command = [
        sys.executable,
        "-m",
        "onebyone",
        "fate",
        order,
        "--json",
        "--data",
        product.data,
        "--site",
        product.site,
    ]
    ends_at = time.monotonic() + WAIT_S
    while True:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)
        story: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"events": [], "drops": []}
        if until(story):
            return story
        assert time.monotonic() < ends_at, f"not complete after {WAIT_S} s: {story} {done.stderr.decode()}"


def purchases(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["name"] == "purchase"]


def reasons(story: dict[str, Any]) -> Counter[str]:
    return Counter(drop["reason"] for drop in purchases(story["drops"]))


def test_reloads_and_the_server_copy_leave_one_order_with_a_reason_for_each_copy(page: Page, product: Product) -> None:
    order = buy(page, product)
    settle(page)
    for _ in range(3):
        page.reload()
        settle(page)
    page.click("text=More lamps")
    settle(page)
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_url("**/thank-you/*")
    story = fate(product, order, lambda story: reasons(story).total() >= 4)
    assert len(purchases(story["events"])) == 1
    found = reasons(story)
    assert (found["order_reloaded"], found["order_joined"]) == (3, 1)
    assert found.total() - found["order_back_forward"] == 4 and found["order_back_forward"] <= 1


def test_with_the_blocker_on_the_server_alone_knows_the_order(page: Page, product: Product) -> None:
    page.goto(f"{product.shop}/adblock?blocked=1")
    order = buy(page, product)
    story = fate(product, order, lambda story: bool(purchases(story["events"])))
    assert [event["via"] for event in purchases(story["events"])] == ["server"]
    assert purchases(story["drops"]) == []


def test_without_script_the_image_and_the_server_meet_in_one_order(browser: Browser, product: Product) -> None:
    context: BrowserContext = browser.new_context(java_script_enabled=False)
    order = buy(context.new_page(), product)
    story = fate(product, order, lambda story: reasons(story).total() >= 1)
    context.close()
    assert len(purchases(story["events"])) == 1 and reasons(story) == Counter({"order_joined": 1})
    ways = {row["via"] for row in purchases(story["events"]) + purchases(story["drops"])}
    assert ways == {"image", "server"}
