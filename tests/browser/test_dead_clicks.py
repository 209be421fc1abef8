"""Dead clicks in Chromium: what is one, and above all what is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import as_person
from browser.modules import Site, props

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HELD_MS = 20  # how long the button of the mouse is down
JUDGED_MS = 3_100  # after a click
PAGE = """<style>#looks { cursor: pointer }</style><div style="height: 3000px"><p id="text">Only text</p>
<button id="dead">Buy</button> <a id="nowhere" href="javascript:void 0">More</a> <a id="stopped" href="/b">Next</a>
<span id="looks">Zoom</span> <div data-ps-mask><button id="masked">Ann</button></div>
<button id="changes" onclick="this.title = 'changed'">Changes</button>
<button id="early" onpointerdown="document.body.append('menu')">Opens at once</button>
<button id="asks" onclick="setTimeout(() => fetch('/data.gif'), 300)">Asks</button>
<button id="scrolls" onclick="window.scrollBy(0, 100)">Scrolls</button>
<button id="moves" onclick="document.querySelector('#field').focus()">Moves</button>
<button id="selects" onclick="getSelection().selectAllChildren(document.querySelector('#text'))">Selects</button>
<button id="goes" onclick="history.pushState(0, '', '?on')">Goes</button>
<details><summary id="unfolds">Unfolds</summary>inside</details>
<label id="ticks"><input type="checkbox">Ticks</label> <section id="host"></section><input id="field"></div>
<script>
  document.querySelector("#stopped").addEventListener("click", (event) => event.preventDefault());
  const root = document.querySelector("#host").attachShadow({mode: "open"});
  root.innerHTML = "<button id=inside>Inside</button>";
  root.querySelector("button").onclick = () => root.append("done");
</script>"""
KEEP = """const kept = Object.getOwnPropertyDescriptor(Event.prototype, 'timeStamp');
window.real = () => Object.defineProperty(Event.prototype, 'timeStamp', kept)"""  # as a request's time is
DEAD = ["#dead", "#nowhere", "#stopped", "#looks"]
ANSWERED = ["#changes", "#early", "#scrolls", "#moves", "#selects", "#goes", "#unfolds", "#ticks", "#inside"]
NO_BUTTON = ["#text", "#masked", "#field"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with as_person(browser) as context:
        yield context.new_page()


def press(page: Page, target: str) -> None:
    page.click(target, delay=HELD_MS)
    page.evaluate("new Promise((done) => setTimeout(done, 30))")  # for what the browser tells with its next frame


def test_a_click_is_dead_only_where_nothing_answers(page: Page, with_modules: Site) -> None:
    site = with_modules("dead_clicks", body=PAGE)
    page.add_init_script(KEEP)
    page.clock.install()
    page.goto(f"{site.url}/a")
    page.evaluate("real()")
    page.clock.run_for(1_500)
    for target in [*ANSWERED, *NO_BUTTON, *DEAD]:
        press(page, target)
        page.clock.run_for(JUDGED_MS)
    with page.expect_response("**/data.gif"):
        press(page, "#asks")
        page.clock.run_for(400)
    page.clock.run_for(JUDGED_MS)
    page.focus("#dead")
    page.keyboard.press("Enter")
    page.clock.run_for(JUDGED_MS)
    page.evaluate("onebyone('event', 'end')")
    page.clock.run_for(1_500)
    site.wait(lambda: site.events("end"), "the end")
    at = [told["selector"] for told in props(site, "dead_click", len(DEAD))]
    assert at == ["button#dead", "a#nowhere", "a#stopped", "span#looks"]


def test_many_clicks_in_a_row_are_one_and_a_link_that_is_followed_is_none(page: Page, with_modules: Site) -> None:
    site = with_modules("dead_clicks", body='<button id="dead">Buy</button><a id="away" href="/b">Away</a>')
    page.clock.install()
    page.goto(f"{site.url}/a")
    page.clock.run_for(1_500)
    for _ in range(4):
        page.click("#dead", delay=HELD_MS)
    page.clock.run_for(JUDGED_MS)
    page.click("#away")
    page.wait_for_url("**/b")
    page.clock.run_for(JUDGED_MS)
    site.wait(lambda: len(site.events("page_view")) >= 2, "the next page")
    assert props(site, "dead_click") == [{"selector": "button#dead"}]
