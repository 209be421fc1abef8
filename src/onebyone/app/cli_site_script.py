"""`site script`: what a site's script reports beside page views and calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.cli_site import site as site_group
from onebyone.app.printing import print_json
from onebyone.app.settings import open_place
from onebyone.app.state import open_state
from onebyone.tags.modules import MODULES

_MODULE = click.Choice(MODULES)
_WORDS = {True: "yes", False: "no"}


@site_group.command("script")
@click.option("--on", multiple=True, type=_MODULE, help="Report this, too; may be repeated.")
@click.option("--off", multiple=True, type=_MODULE, help="Report this no more; may be repeated.")
@click.option(
    "--meta-cookies/--no-meta-cookies", default=None, help="The collector makes _fbp and _fbc where ads are allowed."
)
@click.option("--frames/--no-frames", default=None, help="Also where a page stands in another site's.")
@click.option(
    "--count-when",
    type=click.Choice(["visible", "loaded"]),
    help="A page in a background tab counts when it is seen (visible), or at once (loaded).",
)
@click.option("--debug-always/--no-debug-always", default=None, help="With `debug` on: without ?onebyone_debug.")
@click.option("--spa-query/--no-spa-query", default=None, help="With `spa` on: another query is another page.")
@click.option("--spa-hash/--no-spa-hash", default=None, help="With `spa` on: and another fragment.")
@options.site
@options.data
@options.as_json
def script(
    on: tuple[str, ...], off: tuple[str, ...], site: str | None, data: Path, as_json: bool, **given: Any
) -> None:
    """What a site's script reports; with options, change it. Pages take it within five minutes.

    What needs a list of its own (endings of downloads, marks of scrolling) is in the console, under Settings.
    """
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if on or off:
        wanted = {*chosen.tag.modules, *on} - set(off)
        changes["modules"] = tuple(module for module in MODULES if module in wanted)
    if changes:
        chosen = state.sites.change(replace(chosen, tag=replace(chosen.tag, **changes)))
    told = {"modules": list(chosen.tag.modules), **{name: getattr(chosen.tag, name) for name in sorted(given)}}
    if as_json:
        print_json({"site": chosen.id, **told})
        return
    click.echo(f"modules       {', '.join(chosen.tag.modules) or 'none: page views and calls'}")
    for name in sorted(given):
        click.echo(f"{name:14}{_WORDS.get(told[name], told[name])}")
