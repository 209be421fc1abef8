"""What a container hears on a page, and what it says of its decisions, in Chromium."""

from __future__ import annotations

import io
import wave
from base64 import b64encode

import pytest
from playwright.sync_api import Page, Route

from browser.containers import FREE, hold, marking, marks, until
from browser.stub import Stub
from onebyone.state.tag_settings import TagSettings
from onebyone.tags.container.compiling import integrity_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


LOADED = "triggers:\n  Loaded: {on: window_loaded}\n"
READY = "  Ready: {type: custom, fire_on: [Loaded], consent: {needs: []}, settings: {code: window.ready = 1}}\n"


def ready(page: Page) -> None:
    """The container listens."""
    until(page, "!!window.ready")


def test_what_the_page_holds_back_is_no_click_where_the_trigger_says_so(site: Stub, page: Page) -> None:
    text = (
        LOADED + "  Any: {on: link_click}\n  Followed: {on: link_click, unless_prevented: true}\n"
        "  Sent: {on: form_submit, unless_prevented: true}\ntags:\n"
        + READY
        + marking("Any", "Any", '"any " + {{Click ID}}')
        + marking("Followed", "Followed", '"followed " + {{Click ID}}')
        + marking("Sent", "Sent", '"sent " + {{Form ID}}')
    )
    hold(site, text)
    site.pages["/"] = (
        '<a id=held href="#x">held</a> <a id=free href="#y">free</a>'
        "<form id=bad><button>bad</button></form>"
        "<form id=good target=none action='about:blank'><button>good</button></form>"
        "<iframe name=none></iframe><script>for (const id of ['held', 'bad'])"
        "document.getElementById(id).addEventListener(id === 'bad' ? 'submit' : 'click', (e) => e.preventDefault())"
        "</script>"
    )
    page.goto(site.url + "/")
    ready(page)
    for words in ("held", "free", "bad", "good"):
        page.click(f"text={words}")
    assert marks(page, 4) == ["any held", "any free", "followed free", "sent good"]


def test_what_an_element_holds_and_how_much_of_it_is_seen_can_be_asked(site: Stub, page: Page) -> None:
    text = (
        "variables:\n  Price: {type: event_element, attribute: data-price}\n  Words: {type: event_element}\n"
        "  Half: {type: visibility, selector: '#half'}\n  Most: {type: visibility, selector: '#half', ratio: 80}\n"
        "triggers:\n  Click: {on: click}\ntags:\n"
        + marking("T", "Click", "[{{Price}}, {{Words}}, {{Half}}, {{Most}}, {{Debug Mode}}].join()")
    )
    hold(site, text)
    site.pages["/"] = (
        "<button data-price=5 style='position:absolute; top:0'>Buy</button><div id=half style="
        "'position:absolute; left:0; top:calc(100vh - 50px); width:100px; height:100px; background:red'></div>"
    )
    page.goto(site.url + "/?onebyone_debug")
    until(page, "!!window.onebyone_container")
    until(page, "(document.querySelector('button').click(), (window.marks || []).length > 0)")
    assert marks(page, 1)[0] == "5,Buy,50,false,false"  # the site's script has no debugging in it


def test_a_selector_that_is_none_is_told_once_and_the_others_are_heard(site: Stub, page: Page) -> None:
    text = "triggers:\n  Bad: {on: visibility, selector: '[['}\n  Good: {on: visibility, selector: p}\ntags:\n"
    hold(site, text + marking("Bad", "Bad") + marking("Good", "Good"))
    page.goto(site.url + "/")
    assert marks(page, 1) == ["gtm.elementVisibility"]
    site.wait(lambda: site.events("container_error"), "the fault")
    assert [each["props"]["where"] for each in site.events("container_error")] == ["visibility"]


def test_a_browser_takes_the_file_with_the_integrity_that_is_told_and_no_other(site: Stub, page: Page) -> None:
    hold(site, "tags:\n" + marking("T", "All Pages"))
    ((path, file),) = site.files.items()
    add = """([src, integrity]) => new Promise((done) => {
      const [onload, onerror] = [() => done("ran"), () => done("refused")];
      document.head.append(Object.assign(document.createElement("script"), {src, integrity, onload, onerror}));
    })"""
    page.goto(site.url + "/")
    assert page.evaluate(add, [path, integrity_of(file)]) == "ran"
    assert page.evaluate(add, [path, integrity_of(file + b" ")]) == "refused"


def sound() -> str:
    """Silence that a browser plays, longer than a second."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 9_600)
    return "data:audio/wav;base64," + b64encode(made.getvalue()).decode()


VIDEO = (
    LOADED + "  V: {on: video, capture: [start, pause, complete], progress: [25, 50], watch_dom: true, add_api: true}\n"
    "  S: {on: video, progress: [1], unit: seconds, start: window_loaded}\ntags:\n"
    + READY
    + marking("T", "V", "[{{Video Provider}}, {{Video Status}}, {{Video Percent}}, {{Video Title}}].join()")
    + marking("S", "S", '["second", {{Video Status}}].join()')
)


def test_a_video_of_the_page_says_what_is_played(site: Stub, page: Page) -> None:
    hold(site, VIDEO)
    site.pages["/"] = f'<video title=Lamps muted src="{sound()}"></video>'
    page.goto(site.url + "/")
    ready(page)
    page.evaluate("document.querySelector('video').play()")
    found = marks(page, 5)
    assert [each for each in found if not each.startswith("second")] == [
        "html5,start,0,Lamps", "html5,progress,25,Lamps", "html5,progress,50,Lamps", "html5,complete,100,Lamps",
    ]  # fmt: skip
    assert found.count("second,progress") == 1


PLAYER = """<script>
  let from;
  const say = (event, info) => from.postMessage(JSON.stringify({event, info, id: 1, channel: "widget"}), "*");
  addEventListener("message", ({data, source}) => {
    if (JSON.parse(data).event !== "listening" || from || !/enablejsapi=1/.test(location.search)) return;
    from = source;
    const video = {video_id: "abc", title: "Fjord"};
    say("initialDelivery", {playerState: 5, duration: 100, currentTime: 0, videoData: video});
    say("infoDelivery", {playerState: 1, currentTime: 0});
    say("infoDelivery", {currentTime: 26});
    say("infoDelivery", {currentTime: 51});
    say("infoDelivery", {playerState: 2, currentTime: 51});
    say("infoDelivery", {playerState: 1});
    say("infoDelivery", {playerState: 0});
  });
</script>"""


def test_a_youtube_frame_is_asked_without_youtubes_script(site: Stub, page: Page) -> None:
    asked: list[str] = []

    def serve(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=PLAYER, content_type="text/html")

    page.route("https://www.youtube.com/**", serve)
    hold(site, VIDEO)
    site.pages["/"] = '<iframe src="https://www.youtube.com/embed/abc?rel=0"></iframe>'
    page.goto(site.url + "/")
    found = [each for each in marks(page, 7) if not each.startswith("second")]
    assert found == [
        f"youtube,{each},Fjord"
        for each in ("start,0", "progress,25", "progress,50", "pause,51", "start,51", "complete,100")
    ]
    assert all("/embed/abc" in url for url in asked) and "enablejsapi=1" in asked[-1]


DECIDING = f"""
triggers:
  Checkout: {{on: page_view, when: [{{value: "{{{{Page Hostname}}}}", is: contains, to: "127"}},
    {{value: "{{{{Page Path}}}}", is: contains, to: /checkout}}]}}
  Not here: {{on: page_view, when: [{{value: "{{{{Page Path}}}}", is: starts_with, to: /}}]}}
tags:
  Checked: {{type: custom, fire_on: [Checkout], {FREE}, settings: {{code: return}}}}
  Blocked: {{type: custom, fire_on: [All Pages], except_on: [Not here], {FREE}, settings: {{code: return}}}}
  Asking: {{type: custom, fire_on: [All Pages], consent: {{needs: [ads_share, analytics]}}, settings: {{code: return}}}}
  Waiting: {{type: custom, fire_on: [All Pages], consent: {{needs: [ads_share], wait: true}},
    settings: {{code: return}}}}
  Killed: {{type: custom, fire_on: [All Pages], {FREE}, settings: {{code: return}}}}
  Old: {{type: custom, fire_on: [All Pages], {FREE}, schedule: {{end_ms: 5}}, settings: {{code: return}}}}
  Fires: {{type: custom, fire_on: [All Pages], {FREE}, settings: {{code: 'window.marks = ["fired"]'}}}}
"""
SAID = """
Checked did not fire: trigger "Checkout", condition 2, Page Path contains "/checkout": was "/cart"
Blocked did not fire: the exception "Not here" holds
Asking did not fire: not granted is ads_share, analytics
Waiting waits for a grant of ads_share
Killed did not fire: it is stopped
Old did not fire: outside its schedule
Fires fired
"""


@pytest.mark.parametrize("asked", [True, False])
def test_debugging_says_which_tag_fired_and_why_another_did_not(site: Stub, page: Page, asked: bool) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    hold(site, DECIDING, kill=("Killed",), tag=TagSettings(modules=("debug",)))
    page.goto(site.url + "/cart" + ("?onebyone_debug" if asked else ""))
    site.wait(lambda: site.events("page_view"), "the page view")
    assert marks(page, 1) == ["fired"]
    decisions = [line.removeprefix("onebyone ") for line in said]
    expected = SAID.strip().split("\n")
    assert [line for line in decisions if line in expected] == (expected if asked else [])
    assert any("container s7k2m9qd version" in line for line in said) is asked
