"""Pages under the strictest policy, in frames, fetched ahead, and out of the back/forward cache: with a container."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from browser.containers import FREE, hold, marking, marks, until
from browser.stub import NONCE, Stub
from onebyone.state.tag_settings import TagSettings
from onebyone.tags.modules import MODULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRICT = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; connect-src 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types pxs"
)
DOCUMENT = "triggers:\n  Go: {on: event, event: go}\n  Own: {on: event, event: onebyone.page_view}\ntags:\n"
DOCUMENT += marking("All", "All Pages", '"all"') + marking("Go", "Go", '"go"') + marking("View", "Own", '"view"')
DOCUMENT += f"  Mine: {{type: own_event, fire_on: [Go], {FREE}, settings: {{name: mine}}}}\n"
BROKEN = "window.broken = []; addEventListener('securitypolicyviolation', (e) => broken.push(e.violatedDirective))"


def test_under_a_policy_of_a_nonce_and_trusted_types_everything_runs_and_breaks_nothing(site: Stub, page: Page) -> None:
    site.policy = STRICT
    hold(site, DOCUMENT, tag=TagSettings(modules=MODULES))
    page.add_init_script(BROKEN)
    page.goto(site.url + "/?onebyone_debug")
    assert marks(page, 1) == ["all"]
    page.evaluate("dataLayer.push({event: 'go'}); history.pushState(null, '', '/next')")
    site.wait(lambda: site.events("mine") and len(site.events("page_view")) > 1, "the events")
    assert page.evaluate("broken") == []


def test_a_frame_within_the_site_counts_and_one_in_another_sites_page_does_not(site: Stub, page: Page) -> None:
    hold(site, DOCUMENT)
    site.pages["/outer"] = '<iframe src="/inner"></iframe>'
    page.goto(site.url + "/outer")
    site.wait(lambda: urls(site) == {"/outer", "/inner"}, "both pages")
    other = site.url.replace("127.0.0.1", "localhost")
    site.pages["/other"] = f'<iframe src="{site.url}/shown"></iframe>'
    page.goto(other + "/other")
    (shown,) = [frame for frame in page.frames if frame.url.endswith("/shown")]
    shown.wait_for_function("window.onebyone && !window.onebyone.q")
    assert shown.evaluate("onebyone('event', 'x', {})") is None
    assert shown.evaluate("typeof onebyone_1") == "undefined"
    site.site = replace(site.site, tag=TagSettings(frames=True))
    page.goto(other + "/other")
    site.wait(lambda: "/shown" in urls(site), "the page in a frame that was allowed")
    assert [each["name"] for each in site.events() if each["page"]["url"].endswith("/shown")] == ["page_view"]


def urls(site: Stub) -> set[str]:
    return {each["page"]["url"].removeprefix(site.url) for each in site.events("page_view")}


def test_a_page_with_a_container_comes_back_as_it_was_left(site: Stub, page: Page) -> None:
    hold(site, DOCUMENT)
    page.goto(site.url + "/a")
    assert marks(page, 1) == ["all"]
    page.evaluate("window.same = 1; addEventListener('pageshow', (event) => (window.back = event.persisted))")
    page.goto(site.url + "/b")
    assert marks(page, 1) == ["all"]
    page.go_back(wait_until="commit")
    until(page, "window.back === true")
    assert page.evaluate("window.same") == 1
    until(page, "window.marks.includes('view')")
    page.evaluate("dataLayer.push({event: 'go'})")
    until(page, "window.marks.includes('go')")
    assert marks(page, 3) == ["all", "view", "go"]
    site.wait(
        lambda: [e for e in site.events("page_view") if e["nav"] == "bfcache"], "the view of the page that came back"
    )
