"""`engine`: one process of the platform alone."""

from __future__ import annotations

from pathlib import Path

import click

from onebyone.app import options
from onebyone.app.engine import run_engine
from onebyone.app.running import collector_url
from onebyone.app.settings import open_place, read_settings


@click.command()
@options.data
@options.console_port
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


COMMANDS = (engine,)
