"""`attribute`: credits for given paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path as File
from random import Random
from typing import Any

import click
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from onebyone.app import options
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError
from onebyone.reports.attribution.credit import Credit, credit
from onebyone.reports.attribution.journey import Journey, observe
from onebyone.reports.attribution.journey import attribute as attribute_each
from onebyone.reports.attribution.named import UnknownModel, get_model, get_rule
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.reductions import get_reduction
from onebyone.reports.attribution.rules import NoAges
from onebyone.reports.attribution.windows import Window, read_presets

_SEED = 1  # the same file gives the same answer


class _Given(Struct, frozen=True):
    """Paths as they are, or people's journeys to tell them from."""

    rows: list[Path] | None = None
    journeys: list[Journey] | None = None


@click.command()
@click.argument("paths", type=click.Path(path_type=File), metavar="PATHS.json")
@click.option("--model", default="last_non_direct", show_default=True, help="By its short or full name, see above.")
@click.option("--reduce", "reductions", multiple=True, help="Shorten paths first; again for a second way, see above.")
@click.option("--window", default="default", show_default=True, help="Of journeys: a platform's preset, see above.")
@click.option("--reset", is_flag=True, help="Of journeys: take touches after the conversion before alone.")
@click.option("--views-beside-clicks", is_flag=True, help="Of journeys: keep views where there was a click too.")
@click.option("--each", is_flag=True, help="Of journeys: show who has part in each conversion, to the minor unit.")
@options.as_json
def attribute(paths: File, model: str, reductions: Sequence[str], as_json: bool, **given: Any) -> None:
    """Share conversions among the channels that led to them.

    PATHS.json holds {"rows": [{"path": [channel, ...], "conversions": 3, "nulls": 1}, ...]}: the channels in order, how
    many such paths ended in a conversion and how many did not. Time decay also needs "hours_before", one number for
    each touch. Conversions of an empty path are unattributed.

    Or it holds {"journeys": [{"touches": [{"at": time, "channel": name, "kind": "click", "visit" or "view"}, ...],
    "conversions": [{"id": text, "at": time, "value_minor": 0}, ...]}, ...]}, one for each person:
    then the window decides which touches make the path of a conversion; who has none has that of their last touches.

    \b
    Windows: default, meta, google_ads, linkedin, ga4, ga4_acquisition, tiktok
    Reduce:  exposure (a repeated step once), first (each step once), frequency (and how often), no_last_direct,
             no_direct, last_3 (any number of last steps)
    Models:  first, last, last_non_direct, linear, position, time_decay, markov, shapley
    In full: first_touch, last_touch, last_non_direct, linear, position_40_20_40 (any three parts of 100),
             time_decay_half_life_168h (any hours), markov_order1_global and markov_order1_per_path (orders 1 to 3),
             shapley_set, shapley_rate_scaled
    """
    window = _window(given["window"], reset=given["reset"], views=given["views_beside_clicks"])
    told = _read(paths)
    if given["each"]:
        _print_each(told.journeys or (), window, model, as_json=as_json)
        return
    rows = [*(told.rows or ()), *observe(told.journeys or (), window)]
    for name in reductions:
        rows = [*map(_reduction(name), rows)]
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


def _window(preset: str, *, reset: bool, views: bool) -> Window:
    presets = read_presets()
    if preset not in presets:
        raise ConfigError(f"--window: there is no preset {preset!r}: say {', '.join(presets)}.")
    return replace(presets[preset].window(), reset_on_conversion=reset, views_only_if_no_click=not views)


def _reduction(name: str) -> Callable[[Path], Path]:
    try:
        return get_reduction(name)
    except ValueError as error:
        raise ConfigError(f"--reduce: {error}.") from error


def _print_each(journeys: Sequence[Journey], window: Window, model: str, *, as_json: bool) -> None:
    try:
        rule = get_rule(model)
    except UnknownModel as error:
        raise ConfigError(f"--model: {error}.") from error
    found = [one for journey in journeys for one in attribute_each(journey, window, rule)]
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "conversion": one.conversion,
            "channel": part.channel,
            "credit": round(part.credit, 4),
            "value": part.value_minor,
        }
        for one in found
        for part in one.credits
    ]
    print_rows(["conversion", "channel", "credit", "value"], rows, empty="No conversion has a touch.")
    click.echo(f"\nUnattributed: {sum(one.unattributed for one in found):,}")


def _read(file: File) -> _Given:
    try:
        given = msgspec.json.decode(file.read_bytes(), type=_Given)
        if given.rows is None and given.journeys is None:
            raise msgspec.ValidationError("it has neither rows nor journeys")
        return given
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
