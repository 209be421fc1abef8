from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from onebyone.event import Ended, Event
from onebyone.store.engine import Embedded
from onebyone.store.migrate import SCHEMA, StoreTooNew, Words, migrate, migrations
from store.rows import a_drop, an_event, put

REQUIRED = {"site", "day", "at", "received_at", "id", "hit", "name", "via"}


@pytest.mark.parametrize(("table", "kind"), [("events", Event), ("drops", Ended)])
def test_a_table_has_the_fields_of_its_struct(store: Embedded, table: str, kind: type[Event | Ended]) -> None:
    rows = store.query(
        "SELECT name FROM system.columns WHERE database = 'default' AND table = {t:String} "
        "AND default_kind != 'MATERIALIZED'",
        {"t": table},
    )
    assert {row[0] for row in rows.rows} == set(kind.__struct_fields__)


@pytest.mark.parametrize(("table", "outcome"), [("events", an_event(1)), ("drops", a_drop(1))])
def test_a_field_left_out_has_the_default_of_its_struct(store: Embedded, table: str, outcome: Event | Ended) -> None:
    put(store, [outcome])
    row = store.query("SELECT * FROM {table:Identifier}", {"table": table}).dicts()[0]
    assert msgspec.convert(row, type(outcome)) == outcome


def test_every_field_is_stored_as_it_was(store: Embedded) -> None:
    full = an_event(
        1, **{name: _sample(name, kind) for name, kind in get_type_hints(Event).items() if name not in REQUIRED}
    )
    put(store, [full])
    assert msgspec.convert(store.query("SELECT * FROM events").dicts()[0], Event) == full


def test_migrating_again_changes_nothing(store: Embedded) -> None:
    assert migrate(store) == []


def test_a_new_file_is_applied_once(store: Embedded, tmp_path: Path) -> None:
    for file in SCHEMA.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "0900_extra.sql").write_text("CREATE TABLE IF NOT EXISTS extra{local} (a UInt8) ENGINE = Memory")
    try:
        assert migrate(store, directory=tmp_path) == ["extra"]
        assert migrate(store, directory=tmp_path) == []
        with pytest.raises(StoreTooNew, match="900"):
            migrate(store)
    finally:
        store.execute("ALTER TABLE migrations DELETE WHERE number = 900")
        store.execute("DROP TABLE extra")


def test_a_cluster_changes_three_words_of_every_definition() -> None:
    words = Words(on_cluster="ON CLUSTER c", replicated="Replicated", local="_local")
    for migration in migrations():
        text = words.fill(migration.template)
        assert "_local ON CLUSTER c" in text or migration.number == 0
        assert re.findall(r"ENGINE = (?!Replicated|Memory)", text) == [] and "{" not in text


def _sample(name: str, kind: Any) -> Any:
    samples: dict[Any, Any] = {
        str: f"{name} ä'\\", int: 7, bool: True, list[str]: ["a", "b"], dict[str, str]: {"k": "v", "": "\n"},
        datetime: datetime(2026, 11, 20, 12, tzinfo=UTC),
    }  # fmt: skip
    return samples[kind]
