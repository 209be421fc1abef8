"""`session-rules`: where a site's sessions begin, and when one is engaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec import structs

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.state.sites import SessionRules


@click.command("session-rules")
@click.option("--timeout-s", type=int, help="A pause of more than so many seconds begins another session.")
@click.option("--at-midnight/--not-at-midnight", default=None, help="Midnight in the site's zone begins another.")
@click.option("--at-campaign/--not-at-campaign", default=None, help="Another campaign than the last begins another.")
@click.option("--max-events", type=int, help="The most events of one session.")
@click.option("--engaged-s", type=int, help="Engaged after so many seconds; or by two views, or a conversion.")
@options.site
@options.data
@options.as_json
def session_rules(site: str | None, data: Path, as_json: bool, **said: Any) -> None:
    """Show a site's rules for sessions, or change those that are given.

    A change holds for the past too: a running engine makes the sessions of every day again.
    """
    sites = open_state(open_place(data)).sites
    chosen = choose_site(sites, site)
    changes = {name: value for name, value in said.items() if value is not None}
    try:
        rules = structs.replace(chosen.sessions, **changes)
        SessionRules(**structs.asdict(rules))
    except ValueError as error:
        raise ConfigError(f"{error}.") from error
    if rules != chosen.sessions:
        sites.change(structs.replace(chosen, sessions=rules))
    if as_json:
        print_json({"site": chosen.id, **structs.asdict(rules)})
        return
    for name, value in structs.asdict(rules).items():
        default = "" if value == getattr(SessionRules(), name) else f"   (default: {getattr(SessionRules(), name)})"
        click.echo(f"{name:12} {value}{default}")


COMMANDS = (session_rules,)
