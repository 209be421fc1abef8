"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])

DAY = click.DateTime(formats=["%Y-%m-%d"])

data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("onebyone-data"),
    show_default=True,
    envvar="ONEBYONE_DATA",
    help="Directory that holds everything: log, state, store, settings.",
)
site = click.option("--site", help="Site by id, prefix or name. Not needed while there is only one.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
first = click.option("--from", "first", type=DAY, help="First day, in the site's zone. [default: 29 days before --to]")
last = click.option("--to", "last", type=DAY, help="Last day, included. [default: today]")


def limit(default: int) -> Callable[[_Command], _Command]:
    return click.option(
        "--limit", type=click.IntRange(1, 100_000), default=default, show_default=True, help="At most so many rows."
    )


given = click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE",
    help="What a report takes beside: steps=page_view,purchase. May be repeated.",
)  # fmt: skip


def day_of(moment: Any) -> date | None:
    return None if moment is None else moment.date()


port = click.option(
    "--port", type=click.IntRange(0, 65535), help="Of the collector; 0 takes a free one. [default: 8000]"
)
console_port = click.option("--console-port", type=click.IntRange(0, 65535), help="Of the console. [default: 8001]")
shop_port = click.option(
    "--shop-port", type=click.IntRange(0, 65535), default=8002, show_default=True, help="Of the shop."
)
workers = click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Collect processes.")
