"""Pages that break what a container and the script stand on: events arrive, faults are told once, the page goes on.

What a page does here it does before our script has come, as the worst ones do; what it does later is a test of its own.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.containers import FREE, hold, marking, marks, until
from browser.stub import SITE, Stub
from onebyone.state.tag_settings import TagSettings
from onebyone.tags.modules import MODULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENT = f"""
variables:
  Bad: {{type: javascript, code: 'throw Error("of the variable")'}}
triggers:
  Go: {{on: event, event: go}}
  Own: {{on: event, event: onebyone.after}}
  Route: {{on: history_change}}
  Wrong: {{on: event, event: go, when: [{{value: "{{{{Bad}}}}", is: equals, to: x}}]}}
tags:
  Sends: {{type: own_event, fire_on: [Own], {FREE}, settings: {{name: of_container, parameters: {{a: [1, {{b: 2}}]}}}}}}
  Uses: {{type: custom, fire_on: [Go, Own], {FREE}, settings: {{code: '{{{{Bad}}}}'}}}}
  Wrong: {{type: custom, fire_on: [Wrong], {FREE}, settings: {{code: return}}}}
{marking("All", "All Pages", '"all"')}{marking("Go", "Go", '"go"')}{marking("Own", "Own", '"own"')}
{marking("Route", "Route", "{{History Source}}")}
"""
BEFORE = {
    "a data layer that is no list": "window.dataLayer = {push: 1}",
    "a data layer that is a text": "window.dataLayer = 'text'",
    "a data layer that throws": "Object.defineProperty(window, 'dataLayer', {get() { throw Error('mine') }})",
    "a frozen data layer": "window.dataLayer = Object.freeze([{event: 'go'}])",
    "a history that throws": "history.pushState = history.replaceState = () => { throw Error('mine') }",
    "no history functions": "history.pushState = history.replaceState = undefined",
    "a storage that throws": "for (const name of ['localStorage', 'sessionStorage'])"
    "Object.defineProperty(window, name, {get() { throw Error('mine') }})",
    "a storage that is full": "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }",
    "no storage": "for (const name of ['localStorage', 'sessionStorage'])"
    "Object.defineProperty(window, name, {value: null})",
    "a storage of rubbish": "localStorage.setItem('ob_k', '{'); localStorage.setItem('ob:s7k2m9qd:x', '[[')",
    "an old library's JSON": "Array.prototype.toJSON = function () { return '[' + this.join() + ']' };"
    "String.prototype.toJSON = function () { return '\"' + this + '\"' }",
    "a JSON that is wrapped": "const was = {...{s: JSON.stringify, p: JSON.parse}};"
    "JSON.stringify = (value, ...more) => { window.calls = (window.calls || 0) + 1; return was.s(value, ...more) };"
    "JSON.parse = (text) => was.p(text, (key, each) => /^\\d{4}-\\d\\d-/.test(each) ? new Date(each) : each)",
    "prototypes that are extended": "Array.prototype.extra = 1; Object.prototype.more = () => 1",
    "no observers and no tasks": "PerformanceObserver = ResizeObserver = IntersectionObserver = undefined;"
    "MutationObserver = undefined; scheduler.postTask = () => { throw Error('mine') }",
}


def test_events_arrive_and_tags_run_whatever_a_page_has(site: Stub, browser: Browser) -> None:
    """All at once, each in a browser of its own."""
    hold(site, DOCUMENT, tag=TagSettings(modules=MODULES))
    site.pages = {f"/{place}": f"<script>{code}</script>" for place, code in enumerate(BEFORE.values())}
    with ExitStack() as opened:
        faults: list[str] = []
        pages = []
        for path in site.pages:
            page = opened.enter_context(browser.new_context()).new_page()
            page.on("pageerror", lambda fault: faults.append(str(fault)))
            page.goto(site.url + path)
            pages.append(page)
        for page in pages:
            assert "all" in marks(page, 1)
            page.evaluate("onebyone('event', 'after', {list: [1, 'two']}); document.title = 'works'")
        for name, path, page in zip(BEFORE, site.pages, pages, strict=True):
            arrived(site, name, path)
            assert page.title() == "works"
        assert faults == []


def arrived(site: Stub, name: str, path: str) -> None:
    """Everything of that page."""

    def found(event: str) -> list[Any]:
        return [each["props"] for each in first_of_each(site, event) if each["page"]["url"] == site.url + path]

    needed = ("after", "of_container", "container_error", "page_view")
    site.wait(lambda: all(map(found, needed)), f"everything of a page that has {name}")
    assert found("after") == [{"list": [1, "two"]}], name
    assert found("of_container") == [{"a": [1, {"b": 2}]}], name
    assert [each["where"] for each in found("container_error")] == ["Bad"], name
    assert len(found("page_view")) == 1, name


def first_of_each(site: Stub, name: str) -> list[dict[str, Any]]:
    """Without the copies that a repeated request brings."""
    return list({str(event["id"]): event for event in site.events(name)}.values())


def test_a_data_layer_that_takes_anothers_place_is_followed(site: Stub, page: Page) -> None:
    hold(site, DOCUMENT)
    page.goto(site.url + "/")
    assert marks(page, 1) == ["all"]
    page.evaluate("dataLayer = [{event: 'go'}]; onebyone('event', 'after')")
    until(page, "window.marks.includes('own') && window.marks.includes('go')")
    page.evaluate("dataLayer.push({event: 'go'}); dataLayer = null; onebyone('event', 'after')")
    until(page, "window.marks.filter((each) => each === 'own').length === 2")
    assert marks(page, 5).count("go") == 2
    site.wait(lambda: len(first_of_each(site, "after")) == 2, "both events")
    assert len(first_of_each(site, "container_error")) == 1


@pytest.mark.parametrize("modern", [True, False])
def test_a_push_state_that_is_overwritten_later_is_still_a_route(site: Stub, page: Page, modern: bool) -> None:
    if not modern:
        page.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    hold(site, DOCUMENT, tag=TagSettings(modules=("spa",)))
    page.goto(site.url + "/")
    assert marks(page, 1) == ["all"]
    call = "History.prototype.pushState.call(history, null, '', '/next')" if modern else "before('/next')"
    page.evaluate(f"const before = (url) => history.pushState(null, '', url); {call}")
    until(page, "window.marks.includes('pushState')")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert marks(page, 2) == ["all", "pushState"]
    site.wait(lambda: len(first_of_each(site, "page_view")) == 2, "the view of the route")


OTHER = """<script>
  // as another tag manager's snippet and script do
  window.dataLayer = window.dataLayer || [];
  dataLayer.push({"gtm.start": Date.now(), event: "gtm.js"});
  const push = dataLayer.push;
  window.theirs = [];
  dataLayer.push = function (...given) {
    theirs.push(...given.map((each) => each.event));
    return push.apply(dataLayer, given);
  };
  dataLayer.push({event: "gtm.dom", "gtm.uniqueEventId": 3});
  addEventListener("load", () => dataLayer.push({event: "gtm.load", "gtm.uniqueEventId": 4}));
  addEventListener("click", () => dataLayer.push({event: "gtm.click", "gtm.triggers": "1_2,3"}));
</script>"""


def test_two_tag_managers_on_one_page_do_not_start_each_other(site: Stub, page: Page) -> None:
    text = DOCUMENT.replace("  Own: {on: event", "  Click: {on: click}\n  Load: {on: window_loaded}\n  Own: {on: event")
    hold(site, text + marking("Click", "Click", '"click"') + marking("Load", "Load", '"load"'))
    site.pages["/"] = OTHER + "<button>x</button>"
    page.goto(site.url + "/")
    until(page, "(window.marks || []).includes('load')")
    page.click("button")
    page.evaluate("dataLayer.push({event: 'go'})")
    until(page, "window.marks.includes('go')")
    assert marks(page, 4) == ["all", "load", "click", "go"]
    assert page.evaluate("theirs") == ["gtm.dom", "gtm.load", "gtm.click", "go"]


def test_the_same_snippet_twice_is_one_container(site: Stub, page: Page) -> None:
    hold(site, DOCUMENT)
    again = f'<script src="/{SITE.prefix}/s.js"></script>'
    file = next(path for path in site.files if "/c/" in path)
    site.pages["/"] = again + again
    page.goto(site.url + "/")
    assert marks(page, 1) == ["all"]
    page.evaluate(f"document.head.append(Object.assign(document.createElement('script'), {{src: '{file}'}}))")
    page.evaluate("dataLayer.push({event: 'go'})")
    until(page, "window.marks.includes('go')")
    page.evaluate("onebyone('event', 'after')")
    until(page, "window.marks.includes('own')")
    assert marks(page, 3) == ["all", "go", "own"]
    assert len(first_of_each(site, "page_view")) == 1
