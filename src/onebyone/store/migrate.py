"""Bringing the tables to the shape this version knows: numbered files, each applied once, in order."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone.store import Store

SCHEMA = Path(__file__).with_name("schema")
UPKEEP = Path(__file__).with_name("upkeep")


class StoreTooNew(Exception):
    """The store was written by a newer onebyone."""


class Words(Struct, frozen=True):
    """What definitions say differently on a cluster. The defaults are one machine's."""

    on_cluster: str = ""
    replicated: str = ""
    local: str = ""

    def fill(self, template: str) -> str:
        text = template.replace("{on_cluster}", self.on_cluster)
        return text.replace("{replicated}", self.replicated).replace("{local}", self.local)


class Migration(Struct, frozen=True):
    number: int
    name: str
    template: str


def migrations(directory: Path = SCHEMA) -> list[Migration]:
    files = sorted(directory.glob("[0-9]*.sql"))
    return [Migration(number=int(f.stem[:4]), name=f.stem[5:], template=f.read_text()) for f in files]


def migrate(store: Store, *, directory: Path = SCHEMA, words: Words | None = None) -> list[str]:
    """Apply what is missing and return its names. Every file may run twice: a crash can come before its row here.

    Raises StoreTooNew or StoreUnavailable.
    """
    words = words or Words()
    first, *rest = migrations(directory)
    store.execute(words.fill(first.template))
    applied = {row[0] for row in store.query((UPKEEP / "applied_migrations.sql").read_text()).rows}
    unknown = applied - {migration.number for migration in rest}
    if unknown:
        raise StoreTooNew(f"the store has migrations that this onebyone does not know: {unknown}")
    missing = [migration for migration in rest if migration.number not in applied]
    for migration in missing:
        store.execute(words.fill(migration.template))
        line = msgspec.json.encode({"number": migration.number, "name": migration.name})
        store.insert("migrations", [line], f"migrations:{migration.number}")
    return [migration.name for migration in missing]
