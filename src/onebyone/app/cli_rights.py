"""`erase` and `export-person`: what a person may ask for, done by the operator."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from rich.progress import Progress

from onebyone.app import options
from onebyone.app.asking import choose_site, reports_of
from onebyone.app.loading import Loading
from onebyone.app.pipelining import Pipeline
from onebyone.app.printing import print_json
from onebyone.app.rights import Rights
from onebyone.app.running import is_served
from onebyone.app.settings import ConfigError, Place, Settings, open_place, read_settings
from onebyone.app.state import State, open_state
from onebyone.app.store import open_store
from onebyone.app.subject import By, Unusable
from onebyone.event import utc
from onebyone.state.erasures import Erasure, Held, Meant, Stage
from onebyone.state.sites import Site
from onebyone.telemetry import Counters
from onebyone.web.rights_file import TABLES, zipped
from onebyone.web.rights_words import STAGES, counted, told

_Command = TypeVar("_Command", bound=Callable[..., Any])
_HELP = {
    By.USER: "The site's own id of the person.",
    By.EMAIL: "An e-mail address; it is hashed, and stands nowhere.",
    By.PHONE: "A phone number in international form.",
    By.EXTERNAL: "An external id, as servers send it in user_data.",
    By.BROWSER: "The value of the visitor cookie.",
    By.PERSON: "The number at the end of the address of the person's page.",
    By.ORDER: "An order: whoever its copies name.",
    By.CONSENT: "The id under which the banner keeps the choice.",
    By.RECIPIENT: "The sender's own id of somebody it writes to.",
}


def _by_identifier(command: _Command) -> _Command:
    for by in reversed(By):
        command = click.option(f"--{by.value}", help=_HELP[by])(command)
    return command


@click.command()
@_by_identifier
@click.option("--dry-run", is_flag=True, help="Only say what is kept of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--no-wait", is_flag=True, help="Do not wait for its end; 'onebyone erasures' tells it.")
@options.site
@options.data
@options.as_json
@click.pass_context
def erase(
    context: click.Context, /, dry_run: bool, yes: bool, no_wait: bool, site: str | None, data: Path, as_json: bool,
    **named: str | None,
) -> None:  # fmt: skip
    """Forget a person, named by any identifier: in the logs, the state and the store, for good.

    Nothing more is taken of them from this moment. Their events, orders, e-mails, choices and deliveries go; a
    tombstone for each sighting stays, so that the ledger adds up, and a proof that names nobody. Ad platforms that were
    told of them must be asked by you: the answer says which. On a browser that others sign in on, what those did stays.
    """
    place = open_place(data)
    state, settings = open_state(place), read_settings(place)
    chosen = choose_site(state.sites, site)
    with reports_of(place) as reports:
        rights = Rights(state, reports)
        meant = _find(rights, chosen, named)
        held = rights.held(chosen, meant)
    if dry_run:
        print_json(held) if as_json else _say_held(held, chosen, "would go")
        context.exit(0 if held.is_anything else 1)
    if not (yes or as_json):
        _say_held(held, chosen, "will go")
        click.confirm("Erase this person for good?", abort=True)
    one = rights.erase(chosen, meant, by="command line")
    done = _finish(place, settings, state, one, wait=not no_wait, quiet=as_json)
    if as_json:
        print_json(_proof(done))
    else:
        _say_done(done)


@click.command("erasures")
@options.site
@options.data
@options.as_json
def erasures(site: str | None, data: Path, as_json: bool) -> None:
    """Who asked when to be forgotten, how far it is, and what was taken out. Nobody is named."""
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    rows = [_proof(one) for one in state.erasures.latest(chosen.id)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  asked {row['asked_at']}  {STAGES[Stage(row['stage'])]}  {counted(row['counts'])}")
    if not rows:
        click.echo("Nobody has asked to be forgotten. 'onebyone erase --help' says how it is done.")


@click.command("export-person")
@_by_identifier
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path), help="A .json or .zip file to write.")
@options.site
@options.data
@click.pass_context
def export_person(
    context: click.Context, /, file: Path | None, site: str | None, data: Path, **named: str | None
) -> None:
    """Everything that is kept of a person, named by any identifier: JSON, or a ZIP with a CSV file for each table.

    Exit code 1 if nothing is.
    """
    place = open_place(data)
    state = open_state(place)
    chosen = choose_site(state.sites, site)
    if file is not None and file.suffix not in (".json", ".zip"):
        raise ConfigError(f"--to {file}: the name must end in .json or .zip.")
    with reports_of(place) as reports:
        rights = Rights(state, reports)
        meant = _find(rights, chosen, named)
        bundle = rights.export(chosen, meant)
    if file is None:
        print_json(bundle)
    else:
        file.write_bytes(zipped(bundle) if file.suffix == ".zip" else msgspec.json.encode(bundle))
        click.echo(f"{file}: {len(bundle['events']):,} events, {len(bundle['conversions']):,} conversions.")
    context.exit(0 if any(bundle[table] for table in TABLES) else 1)


def _find(rights: Rights, site: Site, named: Mapping[str, str | None]) -> Meant:
    given = [(by, text) for by, text in named.items() if text is not None and text.strip()]
    if len(given) != 1:
        options_ = ", ".join(f"--{by.value}" for by in By)
        raise ConfigError(f"name the person by exactly one of {options_}.")
    try:
        return rights.find(site, *given[0])
    except Unusable as error:
        raise ConfigError(f"{error}.") from error


def _finish(place: Place, settings: Settings, state: State, one: Erasure, *, wait: bool, quiet: bool) -> Erasure:
    with Progress(transient=True, disable=quiet) as progress:
        task = progress.add_task(STAGES[Stage.ASKED], total=len(Stage) - 1)
        for now in _steps(place, settings, state, one, wait=wait):
            at = list(Stage).index(Stage(now.stage))
            progress.update(task, completed=at, description=STAGES[Stage(now.stage)])
            one = now
    return one


def _steps(place: Place, settings: Settings, state: State, one: Erasure, *, wait: bool) -> Iterator[Erasure]:
    """How far it is, again and again until it is done. Without a platform that runs, this process does it."""
    with contextlib.ExitStack() as held:
        loading = None
        if not is_served(place):
            with contextlib.closing(Pipeline(place, settings)) as pipeline:
                pipeline.drain()
            loading = Loading(
                place, settings, state, held.enter_context(open_store(place, settings)), Counters("command")
            )
        while True:
            if loading is not None:
                loading.drain()
            now = state.erasures.find(one.site, one.id)
            if now is None:
                return
            yield now
            if now.stage == Stage.DONE or (loading is None and not wait):
                return
            time.sleep(0.25)


def _proof(one: Erasure) -> dict[str, Any]:
    return {
        "id": one.id, "site": one.site, "stage": one.stage, "by": one.by, "asked_at": _moment(one.asked_ms),
        "done_at": _moment(one.done_ms), "counts": dict(one.counts),
    }  # fmt: skip


def _moment(ms: int) -> str:
    return utc(ms).isoformat(timespec="seconds") if ms else ""


def _say_held(held: Held, site: Site, verb: str) -> None:
    if not held.is_anything:
        click.echo(f"Nothing is kept of this person on {site.name}. They would be refused from now on.")
        return
    click.echo(
        f"On {site.name} {verb}: {held.events:,} events, among them {held.orders:,} orders; {held.messages:,} e-mails,"
    )
    click.echo(
        f"{held.deliveries:,} deliveries to ad platforms, {held.consent_records:,} choices (kept without a name)."
    )
    click.echo(
        f"Known by {held.user_ids:,} user ids, {held.browsers:,} browsers, {held.hashed_values:,} hashed values."
    )
    if held.told:
        names = ", ".join(f"{name} ({number:,})" for name, number in sorted(held.told.items()))
        click.echo(f"Already sent, and to be asked for there: {names}.")
    if held.shared_browsers:
        click.echo(f"Others signed in on {held.shared_browsers:,} more browsers: there only what this person did goes.")


def _say_done(one: Erasure) -> None:
    if one.stage != Stage.DONE:
        click.echo(f"Erasure {one.id} is under way: {STAGES[Stage(one.stage)].lower()}.")
        return
    click.echo(f"Erased; proof {one.id}: {counted(one.counts)}.")
    asked = told(one.counts)
    if asked:
        names = ", ".join(f"{name} ({number:,})" for name, number in asked)
        click.echo(f"These ad platforms had been told of conversions, and must be asked by you: {names}.")


COMMANDS = (erase, erasures, export_person)
