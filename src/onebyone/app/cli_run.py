"""`serve`, `demo` and the processes they start."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from onebyone.app import options
from onebyone.app.collecting import run_collect
from onebyone.app.demo import Demo, prepare_demo, run_shop
from onebyone.app.engine import run_engine
from onebyone.app.pipelining import run_pipeline
from onebyone.app.printing import print_json
from onebyone.app.running import check_unserved, collector_url
from onebyone.app.serving import Ports, Serving
from onebyone.app.settings import open_place, read_settings
from onebyone.telemetry import set_up_logging

_LOOK_S = 0.5

port = click.option(
    "--port", type=click.IntRange(0, 65535), help="Of the collector; 0 takes a free one. [default: 8000]"
)
console_port = click.option("--console-port", type=click.IntRange(0, 65535), help="Of the console. [default: 8001]")
shop_port = click.option(
    "--shop-port", type=click.IntRange(0, 65535), default=8002, show_default=True, help="Of the shop."
)
workers = click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Collect processes.")


@click.command()
@options.data
@port
@console_port
@workers
@options.as_json
def serve(data: Path, port: int | None, console_port: int | None, workers: int, as_json: bool) -> None:
    """Run the platform: collector, pipeline, store, console. Prints a login link.

    Listens on 127.0.0.1; put a proxy with TLS in front (see the README), and name its address in onebyone.toml.
    """
    set_up_logging("serve", level="warning")
    place = open_place(data)
    check_unserved(place)  # before its ports are found taken
    settings = read_settings(place)
    serving = Serving(place, settings, Ports.of(settings, port, console_port), workers=workers)
    with serving:
        link = serving.login_link()
        if as_json:
            print_json({"collector": serving.collector_url, "console": serving.console_url, "login": link})
        else:
            click.echo(f"Collector  {serving.collector_url}\nConsole    {link}\n")
            click.echo("The link signs you in once; set a password there. Stop with Ctrl-C.")
        _until_stopped(serving)


@click.command()
@options.data
@port
@console_port
@shop_port
@workers
@click.option("--people", type=click.IntRange(0, 1_000_000), default=300, show_default=True, help="Simulated people.")
@click.option("--days", type=click.IntRange(1, 365), default=14, show_default=True, help="Over so many days.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--once", is_flag=True, help="Stop after the comparison.")
@options.as_json
@click.pass_context
def demo(context: click.Context, /, once: bool, as_json: bool, **chosen: Any) -> None:
    """A shop to click through, people who already did, and a console that counted them.

    Ends its start by printing what really happened beside what was measured, then goes on until Ctrl-C.
    """
    set_up_logging("demo", level="warning")
    os.environ.setdefault("ONEBYONE_LOG", "warning")  # a newcomer reads the table, not the processes
    place = open_place(chosen["data"])
    check_unserved(place)
    prepare_demo(place)
    settings = read_settings(place)
    ports = Ports.of(settings, chosen["port"], chosen["console_port"], chosen["shop_port"])
    serving = Serving(place, settings, ports, workers=chosen["workers"])
    tour = Demo(serving, people=chosen["people"], days=chosen["days"], seed=chosen["seed"])
    with serving:
        equal = tour.run(quiet=as_json)
        if as_json:
            print_json(tour.addresses())
        if once:
            context.exit(0 if equal else 1)
        _until_stopped(serving)


def _until_stopped(serving: Serving) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(_LOOK_S):
        serving.look()


@click.command()
@options.data
@port
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
def collect(data: Path, port: int | None, host: str | None) -> None:
    """One collect process alone: takes requests, writes the log."""
    place = open_place(data)
    settings = read_settings(place)
    own = settings.addresses
    run_collect(place, settings, host=host or own.host, port=own.port if port is None else port)


@click.command()
@options.data
def pipeline(data: Path) -> None:
    """The pipeline alone: from hits to events."""
    place = open_place(data)
    run_pipeline(place, read_settings(place))


@click.command()
@options.data
@console_port
@click.option("--host", help="Address of the console. [default: 127.0.0.1]")
def engine(data: Path, console_port: int | None, host: str | None) -> None:
    """The engine alone: loads the store, serves console and API."""
    place = open_place(data)
    settings = read_settings(place)
    own = settings.addresses
    run_engine(
        place,
        settings,
        host=host or own.console_host,
        port=own.console_port if console_port is None else console_port,
        collector_url=collector_url(place),
    )


@click.command(hidden=True)
@options.data
@shop_port
def shop(data: Path, shop_port: int) -> None:
    """The demo's shop alone; `demo` starts it."""
    run_shop(open_place(data), shop_port)


COMMANDS = (serve, demo, collect, pipeline, engine, shop)
