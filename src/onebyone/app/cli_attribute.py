"""`attribute`: credits for given paths."""

from __future__ import annotations

from pathlib import Path as File
from random import Random
from typing import Any

import click
import msgspec
from msgspec import Struct

from onebyone.app import options
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError
from onebyone.reports.attribution.credit import Credit, credit
from onebyone.reports.attribution.named import UnknownModel, get_model
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.rules import NoAges

_SEED = 1  # the same file gives the same answer


class _Paths(Struct, frozen=True):
    rows: list[Path]


@click.command()
@click.argument("paths", type=click.Path(path_type=File), metavar="PATHS.json")
@click.option("--model", default="last_non_direct", show_default=True, help="By its short or full name, see above.")
@options.as_json
def attribute(paths: File, model: str, as_json: bool) -> None:
    """Share conversions among the channels that led to them.

    PATHS.json holds {"rows": [{"path": [channel, ...], "conversions": 3, "nulls": 1}, ...]}: the channels in order, how
    many such paths ended in a conversion and how many did not. Time decay also needs "hours_before", one number for
    each touch. Conversions of an empty path are unattributed.

    \b
    Models:  first, last, last_non_direct, linear, position, time_decay, markov, shapley
    In full: first_touch, last_touch, last_non_direct, linear, position_40_20_40 (any three parts of 100),
             time_decay_half_life_168h (any hours), markov_order1_global and markov_order1_per_path (orders 1 to 3),
             shapley_set, shapley_rate_scaled
    """
    rows = _read(paths)
    try:
        found = credit(get_model(model), rows, random=Random(_SEED))
    except UnknownModel as error:
        raise ConfigError(f"--model: {error}.") from error
    except NoAges as error:
        raise ConfigError(f"{paths}: {error}.") from error
    if as_json:
        print_json(_document(found))
    else:
        _print(found)


def _read(file: File) -> list[Path]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Paths).rows
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigError(f'{file}: {error}. It must hold {{"rows": [...]}}, see onebyone attribute --help.') from error


def _document(found: Credit) -> dict[str, Any]:
    """What the model does not know is left out."""
    fields: dict[str, Any] = msgspec.to_builtins(found)
    return {name: value for name, value in fields.items() if value is not None}


def _print(found: Credit) -> None:
    click.echo(f"{found.model}: {found.conversions:,} conversions, {found.nulls:,} paths without one\n")
    rows = _table(found)
    print_rows(list(rows[0]) if rows else [], rows, empty="No path has a touch.")
    click.echo(f"\nUnattributed: {found.unattributed:,}")
    for warning in found.warnings:
        click.echo(warning)
    click.echo(found.note)


def _table(found: Credit) -> list[dict[str, str]]:
    """The most credited first, every number at the right of its column."""
    extra = {"removal effect": found.removal_effect, "phi": found.phi, "± error": found.standard_errors}
    rows = []
    for channel, share in sorted(found.credits.items(), key=lambda one: (-one[1], one[0])):
        part = f"{share / found.conversions:.1%}" if found.conversions else "–"
        cells = {"conversions": f"{share:,.2f}", "share": part}
        cells |= {name: f"{numbers[channel]:.4f}" for name, numbers in extra.items() if numbers is not None}
        rows.append({"channel": channel} | {name: cell.rjust(len(name)) for name, cell in cells.items()})
    return rows


COMMANDS = (attribute,)
