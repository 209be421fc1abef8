"""`site consent`: what a site's owner decided about consent, shown and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict, replace

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.cli_site import site as site_group
from onebyone.app.law import open_regions
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.consent.regions import Regions, region_code
from onebyone.consent.settings import Settings
from onebyone.consent.vocabulary import Mode

_MODES = (Mode.DROP.value, Mode.COUNT.value, Mode.PING.value)


@site_group.command("consent")
@click.option(
    "--unknown-region", help="Profile (A, B, C, D, N) of people whose place nobody knows; '' for the strictest."
)
@click.option(
    "--denied-mode",
    "modes",
    multiple=True,
    metavar="REGION=MODE",
    help="What is collected of who refuses: drop, count or ping, by region code or profile; REGION= for the default.",
)
@click.option(
    "--sensitive/--no-sensitive", default=None, help="About health or the like: ask wherever opting out would do."
)
@click.option("--gpc/--no-gpc", default=None, help="Honour Global Privacy Control.")
@click.option("--gpc-scope", type=click.Choice(["worldwide", "listed_regions"]), help="Where it is honoured.")
@click.option(
    "--gpc-override", type=click.Choice(["never", "explicit"]), help="Whether a recorded choice overrides it."
)
@click.option("--honor-dnt/--no-honor-dnt", default=None, help="Honour Do Not Track.")
@click.option(
    "--exempt", multiple=True, metavar="COUNTRY", help="Countries with statistics without a choice; '' for none."
)
@click.option(
    "--keep-query", "query", multiple=True, metavar="NAME", help="Parameters of addresses to keep; '' for none."
)
@click.option("--tcf-vendor", type=click.IntRange(0, 65_535), help="The owner's id on the IAB vendor list; 0 for none.")
@click.option("--cookies/--no-cookies", default=None, help="Without cookies a visitor is known for one day alone.")
@options.site
@options.data
@options.as_json
def consent(
    modes: tuple[str, ...], exempt: tuple[str, ...], query: tuple[str, ...], cookies: bool | None, site: str | None,
    data: Path, as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """What a site decided about consent; with options, change it. Collectors follow within two seconds."""
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    regions = open_regions(place)
    if changes.get("unknown_region") and changes["unknown_region"] not in regions.profiles:
        raise ConfigError(f"no profile {changes['unknown_region']!r}: use one of {', '.join(regions.profiles)}.")
    if modes:
        changes["denied_mode"] = _modes(chosen.consent, modes, regions)
    if exempt:
        changes["analytics_exempt"] = tuple(_country(code) for code in exempt if code)
    if query:
        changes["query_kept"] = tuple(name.lower() for name in query if name)
    if changes or cookies is not None:
        kept = chosen.visitor_cookie if cookies is None else cookies
        chosen = state.sites.change(replace(chosen, consent=replace(chosen.consent, **changes), visitor_cookie=kept))
    told = asdict(chosen.consent) | {"visitor_cookie": chosen.visitor_cookie}
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        click.echo(f"{name:18}{_words(value)}")


def _modes(before: Settings, given: tuple[str, ...], regions: Regions) -> dict[str, Mode]:
    modes = dict(before.denied_mode)
    for pair in given:
        where, equals, mode = pair.partition("=")
        code = where if where in regions.profiles else region_code(where)
        if not equals or not code or (mode and mode not in _MODES):
            raise ConfigError(f"{pair!r} is no REGION=MODE such as DE=drop or A=ping; modes are {', '.join(_MODES)}.")
        if mode:
            modes[code] = Mode(mode)
        else:
            modes.pop(code, None)
    return modes


def _country(code: str) -> str:
    found = region_code(code)
    if len(found) != 2:
        raise ConfigError(f"{code!r} is no country: use codes of ISO 3166-1 such as FR.")
    return found


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{where}={mode}" for where, mode in sorted(value.items())) or "by the table of regions"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value) or "the strictest"
