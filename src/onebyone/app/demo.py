"""`onebyone demo`: a shop, people in it, and truth beside measurement."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import click
import msgspec
import uvloop
from litestar import Litestar
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from onebyone.app.alive import on_stop
from onebyone.app.asgi import serve_until
from onebyone.app.asking import instants, reports_of
from onebyone.app.running import read_running
from onebyone.app.serving import Serving
from onebyone.app.settings import ConfigError, Place
from onebyone.app.state import open_state
from onebyone.app.waiting import LogWaiting
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.reports.missed import whole
from onebyone.simulate import people
from onebyone.simulate.compare import Row, compare
from onebyone.simulate.shop import Settings as ShopSettings
from onebyone.simulate.shop import shop
from onebyone.simulate.simulate import simulate
from onebyone.simulate.truth import Truth
from onebyone.simulate.wire import Collector, open_client
from onebyone.simulate.wire import Settings as WireSettings
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.tags.script import snippet

NAME = "Nordlight"
ORIGIN = "http://nordlight.example"  # of the simulated pages; https would make the cookie Secure, the shop has none
_SETTLE_S = 60.0
_HERE = ConsentSettings(unknown_region="N")  # who clicks through the shop sits at this machine, which is nowhere


class DemoSite(Struct, frozen=True):
    """What the demo keeps between starts: a key cannot be read again."""

    site: str
    key: str


class Demo:
    def __init__(self, serving: Serving, *, people: int, days: int, seed: int) -> None:
        self._serving = serving
        self._people = people
        self._days = days
        self._seed = seed
        self._shop_url = f"http://127.0.0.1:{serving.ports.shop}"
        self._site, self._key = self._open_site()
        self._link = ""
        self._truth_path = serving.place.data / "truth.json"

    def run(self, *, quiet: bool) -> bool:
        """Start the shop, send the people, print the table; True if all figures are equal."""
        self._serving.start_shop()
        equal = True
        if self._people and not self._truth_path.exists():  # a person may have bought something since
            with Progress(transient=True, disable=quiet) as progress:
                truth = self._simulate(progress)
            rows = self._measure(truth)
            equal = all(row.is_equal for row in rows)
            if not quiet:
                _print_table(rows, truth)
        self._link = self._serving.login_link()
        if not quiet:
            click.echo(f"\nShop       {self._shop_url}   buy a lamp, then reload the thank-you page")
            click.echo(f"Console    {self._link}\n")
            click.echo("The link signs you in once. Stop with Ctrl-C.")
        return equal

    def addresses(self) -> dict[str, str]:
        return {
            "collector": self._serving.collector_url,
            "console": self._serving.console_url,
            "shop": self._shop_url,
            "login": self._link,
            "site": self._site.id,
            "prefix": self._site.prefix,
            "key": self._key,
        }

    def _open_site(self) -> tuple[Site, str]:
        """The demo's site: made at the first start, its shop's address brought up to date at later ones."""
        state, file = self._serving.state, demo_file(self._serving.place)
        with contextlib.suppress(OSError, msgspec.DecodeError):
            known = msgspec.json.decode(file.read_bytes(), type=DemoSite)
            site = state.sites.find(known.site)
            if site is not None:
                return state.sites.change(msgspec.structs.replace(site, origins=self._origins())), known.key
        site = state.sites.add(NAME, self._origins(), zone="UTC", currency="EUR", consent=_HERE)
        site = state.sites.change(msgspec.structs.replace(site, clock_reach_days=400))
        key = state.keys.add(site.id, "shop backend")
        file.write_bytes(msgspec.json.encode(DemoSite(site=site.id, key=key)))
        file.chmod(0o600)
        return site, key

    def _origins(self) -> tuple[str, ...]:
        return (self._shop_url, f"http://localhost:{self._serving.ports.shop}", ORIGIN)

    def _simulate(self, progress: Progress) -> Truth:
        who = people.Settings(people=self._people, days=self._days, seed=self._seed, origin=ORIGIN, refund_share=0.06)
        task = progress.add_task("People visit the shop", total=None)
        time.sleep(2.0)  # the collector knows a changed site within two seconds
        return simulate(
            who,
            WireSettings(url=self._serving.collector_url, site=self._site.id, prefix=self._site.prefix, key=self._key),
            self._truth_path,
            progress=lambda done: progress.update(task, completed=done),
        )

    def _measure(self, truth: Truth) -> list[Row]:
        """What the console shows, once nothing waits any more. Raises ConfigError if that does not come about."""
        settle(LogWaiting(self._serving.place, self._serving.state.bounds))
        start, end = instants(self._site, min(date.fromisoformat(day.day) for day in truth.per_day), None)
        common: dict[str, Param] = {"site": self._site.id, "from": start, "to": end, "traffic": "people"}
        common |= {"zone": self._site.zone, "currency": self._site.currency}
        with reports_of(self._serving.place) as reports:
            rows = reports.run("overview", **common).dicts()
            copies = {row["reason"]: row["copies"] for row in reports.run("copies", **common).dicts()}
            seen = reports.run("seen_by", **common).dicts()[0]
            missed = whole(reports.run("loss", **common, event="purchase", by="", limit=1).dicts())
            chosen = reports.run("consent_totals", **common).dicts()[0]
            totals = reports.run("totals", **common).dicts()[0]
            money = reports.run("conversion_totals", **common).dicts()
        copies.pop("kept", None)
        unseen = truth.totals.blocked_orders + truth.totals.withheld_orders
        orders = next((row for row in money if (row["name"], row["currency"]) == ("purchase", truth.currency)), {})
        machines = truth.totals.bot_hits + truth.totals.prefetches
        return [
            *compare(truth, rows, copies),
            Row("Before refunds, minor units", truth.totals.gross_minor, orders.get("gross_minor", 0)),
            Row("Refunds, minor units", truth.totals.refunded_minor, orders.get("refunded_minor", 0)),
            Row("Orders that no browser could or might report", unseen, seen["server_only"]),
            Row("Orders that browsers missed, refusals left out", truth.totals.blocked_orders, missed.seen.server_only),
            Row("Views without a visitor, as people chose", truth.totals.withheld_views, chosen["withheld_views"]),
            Row("Other events that they did not allow", truth.totals.withheld_events, chosen["withheld_events"]),
            Row("Views by machines, kept apart", machines, totals["machine_views"]),
        ]


def settle(waiting: LogWaiting) -> None:
    """Wait until every accepted sighting is in the store. Raises ConfigError after a minute."""
    end = time.monotonic() + _SETTLE_S
    while waiting.counts().waiting:
        if time.monotonic() > end:
            raise ConfigError("hits still wait after a minute: see 'onebyone doctor'.")
        time.sleep(0.1)


def demo_file(place: Place) -> Path:
    return place.data / "demo.json"


def _print_table(rows: list[Row], truth: Truth) -> None:
    table = Table(title="What happened, and what was measured", title_justify="left", box=None, header_style="bold")
    table.add_column("")
    for name in ("truth", "measured"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in rows:
        table.add_row(
            row.label, f"{row.truth:,}", f"{row.measured:,}", "equal" if row.is_equal else "[red]differs[/red]"
        )
    Console().print(table)


def prepare_demo(place: Place) -> None:
    """Settings that only a demo may have: people of several countries come from this machine, as through a proxy."""
    if not place.settings_file.exists():
        place.settings_file.write_text('[collect]\nproxies = ["127.0.0.1"]\n', encoding="utf-8")


def run_shop(place: Place, port: int) -> None:
    """Until told to stop. Raises ConfigError if no demo runs in that place."""
    running = read_running(place)
    try:
        known = msgspec.json.decode(demo_file(place).read_bytes(), type=DemoSite)
    except (OSError, msgspec.DecodeError):
        known = None
    site = open_state(place).sites.find(known.site) if known else None
    if running is None or known is None or site is None:
        raise ConfigError(f"no demo runs in {place.data}: start 'onebyone demo'.")
    where = WireSettings(url=running.collector, site=site.id, prefix=site.prefix, key=known.key)

    @contextlib.asynccontextmanager
    async def way() -> AsyncIterator[Collector]:
        async with open_client() as client:
            yield Collector(client, where)

    pages = ShopSettings(
        snippet=snippet(site, running.collector),
        image_url=f"{running.collector}/{site.prefix}/v1/n/{site.id}.gif",
        console_url=running.console,
        fate_url=f"{running.console}/s/{site.id}/fate/{{order}}",
        orders_path=place.data / "shop-orders.json",
    )
    uvloop.run(_serve_shop(shop(pages, way), port))


async def _serve_shop(app: Litestar, port: int) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    on_stop(stop, loop)
    await serve_until(app, stop, host="127.0.0.1", port=port)
