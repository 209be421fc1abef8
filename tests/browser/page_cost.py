"""What the script costs a page: with none, the core, everything, and a container, in turns, on a CPU four times slower.

python -m browser.page_cost [ROUNDS]      from tests/
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Mapping, Sequence
from statistics import mean, median, quantiles
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from playwright.sync_api import Browser, sync_playwright

from browser.chromium import CHROMIUM_ARGS, find_chromium
from browser.stub import SITE, Stub, serving
from onebyone.state.sites import Site
from onebyone.state.tag_settings import ConsentGate, PublishedContainer, TagSettings
from onebyone.tags.container.check import read_container
from onebyone.tags.container.compiling import compile_container
from onebyone.tags.modules import MODULES
from onebyone.tags.script import files_of

SLOWER = 4
FLIPS = 20_000
NONE = "no script"
LONG_MS = 50.0  # a long task, as browsers have it
TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline")
_RUNS = ("EvaluateScript", "v8.compile", "FunctionCall", "v8.run")
WATCH = """
window.cost = {lcp: 0, cls: 0, long: 0, tbt: 0, inp: 0};
const watch = (type, read) => new PerformanceObserver((list) => list.getEntries().forEach(read))
  .observe({type, buffered: true});
watch("largest-contentful-paint", (each) => (cost.lcp = each.startTime));
watch("layout-shift", (each) => (cost.cls += each.value));
watch("longtask", (each) => (cost.long++, (cost.tbt += each.duration - 50)));
new PerformanceObserver((list) => list.getEntries().forEach((each) =>
  each.interactionId && (cost.inp = Math.max(cost.inp, each.duration))
)).observe({type: "event", buffered: true, durationThreshold: 16});
addEventListener("pageshow", (event) => (cost.back = event.persisted));
"""
BODY = "<h1>Lamps</h1>" + "".join(
    f"<section><h2>Lamp {n}</h2><p>{'Warm light for long evenings. ' * 12}</p><button>Add to cart</button></section>"
    for n in range(60)
)
CONTAINER = """
triggers:
  Click: {on: click}
  Route: {on: history_change}
  Error: {on: js_error}
  Tick: {on: timer, every_ms: 100}
  Scroll: {on: scroll, vertical: [25, 50, 75]}
  Seen: {on: visibility, selector: h2, frequency: once_per_element}
  Video: {on: video, capture: [start], watch_dom: true}
tags:
  T:
    type: custom
    fire_on: [All Pages, Click, Route, Error, Tick, Scroll, Seen, Video]
    consent: {needs: []}
    settings: {code: 'window.ran = (window.ran || 0) + 1; return {{Page Path}} + {{Event}}'}
"""


class Cost(Struct, frozen=True):
    lcp_ms: float
    cls: float
    long_tasks: int  # of the whole page
    tbt_ms: float  # what its long tasks are longer than 50 ms
    inp_ms: float  # of one click, by the browser's steps of 8 ms; less than 16 are told as 0
    bytes: int  # of our files, packed as they are served
    our_longest_ms: float  # in one task of the browser, by the processor's clock: others on the machine do not count
    our_ms: float  # in all of them
    our_long_tasks: int  # of 50 ms and more by that clock, which without us would have been shorter
    from_cache: bool  # it came back as it was left


def measured(rounds: int) -> dict[str, list[Cost]]:
    """By kind of page, one of each a round."""
    gate = ConsentGate(on=True, readers=("google", "tcf", "gpp"), wait_ms=0)
    everything = replace(SITE, tag=TagSettings(modules=MODULES, consent=gate))
    file = compile_container(read_container(CONTAINER), site=SITE.id, number=1)
    held = PublishedContainer(hash=file.hash, number=1)
    kinds: dict[str, Site | None] = {
        NONE: None, "core": SITE, "everything": everything, "and a container": replace(everything, container=held),
    }  # fmt: skip
    costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
    with serving() as site, sync_playwright() as playwright:
        site.region = {"region": "JP", "ask": False, "permissions": {"analytics": "granted"}}
        site.files[f"/{SITE.prefix}/c/{file.hash}.js"] = file.file
        site.pages = {"/with": BODY, "/next": ""}
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=list(CHROMIUM_ARGS),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        for _ in range(rounds):
            for kind, given in kinds.items():
                costs[kind].append(_measure(browser, site, given))
        browser.close()
    return costs


def _measure(browser: Browser, site: Stub, given: Site | None) -> Cost:
    if given is not None:
        site.site = given
    with browser.new_context() as context:
        page = context.new_page()
        if given is None:
            html = f"<!doctype html><title>/with</title><p>/with</p>{BODY}"
            page.route("**/with", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.add_init_script(WATCH)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        browser.start_tracing(page=page, categories=list(TRACED))
        page.goto(f"{site.url}/with", wait_until="load")
        if given is not None and given.container.number:
            page.wait_for_function("window.ran > 3")
        page.wait_for_timeout(700)  # the first answer is in, and nothing is under way
        tasks = our_tasks(browser.stop_tracing())
        page.click("button")
        page.wait_for_timeout(200)
        seen = page.evaluate("window.cost")
        loaded = page.evaluate("performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname)")
        page.goto(f"{site.url}/next")
        page.go_back(wait_until="commit")
        back = bool(page.evaluate("window.cost.back"))
    return Cost(
        lcp_ms=seen["lcp"],
        cls=seen["cls"],
        long_tasks=seen["long"],
        tbt_ms=seen["tbt"],
        inp_ms=seen["inp"],
        bytes=sum(_packed(site, path) for path in loaded),
        our_longest_ms=max((ours for _, ours in tasks), default=0),
        our_ms=sum(ours for _, ours in tasks),
        our_long_tasks=sum(whole >= LONG_MS > whole - ours for whole, ours in tasks),
        from_cache=back,
    )


def _packed(site: Stub, path: str) -> int:
    file = {**files_of(site.site), **site.files}.get(path)
    return len(gzip.compress(file, 9)) if file else 0


def our_tasks(trace: bytes, below: str = "") -> list[tuple[float, float]]:
    """The browser's tasks in which a script of ours ran: milliseconds of the whole, and of ours.

    `below`: only scripts whose path begins so, behind the site's prefix.
    """
    timed = [each for each in json.loads(trace)["traceEvents"] if "tdur" in each]
    ours = [each for each in timed if each["name"] in _RUNS and f"/{SITE.prefix}/{below}" in _url(each)]
    found = []
    for task in (each for each in timed if each["name"] == "RunTask"):
        inside = [each for each in ours if each["tid"] == task["tid"] and _holds(task, each)]
        outer = [each for each in inside if not any(_holds(other, each) for other in inside if other is not each)]
        if outer:
            found.append((task["tdur"] / 1000, sum(each["tdur"] for each in outer) / 1000))
    return found


def _url(event: dict[str, Any]) -> str:
    return str(event.get("args", {}).get("data", {}).get("url", ""))


def _holds(outer: dict[str, Any], inner: dict[str, Any]) -> bool:
    return bool(outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"])


def chance(costs: Mapping[str, Sequence[Cost]], kind: str) -> float:
    """How often signs at random make the mean difference of LCP to the page without the script, round by round, as
    large as it was found: a paired permutation test, two-sided."""
    pairs = zip(costs[kind], costs[NONE], strict=True)
    differences = [one.lcp_ms - other.lcp_ms for one, other in pairs]
    found, dice = abs(mean(differences)), random.Random(1)
    flipped = (abs(mean(dice.choice((-each, each)) for each in differences)) for _ in range(FLIPS))
    return sum(each >= found - 1e-9 for each in flipped) / FLIPS


def table(costs: Mapping[str, Sequence[Cost]]) -> str:
    lines = [
        f"{'':<16}{'LCP ms':>13}{'chance':>8}{'ours ms':>9}{'longest':>8}{'long tasks':>11}{'by us':>6}"
        f"{'TBT ms':>13}{'INP ms':>13}{'bytes':>8}{'CLS':>7}{'bfcache':>8}"
        f"   {len(costs[NONE])} of each, CPU {SLOWER}x slower; LCP, TBT, INP: median, p75"
    ]
    for kind, found in costs.items():
        apart = "" if kind == NONE else f"{chance(costs, kind):.2f}"
        lines.append(
            f"{kind:<16}{_both([each.lcp_ms for each in found]):>13}{apart:>8}"
            f"{median(each.our_ms for each in found):>9.0f}{max(each.our_longest_ms for each in found):>8.0f}"
            f"{sum(each.long_tasks for each in found):>11}{sum(each.our_long_tasks for each in found):>6}"
            f"{_both([each.tbt_ms for each in found]):>13}{_both([each.inp_ms for each in found]):>13}"
            f"{median(each.bytes for each in found):>8.0f}"
            f"{max(each.cls for each in found):>7.3f}{sum(each.from_cache for each in found):>8}"
        )
    return "\n".join(lines)


def _both(found: Sequence[float]) -> str:
    return f"{median(found):.0f} {quantiles(found)[2]:>5.0f}"


if __name__ == "__main__":
    print(table(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 25)))
