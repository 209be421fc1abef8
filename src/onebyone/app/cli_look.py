"""`events`, `report`, `fate`: what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from onebyone.app import options
from onebyone.app.asking import choose_site, instants, reports_of
from onebyone.app.fates import tell_fate
from onebyone.app.printing import moment, print_json, print_rows
from onebyone.app.report_params import params_of
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state
from onebyone.event import Fate, Reason
from onebyone.pipeline.conversions.telling import Adjusted, Told
from onebyone.reports.catalogue import DATED, DIRECTORY, TRAFFIC, read_report
from onebyone.reports.missed import in_a_row, read_group
from onebyone.reports.power import USUAL_BY, USUAL_COLUMNS, PowerUnreadable, read_question
from onebyone.store import Param
from onebyone.web.account import added, matched
from onebyone.web.flag_words import of_flag
from onebyone.web.numbers import money
from onebyone.web.words import REASONS

_EVENT_COLUMNS = ("at", "name", "via", "path", "channel", "actor", "order_id", "value", "currency", "event_id")
_BY = ("", "browser", "device", "country", "host", "day", "week", "month")
_START = {"after_at": datetime(1970, 1, 1, tzinfo=UTC), "after_hit": "", "after_n": 0}


def _run(name: str, data: Path, site: str | None, first: Any, last: Any, /, **more: Any) -> list[dict[str, Any]]:
    place = open_place(data)
    chosen = choose_site(open_state(place).sites, site)
    start, end = instants(chosen, options.day_of(first), options.day_of(last))
    common: dict[str, Param] = {
        "site": chosen.id,
        "from": start,
        "to": end,
        "zone": chosen.zone,
        "currency": chosen.currency,
    }
    with reports_of(place) as reports:
        return reports.run(name, **common, **more).dicts()


@click.command()
@options.site
@options.first
@options.last
@options.limit(50)
@options.data
@options.as_json
def events(site: str | None, first: Any, last: Any, limit: int, data: Path, as_json: bool) -> None:
    """Stored events, newest first."""
    rows = _run("events", data, site, first, last, limit=limit)
    if as_json:
        print_json(rows)
    else:
        print_rows(_EVENT_COLUMNS, rows, empty="No events in these days.")


@click.command()
@click.argument("name", required=False)
@options.site
@options.first
@options.last
@options.limit(50)
@click.option("--traffic", type=click.Choice(TRAFFIC), default="people", show_default=True, help="Whose.")
@click.option("--event", help="Of loss and revenue: which conversion. [default: purchase]")
@click.option("--by", "group", type=click.Choice(_BY), default="", help="Of loss: a row for each.")
@click.option("--dated", type=click.Choice(DATED), help=f"Of revenue: by which date. [default: {DATED[0]}]")
@click.option("--row", "by", multiple=True, help="Of power: rows by country, prop.theme; one or two.")
@click.option(
    "--column", "cols", multiple=True, help="Of power: people:purchase, sum:scroll:prop.percent; up to eight."
)
@click.option("--sort", default="", help="Of power: one of its columns, or rows; - in front for the largest first.")
@options.given
@options.data
@options.as_json
def report(
    name: str | None,
    site: str | None,
    first: Any,
    last: Any,
    limit: int,
    traffic: str,
    event: str | None,
    group: str,
    dated: str | None,
    by: tuple[str, ...],
    cols: tuple[str, ...],
    sort: str,
    given: tuple[str, ...],
    data: Path,
    as_json: bool,
) -> None:
    """A report by name; without a name, the list of them."""
    if name is None:
        _list_reports(as_json)
        return
    more: dict[str, Any] = {"limit": limit, "traffic": traffic}
    file = DIRECTORY / f"{name}.sql"
    if file.exists():
        said = {key: value for key, value in (("event", event), ("by", group), ("dated", dated)) if value}
        known = _START | {"event": "purchase", "now": datetime.now(UTC)} | params_of(name, given) | said
        more |= {key: value for key, value in known.items() if key in read_report(file).params}
    if name == "power":
        more = {"limit": limit, "traffic": traffic, "now": datetime.now(UTC), **_power(by, cols, sort)}
    rows = _run(name, data, site, first, last, **more)
    if name == "loss":
        mode = choose_site(open_state(open_place(data)).sites, site).loss.server_mode
        rows = [in_a_row(read_group(row, mode)) for row in rows]
    if as_json:
        print_json(rows)
    else:
        print_rows(list(rows[0]) if rows else [], rows, empty="No rows for these days.")


def _power(by: tuple[str, ...], cols: tuple[str, ...], sort: str) -> dict[str, Param]:
    """Rows and columns as they are written in an address, the usual ones where none are given. Raises ConfigError."""
    try:
        question = read_question(by or USUAL_BY, cols or USUAL_COLUMNS, sort)
    except PowerUnreadable as error:
        raise ConfigError(str(error)) from error
    return {"by": list(question.by), "cols": [str(one) for one in question.columns], "sort": question.sort}


def _list_reports(as_json: bool) -> None:
    found = [read_report(file) for file in sorted(DIRECTORY.glob("*.sql"))]
    rows = [{"report": one.name, "about": one.about} for one in found]
    if as_json:
        print_json(rows)
    else:
        print_rows(["report", "about"], rows, empty="")


@click.command()
@click.argument("id")
@options.site
@options.data
@options.as_json
@click.pass_context
def fate(context: click.Context, id: str, site: str | None, data: Path, as_json: bool) -> None:
    """The whole story of a hit, an event or an order: each copy, what became of it, and why.

    Exit code 1 if nothing is known of it.
    """
    place = open_place(data)
    state = open_state(place)
    chosen = [choose_site(state.sites, site)] if site else state.sites.all()
    with reports_of(place) as reports:
        story = tell_fate(reports, place, state, chosen, id.strip())
    if as_json:
        print_json(story)
    else:
        _print_story(story)
    if not story["sightings"]:
        context.exit(1)


def _print_story(story: dict[str, Any]) -> None:
    if not story["sightings"]:
        click.echo(f"No record of {story['id']}. Ids are kept 400 days; it may never have arrived.")
        if story["nearest"]:
            click.echo(f"Nearest orders: {', '.join(story['nearest'])}")
        return
    counts = story["counts"]
    click.echo(f"{story['id']}: seen {len(story['sightings'])} times, {counts.get('kept', 0)} kept.\n")
    brought = {copy.sighting: (copy, one["currency"]) for one in story["records"] for copy in one["told_copies"]}
    for row in story["sightings"]:
        click.echo(f"{moment(row['received_at'])}  {_what(row)}\n{'':25}{_why(row)}")
        for line in _brought(*brought[row["sighting"]]) if row["sighting"] in brought else ():
            click.echo(f"{'':25}{line}")
        click.echo(f"{'':25}{row['sighting']}")
    for record in story["records"]:
        click.echo("\n" + "\n".join(_record(record)))


def _brought(copy: Told, currency: str) -> list[str]:
    how = matched(copy)
    return [how, ", ".join(text for text, _ in added(copy, currency))] if how else []


def _record(record: dict[str, Any]) -> list[str]:
    """What counts, what came after, and what one should know of it."""
    currency = record["currency"]
    sums = ", ".join(f"{name} {money(record[name], currency)}" for name in ("gross", "refunded", "net"))
    lines = [f"Record {record['id']}, version {record['version']}: {record['status']}, {record['copies']} copies"]
    lines += [f"  {sums}"] if currency else []
    lines += [f"  {_adjustment(one, currency)}" for one in record["told_adjustments"]]
    return lines + [f"  {flag}: {of_flag(flag).happened}" for flag in record["flags"]]


def _adjustment(one: Adjusted, currency: str) -> str:
    worth = f" {money(one.value, one.currency)}" if one.currency else ""
    again = ", told again, not counted" if one.fate else ""
    when = moment(one.received_at.isoformat(timespec="milliseconds"))
    return f"{when}  {one.kind} {one.adjustment_id}{worth}{again}: net {money(one.net, currency)}"


def _what(row: dict[str, Any]) -> str:
    order = f", order {row['order_id']}" if row["order_id"] else ""
    worth = f", {money(row['value'], row['currency'])}" if row["value"] else ""
    nav = f", {row['nav']}" if row["nav"] else ""
    return f"{row['name'] or 'hit'} by {row['via']}{nav}{order}{worth}"


def _why(row: dict[str, Any]) -> str:
    if row["fate"] == Fate.KEPT:
        machine = str(row["actor"]).startswith("machine")
        return "kept apart, as a machine's" if machine else "kept"
    if row["fate"] == Fate.WAITING:
        return "on disk, waiting for the pipeline or the store"
    said = REASONS[Reason(row["reason"])].happened if row["reason"] in set(Reason) else row["detail"].splitlines()[-1:]
    of = f" First: {row['of']}." if row["of"] else ""
    return f"{row['fate']}, {row['reason']} in {row['step']}. {said}{of}"


COMMANDS = (events, report, fate)
