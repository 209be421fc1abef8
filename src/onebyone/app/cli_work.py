"""`import-log`, `simulate`, `doctor`."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.progress import Progress

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.collecting import open_partition
from onebyone.app.demo import ORIGIN
from onebyone.app.doctor import examine
from onebyone.app.loading import Loading
from onebyone.app.log_import import LogFile, import_lines, styled
from onebyone.app.pipelining import Pipeline
from onebyone.app.printing import print_json
from onebyone.app.running import is_served, read_running
from onebyone.app.settings import ConfigError, Place, Settings, open_place, read_settings
from onebyone.app.state import State, open_state
from onebyone.app.store import open_store
from onebyone.collect.desk import now_ms
from onebyone.simulate import people
from onebyone.simulate.households import Settings as HouseholdSettings
from onebyone.simulate.known import Known
from onebyone.simulate.simulate import SimulationFailed, simulate_households
from onebyone.simulate.simulate import simulate as send
from onebyone.simulate.truth import Truth
from onebyone.simulate.wire import Settings as WireSettings
from onebyone.store import StoreUnavailable
from onebyone.telemetry import Counters


@click.command("import-log")
@click.argument("file", type=click.Path(path_type=Path))
@options.site
@options.data
@options.as_json
def import_log(file: Path, site: str | None, data: Path, as_json: bool) -> None:
    """Read a web server's access log, combined format, plain or gzip.

    A page view is a GET of a page that was answered with 200 or 304; every other line is a drop with its reason.
    Who also fetched a style sheet is marked: the Loss page holds their views against the tag's.
    Importing a file twice changes nothing, and a longer copy of the same log adds only what is new.
    """
    place = open_place(data)
    settings = read_settings(place)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    if not file.is_file():
        raise ConfigError(f"there is no file {file}.")
    writer = open_partition(place, settings, "import")
    try:
        with Progress(transient=True, disable=as_json) as progress:
            task = progress.add_task(file.name, total=file.stat().st_size)
            readers = styled(LogFile(file, lambda done: None))
            done = import_lines(
                LogFile(file, lambda done: progress.update(task, completed=done)),
                chosen.id,
                styled=readers,
                writer=writer,
                claims=state.claims,
                seals=state.seals,
                now_ms=now_ms,
            )
    finally:
        writer.close()
    if not is_served(place):
        finish_here(place, settings, state)
    if as_json:
        print_json({"site": chosen.id, "lines": done.lines, "added": done.added, "known": done.known})
    else:
        click.echo(f"{done.lines:,} lines: {done.added:,} added, {done.known:,} known from an earlier import.")


@click.command()
@click.option("--people", "number", type=click.IntRange(1), default=100, show_default=True, help="How many people.")
@click.option("--days", type=click.IntRange(1, 399), default=7, show_default=True, help="Over so many days until now.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--blocked", type=click.FloatRange(0, 1), help="Share of blocked browsers. [default: 0.22; 0.3]")
@click.option("--households", "in_households", is_flag=True, help="Families, log-ins, refunds, days-late arrivals.")
@click.option("--to", "url", help="Collector's address. [default: the one that runs here]")
@click.option("--truth", type=click.Path(dir_okay=False, path_type=Path), help="File for what really happened.")
@click.option("--prefix", help="Of the site, where it is not one of this data directory.")
@click.option("--key", help="A server key of the site. [default: a new one]")
@options.site
@options.data
@options.as_json
def simulate(
    number: int, blocked: float | None, in_households: bool, url: str | None, as_json: bool, **chosen: Any
) -> None:
    """Send seeded traffic over the public HTTP surface, and write down what really happened.

    People with several sessions and devices, blocked browsers, reloads of the thank-you page, retries, double
    clicks, bots, and the shop's own server events. With --households, people with several devices and devices with
    several people, who log in and out, whose orders are refunded, changed and cancelled: 'onebyone judge' reads that
    truth.
    """
    where = _where(url, chosen["days"], **{name: chosen[name] for name in ("site", "prefix", "key", "data")})
    origin, zone, currency = where[1:]
    common: dict[str, Any] = {
        "people": number, "days": chosen["days"], "seed": chosen["seed"], "origin": origin, "currency": currency,
    } | ({} if blocked is None else {"blocked_share": blocked})  # fmt: skip
    try:
        with Progress(transient=True, disable=as_json) as progress:
            task = progress.add_task("People visit", total=None)

            def seen(done: int) -> None:
                progress.update(task, completed=done)

            truth: Truth | Known
            if in_households:
                truth = simulate_households(HouseholdSettings(**common), where[0], chosen["truth"], progress=seen)
            else:
                truth = send(people.Settings(zone=zone, **common), where[0], chosen["truth"], progress=seen)
    except SimulationFailed as error:
        raise StoreUnavailable(str(error)) from error
    if as_json:
        print_json(truth)
    else:
        click.echo(f"{_summary(truth)} sent.")


def _summary(truth: Truth | Known) -> str:
    if isinstance(truth, Known):
        return f"{len(truth.views):,} page views, {len(truth.orders()):,} orders of {truth.households:,} households"
    totals = truth.totals
    return f"{totals.views:,} page views, {totals.orders:,} orders, {totals.bot_hits:,} bot hits"


def _where(
    url: str | None, days: int, *, site: str | None, prefix: str | None, key: str | None, data: Path
) -> tuple[WireSettings, str, str, str]:
    """The collector, and origin, zone and currency of the site."""
    if url and site and prefix and key:
        return WireSettings(url=url, site=site, prefix=prefix, key=key), ORIGIN, "UTC", "EUR"
    place = open_place(data)
    state = open_state(place)
    known = choose_site(state.sites, site)
    running = read_running(place)
    target = url or (running.collector if running and is_served(place) else "")
    if not target:
        raise ConfigError("no collector runs here: start 'onebyone serve', or name one with --to.")
    secret = key or state.keys.add(known.id, "simulation")
    if known.clock_reach_days <= days:  # simulated browsers say when they did what, that far back
        state.sites.change(msgspec.structs.replace(known, clock_reach_days=days + 1))
    time.sleep(2.5)  # until every collector knows both
    origin = known.origins[0] if known.origins else ORIGIN
    return WireSettings(url=target, site=known.id, prefix=known.prefix, key=secret), origin, known.zone, known.currency


@click.command()
@options.data
@options.as_json
@click.pass_context
def doctor(context: click.Context, data: Path, as_json: bool) -> None:
    """What is wrong with this installation. Exit code 1 if anything is."""
    findings = examine(data)
    if as_json:
        print_json(findings)
    else:
        for one in findings:
            click.echo(f"{'ok   ' if one.ok else 'WRONG'}  {one.what}: {one.found}")
            if one.do:
                click.echo(f"       {one.do}")
    context.exit(0 if all(one.ok for one in findings) else 1)


def finish_here(place: Place, settings: Settings, state: State) -> None:
    """No platform runs here: bring what waits in the log into the store, in this process."""
    with contextlib.closing(Pipeline(place, settings)) as pipeline:
        pipeline.drain()
    with open_store(place, settings) as store:
        Loading(place, settings, state, store, Counters("command")).drain()


COMMANDS = (import_log, simulate, doctor)
