"""What a browser fetches ahead counts nothing until a person really arrives: in Chromium, against the whole product."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from browser.chromium import CHROMIUM_ARGS, find_chromium
from browser.front import stored_events, wait_until_known
from browser.product import Product
from browser.stub import Stub
from e2e.running import wait_until
from onebyone.state.sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("browser")]

WAIT_S = 60.0
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"


def ask(product: Product, *command: str) -> Any:
    line = [sys.executable, "-m", "onebyone", *command, "--data", product.data, "--json"]
    done = subprocess.run(line, capture_output=True, timeout=WAIT_S, check=True)
    return json.loads(done.stdout)


class Pages:
    """A website whose pages carry the product's image and tag."""

    def __init__(self, stub: Stub, product: Product) -> None:
        made = ask(product, "site", "add", "ahead", "--origin", stub.url)
        self.id = made["site"]
        self.stub, self.product = stub, product
        stub.site = Site(id=made["site"], name="ahead", prefix=made["prefix"], origins=(stub.url,))
        stub.tag_url = product.collector
        self._image = f"{product.collector}/{made['prefix']}/v1/n/{made['site']}.gif"
        wait_until_known(product.collector, made["prefix"])

    def image(self, path: str) -> str:
        """With the page's address: a page of another origin tells no more than its origin."""
        return f'<img src="{self._image}?e=pv&u={self.stub.url}{path}" alt="">'

    def seen(self, path: str) -> list[tuple[str, str]]:
        """Way in and actor of each page view of that page."""
        found = stored_events(self.product, self.id)
        return sorted((event["via"], event["actor"]) for event in found if event["path"] == path)


@pytest.fixture
def pages(site: Stub, product: Product) -> Pages:
    return Pages(site, product)


@contextmanager
def chromium(url: str, home: Path) -> Iterator[None]:
    """Without a debugger, which would prevent prerendering, and not as a headless browser, which would be a machine."""
    version = subprocess.run([find_chromium(), "--version"], capture_output=True, text=True, check=True).stdout
    agent = PERSON.format(major=version.split()[1].partition(".")[0])
    command = [find_chromium(), *CHROMIUM_ARGS, f"--user-agent={agent}", f"--user-data-dir={home}", url]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def rules(how: str) -> str:
    body = json.dumps({how: [{"source": "list", "urls": ["/next"], "eagerness": "immediate"}]})
    return f'<script type="speculationrules">{body}</script>'


GO = """<script>setInterval(() => fetch("/go").then((answer) => answer.text()).then((text) =>
  text.includes("GO NOW") && (location.href = "/next")), 300)</script>"""


def test_a_prerendered_page_counts_once_and_only_when_it_is_seen(pages: Pages, tmp_path: Path) -> None:
    stub = pages.stub
    stub.pages["/first"] = rules("prerender") + GO
    stub.pages["/next"] = pages.image("/next")
    with chromium(f"{stub.url}/first", tmp_path):
        wait_until(lambda: bool(pages.seen("/next")), timeout_s=WAIT_S)
        assert pages.seen("/next") == [("image", "machine_prefetch")]  # nobody has arrived
        stub.pages["/go"] = "GO NOW"
        wait_until(lambda: len(pages.seen("/next")) > 1, timeout_s=WAIT_S)
    assert pages.seen("/next") == [("image", "machine_prefetch"), ("tag", "human")]


def test_a_prefetched_page_counts_nothing_until_it_is_opened(pages: Pages, tmp_path: Path) -> None:
    """Its document alone is fetched; an image that the page itself prefetches says so and is held."""
    stub = pages.stub
    ahead = pages.image("/ahead").replace("<img src=", '<link rel="prefetch" as="image" href=').replace(' alt=""', "")
    stub.pages["/first"] = rules("prefetch") + ahead + GO
    stub.pages["/next"] = pages.image("/next")
    with chromium(f"{stub.url}/first", tmp_path):
        wait_until(lambda: bool(pages.seen("/ahead")), timeout_s=WAIT_S)
        assert not pages.seen("/next")
        stub.pages["/go"] = "GO NOW"
        wait_until(lambda: len(pages.seen("/next")) > 1, timeout_s=WAIT_S)
    assert pages.seen("/next") == [("image", "human"), ("tag", "human")]
    assert pages.seen("/ahead") == [("image", "machine_prefetch")]
