"""`collect`: one process of the platform alone."""

from __future__ import annotations

from pathlib import Path

import click

from onebyone.app import options
from onebyone.app.collecting import run_collect
from onebyone.app.settings import open_place, read_settings


@click.command()
@options.data
@options.port
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
def collect(data: Path, port: int | None, host: str | None) -> None:
    """One collect process alone: takes requests, writes the log."""
    place = open_place(data)
    settings = read_settings(place)
    own = settings.addresses
    run_collect(place, settings, host=host or own.host, port=own.port if port is None else port)


COMMANDS = (collect,)
