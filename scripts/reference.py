"""Writes docs/reference.md from the code: settings, reasons, metrics, reports. `make docs`; a test compares."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from onebyone import telemetry
from onebyone.app.settings import Settings
from onebyone.event import Reason
from onebyone.reports.catalogue import DIRECTORY, read_report
from onebyone.web import words

PATH = Path(__file__).parents[1] / "docs" / "reference.md"


def text() -> str:
    parts = ["# Reference", "", "Made by `make docs` from the code; do not edit.", ""]
    for title, lines in (
        ("Settings", settings()),
        ("Reasons", reasons()),
        ("Metrics", metrics()),
        ("Log events", log_events()),
        ("Reports", reports()),
    ):
        parts += [f"## {title}", "", *lines, ""]
    return "\n".join(parts)


def settings() -> Iterator[str]:
    yield "Tables and keys of `onebyone.toml` in the data directory, with their defaults."
    yield ""
    yield "| table | key | default | |"
    yield "|---|---|---|---|"
    for table in msgspec.structs.fields(Settings):
        remarks = _remarks(inspect.getsource(type(table.default)))
        for field in msgspec.structs.fields(table.default):
            value = getattr(table.default, field.name)
            shown = f'"{value}"' if isinstance(value, str) else value
            yield f"| `[{table.name}]` | `{field.name}` | `{shown}` | {remarks.get(field.name, '')} |"


def reasons() -> Iterator[str]:
    yield "Why a sighting is not an event. `COPIES` are the first seven: something was counted already."
    yield ""
    yield "| reason | what happened | what to do |"
    yield "|---|---|---|"
    for reason in Reason:
        said = words.of_reason(reason)
        yield f"| `{reason}` | {said.happened} | {said.to_do} |"


def metrics() -> Iterator[str]:
    yield "At `/metrics` of the console, each with the labels `process` and `label`."
    yield ""
    yield from _literal("Metric")


def log_events() -> Iterator[str]:
    yield "JSON lines on standard error; `ONEBYONE_LOG` sets the level."
    yield ""
    yield from _literal("LogEvent")


def reports() -> Iterator[str]:
    yield "`onebyone report NAME`, `/api/v1/sites/{site}/{name}`."
    yield ""
    yield "| report | about |"
    yield "|---|---|"
    for file in sorted(DIRECTORY.glob("*.sql")):
        report = read_report(file)
        yield f"| `{report.name}` | {report.about} |"


def _remarks(source: str) -> dict[str, str]:
    return dict(re.findall(r"^    (\w+): [^#\n]*?# (.+)$", source, re.MULTILINE))


def _literal(name: str) -> Iterator[str]:
    source = inspect.getsource(telemetry)
    body = source.split(f"{name} = Literal[", 1)[1].split("\n]", 1)[0]
    for value, remark in re.findall(r'^    "(\w+)",(?:  # (.+))?$', body, re.MULTILINE):
        yield f"* `{value}`{': ' + remark if remark else ''}"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
