"""Looks at the console: serves the fakes' shop and takes pictures of its pages.

python -m web.preview DIRECTORY [page ...]      from tests/
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import BrowserContext, sync_playwright

from web.fakes import FakeReports, Place
from web.month import HIT, nothing

PORT = 8931
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (390, 844, 2.0), "middle": (1100, 900, 1.0), "wide": (1440, 900, 1.0)}


def pages(site: str) -> dict[str, str]:
    return {
        "sites": "/", "overview": f"/s/{site}/overview", "hours": f"/s/{site}/overview?period=today&step=hour",
        "live": f"/s/{site}/live", "fate": f"/s/{site}/fate/NL-48213", "hit": f"/s/{site}/fate/{HIT}",
        "unknown": f"/s/{site}/fate/NL-9", "ledger": f"/s/{site}/ledger", "start": f"/s/{site}/start",
        "general": f"/s/{site}/settings/general", "keys": f"/s/{site}/settings/keys",
        "people": f"/s/{site}/settings/people", "system": "/system", "account": "/account", "api": "/api/v1",
        "find": "/find?q=over", "login": "/login", "filter": f"/s/{site}/overview?chanel=Email", "nothing": "/nothing",
    }  # fmt: skip


def serve(place: Place, port: int) -> None:
    server = Server(place.app(), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    asyncio.run(server.serve())


def shoot(context: BrowserContext, place: Place, directory: Path, names: list[str], *, suffix: str) -> list[str]:
    """Pictures of the pages; what the browser's console said."""
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    token = place.users.make_link(place.users.first_admin().id)
    page.goto(f"http://127.0.0.1:{PORT}/login?token={token}")
    page.wait_for_url("**/")
    for name in names:
        page.goto(f"http://127.0.0.1:{PORT}{pages(place.site.id)[name]}")
        page.screenshot(path=directory / f"{name}-{suffix}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            said.append(f"{name}-{suffix}: {wide} px too wide")
    page.close()
    return said


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    place = Place(Path(tempfile.mkdtemp()), FakeReports(nothing()) if "--empty" in sys.argv else None)
    names = [name for name in sys.argv[2:] if not name.startswith("--")] or list(pages(""))
    threading.Thread(target=serve, args=(place, PORT), daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        for size, (width, height, scale) in SIZES.items():
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    device_scale_factor=scale,
                    color_scheme="dark" if theme == "dark" else "light",
                )
                for line in shoot(context, place, directory, names, suffix=f"{size}-{theme}"):
                    print(line)
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
