"""Two browsers of one person: they sign in at the demo shop, and the console knows both, until that is undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.chromium import as_person, settle
from browser.product import Product
from e2e.running import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_S = 30.0


@pytest.fixture(scope="module")
def console(browser: Browser, product: Product) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(product.login)
    page.wait_for_url(lambda url: "token=" not in url, wait_until="commit")
    yield page
    context.close()


def walk(context: BrowserContext, product: Product, name: str) -> None:
    """Look around, then sign in."""
    page = context.new_page()
    page.goto(f"{product.shop}/lamps")
    settle(page)
    page.get_by_role("link", name="Account").click()
    page.fill("input[name=name]", name)
    page.click("text=Sign in")
    expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()
    settle(page)


def persons(console: Page, product: Product) -> dict[str, Any]:
    """The report, as the page's API tells it."""
    answer = console.request.get(f"{product.console}/api/v1/sites/{product.site}/persons?period=today")
    assert answer.ok, answer.text()
    found: dict[str, Any] = json.loads(answer.text())["rows"][0]
    return found


def until(truth: Callable[[], bool]) -> None:
    wait_until(truth, timeout_s=WAIT_S)


def test_two_browsers_sign_in_as_one_person_and_an_undo_restores_the_reports(
    browser: Browser, product: Product, console: Page
) -> None:
    """Visitors of the test before may still arrive at the beginning, so counts are compared with those just before."""
    before = persons(console, product)
    with as_person(browser) as first, as_person(browser) as second:
        walk(first, product, "bob")
        until(lambda: persons(console, product)["persons"] >= before["persons"] + 1)
        page = second.new_page()
        page.goto(f"{product.shop}/lamps")
        settle(page)
        until(lambda: persons(console, product)["persons"] >= before["persons"] + 2)
        apart = persons(console, product)
        walk(second, product, "bob")
        until(lambda: persons(console, product)["several_devices"] == apart["several_devices"] + 1)
        until(lambda: persons(console, product)["joined_later"] >= apart["joined_later"] + 1)
        joined = persons(console, product)
    assert joined["joined_later"] >= apart["joined_later"] + 1

    console.goto(f"{product.console}/s/{product.site}/people?period=today")
    console.fill("main input[name=q]", "bob")
    console.click("text=Find person")
    expect(console.locator("h1")).to_contain_text("Person p_")
    expect(console.locator(".strip")).to_contain_text("2browsers")
    expect(console.get_by_text("User bob signed in on browser", exact=False)).to_have_count(2)
    person = console.url

    joined = persons(console, product)
    console.get_by_role("button", name="Undo").last.click()
    expect(console.locator("h1")).to_have_text("Undo this join?")
    expect(console.get_by_text("1 identifier changes its person")).to_be_visible()
    console.get_by_role("button", name="Undo this join").click()
    expect(console.get_by_text("Taken away by", exact=False)).to_be_visible()
    until(lambda: persons(console, product)["persons"] >= joined["persons"] + 1)
    assert console.url == person

    undone = persons(console, product)
    console.get_by_role("button", name="Join again").click()
    console.get_by_role("button", name="Join these again").click()
    until(lambda: persons(console, product)["persons"] == undone["persons"] - 1)


def test_what_follows_a_sign_out_is_nobody_s_until_the_next_sign_in(
    browser: Browser, product: Product, console: Page
) -> None:
    with as_person(browser) as context:
        walk(context, product, "carl")
        page = context.pages[0]
        page.click("text=Sign out")
        settle(page)
        page.goto(f"{product.shop}/lamps")
        settle(page)
        known = persons(console, product)
        walk(context, product, "dora")
    until(lambda: persons(console, product)["known_persons"] > known["known_persons"])

    def both_are_there() -> bool:
        console.goto(f"{product.console}/s/{product.site}/people?period=today")
        return all(console.get_by_role("cell", name=name, exact=True).count() for name in ("carl", "dora"))

    until(both_are_there)
