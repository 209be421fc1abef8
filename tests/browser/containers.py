"""A container on the pages of a site, whose tags leave marks on them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Page

from browser.stub import SITE, Stub
from onebyone.state.tag_settings import PublishedContainer
from onebyone.tags.container.check import read_container
from onebyone.tags.container.compiling import compile_container

FREE = "consent: {needs: []}"


def hold(site: Stub, text: str, *, kill: tuple[str, ...] = (), broken: bytes = b"", **more: Any) -> None:
    """The document becomes the site's container."""
    number = site.site.container.number + 1
    compiled = compile_container(read_container(text), site=SITE.id, number=number)
    site.files[f"/{SITE.prefix}/c/{compiled.hash}.js"] = broken or compiled.file
    held = PublishedContainer(hash=compiled.hash, number=number, kill=kill)
    site.site = replace(SITE, container=held, version=site.site.version + 1, **more)


def until(page: Page, expression: str) -> None:
    """Asks again and again: `wait_for_function` needs a page that allows eval."""
    for _ in range(800):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {expression}; marks: {page.evaluate('window.marks')}")


def marks(page: Page, count: int) -> list[str]:
    until(page, f"(window.marks || []).length >= {count}")
    found: list[str] = page.evaluate("window.marks")
    return found


def marking(name: str, trigger: str, text: str = "{{Event}}") -> str:
    code = f"window.marks = (window.marks || []).concat({text})"
    return f"  {name}:\n    type: custom\n    fire_on: [{trigger}]\n    {FREE}\n    settings: {{code: '{code}'}}\n"
