"""Delivery against the real product: whatever becomes of the tab, the network and the collector, each event that was
made is counted once in the end (specs/tag-and-tag-manager.md A3)."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from browser.chromium import as_person
from browser.front import Front, standing_before
from browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OUTAGE_MS = 10_000 if os.environ.get("PROVE") else 3_000
MANY_MOMENTS_MS = [0, 5, 10, 20, 40, 80, 120, 200, 400, 800, 1_100, 1_600]  # of a page's life; the window is a second
MOMENTS_MS = MANY_MOMENTS_MS if os.environ.get("PROVE") else [0, 20, 120, 400, 1_100, 1_600]
A_FEW = 5


@pytest.fixture
def front(product: Product) -> Iterator[Front]:
    with standing_before(product) as front:
        front.country = "JP"  # where nobody has to be asked: what consent withholds is another test's
        yield front


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    with as_person(browser) as context:
        yield context


def say(page: Page, *names: str) -> list[str]:
    """Events of these names, the last as an order."""
    page.evaluate("(names) => names.forEach((name) => onebyone('event', name))", names)
    return list(names)


def buy(page: Page, order: str) -> None:
    page.evaluate("(id) => onebyone('purchase', {id, value: 1, currency: 'EUR'})", order)


def wait(page: Page, ms: int) -> None:
    page.evaluate("(ms) => new Promise((done) => setTimeout(done, ms))", ms)


def check(front: Front, made: list[str], orders: list[str]) -> None:
    """Every event once, or at most one of a thousand missing; every order once, whatever happened."""
    needed = math.ceil(0.999 * len(made))

    def enough(events: list[dict[str, object]]) -> bool:
        found = {str(event["name"]) for event in events}
        bought = {str(event["order_id"]) for event in events}
        return len(found & set(made)) >= needed and bought >= set(orders)

    stored = front.stored(enough)
    names = Counter(event["name"] for event in stored if event["name"] in made)
    bought = Counter(event["order_id"] for event in stored if event["order_id"])
    print(f"{len(names)} of {len(made)} events, {len(bought)} of {len(orders)} orders")
    assert set(names.values()) <= {1} and bought == Counter(orders)


def test_a_tab_that_dies_at_any_moment_loses_nothing_once_a_later_page_opens(
    person: BrowserContext, front: Front
) -> None:
    made, orders = [], []
    for n, moment in enumerate(MOMENTS_MS):
        front.mode = ("pass", "refuse")[n % 2]
        page = person.new_page()
        page.goto(f"{front.url}/a{n}")
        made += say(page, *(f"dies_{n}_{i}" for i in range(A_FEW)))
        buy(page, f"DIES-{n}")
        orders.append(f"DIES-{n}")
        wait(page, moment)
        crash(page)
    front.mode = "pass"
    person.new_page().goto(f"{front.url}/later")
    check(front, made, orders)


def crash(page: Page) -> None:
    """Its process ends at once, so that no event of the page's life cycle fires."""
    with page.expect_event("crash", timeout=10_000), suppress(Error):
        page.goto("chrome://crash")
    page.close()


def test_ten_seconds_without_a_network_delay_and_do_not_lose(person: BrowserContext, front: Front) -> None:
    page = person.new_page()
    page.goto(f"{front.url}/a")
    made = say(page, "online_before")
    person.set_offline(True)
    made += say(page, *(f"offline_{i}" for i in range(A_FEW)))
    buy(page, "OFFLINE-1")
    wait(page, OUTAGE_MS)
    person.set_offline(False)
    made += say(page, "online_again")
    check(front, made, ["OFFLINE-1"])


@pytest.mark.parametrize("mode", ["refuse", "hang"])
def test_a_collector_that_is_unwell_is_asked_again(person: BrowserContext, front: Front, mode: str) -> None:
    page = person.new_page()
    front.mode = mode
    page.goto(f"{front.url}/a")
    made = say(page, *(f"unwell_{mode}_{i}" for i in range(A_FEW)))
    buy(page, f"UNWELL-{mode}")
    wait(page, OUTAGE_MS)
    front.mode = "pass"
    check(front, made, [f"UNWELL-{mode}"])


def test_without_storage_everything_arrives_while_the_page_lives_and_when_it_ends(
    person: BrowserContext, front: Front
) -> None:
    page = person.new_page()
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        "  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    page.goto(f"{front.url}/a")
    made = say(page, *(f"unstored_{i}" for i in range(A_FEW)))
    buy(page, "UNSTORED-1")
    front.wait(lambda: len(front.posted()) > 0, "the first answer")
    wait(page, 300)
    made += say(page, "unstored_last")
    page.goto("about:blank")
    check(front, made, ["UNSTORED-1"])


def test_a_hundred_events_in_a_second(person: BrowserContext, front: Front) -> None:
    page = person.new_page()
    page.goto(f"{front.url}/a")
    made = say(page, *(f"burst_{i}" for i in range(100)))
    check(front, made, [])
    assert len(front.posted()) < 10


def test_sixty_kilobytes_that_wait_when_the_page_is_closed(person: BrowserContext, front: Front) -> None:
    page = person.new_page()
    page.goto(f"{front.url}/a")
    front.wait(lambda: len(front.posted()) > 0, "the first answer")
    wait(page, 200)
    made = [f"large_{i}" for i in range(60)]
    page.evaluate(
        "(names) => { names.forEach((name) => onebyone('event', name, {text: 'x'.repeat(1000)}));"
        " onebyone('purchase', {id: 'LARGE-1', value: 1, currency: 'EUR'}) }",
        made,
    )
    page.close(run_before_unload=True)
    person.new_page().goto(f"{front.url}/later")
    check(front, made, ["LARGE-1"])


def test_two_tabs_at_once_share_nothing_and_lose_nothing(person: BrowserContext, front: Front) -> None:
    pages = [person.new_page() for _ in range(3)]
    front.mode = "refuse"
    for n, page in enumerate(pages):
        page.goto(f"{front.url}/tab{n}")
    made = [name for n, page in enumerate(pages) for name in say(page, *(f"tab_{n}_{i}" for i in range(A_FEW)))]
    pages[0].close()
    front.mode = "pass"
    pages[1].reload()
    check(front, made, [])
