"""Every page of the console in Chromium, with data and without: no error, no message, nothing for axe to find."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from onebyone.state.alarms import Alarm, Kind
from onebyone.state.destinations import Configured
from onebyone.state.exports import Export
from onebyone.state.saved import Saved
from onebyone.state.users import Role
from web.boards import add_board
from web.claims import add_claims
from web.deliveries import add_deliveries
from web.fakes import FakeReports, Place
from web.kept_segments import add_segment
from web.letters import add_letters
from web.mails import add_mails
from web.month import NOW, nothing
from web.pages import PAGES
from web.preview import sign_in
from web.serving import serving
from web.test_browser import chromium

__all__ = ["chromium"]

PROVE = "PROVE" in os.environ
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BELOW = (
    "/s/{site}/email/messages/",
    "/s/{site}/email/recipients/",
    "/s/{site}/dashboards/",
    "/s/{site}/segments/",
)  # known only once there are some
NO_PAGES = {
    "/login",
    "/favicon.ico",
    "/metrics",
    "/fate/{fate_id}",
    "/s/{site_id}",
    "/s/{site_id}/{rest}",
    "/s/{site_id}/settings",
    "/s/{site_id}/v/{slug}",
}  # or lead to one
PARTS = {
    "/s/{site_id}/calendar",
    "/s/{site_id}/filter",
    "/s/{site_id}/filter/values",
    "/s/{site_id}/lines",
    "/s/{site_id}/live/new",
    "/s/{site_id}/start/new",
    "/s/{site_id}/funnels/choose",
    "/s/{site_id}/attribution/columns",
    "/s/{site_id}/people/columns",
    "/s/{site_id}/explore/choose",
}  # of a page
_WANTED = re.compile(
    r"fate/.*404|ledger/letters.*404|people/.*404|destinations/.*404|chanel=.*400"
)  # unknown ids and filters say so
WIDTHS = {"light": 1100, "dark": 390}


def furnish(place: Place) -> None:
    """What a site has that the reports do not tell."""
    add_mails(place)
    add_board(place)
    add_claims(place)
    add_letters(place)
    site = place.site.id
    place.destinations.put(Configured(site=site, name="meta", settings={"pixel_id": "1"}), {"access_token": "secret"})
    to = ("ops@nordlight.example",)
    place.alarms.put(Alarm(site=site, id="", name="Orders stop", kind=Kind.EVENT_STOPS, hours=6, to=to))
    mail = Saved(site=site, kind="segment", slug="", name="Mail", by="u", by_name="lea", filters=("channel=Email",))
    place.shelf.add(mail)
    add_segment(place)
    place.annotations.add(site, NOW.date(), "Mailing sent", by="lea", now_ms=1)
    view = Saved(
        site=site, kind="view", slug="", name="Week", by="u", by_name="lea", page="pages", query="segment=mail"
    )
    place.shelf.remove(place.shelf.add(view), 1)
    place.shelf.add(view)
    place.exports.put(Export(site=site, id="", name="Pages", report="pages", period="7d", to=to))


@pytest.fixture(scope="module", params=["with data", "without data"] if PROVE else ["without data"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, str]]:
    empty = request.param == "without data"
    place = Place(tmp_path_factory.mktemp("console"), FakeReports(nothing()) if empty else None)
    if not empty:
        furnish(place)
        add_deliveries(place)
    with serving(place) as base:
        yield place, base
    place.engine.dispose()


@contextmanager
def signed_in(
    chromium: Browser, shop: tuple[Place, str], theme: Any, *, axe: bool = False, user: str = ""
) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": WIDTHS[theme], "height": 900}, color_scheme=theme)
    if axe:
        context.add_init_script(path=AXE)
    sign_in(context, *shop, user)
    yield context.new_page()
    context.close()


def addresses(page: Page, shop: tuple[Place, str]) -> list[str]:
    """Those of PAGES, and what the lists of dashboards, mails and segments lead to."""
    place, base = shop
    found = [base + address.format(site=place.site.id) for address in PAGES]
    for at, below in (("dashboards", "dashboards"), ("email", "email/messages"), ("", "email/recipients")):
        if at:
            page.goto(f"{base}/s/{place.site.id}/{at}")
        link = page.locator(f"a[href*='/{below}/']")
        if link.count():
            found.append(base + (link.first.get_attribute("href") or ""))
            page.goto(found[-1])
    page.goto(f"{base}/s/{place.site.id}/saved")
    links = page.locator("a[href*='/segments/']")
    if links.count():
        found.append(base + (links.first.get_attribute("href") or ""))
    return found


@pytest.mark.browser
@pytest.mark.slow
def test_no_page_fails_or_says_anything_or_asks_another_host(chromium: Browser, shop: tuple[Place, str]) -> None:
    host, wrong = urlsplit(shop[1]).netloc, []
    with signed_in(chromium, shop, "light") as page:
        every = addresses(page, shop)
        page.on("console", lambda message: wrong.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("request", lambda request: wrong.extend([request.url] * (urlsplit(request.url).netloc != host)))
        for address in every:
            answer = page.goto(address)
            wrong += [] if answer and answer.status < 500 else [f"{address}: {answer and answer.status}"]
    assert [one for one in wrong if not _WANTED.search(one)] == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not PROVE, reason="half a minute each: make axe, or PROVE=1")
@pytest.mark.parametrize(
    ("theme", "role"), [("light", None), ("dark", None), ("light", Role.ADMIN), ("dark", Role.VIEWER)]
)
def test_axe_finds_nothing(chromium: Browser, shop: tuple[Place, str], theme: str, role: Role | None) -> None:
    """Roles are of people who may not see personal data; None is the first admin, who may."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run npm ci --ignore-scripts to have the pages checked by it")
    found: dict[str, list[str]] = {}
    place = shop[0]
    user = place.users.add(f"{role} in {theme}", {place.site.id: role}).id if role else ""
    with signed_in(chromium, shop, theme, axe=True, user=user) as page:
        for address in addresses(page, shop):
            page.goto(address)
            for rule, target in (*_violations(page), *_cut(page)):
                found.setdefault(rule, []).append(f"{address.removeprefix(shop[1])}: {target}")
    assert found == {}


def _violations(page: Page) -> list[tuple[str, str]]:
    result = page.evaluate(
        "tags => axe.run({runOnly: tags, resultTypes: ['violations']}).then(r => r.violations.map(v => "
        "[`${v.impact} ${v.id}`, v.nodes.slice(0, 2).map(n => n.target.join(' ')).join('; ')]))",
        RULES,
    )
    return [(rule, target) for rule, target in result]


def _cut(page: Page) -> list[tuple[str, str]]:
    """Tables that go on beyond their section, where nothing scrolls to the rest of them."""
    result = page.evaluate(
        "() => [...document.querySelectorAll('table')].filter(t => t.offsetParent && !t.closest('.tw') && "
        "t.getBoundingClientRect().width > t.parentElement.clientWidth - parseFloat(getComputedStyle("
        "t.parentElement).paddingLeft) - parseFloat(getComputedStyle(t.parentElement).paddingRight) + 1)"
        ".map(t => t.innerText.slice(0, 40))"
    )
    return [("wider than its section", target) for target in result]


def test_every_address_that_answers_with_a_page_is_looked_at(tmp_path: Path) -> None:
    app = Place(tmp_path).app()
    files = re.compile(r"\.(csv|parquet|sql)$")
    walked = [address.partition("?")[0].replace("{site}", "s") for address in (*PAGES, *(f"{one}1" for one in BELOW))]
    for route in app.routes:
        path = route.path_format
        if "GET" not in getattr(route, "methods", ()) or path.startswith(("/api/v1/", "/static")) or files.search(path):
            continue
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
        assert path in NO_PAGES | PARTS or any(pattern.fullmatch(one) for one in walked), path
