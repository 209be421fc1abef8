"""`onebyone site`: add and list sites, make keys."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.law import open_regions
from onebyone.app.printing import print_json, print_rows
from onebyone.app.running import collector_url, read_running
from onebyone.app.settings import ConfigError, Place, open_place, read_settings
from onebyone.app.state import open_state
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.money import CURRENCIES
from onebyone.state.users import Role, Users
from onebyone.tags.script import snippet


def check_origin(text: str) -> str:
    """`https://shop.example`, without a path. Raises ConfigError."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ConfigError(f"--origin {text!r} is no origin: write it like https://shop.example, without a path.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def check_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"--zone {text!r} is no time zone: write it like Europe/Berlin.") from error
    return text


def check_currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ConfigError(f"--currency {text!r} is no currency: write its ISO 4217 code, like EUR.")
    return text.upper()


@click.group()
def site() -> None:
    """Sites: add one, list them, make server keys."""


@site.command("add")
@click.argument("name")
@click.option("--origin", "origins", multiple=True, required=True, help="Where its pages live; may be repeated.")
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone in which its days are counted.")
@click.option("--currency", default="EUR", show_default=True, help="ISO 4217 code of its orders.")
@click.option(
    "--unknown-region",
    default="",
    help="Profile of the table of regions (A, B, C, D, N) for visitors of whom nobody knows where they are.",
)
@options.data
@options.as_json
def add(
    name: str, origins: tuple[str, ...], zone: str, currency: str, unknown_region: str, data: Path, as_json: bool
) -> None:
    """Add a site; prints its id, prefix, a server key (shown this once) and the snippet for its pages.

    A running collector knows the site within two seconds.
    """
    if not name.strip():
        raise ConfigError("a site needs a name.")
    checked = [check_origin(origin) for origin in origins]
    check_zone(zone)
    currency = check_currency(currency)
    place = open_place(data)
    profiles = open_regions(place).profiles
    if unknown_region and unknown_region not in profiles:
        raise ConfigError(f"no profile {unknown_region!r}: use one of {', '.join(profiles)} with --unknown-region.")
    state = open_state(place)
    consent = ConsentSettings(unknown_region=unknown_region)
    made = state.sites.add(name.strip()[:100], checked, zone=zone, currency=currency, consent=consent)
    key = state.keys.add(made.id, "first key")
    lines = snippet(made, collector_url(place))
    if as_json:
        print_json({"site": made.id, "prefix": made.prefix, "key": key, "snippet": lines})
        return
    click.echo(f"site     {made.id}\nprefix   {made.prefix}\nkey      {key}   (shown once; keep it on your server)\n")
    click.echo(f"Paste this before </body> on every page:\n\n{lines}")


@site.command("list")
@options.data
@options.as_json
def list_sites(data: Path, as_json: bool) -> None:
    """All sites."""
    sites = open_state(open_place(data)).sites.all()
    columns = ["site", "name", "prefix", "origins", "zone", "currency"]
    rows = [
        {"site": s.id, "name": s.name, "prefix": s.prefix, "origins": list(s.origins)}
        | {"zone": s.zone, "currency": s.currency}
        for s in sites
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(columns, rows, empty="No sites yet. Add one: onebyone site add NAME --origin https://…")


@site.command("key")
@click.option("--name", default="key", show_default=True, help="What you will know it by.")
@options.site
@options.data
@options.as_json
def key(name: str, site: str | None, data: Path, as_json: bool) -> None:
    """Make another server key. It is shown once."""
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    text = state.keys.add(chosen.id, name)
    if as_json:
        print_json({"site": chosen.id, "key": text})
    else:
        click.echo(text)


@site.command("person")
@click.argument("name")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do on the site."
)
@click.option(
    "--personal-data/--no-personal-data",
    default=False,
    help="Whether they see ids as the site sends them, and numbers of fewer than 10 people.",
)
@options.site
@options.data
@options.as_json
def person(name: str, role: str, personal_data: bool, site: str | None, data: Path, as_json: bool) -> None:
    """Give somebody a role on a site, and the right to see personal data or not. Who is new gets a login link."""
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    made = state.users.admit(name, chosen.id, Role(role), sees=personal_data)
    link = _login_link(place, state.users, made.id) if made is not None else ""
    shown = "personal_data_shown" if personal_data else "personal_data_hidden"
    for what, detail in (("role_set", f"{name}: {role}"), (shown, name)):
        state.users.note("command line", chosen.id, what, detail)
    if as_json:
        print_json({"site": chosen.id, "name": name, "role": role, "personal_data": personal_data, "login": link})
    else:
        click.echo(link or f"{name} is {role} of {chosen.name}.")


def _login_link(place: Place, users: Users, user: str) -> str:
    running = read_running(place)
    addresses = read_settings(place).addresses
    base = running.console if running else f"http://{addresses.console_host}:{addresses.console_port}"
    return f"{(addresses.console_url or base).rstrip('/')}/login?token={users.make_link(user)}"


@click.command()
@options.data
@options.as_json
def login(data: Path, as_json: bool) -> None:
    """A new login link for the console, for its first administrator. It works once, for a day.

    For whoever may read the data directory: the way back in when a password is lost.
    """
    place = open_place(data)
    users = open_state(place).users
    link = _login_link(place, users, users.first_admin().id)
    if as_json:
        print_json({"login": link})
    else:
        click.echo(link)


COMMANDS = (login,)  # `site`, with all of its commands, is in `cli_site_group`
