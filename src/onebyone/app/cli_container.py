"""`container`: a site's tags, triggers and variables as one document."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from onebyone.app import options
from onebyone.app.printing import print_json
from onebyone.app.settings import ConfigError
from onebyone.tags.container.check import Refused, read_container
from onebyone.tags.container.diff import changes
from onebyone.tags.container.document import Container, schema

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
