"""`replay`: everything that is kept, once more, by the rules of today."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import Progress

from onebyone.app import options
from onebyone.app.cli_work import finish_here
from onebyone.app.drafting import Compared, compare
from onebyone.app.printing import print_json, print_rows
from onebyone.app.reweighing import ask_for_reweighing
from onebyone.app.running import is_served
from onebyone.app.settings import ConfigError, Place, open_place, read_settings
from onebyone.app.state import open_state
from onebyone.app.verdicts import open_judge, open_networks, open_rules
from onebyone.app.waiting import LogWaiting
from onebyone.collect.desk import now_ms
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.rules import RulesUnreadable, read_rules


@click.command()
@click.option("--verdicts", is_flag=True, help="Also judge what is older than the log by the rules of today.")
@click.option(
    "--draft", type=click.Path(dir_okay=False, path_type=Path), help="Rules to try: say what would change, do nothing."
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@options.data
@options.as_json
def replay(verdicts: bool, draft: Path | None, dry_run: bool, data: Path, as_json: bool) -> None:
    """Send everything that the log still holds through the pipeline again, into the store.

    Claims answer as they did the first time and rows meet their equals, so the reports stay as they are, unless
    rules changed in between. With --verdicts, a changed ruleset also reaches the events whose requests are gone, as
    far as the reasons that were stored with them say enough.
    """
    place = open_place(data)
    settings = read_settings(place)
    state = open_state(place)
    if draft is not None:
        compared = _compare(place, draft, show=not as_json)
        print_json(compared) if as_json else _say_compared(compared)
        return
    held = LogWaiting(place, state.bounds).held()
    runs = is_served(place)
    if not dry_run:
        open_rules(place.data)  # what cannot be read is told here, not in a log line of the pipeline
        if verdicts:
            ask_for_reweighing(place, _first_ms(place))
            for site in state.sites.all():
                state.users.note("command line", site.id, "verdicts_changed")
        place.replay.touch()
        if not runs:
            finish_here(place, settings, state)
    if as_json:
        print_json({"sightings": held, "verdicts": verdicts, "dry_run": dry_run, "running": runs})
        return
    verb = "would be" if dry_run else "are being" if runs else "were"
    click.echo(f"{held:,} sightings {verb} read again.")
    if verdicts:
        click.echo(f"Older events {verb} judged by the reasons that are stored with them.")


def _first_ms(place: Place) -> int:
    """When the oldest hit that the log holds arrived; now, if it holds none."""
    reader = SqliteReader(place.hits)
    try:
        return min((reader.first_ms(partition) for partition in reader.tail()), default=now_ms())
    finally:
        reader.close()


def _compare(place: Place, draft: Path, *, show: bool) -> Compared:
    if not draft.is_file():
        raise ConfigError(f"there is no file {draft}.")
    try:
        rules = read_rules(draft)
    except RulesUnreadable as error:
        raise ConfigError(f"{error}.") from error
    now = open_judge(place.data)
    then = Judge(Classifier(rules), networks=open_networks(place.data))
    sites = {site.id: site for site in open_state(place).sites.all()}
    with Progress(transient=True, disable=not show) as progress:
        task = progress.add_task("Judging", total=None)
        return compare(
            SqliteReader(place.hits), sites, now, then, tick=lambda more: progress.update(task, advance=more)
        )


def _say_compared(compared: Compared) -> None:
    click.echo(f"{compared.changed:,} of {compared.events:,} events would have another verdict.")
    rows = [
        {"events": one.events, "now": one.before, "then": one.after, "agent": one.agent, "by": ", ".join(one.reasons)}
        for one in compared.differences[:40]
    ]
    if rows:
        print_rows(("events", "now", "then", "agent", "by"), rows, empty="")


COMMANDS = (replay,)
