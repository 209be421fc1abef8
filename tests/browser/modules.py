"""A site with some of the script's modules on, and what they told it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from browser.stub import Stub

Site = Callable[..., Stub]


def visit(page: Page, url: str) -> None:
    """Until the modules that wait for an idle moment have begun."""
    page.goto(url)
    page.evaluate("new Promise((done) => requestIdleCallback(done))")


def props(site: Stub, name: str, count: int = 1) -> list[dict[str, Any]]:
    site.wait(lambda: len(unique(site, name)) >= count, f"{count} of {name}")
    return [event["props"] for event in unique(site, name)]


def unique(site: Stub, name: str) -> list[dict[str, Any]]:
    return list({event["id"]: event for event in site.events(name)}.values())
