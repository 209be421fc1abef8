"""`container`: a site's tags, triggers and variables as one document."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import click
from msgspec import structs
from sqlalchemy.exc import IntegrityError

from onebyone.app import options
from onebyone.app.asking import choose_site
from onebyone.app.printing import print_json, print_rows
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import State, open_state
from onebyone.state.containers import Version
from onebyone.state.sites import Site
from onebyone.tags.container.check import Refused, read_container
from onebyone.tags.container.compiling import compile_container, csp_of, integrity_of, needs_of
from onebyone.tags.container.diff import changes
from onebyone.tags.container.document import Container, schema
from onebyone.tags.container.templates import templates

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def container() -> None:
    """A site's tags, triggers and variables: one YAML or JSON document."""


def read_file(file: Path) -> Container:
    """Ends the command where the document is refused: a line for each reason, exit 1."""
    try:
        return read_container(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8.") from error
    except Refused as refused:
        for each in refused.problems:
            click.echo(f"{file}:{each.line}: {each.where + ': ' if each.where else ''}{each.reason}", err=True)
        raise click.exceptions.Exit(1) from refused


@container.command()
@_FILE
@options.as_json
def lint(file: Path, as_json: bool) -> None:
    """Check a document: each reason against it with file and line; exit 1 if there is one."""
    if as_json:
        problems = []
        try:
            read_container(file.read_text(encoding="utf-8"))
        except Refused as refused:
            problems = refused.problems
        print_json({"file": str(file), "problems": problems})
        sys.exit(1 if problems else 0)
    made = read_file(file)
    click.echo(f"{file}: {len(made.tags)} tags, {len(made.triggers)} triggers, {len(made.variables)} variables")


@container.command("schema")
def print_schema() -> None:
    """The document's JSON Schema, for an editor."""
    print_json(schema())


@container.command()
@_FILE
@options.site
@options.data
@options.as_json
def publish(file: Path, site: str | None, data: Path, as_json: bool) -> None:
    """Make a document the site's container: a new version, compiled to one file that never changes.

    Pages that are opened from then on run it, within two seconds. What `kill` stopped stays stopped.
    """
    made = read_file(file)
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    _refuse_ungated(made, chosen)
    number = state.containers.next_number(chosen.id)
    compiled = compile_container(made, site=chosen.id, number=number, layer=chosen.tag.data_layer)
    document = file.read_bytes()
    version = Version(chosen.id, number, compiled.hash, document, compiled.file)
    try:
        state.containers.add(version)
    except IntegrityError as error:
        raise ConfigError("somebody else published at the same moment: look at it, then publish again.") from error
    _hold(state, chosen, version)
    state.users.note("command line", chosen.id, "container_published", f"version {number}")
    packed = len(gzip.compress(compiled.file, 9))
    if as_json:
        told = {"site": chosen.id, "version": number, "hash": compiled.hash, "bytes": packed}
        print_json(told | {"integrity": integrity_of(compiled.file)})
    else:
        click.echo(
            f"version {number} of {chosen.id} holds: /{chosen.prefix}/c/{compiled.hash}.js, {packed:,} bytes gzip"
        )


@container.command()
@click.argument("version", type=click.IntRange(1))
@options.site
@options.data
def rollback(version: int, site: str | None, data: Path) -> None:
    """Let an earlier version hold again, the very file that it was."""
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    found = state.containers.find(chosen.id, version)
    if found is None:
        raise ConfigError(f"there is no version {version}: 'onebyone container versions' lists them.")
    _hold(state, chosen, found)
    state.users.note("command line", chosen.id, "container_rolled_back", f"version {found.number}")
    click.echo(f"version {found.number} of {chosen.id} holds again: /{chosen.prefix}/c/{found.hash}.js")


@container.command()
@click.argument("what", nargs=-1)
@click.option("--vendor", "vendors", multiple=True, help="Every tag of the vendor, as in --vendor meta.")
@click.option("--undo", is_flag=True, help="Let them run again.")
@options.site
@options.data
def kill(what: tuple[str, ...], vendors: tuple[str, ...], undo: bool, site: str | None, data: Path) -> None:
    """Stop tags by name, or a vendor, on every page that is opened five seconds from now or later.

    Without names: print what is stopped.
    """
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    unknown = set(vendors) - {each.vendor for each in templates().values()}
    if unknown:
        raise ConfigError(f"there is no vendor {', '.join(sorted(unknown))}.")
    asked = {*what, *(f"vendor:{each}" for each in vendors)}
    stopped = set(chosen.container.kill)
    stopped = stopped - asked if undo else stopped | asked
    if asked:
        kept = structs.replace(chosen.container, kill=tuple(sorted(stopped)))
        state.sites.change(structs.replace(chosen, container=kept))
        did = "tags_resumed" if undo else "tags_stopped"
        state.users.note("command line", chosen.id, did, ", ".join(sorted(asked)))
    click.echo("\n".join(sorted(stopped)) or "nothing is stopped")


@container.command()
@options.site
@options.data
@options.as_json
def versions(site: str | None, data: Path, as_json: bool) -> None:
    """What was published, the newest first."""
    state = open_state(open_place(data))
    chosen = choose_site(state.sites, site)
    rows = [
        {"version": each.number, "hash": each.hash, "bytes": len(each.file)}
        | {"integrity": integrity_of(each.file), "holds": each.number == chosen.container.number}
        for each in state.containers.all(chosen.id)
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(["version", "hash", "bytes", "integrity", "holds"], rows, empty="Nothing was published yet.")


@container.command("csp")
@_FILE
@options.as_json
def print_csp(file: Path, as_json: bool) -> None:
    """What a document's tags add to the Content-Security-Policy of the pages, beside the script's own lines.

    What a custom script loads by itself cannot be known, nor where an image comes from whose host only a page knows.
    """
    found = csp_of(read_file(file))
    if as_json:
        print_json(found)
    else:
        click.echo("; ".join(f"{directive} {' '.join(sources)}" for directive, sources in found.items()))


def _refuse_ungated(made: Container, site: Site) -> None:
    """A tag that needs a permission would never run where nobody is asked."""
    if site.tag.gated:
        return
    waiting = [name for name, tag in made.tags.items() if needs_of(tag) and not tag.paused]
    if waiting:
        raise ConfigError(
            f"{waiting[0]!r} needs a permission, but the site's script asks for none: turn on that it waits "
            "for a choice (the console's Settings, the site's script), or write `consent: {needs: []}` where no "
            "permission is needed."
        )


def _hold(state: State, site: Site, version: Version) -> None:
    kept = structs.replace(
        site.container, number=version.number, hash=version.hash, integrity=integrity_of(version.file)
    )
    state.sites.change(structs.replace(site, container=kept))


@container.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.as_json
def diff(before: Path, after: Path, as_json: bool) -> None:
    """What differs between two documents in what they do; exit 1 if anything does."""
    found = changes(read_file(before), read_file(after))
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(str(each) for each in found) or "no difference")
    if found:
        raise click.exceptions.Exit(1)


COMMANDS = (container,)
