"""`pipeline`: one process of the platform alone."""

from __future__ import annotations

from pathlib import Path

import click

from onebyone.app import options
from onebyone.app.pipelining import run_pipeline
from onebyone.app.settings import open_place, read_settings


@click.command()
@options.data
def pipeline(data: Path) -> None:
    """The pipeline alone: from hits to events."""
    place = open_place(data)
    run_pipeline(place, read_settings(place))


COMMANDS = (pipeline,)
