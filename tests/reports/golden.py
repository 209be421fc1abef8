"""Golden cases of the reports as Python values."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.destinations.telling import DeliveryLine
from onebyone.event import Conversion, Ended, Event
from onebyone.identity.nodes import user_node
from onebyone.state.graph import Row as Whose
from store.rows import a_conversion, a_delivery, a_drop, an_event

DIRECTORY = Path(__file__).parents[1] / "golden" / "reports"


class Rows(Struct):
    """What is in the store: fields by name, and the number from which the ids follow."""

    events: list[dict[str, Any]] = []
    drops: list[dict[str, Any]] = []
    about: str = ""


class Case(Struct, omit_defaults=True):
    title: str
    params: dict[str, Any]
    given: str = ""  # a file of rows that several reports share
    events: list[dict[str, Any]] = []
    drops: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []

    identity: list[dict[str, Any]] = []
    conversions: list[dict[str, Any]] = []  # records whose value changed: how, over time
    columns: list[str] = []
    rows: list[list[Any]] = []

    def outcomes(self, **changed: Any) -> list[Event | Ended]:
        """The rows before the report, with some fields changed in all of them."""
        rows = Rows(events=self.events, drops=self.drops)
        if self.given:
            rows = msgspec.json.decode((DIRECTORY / "given" / f"{self.given}.json").read_bytes(), type=Rows)
        events = [an_event(**_typed(row) | changed) for row in rows.events]
        return [*events, *(a_drop(**_typed(row) | changed) for row in rows.drops)]

    def facts(self, **changed: Any) -> list[DeliveryLine]:
        """Likewise, of what other rooms decided."""
        return [a_delivery(**_typed(row) | changed) for row in self.deliveries]

    def changed_records(self, site: str = "s1") -> list[Conversion]:
        """Likewise, of what counts and has a history of its own."""
        return [a_conversion(**_typed(row) | {"site": site}) for row in self.conversions]

    def whose(self, site: str = "s1") -> list[Whose]:
        """Whose the browsers and user ids are; `user` is one as an event names it."""
        return [msgspec.convert({"site": site, "version": 1} | _named(row, site), Whose) for row in self.identity]

    @property
    def story(self) -> str:
        """What is in the store, as text: cases with the same one may share it."""
        return repr((self.given, self.events, self.drops, self.deliveries, self.identity, self.conversions))

    def typed_params(self, **changed: Any) -> dict[str, Any]:
        return _typed(self.params) | changed


def names() -> list[str]:
    return sorted(file.stem for file in DIRECTORY.glob("*.json"))


def cases(name: str) -> list[Case]:
    return msgspec.json.decode((DIRECTORY / f"{name}.json").read_bytes(), type=list[Case])


def every_case() -> list[tuple[str, Case]]:
    return [(name, case) for name in names() for case in cases(name)]


def write(name: str, title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Put what a report answers now into its file; `git diff` shows what changed. One row a line."""
    file = DIRECTORY / f"{name}.json"
    found = json.loads(file.read_text())
    for case in found:
        if case["title"] == title:
            case["columns"], case["rows"] = columns, rows
    file.write_text("[\n" + ",\n".join(_case_text(case) for case in found) + "\n]\n")


def _case_text(case: dict[str, Any]) -> str:
    fields = [f"    {json.dumps(key)}: {_field_text(key, value)}" for key, value in case.items()]
    return "  {\n" + ",\n".join(fields) + "\n  }"


def _field_text(key: str, value: Any) -> str:
    if key not in ("rows", "events", "drops", "deliveries", "identity", "conversions") or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(f"      {json.dumps(row, ensure_ascii=False)}" for row in value) + "\n    ]"


def _named(row: dict[str, Any], site: str) -> dict[str, Any]:
    if "user" not in row:
        return {"kind": "browser"} | row
    return {"kind": "user", "visitor": user_node(site, row["user"])} | {k: v for k, v in row.items() if k != "user"}


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    times = {
        "at",
        "received_at",
        "from",
        "now",
        "to",
        "shown_from",
        "shown_to",
        "after_at",
        "due_at",
        "sent_at",
        "answered_at",
    } & fields.keys()
    return fields | {name: msgspec.convert(fields[name], datetime) for name in times}
