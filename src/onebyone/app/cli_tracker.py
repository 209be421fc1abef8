"""`import-events`, `tracker-sessions`: another tracker's events, and its sessions beside ours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.progress import Progress

from onebyone.app import options
from onebyone.app.asking import choose_site, reports_of
from onebyone.app.cli_work import finish_here
from onebyone.app.collecting import open_partition
from onebyone.app.event_import import Rules, import_rows, read_rows
from onebyone.app.printing import print_json
from onebyone.app.running import is_served
from onebyone.app.settings import ConfigError, open_place, read_settings
from onebyone.app.state import open_state
from onebyone.collect.desk import now_ms
from onebyone.event import Permission
from onebyone.reports.tracker import RULES, Beside, compare

_EVER = (datetime(1970, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@click.command("import-events")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sessions", type=click.Choice(["own", "tracker"]), default="own", show_default=True,
              help="tracker: keep the tracker's sessions too, by its rules on late and over-long ones.")  # fmt: skip
@click.option("--days-late", type=click.IntRange(1), default=3, show_default=True, help="With --sessions tracker.")
@click.option("--session-days", type=click.IntRange(1), default=3, show_default=True, help="With --sessions tracker.")
@click.option("--user-column", default="", help="Column that holds the user's id. [default: nobody is known]")
@click.option("--allowed", multiple=True, type=click.Choice([each.value for each in Permission]),
              help="What these people allowed; may be repeated. Without it the site's own rule decides.")  # fmt: skip
@options.site
@options.data
@options.as_json
def import_events(file: Path, site: str | None, data: Path, as_json: bool, **said: Any) -> None:
    """Read events that another tracker exported: CSV or TSV with the columns of Snowplow's events table, or gzip.

    Events keep their ids and corrected times. Importing a file twice changes nothing. Our own sessions are always
    made; with --sessions tracker, `onebyone tracker-sessions` shows the tracker's beside them and why they differ.
    """
    place = open_place(data)
    settings = read_settings(place)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    if not file.is_file():
        raise ConfigError(f"there is no file {file}.")
    rules = Rules(tracker_sessions=said.pop("sessions") == "tracker", allowed=tuple(said.pop("allowed")), **said)
    with Progress(transient=True, disable=as_json) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        rows = read_rows(file, rules, lambda done: progress.update(task, completed=done))
    writer = open_partition(place, settings, "import")
    try:
        done = import_rows(rows, rules, chosen.id, writer=writer, claims=state.claims, now_ms=now_ms)
    finally:
        writer.close()
    if not is_served(place):
        finish_here(place, settings, state)
    if as_json:
        print_json({"site": chosen.id, "events": done.lines, "added": done.added, "known": done.known})
    else:
        click.echo(f"{done.lines:,} events: {done.added:,} added, {done.known:,} known from an earlier import.")


@click.command("tracker-sessions")
@options.site
@options.data
@options.as_json
def tracker_sessions(site: str | None, data: Path, as_json: bool) -> None:
    """Sessions of imported events as their tracker told them apart, beside ours, and by which rules they differ."""
    place = open_place(data)
    chosen = choose_site(open_state(place).sites, site)
    since, until = _EVER
    with reports_of(place) as reports:
        rows = reports.run("tracker_pairs", site=chosen.id, **{"from": since, "to": until}, traffic="all").dicts()
    found = compare(rows)
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        _print(found)


def _print(found: Beside) -> None:
    click.echo(f"{found.tracker:>6,} sessions by the tracker's rules")
    for one in found.differences:
        click.echo(f"{one.sessions:>+6,} {RULES[one.rule]}   ({', '.join(id[:12] for id in one.examples)})")
    click.echo(f"{found.own:>6,} sessions by this site's rules")


COMMANDS = (import_events, tracker_sessions)
