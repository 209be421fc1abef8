"""`site domains`: the other domains on which a site's visitors are followed."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec.structs import replace

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.cli_site import site as site_group
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.state.domains import WrongDomains, check_domains


@site_group.command("domains")
@click.argument("domains", nargs=-1)
@click.option("--none", "nobody", is_flag=True, help="Follow nobody any more.")
@options.site
@options.data
@options.as_json
def domains(domains: tuple[str, ...], nobody: bool, site: str | None, data: Path, as_json: bool) -> None:
    """The domains among which links carry who follows them; with DOMAINS, two or more of the site's, change it.

    Each must be the host of one of the site's origins, or stand above it. Pages take it within five minutes.
    """
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    if domains or nobody:
        try:
            linked = check_domains(domains, chosen)
        except WrongDomains as error:
            raise ConfigError(f"{error}") from error
        chosen = state.sites.change(replace(chosen, tag=replace(chosen.tag, linked=() if nobody else linked)))
    told = {"site": chosen.id, "domains": list(chosen.tag.linked), "cookies": chosen.visitor_cookie}
    if as_json:
        print_json(told)
    elif not chosen.tag.linked:
        click.echo("none: links carry nobody. Name two domains or more of the site's origins.")
    else:
        click.echo("\n".join(chosen.tag.linked))
        if not chosen.visitor_cookie:
            click.echo("Off while the site uses no cookies.", err=True)
