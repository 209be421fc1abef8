"""`onebyone destinations` and `onebyone deliveries`: which platforms get the conversions, and what became of each."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import fields, replace

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.forwarding import plan_replay
from onebyone.app.given import choose_destination, listed, read_given, secret_names
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError, open_place, read_settings
from onebyone.app.state import State, open_state
from onebyone.destinations.destination import Destination, knows_limited_use, settings_of
from onebyone.destinations.trial import Tried, prepare_trial, try_now
from onebyone.state.deliveries import CORRECTABLE, Delivery
from onebyone.state.deliveries import State as Stands
from onebyone.state.destinations import Again, Configured, Mode
from onebyone.state.vault import VaultLocked

_LATER = timedelta(days=1)


@click.group()
def destinations() -> None:
    """Ad platforms that get this site's conversions: add, list, test, pause, replay."""


@destinations.command("list")
@options.site
@options.data
@options.as_json
def list_destinations(site: str | None, data: Path, as_json: bool) -> None:
    """Those of a site, and how many conversions stand where."""
    state, chosen = _open(data, site)
    rows = [_line(state, one) for one in state.destinations.all(chosen)]
    if as_json:
        print_json(rows)
    else:
        columns = ("destination", "state", "mode", *_COUNTED, "settings")
        print_rows(columns, rows, empty="No destinations yet: see 'onebyone destinations add --help'.")


@destinations.command("add")
@click.argument("name")
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting; '-' as value reads it from input."
)
@click.option(
    "--mode",
    type=click.Choice([one.value for one in Mode]),
    help="Who tells the platform. [default: both, under one id]",
)
@click.option("--settle", type=click.IntRange(0, 86_400), help="Seconds in which copies meet. [default: 360]")
@click.option("--suspect/--no-suspect", default=None, help="Whether doubtful traffic is sent. [default: yes]")
@click.option(
    "--limited-use/--no-limited-use",
    "limited",
    default=None,
    help="Whether orders of people who opted out by a signal alone are sent, marked as limited use. [default: no]",
)
@click.option("--per-minute", type=click.IntRange(0), help="Requests a minute. [default: what the platform allows]")
@click.option("--batch", type=click.IntRange(0), help="Conversions in a request. [default: what the platform takes]")
@click.option("--oldest", type=click.IntRange(0), help="Seconds a conversion may be old. [default: likewise]")
@click.option("--ahead", type=click.IntRange(0), help="Seconds a conversion may be ahead. [default: likewise]")
@options.site
@options.data
def add(
    name: str,
    given: tuple[str, ...],
    mode: str | None,
    settle: int | None,
    suspect: bool | None,
    limited: bool | None,
    per_minute: int | None,
    batch: int | None,
    oldest: int | None,
    ahead: int | None,
    site: str | None,
    data: Path,
) -> None:
    """Add a destination, or change one. It begins with the conversions that come from now on; see `replay`.

    Secrets are asked for when they are not given, stored encrypted and never shown again.
    """
    state, chosen = _open(data, site)
    destination = choose_destination(name)
    hidden = secret_names(destination)
    before = state.destinations.find(chosen, name)
    said = read_given(destination, given, ask=lambda key: str(click.prompt(key, hide_input=key in hidden)))
    for key in _missing(destination, before, said):
        if key not in hidden:
            raise ConfigError(f"--set {key}=... is missing: {destination.name} has the settings {listed(destination)}.")
        said[key] = str(click.prompt(key, hide_input=True))
    one = before or Configured(site=chosen, name=name, created_ms=_now_ms())
    one = replace(one, settings=one.settings | {key: said[key] for key in said if key not in hidden}, stopped="")
    if limited and not knows_limited_use(destination):
        raise ConfigError(f"--limited-use: {destination.title} has no flag for it, so nothing of them may be sent.")
    chosen_ones = {"mode": mode and Mode(mode), "settle_s": settle, "send_suspect": suspect, "limited_use": limited}
    chosen_ones |= {"requests_per_minute": per_minute, "max_batch": batch, "max_age_s": oldest, "max_ahead_s": ahead}
    one = replace(one, **{key: value for key, value in chosen_ones.items() if value is not None})
    _save(state, destination, one, {key: said[key] for key in said if key in hidden})
    click.echo(f"{destination.title} is set up for {chosen}. Try it: onebyone destinations test {name}")


@destinations.command()
@click.argument("name")
@click.option("--event", default="", help="The event to try. [default: one that the settings map]")
@click.option("--counted", is_flag=True, help="Send it even where the platform will count it.")
@options.site
@options.data
@options.as_json
@click.pass_context
def test(
    context: click.Context, name: str, event: str, counted: bool, site: str | None, data: Path, as_json: bool
) -> None:
    """Send one made-up conversion and say what the platform answers. Exit code 1 if it did not take it."""
    place, (state, chosen) = open_place(data), _open(data, site)
    destination, one = choose_destination(name), _find(state, chosen, name)
    settings = settings_of(destination, one.settings | _secrets(state, one))
    trial = prepare_trial(destination, settings, now_ms=_now_ms(), id=f"test-{secrets.token_hex(6)}", name=event)
    if trial.request is None:
        raise ConfigError(f"cannot try {name}: {trial.refused}. Choose another event with --event.")
    if trial.counted and not counted:
        raise ConfigError(f"{destination.title} cannot check without counting: give a test code, or --counted.")
    options_of = read_settings(place).forward
    tried = try_now(destination, trial.request, settings, now_ms=_now_ms, allow_private=options_of.allow_private)
    if as_json:
        print_json(tried)
    else:
        click.echo(_told(destination, tried))
    if not tried.ok:
        context.exit(1)


@destinations.command()
@click.argument("name")
@options.site
@options.data
def pause(name: str, site: str | None, data: Path) -> None:
    """Send nothing until `resume`. Conversions go on to queue up."""
    state, chosen = _open(data, site)
    state.destinations.switch(chosen, _find(state, chosen, name).name, on=False)
    click.echo(f"{name} is paused; its conversions wait.")


@destinations.command()
@click.argument("name")
@options.site
@options.data
def resume(name: str, site: str | None, data: Path) -> None:
    """Send again what waited, after a pause or a stop."""
    state, chosen = _open(data, site)
    state.destinations.switch(chosen, _find(state, chosen, name).name, on=True)
    click.echo(f"{name} goes on.")


@destinations.command()
@click.argument("name")
@options.site
@options.data
def remove(name: str, site: str | None, data: Path) -> None:
    """Forget a destination and its secrets. What was delivered stays known."""
    state, chosen = _open(data, site)
    state.destinations.remove(chosen, _find(state, chosen, name).name)
    click.echo(f"{name} is removed.")


@destinations.command()
@click.argument("name")
@click.option("--from", "first", type=options.DAY, required=True, help="First day, UTC.")
@click.option("--to", "last", type=options.DAY, help="Last day, included. [default: today]")
@click.option("--resend", is_flag=True, help="Also what was sent before, under the same ids.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@options.site
@options.data
@options.as_json
def replay(
    name: str,
    first: datetime,
    last: datetime | None,
    resend: bool,
    dry_run: bool,
    site: str | None,
    data: Path,
    as_json: bool,
) -> None:
    """Send a range of the past, by the days on which its conversions happened: records are kept for 400 days, and of
    each platform's window the rest is too old.
    """
    place, (state, chosen) = open_place(data), _open(data, site)
    one, now_ms = _find(state, chosen, name), _now_ms()
    to = (last.replace(tzinfo=UTC) if last else datetime.now(UTC)) + _LATER
    again = Again(from_ms=_ms(first.replace(tzinfo=UTC)), to_ms=_ms(to), resend=resend)
    choose_destination(name)
    plan = plan_replay(place, state, one, again)
    told = {
        "to_send": len(plan.rows), "untouched": plan.untouched, "too_old": plan.too_old, "outside": plan.outside,
        "dry_run": dry_run,
    }  # fmt: skip
    if not dry_run:
        state.destinations.order(chosen, name, again, now_ms=now_ms)
    if as_json:
        print_json(told)
    else:
        click.echo(f"{'Would be sent' if dry_run else 'To be sent by the engine'}: {len(plan.rows)}.")
        click.echo(f"Left as they are: {plan.untouched}. Too old for the platform: {plan.too_old}.")


@click.group(invoke_without_command=True)
@click.option("--destination", help="Of this destination alone.")
@click.option(
    "--state",
    "stands",
    type=click.Choice([one.value for one in Stands]),
    multiple=True,
    help="That stand so; may be repeated.",
)
@options.limit(50)
@options.site
@options.data
@options.as_json
@click.pass_context
def deliveries(
    context: click.Context,
    destination: str | None,
    stands: tuple[str, ...],
    limit: int,
    site: str | None,
    data: Path,
    as_json: bool,
) -> None:
    """What became of each conversion on its way to each platform, the newest first."""
    if context.invoked_subcommand is not None:
        return
    state, chosen = _open(data, site)
    found = state.deliveries.find(site=chosen, destination=destination, states=stands, limit=limit)
    rows = [_delivery(one) for one in found]
    if as_json:
        print_json(rows)
    else:
        columns = ("at", "destination", "name", "event_id", "state", "cause", "attempts", "trace")
        print_rows(columns, rows, empty="No deliveries.")


@deliveries.command("resend")
@click.argument("destination")
@click.option(
    "--state",
    "stands",
    type=click.Choice([one.value for one in CORRECTABLE]),
    multiple=True,
    default=("refused",),
    show_default=True,
)
@click.option("--cause", help="For this cause alone.")
@click.option("--conversion", help="This one alone, by its own id.")
@options.site
@options.data
def resend(
    destination: str, stands: tuple[str, ...], cause: str | None, conversion: str | None, site: str | None, data: Path
) -> None:
    """Send again what was refused, once its cause is corrected: the newest record, under the id it had."""
    state, chosen = _open(data, site)
    _find(state, chosen, destination)
    count = state.deliveries.send_again(
        chosen, destination, stands, now_ms=_now_ms(), cause=cause, conversion=conversion
    )
    click.echo(f"{count} wait again.")


_COUNTED = ("accepted", "waiting", "retrying", "refused", "not_eligible", "not_allowed", "gave_up")
_WAITING = {Stands.SETTLING: "waiting", Stands.SENDING: "waiting"}


def _line(state: State, one: Configured) -> dict[str, Any]:
    counts = dict.fromkeys(_COUNTED, 0)
    for tally in state.deliveries.tallies(one.site, one.name):
        counts[_WAITING.get(Stands(tally.state), tally.state)] += tally.rows
    shown = one.settings | {name: f"…{last}" for name, last in one.secrets.items()}
    stands = f"stopped: {one.stopped}" if one.stopped else "working" if one.enabled else "paused"
    return {
        "destination": one.name,
        "state": stands,
        "mode": one.mode,
        **counts,
        "settings": ", ".join(f"{key}={value}" for key, value in shown.items()),
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in one.__struct_fields__ if name not in ("untold", "lane")}
    times = {name.removesuffix("_ms"): _at(found.pop(name)) for name in list(found) if name.endswith("_ms")}
    texts = {name: msgspec.Raw(found[name].encode()) if found[name] else None for name in ("request", "answer")}
    lists = {name: msgspec.json.decode(found[name]) for name in ("keys", "marks")}
    return found | times | lists | (texts if one.cause != "failed" else {})


def _at(ms: int) -> str | None:
    return (
        datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if ms else None
    )


def _open(data: Path, site: str | None) -> tuple[State, str]:
    state = open_state(open_place(data))
    return state, choose_site(state.sites, site).id


def _find(state: State, site: str, name: str) -> Configured:
    found = state.destinations.find(site, name)
    if found is None:
        raise ConfigError(f"{name[:64]!r} is not set up here: 'onebyone destinations list' shows what is.")
    return found


def _missing(destination: Destination[Any], before: Configured | None, said: dict[str, Any]) -> list[str]:
    held = set(said) | (set(before.settings) | set(before.secrets) if before is not None else set())
    return [field.name for field in fields(destination.settings) if field.required and field.name not in held]


def _secrets(state: State, one: Configured) -> dict[str, str]:
    try:
        return state.destinations.secrets(one)
    except VaultLocked as error:
        raise ConfigError(f"{error}.") from error


def _save(state: State, destination: Destination[Any], one: Configured, hidden: dict[str, str]) -> None:
    held = _secrets(state, one) if one.secrets else {}
    try:
        settings_of(destination, one.settings | held | hidden)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--set: {error}.") from error
    state.destinations.put(one, hidden)


def _told(destination: Destination[Any], tried: Tried) -> str:
    if tried.ok:
        return f"{destination.title} took it (HTTP {tried.status})."
    if not tried.status and tried.credentials is False:
        return f"{destination.title} gives no token for these credentials: {tried.code}."
    if not tried.status:
        return f"{destination.title} could not be reached: {tried.code}."
    credentials = {True: "The credentials work. ", False: "It refuses the credentials. ", None: ""}[tried.credentials]
    return (
        f"{destination.title} did not take it: {tried.code} (HTTP {tried.status}). {credentials}It says: {tried.answer}"
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


COMMANDS = (destinations, deliveries)
