"""`demo`, and the shop that it starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from onebyone.app import options
from onebyone.app.demo import Demo, prepare_demo, run_shop
from onebyone.app.printing import print_json
from onebyone.app.running import check_unserved
from onebyone.app.serving import Ports, Serving, run_until_stopped
from onebyone.app.settings import open_place, read_settings
from onebyone.telemetry import set_up_logging


@click.command()
@options.data
@options.port
@options.console_port
@options.shop_port
@options.workers
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
        run_until_stopped(serving)


@click.command(hidden=True)
@options.data
@options.shop_port
def shop(data: Path, shop_port: int) -> None:
    """The demo's shop alone; `demo` starts it."""
    run_shop(open_place(data), shop_port)


COMMANDS = (
    demo,
    shop,
)
