"""A tracked link that a browser fetches ahead: nothing counts until the person arrives."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.chromium import CHROMIUM_ARGS, as_person, find_chromium
from browser.product import Product
from browser.stub import Stub
from onebyone.app.settings import Place
from onebyone.app.state import open_state
from onebyone.mail.tokens import Kind, Token, message_id
from onebyone.reports.remote import Remote
from onebyone.state.mail import Message, Mode, NewRecipient
from onebyone.web.mailing import ring_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT_S = 30.0
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"


class Link:
    """A link of a message to the shop, and what the product counted of it."""

    def __init__(self, product: Product) -> None:
        self._place, self._site = Place(Path(product.data)), product.site
        now_ms = int(time.time() * 1000)
        state = open_state(self._place)
        self.message = Message(
            id=message_id(product.site, now_ms.to_bytes(12, "big")).hex(),
            site=product.site,
            name="News",
            made_ms=now_ms,
            links=(f"{product.shop.rstrip('/')}/",),
        )
        state.mail.add_message(self.message)
        person = NewRecipient(ref="p", mode=Mode.FULL, sent_ms=now_ms - 3_600_000)
        (one,) = state.mail.add_recipients(self.message, [person], now_ms=now_ms)
        token = ring_of(state.mail, now_ms=now_ms).sign(Token(Kind.CLICK, self.message.key, one.id))
        state.engine.dispose()
        self.url = f"{product.collector}/{product.prefix}/v1/l/{token}"

    def counted(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        period = {"from": now - timedelta(days=1), "to": now + timedelta(days=1)}
        rows = Remote(self._place.socket).run("mail_messages", site=self._site, limit=100, **period).dicts()
        return next((row for row in rows if row["message"] == self.message.id), {})

    def wait(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        ends_at = time.monotonic() + WAIT_S
        while not true(row := self.counted()):
            assert time.monotonic() < ends_at, row
            time.sleep(0.1)
        return row


@pytest.mark.usefixtures("browser")  # skips where there is none
@pytest.mark.parametrize("how", ["prefetch", "prerender"])
def test_what_is_fetched_ahead_counts_nothing(product: Product, site: Stub, tmp_path: Path, how: str) -> None:
    link = Link(product)
    rules = f'{{"{how}":[{{"source":"list","urls":["{link.url}"],"eagerness":"immediate"}}]}}'
    site.pages["/mail"] = f'<script type="speculationrules">{rules}</script><a href="{link.url}">Look</a>'
    command = [
        find_chromium(),
        *CHROMIUM_ARGS,
        f"--user-agent={AGENT}",
        f"--user-data-dir={tmp_path}",
        f"{site.url}/mail",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # a debugger would prevent prerendering
        try:
            row = link.wait(lambda row: row.get("clicks_by_machines", 0) >= 1)
        finally:
            process.terminate()
    assert (row["clickers"], row["openers"]) == (0, 0)


def test_the_person_who_arrives_after_a_prefetch_is_counted_once(
    product: Product, site: Stub, browser: Browser
) -> None:
    link = Link(product)
    site.pages["/mail"] = f'<link rel="prefetch" href="{link.url}"><a href="{link.url}">Look</a>'
    with as_person(browser) as context:
        page = context.new_page()
        page.goto(f"{site.url}/mail")
        before = link.wait(lambda row: row.get("clicks_by_machines", 0) >= 1)
        assert before["clickers"] == 0
        page.click("text=Look")
        page.wait_for_url(f"{product.shop.rstrip('/')}/**")
        after = link.wait(lambda row: row.get("clickers", 0) == 1)
    assert (after["clicks_by_people"], after["openers"]) == (1, 1)
