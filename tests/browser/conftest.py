from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page

from browser.chromium import the_chromium
from browser.front import SETTINGS
from browser.modules import Site
from browser.product import Product
from browser.stub import SITE, Stub, serving
from onebyone.state.tag_settings import TagSettings

START_S = 180


@pytest.fixture(scope="module")
def browser() -> Browser:
    return the_chromium()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def site() -> Iterator[Stub]:
    with serving() as stub:
        yield stub


@pytest.fixture
def with_modules(site: Stub) -> Site:
    """The site with these modules on; `body` is what its page /a holds."""

    def make(*modules: str, body: str = "", **settings: Any) -> Stub:
        site.site = replace(SITE, origins=("https://www.shop.example",), tag=TagSettings(modules=modules, **settings))
        site.pages["/a"] = body
        return site

    return make


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product as a person starts it, without simulated traffic."""
    data = tmp_path_factory.mktemp("product")
    (data / "onebyone.toml").write_text(SETTINGS, encoding="utf-8")
    command = [sys.executable, "-m", "onebyone", "demo", "--data", str(data), "--json", "--people", "0"]
    command += ["--port", "0", "--console-port", "0", "--shop-port", "0"]
    with (
        (data / "stderr.txt").open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True) as process,
    ):
        try:
            addresses = _first_document(process, data / "stderr.txt")
            yield msgspec.convert({**addresses, "data": str(data)}, Product)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _first_document(process: subprocess.Popen[bytes], errors: Path) -> dict[str, Any]:
    """The JSON that the demo prints once everything answers."""
    assert process.stdout is not None
    printed = b""
    ends_at = time.monotonic() + START_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, ends_at - time.monotonic())):
            chunk = os.read(process.stdout.fileno(), 65_536)
            printed += chunk
            with suppress(ValueError):
                document: dict[str, Any] = json.loads(printed)
                return document
            if not chunk:
                break
    raise AssertionError(f"the demo did not start within {START_S} s: {printed!r} {errors.read_text()[-2000:]}")
