"""Rows for a person or for a program."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_WIDE = 400
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def print_json(value: object) -> None:
    """One document on standard output, and nothing else."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def print_rows(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
    """A table; one line a row where it goes to a file or another program."""
    if not rows:
        click.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numbers = all(isinstance(row[column], int | float) for row in rows)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold", no_wrap=not _for_a_person())
    for row in rows:
        table.add_row(*(escape(_cell(row[column])) for column in columns))
    Console(width=None if _for_a_person() else _WIDE).print(table)


def moment(text: str) -> str:
    """2026-11-24 10:53:21.306 of an RFC 3339 time in UTC."""
    return text.replace("T", " ").removesuffix("Z").removesuffix("+00:00")


def _for_a_person() -> bool:
    return sys.stdout.isatty()


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 else f"{value:.2g}"
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    if isinstance(value, str) and _TIME.fullmatch(value):
        return moment(value)
    return "–" if value is None or value == "" else str(value)
