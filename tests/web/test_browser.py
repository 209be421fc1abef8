"""The console in Chromium: live rows in time, keys, swaps, no script, every width, no request to another host."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import the_chromium
from onebyone.store import Param
from web.fakes import Place
from web.mails import add_mails
from web.month import LIVE, NOW, Row, a_live_row
from web.pages import ANSWERED
from web.preview import sign_in
from web.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Browser:
    return the_chromium()


EVERY_LOOK = [(theme, width) for theme in ("light", "dark") for width in (390, 1100, 1440)]
LOOKS = EVERY_LOOK if os.environ.get("PROVE") else [("dark", 390), ("light", 1100)]


CUT = "e => innerWidth > 760 && e.some(one => one.scrollWidth > one.clientWidth + 1)"


class Shop:
    """A console that is served, and what came in since its page was opened."""

    def __init__(self, directory: Path) -> None:
        self.place = Place(directory)
        add_mails(self.place)
        self.new: list[Row] = []
        self.place.reports.answers["live"] = self._live
        self.base = ""

    def at(self, page: str) -> str:
        return f"{self.base}/s/{self.place.site.id}/{page}"

    def _live(self, params: Mapping[str, Param]) -> list[Row]:
        after = params["after_at"]
        assert isinstance(after, datetime)
        if after < NOW - timedelta(minutes=20):
            return LIVE
        fresh, self.new = self.new, []
        return fresh


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("console"))
    with serving(made.place) as base:
        made.base = base
        yield made
    made.place.engine.dispose()


@pytest.fixture
def page(chromium: Browser, shop: Shop) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context, shop.place, shop.base)
    yield context.new_page()
    context.close()


def test_two_days_of_the_calendar_make_a_period(page: Page, shop: Shop) -> None:
    page.goto(shop.at("overview?from=2026-10-20&to=2026-11-05&metric=orders"))
    page.click(".ctl details.pop summary")
    page.wait_for_selector(".cal [data-day]")
    assert page.locator(".cal caption").all_inner_texts() == ["October 2026", "November 2026"]
    assert page.locator(".cal a.in").count() == 17 and page.locator(".cal a[aria-label*='12 Nov']").count() == 1
    assert "no data" in (page.locator(".cal [data-day='2026-10-02']").get_attribute("aria-label") or "")
    assert page.locator(".cal [data-day='2026-11-13']").count() == 0  # is to come
    page.click(".cal [data-month] >> nth=0")
    page.wait_for_selector(".cal caption:has-text('September 2026')")
    page.click(".cal [data-day='2026-10-09']")
    page.hover(".cal [data-day='2026-09-30']")
    assert page.locator(".cal a.in").count() == 10
    page.click(".cal [data-day='2026-09-30']")
    page.wait_for_url("**/overview?from=2026-09-30&to=2026-10-09&metric=orders")


def test_a_new_event_stands_on_live_within_two_seconds(page: Page, shop: Shop) -> None:
    page.goto(shop.at("live"))
    page.wait_for_selector("tr[data-row]")
    shop.new = [a_live_row(0, "purchase", "/danke", order_id="NEW-1", value=100, currency="EUR")]
    began = time.monotonic()
    page.wait_for_selector("td.what:has-text('NEW-1')", timeout=5000)
    assert time.monotonic() - began < 2
    assert page.locator("tr.new").count() == 1
    assert page.locator("tr[data-row]").count() == len(LIVE) + 1


def test_a_figure_is_swapped_in_and_back_without_loading_the_page_anew(page: Page, shop: Shop) -> None:
    page.goto(shop.at("overview"))
    page.evaluate("window.kept = true")
    page.click(".metrics a:has-text('Orders')")
    page.wait_for_selector("h2:has-text('Orders by day')")
    assert page.url.endswith("?metric=orders") and page.evaluate("window.kept")
    page.go_back()
    page.wait_for_selector("h2:has-text('Net revenue by day')")


def test_keys_walk_the_chart_and_the_pages(page: Page, shop: Shop) -> None:
    page.goto(shop.at("overview"))
    page.locator("a.pt").last.focus()
    page.keyboard.press("ArrowLeft")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith("Wed 11 Nov: €")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.fill("input[data-find]", "NL-48213")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fate/NL-48213")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/live")


@pytest.mark.slow
def test_a_filter_is_added_by_keys_changed_in_its_chip_and_its_reverse_by_alt(page: Page, shop: Shop) -> None:
    page.goto(shop.at("acquisition"))
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.name") == "field"
    page.fill("details[open] input[name=value]", "Direct,e")
    page.wait_for_selector('details[open] option[value="Direct,Email"]', state="attached")
    page.fill("details[open] input[name=value]", "Direct,Email")
    page.keyboard.press("Enter")
    page.wait_for_selector(".chip.on:has-text('Direct or Email')")
    assert page.url == shop.at("acquisition?channel=Direct,Email")
    page.click(".chip.on summary")
    page.select_option("details[open] select[name=op]", "!=")
    page.click("details[open] button")
    page.wait_for_url(shop.at("acquisition?channel!=Direct,Email"))
    page.click("td.b a:has-text('Phone')", modifiers=["Alt"])
    page.wait_for_selector(".chip.on:has-text('Device is not phone')")
    page.keyboard.press("x")
    page.wait_for_selector(".chip.on", state="detached")
    assert page.url == shop.at("acquisition")


def test_without_script_the_menu_opens_and_a_site_is_added(chromium: Browser, shop: Shop) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(context, shop.place, shop.base)
    page = context.new_page()
    page.goto(shop.at("overview"))
    page.click("a[aria-label=Menu]")
    page.click("nav a:has-text('Ledger')")
    assert page.url == shop.at("ledger")
    page.goto(f"{shop.base}/")
    page.fill("#f-name", "Ohne")
    page.fill("#f-origins", "ohne.example")
    page.click("button:has-text('Add site')")
    assert page.url.endswith("/start")
    context.close()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_fits_says_nothing_and_asks_no_other_host(
    chromium: Browser, shop: Shop, width: int, theme: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
    )
    sign_in(context, shop.place, shop.base)
    assert _walk(context, shop) == []
    context.close()


@pytest.mark.slow
def test_paper_has_every_row_and_no_form(chromium: Browser, shop: Shop) -> None:
    context = chromium.new_context(viewport={"width": 718, "height": 1000})
    sign_in(context, shop.place, shop.base)
    page = context.new_page()
    page.emulate_media(media="print")
    for name in ("ledger", "attribution", "funnels", "conversions", "overview"):
        page.goto(f"{shop.base}/s/{shop.place.site.id}/{name}")
        cut = (
            "e => e.filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)"
            ".length"
        )
        assert page.locator(".tall, .tw").evaluate_all(cut) == 0, name
        assert page.locator(".choose:visible").count() == 0
    context.close()


def test_paper_has_tables_as_a_wide_window_has_them_and_charts_with_theirs(chromium: Browser, shop: Shop) -> None:
    """A4 is as narrow as a phone, and had its two-line rows."""
    context = chromium.new_context(viewport={"width": 718, "height": 1000})
    sign_in(context, shop.place, shop.base)
    page = context.new_page()
    page.goto(shop.at("conversions"))
    heads = page.locator("table.stack thead th:visible")
    assert heads.count() == 0
    page.emulate_media(media="print")
    assert heads.count() > 4 and page.locator("table.stack td.m:visible").count() == 0
    page.goto(shop.at("acquisition?lines=channels:Email"))
    assert page.locator("figure table td:visible").count() > 30
    assert page.locator("button:visible, input:visible, details.tab summary:visible").count() == 0
    context.close()


def _walk(context: BrowserContext, shop: Shop) -> list[str]:
    """What is wrong: messages of the console, what scrolls sideways, requests elsewhere."""
    wrong: list[str] = []
    host = urlsplit(shop.base).netloc
    page = context.new_page()
    page.on("console", lambda message: wrong.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("request", lambda request: wrong.extend([request.url] * (urlsplit(request.url).netloc != host)))
    for address in ANSWERED:
        page.goto(shop.base + address.format(site=shop.place.site.id))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{page.url}: {wide} px too wide"] * (wide > 0)
        if not page.url.partition("?")[2]:  # columns that somebody chose may be more than fit
            cut = page.locator(".tw:visible").evaluate_all(CUT)
            wrong += [f"{page.url}: a table scrolls sideways"] * cut
    return wrong
