"""The system's Chromium, how it is started, and when a page of it is done."""

from __future__ import annotations

import shutil
from functools import cache

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from fakes.kept import KEPT

CHROMIUM_ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Its path, or "" where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


@cache
def the_chromium() -> Browser:
    """One for all browser tests that follow each other; each takes a context of its own. Skips where there is none."""
    chromium = find_chromium()
    if not chromium:
        pytest.skip("no Chromium found: install chromium to run the browser tests")
    opened = KEPT.enter_context(sync_playwright()).chromium.launch(
        executable_path=chromium,
        args=list(CHROMIUM_ARGS),
        ignore_default_args=["--disable-back-forward-cache"],  # a page that comes back is one of the cases
    )
    KEPT.callback(opened.close)
    KEPT.callback(the_chromium.cache_clear)
    return opened


def as_person(browser: Browser, *, script: bool = True) -> BrowserContext:
    """A context that does not say it is driven: the product rightly takes a headless browser for a machine."""
    major = browser.version.partition(".")[0]
    system = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    context = browser.new_context(user_agent=f"{system} Chrome/{major}.0.0.0 Safari/537.36", java_script_enabled=script)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })")
    return context


def settle(page: Page) -> None:
    """Until the page knows that everything was acknowledged; leaving earlier makes copies, as it should."""
    page.wait_for_function("localStorage.length === 0 && sessionStorage.length === 1")
