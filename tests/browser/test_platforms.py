"""Consent platforms from npm, unmodified, drive the tag: what is stored and sent before, at and after each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from browser.chromium import as_person
from browser.containers import hold, marking, marks
from browser.stub import SITE, Stub
from onebyone.state.tag_settings import ConsentGate, TagSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODULES = Path(__file__).parent / "platforms/node_modules"
KLARO = MODULES / "klaro/dist/klaro.js"
COOKIECONSENT = MODULES / "vanilla-cookieconsent/dist/cookieconsent.umd.js"
ADS = ("ads_storage", "ads_share", "ads_personalize")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with as_person(browser) as context:
        yield context.new_page()


@pytest.fixture
def opted_in(site: Stub, page: Page) -> Callable[..., Stub]:
    """A site in an opt-in country whose pages load that file of a package; nothing may leave before a choice."""

    def make(file: Path, head: str, **gate: Any) -> Stub:
        if not file.exists():
            pytest.skip(f"{file.parts[-3]} is not installed: run make platforms to see it drive the tag")
        page.route("**/platform.js", lambda route: route.fulfill(path=file, content_type="text/javascript"))
        site.site = replace(SITE, tag=TagSettings(consent=ConsentGate(on=True, strict=True, **gate)))
        site.region = {"region": "DE", "ask": True, "permissions": {"analytics": "denied"}}
        site.headers = {"Set-Cookie": "ob_v=abc; HttpOnly; Path=/; SameSite=Lax"}
        for path in ("/a", "/b"):
            site.pages[path] = head
        return site

    return make


def ours(page: Page) -> set[str]:
    """What we have on the device."""
    keys: list[str] = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage))")
    names = [str(cookie["name"]) for cookie in page.context.cookies()] + [key.rpartition(":")[0] for key in keys]
    return {name for name in names if name.startswith("ob")}


def said(site: Stub, name: str) -> dict[str, Any]:
    """The consent block that went with an event of that name."""
    site.wait(lambda: site.events(name), name)
    return next(
        batch.body["consent"] for batch in site.batches for event in batch.events if event["name"] == name
    )  # fmt: skip


def test_klaro(page: Page, opted_in: Callable[..., Stub]) -> None:
    site = opted_in(
        KLARO,
        """<script>window.klaroConfig = {elementID: "klaro", storageMethod: "cookie", acceptAll: true, lang: "en",
          translations: {en: {}}, services: [{name: "our-numbers", purposes: ["analytics"]},
          {name: "some-ads", purposes: ["marketing"]}]}</script><script defer src="/platform.js"></script>""",
        readers=("klaro",),
        categories={"our-numbers": "statistics", "some-ads": "marketing"},
    )
    page.goto(f"{site.url}/a")
    page.locator("#klaro .cn-decline").wait_for()
    assert site.batches == [] and ours(page) == set()
    page.locator("#klaro .cn-decline").click()
    assert said(site, "page_view") == {"analytics": "denied", **dict.fromkeys(ADS, "denied"), "cmp": "klaro"}
    assert ours(page) == set() and "cookie" not in site.batches[0].headers
    page.evaluate("klaro.show(undefined, true); 0")
    page.locator("#klaro label[for=purpose-item-disableAll]").click()
    page.locator("#klaro .cm-btn-accept").click()
    page.evaluate("onebyone('event', 'allowed')")
    assert said(site, "allowed") == {"analytics": "granted", **dict.fromkeys(ADS, "granted"), "cmp": "klaro"}
    page.wait_for_function("sessionStorage.length === 1")
    assert ours(page) == {"ob_v", f"ob:{SITE.id}"}
    page.goto(f"{site.url}/b")
    page.evaluate("onebyone('event', 'remembered')")
    assert said(site, "remembered")["analytics"] == "granted"
    page.evaluate("klaro.getManager().changeAll(false); klaro.getManager().saveAndApplyConsents(); 0")
    page.evaluate("onebyone('event', 'withdrawn')")
    assert said(site, "withdrawn")["analytics"] == "denied" and ours(page) == {"ob_v"}
    page.evaluate("new Promise((done) => setTimeout(done, 300)).then(() => onebyone('event', 'later'))")
    site.wait(lambda: site.events("later"), "what follows")
    assert "cookie" not in site.batches[-1].headers


def test_vanilla_cookieconsent(page: Page, opted_in: Callable[..., Stub]) -> None:
    site = opted_in(
        COOKIECONSENT,
        """<script src="/platform.js"></script><script>addEventListener("load", () => CookieConsent.run({
          categories: {necessary: {readOnly: true, enabled: true}, analytics: {}, ads: {}},
          language: {default: "en", translations: {en: {consentModal: {title: "?", acceptAllBtn: "Yes",
          acceptNecessaryBtn: "No"}, preferencesModal: {title: "?", sections: []}}}}}))</script>""",
        readers=("cookieconsent",),
    )
    page.goto(f"{site.url}/a")
    page.get_by_role("button", name="No").wait_for()
    assert site.batches == [] and ours(page) == set()
    page.get_by_role("button", name="No").click()
    refused = said(site, "page_view")
    assert refused.pop("cmp") == "cookieconsent" and refused.pop("at") > 1e12
    assert set(refused.values()) == {"denied"} and {"analytics", *ADS} <= refused.keys()
    assert ours(page) == set() and "cookie" not in site.batches[0].headers
    page.evaluate("CookieConsent.acceptCategory(['necessary', 'analytics']); onebyone('event', 'allowed')")
    allowed = said(site, "allowed")
    assert {name for name, value in allowed.items() if value == "granted"} == {"analytics"}
    page.wait_for_function("sessionStorage.length === 1")
    assert ours(page) == {"ob_v", f"ob:{SITE.id}"}
    page.goto(f"{site.url}/b")
    page.evaluate("onebyone('event', 'remembered')")
    assert said(site, "remembered")["analytics"] == "granted"
    page.evaluate("CookieConsent.acceptCategory([]); onebyone('event', 'withdrawn')")
    assert said(site, "withdrawn")["analytics"] == "denied" and ours(page) == {"ob_v"}


APPLICATION = """<nav><a href="/lamps" data-navigo>Lamps</a> <a href="/lamps/fjord" data-navigo>Fjord</a></nav>
<main></main>
<script src="/platform.js"></script><script>
  const router = new Navigo("/");
  const show = (title) => () => { document.title = title; document.querySelector("main").textContent = title };
  router.on("/a", show("Home")).on("/lamps", show("Lamps")).on("/lamps/:name", show("One lamp")).resolve();
</script>"""


@pytest.mark.parametrize("api", ["navigation", "history"])
def test_an_application_with_the_router_navigo(page: Page, opted_in: Callable[..., Stub], api: str) -> None:
    site = opted_in(MODULES / "navigo/lib/navigo.js", APPLICATION)
    routes = (
        "triggers: {Route: {on: history_change}}\ntags:\n"
        + marking("All", "All Pages")
        + marking("Route", "Route", "{{History Source}} + {{Page Path}}")
    )
    hold(site, routes, tag=TagSettings(modules=("spa",)))
    if api == "history":
        page.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    page.goto(f"{site.url}/a")
    assert marks(page, 1) == ["gtm.js"]
    page.click("text=Lamps")
    page.wait_for_function("document.title === 'Lamps'")
    page.click("text=Fjord")
    page.wait_for_function("document.title === 'One lamp'")
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_function("document.title === 'Lamps'")
    site.wait(lambda: len({event["id"] for event in site.events("page_view")}) == 4, "four views")
    views = {event["id"]: event for event in site.events("page_view")}.values()
    seen = [(event["page"]["url"].removeprefix(site.url), event["page"]["title"], event["nav"]) for event in views]
    assert seen == [
        ("/a", "Home", "navigate"), ("/lamps", "Lamps", "spa"), ("/lamps/fjord", "One lamp", "spa"),
        ("/lamps", "Lamps", "spa"),
    ]  # fmt: skip
    assert marks(page, 4) == ["gtm.js", "pushState/lamps", "pushState/lamps/fjord", "popstate/lamps"]
