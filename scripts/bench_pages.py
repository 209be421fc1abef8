"""First paint of every page of the console in Chromium, warm, over the month of a fictional shop. `make pages`.

The reports answer at once, so this is the console's own part: the server's HTML and the browser's drawing of it. How
long the reports take over millions of events is in `make bench`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from browser.chromium import CHROMIUM_ARGS, find_chromium
from web.fakes import Place
from web.pages import PAGES
from web.preview import sign_in
from web.serving import serving
from web.test_every_page import furnish

TARGET_MS = 300
TRIES = 3
_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") done(entry.startTime);
}).observe({type: "paint", buffered: true}))"""


def main() -> None:
    table = Table(box=None, header_style="bold")
    for name in ("page", "first paint, median ms", "worst ms"):
        table.add_column(name, justify="left" if name == "page" else "right")
    place = Place(Path(tempfile.mkdtemp()))
    furnish(place)
    slow = 0
    with serving(place) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        sign_in(context, place, base)
        page = context.new_page()
        for address in PAGES:
            found = paints(page, base + address.format(site=place.site.id))
            slow += statistics.median(found) > TARGET_MS
            table.add_row(address, f"{statistics.median(found):.0f}", f"{max(found):.0f}")
        browser.close()
    Console(width=120).print(table)
    print(f"{slow} of {len(PAGES)} pages over {TARGET_MS} ms")


def paints(page: Page, address: str) -> list[float]:
    page.goto(address)  # warm: the browser's cache, the server's templates
    found = []
    for _ in range(TRIES):
        page.goto(address)
        found.append(float(page.evaluate(_PAINT)))
    return found


if __name__ == "__main__":
    main()
