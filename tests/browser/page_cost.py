"""What the script costs a page: with none, with the core, and with everything, in turns, on a CPU four times slower.

python -m browser.page_cost [RUNS]      from tests/
"""

from __future__ import annotations

import sys
from statistics import median, quantiles

from msgspec import Struct
from msgspec.structs import replace
from playwright.sync_api import Browser, sync_playwright

from browser.chromium import CHROMIUM_ARGS, find_chromium
from browser.stub import SITE, Stub, serving
from onebyone.state.tag_settings import ConsentGate, TagSettings
from onebyone.tags.modules import MODULES

SLOWER = 4
WATCH = """
window.cost = {lcp: 0, cls: 0, long: 0};
new PerformanceObserver((list) => list.getEntries().forEach((each) => cost.lcp = each.startTime))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((each) => cost.cls += each.value))
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => cost.long += list.getEntries().length).observe({type: "longtask", buffered: true});
"""
BODY = "<h1>Lamps</h1>" + "".join(
    f"<section><h2>Lamp {n}</h2><p>{'Warm light for long evenings. ' * 12}</p><button>Add to cart</button></section>"
    for n in range(60)
)


class Cost(Struct, frozen=True):
    lcp_ms: float
    cls: float
    long_tasks: int
    script_ms: float  # all scripts of the page; the page has none of its own


def main(runs: int) -> None:
    gate = ConsentGate(on=True, readers=("google", "tcf", "gpp"), wait_ms=0)
    kinds: dict[str, TagSettings | None] = {
        "no script": None,
        "core": TagSettings(),
        "everything": TagSettings(modules=MODULES, consent=gate),
    }
    costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
    with serving() as site, sync_playwright() as playwright:
        site.region = {"region": "JP", "ask": False, "permissions": {"analytics": "granted"}}
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        for _ in range(runs):
            for kind, settings in kinds.items():
                costs[kind].append(measure(browser, site, settings))
        browser.close()
    show(costs)


def measure(browser: Browser, site: Stub, settings: TagSettings | None) -> Cost:
    if settings is not None:
        site.site = replace(SITE, tag=settings)
    site.pages["/with"] = BODY
    with browser.new_context() as context:
        page = context.new_page()
        if settings is None:
            html = f"<!doctype html><title>/with</title><p>/with</p>{BODY}"
            page.route("**/with", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.add_init_script(WATCH)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.send("Performance.enable")
        page.goto(f"{site.url}/with", wait_until="load")
        page.wait_for_timeout(700)  # the first answer is in, and nothing is under way
        metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        seen = page.evaluate("window.cost")
    return Cost(seen["lcp"], seen["cls"], seen["long"], metrics["ScriptDuration"] * 1000)


def show(costs: dict[str, list[Cost]]) -> None:
    print(f"{'':<12}{'LCP ms':>16}{'script ms':>16}{'CLS':>8}{'long tasks':>12}   median, p75 of {SLOWER}x slower runs")
    for kind, found in costs.items():
        lcp, script = ([getattr(each, name) for each in found] for name in ("lcp_ms", "script_ms"))
        print(
            f"{kind:<12}{median(lcp):>8.0f}{quantiles(lcp)[2]:>8.0f}{median(script):>8.1f}{quantiles(script)[2]:>8.1f}"
            f"{max(each.cls for each in found):>8.3f}{sum(each.long_tasks for each in found):>12}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
