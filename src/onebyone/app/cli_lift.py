"""`lift`: what only an experiment can say, of regions or of people who were held out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as File
from random import Random
from typing import Any

import click
from msgspec import to_builtins

from onebyone.app import options
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError
from onebyone.money import amount
from onebyone.reports.attribution.credit import NOT_CAUSAL
from onebyone.reports.attribution.geo import geo_lift
from onebyone.reports.attribution.geo_file import Totals, read_totals
from onebyone.reports.attribution.lift import calibration, cost_per_incremental, is_held_out

_SEED = 1  # the same file gives the same answer


@click.group("lift")
def lift_group() -> None:
    """Measure what a campaign added: by regions, or by people who were held out."""


@lift_group.command("geo")
@click.argument("file", type=click.Path(path_type=File), metavar="FILE.csv")
@click.option("--test", "test", required=True, help="The regions that had the campaign, between commas.")
@click.option("--start", required=True, help="The first period of the campaign, as the file writes it.")
@click.option("--spend", default="", help="What the campaign cost, for the cost of each conversion that it added.")
@click.option("--attributed", type=float, help="What a model credits it with, to hold beside what it added.")
@options.as_json
def geo(file: File, test: str, start: str, spend: str, attributed: float | None, as_json: bool) -> None:
    """Compare regions with a campaign and regions without, before it and during it.

    FILE.csv has the columns region, period and conversions, a row for each region and period; periods are days or weeks
    that sort as they came (2026-11-02, 2026-W45), at least 8 of them before the campaign.
    """
    totals = _totals(file)
    if start not in totals.periods:
        raise ConfigError(f"--start: {file.name} has no period {start!r}; its last is {totals.periods[-1]!r}.")
    spent = amount(spend) if spend else None
    if spend and spent is None:
        raise ConfigError(f"--spend: {spend!r} is no amount of money; say it like 1200.50.")
    chosen = [name.strip() for name in test.split(",")]
    try:
        found = geo_lift(totals.regions, chosen, before=totals.periods.index(start), random=Random(_SEED))
    except ValueError as error:
        raise ConfigError(f"{file.name}: {error}.") from error
    cost = None if spent is None else cost_per_incremental(round(spent * 100), found.incremental)
    factor = None if attributed is None else calibration(found.incremental, attributed)
    if as_json:
        print_json(
            to_builtins(found) | {"cost_per_incremental": None if cost is None else cost / 100, "calibration": factor}
        )
        return
    click.echo(f"{', '.join(chosen)}: {found.effect:+.1%} while it ran, {found.incremental:+,.1f} conversions.")
    if found.low is not None and found.high is not None:
        click.echo(f"With 95% confidence {found.low:+,.1f} to {found.high:+,.1f} conversions.")
    click.echo(f"p = {found.p_value:.3f}: the part of {found.placebos:,} other choices of regions that differ as much.")
    if spent is not None:
        click.echo("It added nothing to divide by." if cost is None else f"Cost of each: {cost / 100:,.2f}.")
    if factor is not None:
        click.echo(f"Added for each one attributed: {factor:.2f}. {NOT_CAUSAL}")


def _totals(file: File) -> Totals:
    try:
        return read_totals(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(f"{file.name}: {error}.") from error


@lift_group.command("hold-out")
@click.argument("people", type=click.Path(path_type=File), metavar="PEOPLE.txt")
@click.option("--experiment", required=True, help="Its name: another name holds out other people.")
@click.option("--share", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Of people held out.")
@options.as_json
def hold_out(people: File, experiment: str, share: float, as_json: bool) -> None:
    """Decide who is not to see a campaign, before anybody does.

    PEOPLE.txt has an id on each line. The same id is always decided the same way, so the list can grow. Send the arm
    with an event (variant: control or test), and read the page Experiments for what came of it.
    """
    try:
        ids = people.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ConfigError(f"cannot read {people}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{people.name}: {error}.") from error
    rows: Sequence[dict[str, Any]] = [
        {"person": one, "variant": "control" if is_held_out(one, experiment, share) else "test"}
        for one in map(str.strip, ids)
        if one
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(["person", "variant"], rows, empty=f"{people.name} names nobody.")


COMMANDS = (lift_group,)
