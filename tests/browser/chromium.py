"""The system's Chromium, how it is started, and when a page of it is done."""

from __future__ import annotations

import shutil

from playwright.sync_api import Page

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


def settle(page: Page) -> None:
    """Until the page knows that everything was acknowledged; leaving earlier makes copies, as it should."""
    page.wait_for_function("localStorage.length === 0 && sessionStorage.length === 1")
