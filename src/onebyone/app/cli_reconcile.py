"""`reconcile`: the exports of ad platforms beside our own count."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from onebyone.app import options
from onebyone.app.asking import choose_site, reports_of
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import State, open_state
from onebyone.money import exponent_of
from onebyone.reports.attribution.named import UnknownModel, get_rule
from onebyone.reports.attribution.rules import Rule
from onebyone.reports.reconciliation.claims import Import, NeedsMapping
from onebyone.reports.reconciliation.compare import Asked, Compared, Reconciliation
from onebyone.reports.reconciliation.gather import kept_of, reconcile
from onebyone.reports.reconciliation.keeping import keep
from onebyone.reports.reconciliation.platforms import FIELDS, read_platforms
from onebyone.reports.reconciliation.read import Told, header_key, read_export
from onebyone.reports.reconciliation.sheet import MAX_BYTES, BadExport
from onebyone.state.sites import Site

_MAPPED = "FIELD=COLUMN"


@click.group("reconcile")
def reconcile_group() -> None:
    """Compare what ad platforms claim with what happened, and explain the difference."""


@reconcile_group.command("import")
@click.argument("file", type=click.Path(path_type=File))
@click.option("--platform", default="", help="Whose export it is, where its header does not tell.")
@click.option("--map", "mapped", multiple=True, metavar=_MAPPED, help="Which column is which; remembered.")
@click.option("--zone", default="", help="The ad account's time zone. [default: the file's, else the site's]")
@click.option("--currency", default="", help="The ad account's currency. [default: the file's, else the site's]")
@click.option("--dates", type=click.Choice(["mdy", "dmy"]), help="Whether 03/11 begins with the month or the day.")
@click.option("--date-basis", type=click.Choice(["click", "conversion"]), help="What the platform dates orders by.")
@options.first
@options.last
@options.site
@options.data
@options.as_json
def import_export(
    file: File, mapped: Sequence[str], site: str | None, data: File, as_json: bool, first: Any, last: Any, **said: Any
) -> None:
    """Import a CSV export of an ad platform.

    Known: Meta Ads Manager, Google Ads, LinkedIn Campaign Manager, TikTok and Microsoft. Any other file needs
    --platform NAME and a --map for each column. Importing a file again, or one of overlapping days, replaces.

    \b
    Fields: day, first, last, account, campaign, campaign_id, ad_group, ad_group_id, ad, ad_id, currency, spend,
            impressions, clicks, conversions, value, click_through, view_through, modelled, event
    """
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    columns = dict(_pair(one) for one in mapped)
    told = Told(
        platform=said["platform"],
        columns=columns,
        zone=_zone(said["zone"]),
        currency=said["currency"].upper(),
        day_order=said["dates"],
        date_basis=said["date_basis"],
        first=options.day_of(first),
        last=options.day_of(last),
    )
    found = _read(file, chosen, told, state)
    done = keep(state.platform_claims, chosen.id, found, file=file.name, by="command line", now_ms=_now_ms())
    if as_json:
        print_json(done)
        return
    click.echo(f"Import {done.number}: {done.rows:,} rows of {done.platform}, {done.first} to {done.last}.")
    if done.replaced:
        click.echo(f"{done.replaced:,} rows of earlier imports were replaced.")
    for note in done.notes:
        click.echo(note)


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals or field not in FIELDS:
        raise ConfigError(f"--map {text!r}: say {_MAPPED}, with one of {', '.join(FIELDS)}.")
    return field, column


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, OSError, KeyError) as error:
        raise ConfigError(f"--zone: {name!r} is no time zone; say one like Europe/Berlin.") from error


def _read(file: File, site: Site, told: Told, state: State) -> Import:
    saved = state.platform_claims.mappings(site.id)
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_BYTES + 1)
        found = read_export(body, read_platforms(), zone=site.zone, currency=site.currency, told=told, saved=saved)
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}.") from error
    except BadExport as error:
        raise ConfigError(f"{file.name}: {error}") from error
    if isinstance(found, NeedsMapping):
        raise ConfigError(
            f"{file.name}: not found: {', '.join(found.missing)}. Say --platform and --map {_MAPPED} for each. "
            f"Its columns: {', '.join(found.header)}."
        )
    if told.columns:
        state.platform_claims.remember(site.id, header_key(found.header), {"platform": found.platform, **told.columns})
    return found


@reconcile_group.command("report")
@click.option("--model", default="last_non_direct", show_default=True, help="Ours; one that shares out single orders.")
@options.first
@options.last
@options.site
@options.data
@options.as_json
def report(model: str, first: Any, last: Any, site: str | None, data: File, as_json: bool) -> None:
    """Show each platform's number, ours, and the steps from one to the other.

    Without --from and --to all imported days are compared.
    """
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    asked = Asked(
        site_zone=chosen.zone,
        rule=_rule(model),
        today=datetime.now(UTC).date(),
        first=options.day_of(first),
        last=options.day_of(last),
        said=state.platform_claims.said(chosen.id),
    )
    if asked.first and asked.last and asked.first > asked.last:
        raise ConfigError(f"--from {asked.first} lies after --to {asked.last}.")
    kept = kept_of(state.platform_claims.rows(chosen.id))
    with reports_of(place) as reports:
        found = reconcile(reports, chosen.id, kept, read_platforms(), asked)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _rule(name: str) -> Rule:
    try:
        return get_rule(name)
    except UnknownModel as error:
        raise ConfigError(f"--model: {error}.") from error


def _print(found: Reconciliation) -> None:
    if not found.platforms:
        click.echo(
            "Nothing is imported for these days: export a CSV from the ad platform, then onebyone reconcile import."
        )
        return
    click.echo(f"Ours, each once: {found.orders:,} orders, {found.first} to {found.last}.")
    for claim in found.over_claims:
        of_these = f"{', '.join(claim.platforms)}, {claim.first} to {claim.last}: claimed {claim.claimed:,.2f}"
        click.echo(of_these + ("." if claim.ratio is None else f", {claim.ratio:.2f} times our {claim.orders:,}."))
    if found.unsettled:
        click.echo(f"Their days have just ended, so not added up: {', '.join(found.unsettled)}.")
    for one in found.platforms:
        _print_platform(one)


def _print_platform(one: Compared) -> None:
    click.echo(f"\n{one.title}, {one.first} to {one.last} in {one.zone}, dated by {one.basis}, {one.window_days} days")
    lines: list[tuple[str, float | None, float | None]] = [("ours", one.ladder.ours.orders, one.ladder.ours.money)]
    lines += [(step.name, step.orders, step.money) for step in (*one.ladder.steps, one.ladder.residual)]
    lines.append(("theirs", one.ladder.theirs.orders, one.ladder.theirs.money))
    rows = [
        {"step": name, "orders": _count(orders), one.currency: _money(money, one.currency)}
        for name, orders, money in lines
    ]
    print_rows(["step", "orders", one.currency], rows, empty="")
    if one.ladder.light and one.ladder.share is not None:
        click.echo(f"Unexplained: {one.ladder.share:.1%} of theirs ({one.ladder.light}).")
    for note in one.notes:
        click.echo(note)


def _count(orders: float | None) -> str:
    return "not known" if orders is None else f"{orders:,.2f}".removesuffix(".00")


def _money(minor: float | None, currency: str) -> str:
    digits = exponent_of(currency)
    return "not known" if minor is None else f"{minor / 10**digits:,.{digits}f}"


@reconcile_group.command("match")
@click.argument("platform")
@click.argument("theirs")
@click.argument("ours")
@options.site
@options.data
def match_campaign(platform: str, theirs: str, ours: str, site: str | None, data: File) -> None:
    """Say that a platform's campaign THEIRS is OURS, a value of utm_campaign. An empty OURS takes it back."""
    state = open_state(open_place(data))
    state.platform_claims.say(choose_site(state.sites, site).id, platform, theirs, ours, now_ms=_now_ms())
    click.echo(f"{theirs} is {ours} from now on." if ours else f"{theirs} is matched by itself again.")


@reconcile_group.command("imports")
@options.site
@options.data
@options.as_json
def imports(site: str | None, data: File, as_json: bool) -> None:
    """List what was imported, the newest first."""
    state = open_state(open_place(data))
    found = state.platform_claims.imports(choose_site(state.sites, site).id)
    if as_json:
        print_json(found)
        return
    columns = ("number", "platform", "file", "first", "last", "rows", "replaced")
    rows = [{name: msgspec.to_builtins(one)[name] for name in columns} for one in found]
    print_rows(columns, rows, empty="Nothing is imported yet.")


@reconcile_group.command("forget")
@click.argument("number", type=int)
@options.site
@options.data
def forget(number: int, site: str | None, data: File) -> None:
    """Remove an import by its number. What it had replaced does not come back."""
    state = open_state(open_place(data))
    if not state.platform_claims.forget(choose_site(state.sites, site).id, number):
        raise ConfigError(f"there is no import {number}: 'onebyone reconcile imports' lists them.")
    click.echo(f"Import {number} is removed.")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


COMMANDS = (reconcile_group,)
