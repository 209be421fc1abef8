"""Taking a person out of the tables, so that no file holds them any more.

A deletion rewrites the parts that hold its rows, and the old ones stay on the disk for a while; its own text stays
longer. So it names nobody: it reads the table `erasing`, which is in memory alone (specs/store.md 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from msgspec import Struct

from onebyone.store import Store
from onebyone.store.migrate import UPKEEP, Words
from onebyone.store.parts import with_parts
from onebyone.store.sessions import Sessions

_AT_ONCE = 10_000
_IN = "GLOBAL IN (SELECT {what} FROM erasing WHERE site = {{site:String}} AND kind = '{kind}')"
_SIGHTING = "concat(toString(hit), '/', toString(n)) " + _IN.format(what="text", kind="sighting")
_RECORD = _IN.format(what="toUUID(text)", kind="record")
_BROWSER = "visitor " + _IN.format(what="toUInt64(text)", kind="browser")
_ROWS: Mapping[str, str] = {  # what goes from each table
    "events": _SIGHTING,
    "drops": f"reason != 'erased' AND {_SIGHTING}",
    "conversions": f"id {_RECORD}",
    "deliveries": f"conversion {_RECORD}",
    "identity": "visitor " + _IN.format(what="toUInt64(text)", kind="node"),
    "sessions": _BROWSER,
    "fresh_sessions": _BROWSER,
}
_USUAL_LIFETIME_S = {"sessions": 60, "fresh_sessions": 60}  # of a part that was replaced; else 480 (schema/0001)
_NO_TRACE = "old_parts_lifetime = 0"


class Found(Struct, frozen=True):
    """A sighting, with what its tombstone says."""

    sighting: str
    received_at: datetime
    via: str
    order_id: str
    user_id: str


class Erasure:
    """One person's, of one site. Every call may be repeated; raises StoreUnavailable or QueryRefused."""

    def __init__(self, store: Store, site: str, *, words: Words | None = None) -> None:
        self._store = store
        self._site = site
        self._words = words or Words()

    def sightings_of(self, person: int, nodes: Iterable[int]) -> set[str]:
        """What this person did, by the numbers of its browsers and user ids."""
        sql = with_parts(_upkeep("sightings_of_person"))
        numbers = [str(node) for node in nodes]
        rows = self._store.query(sql, {"site": self._site, "person": str(person), "nodes": numbers}).rows
        return {row[0] for row in rows}

    def name(self, named: Mapping[str, Iterable[str]]) -> None:
        """Say who is meant: texts by kind, as schema/0051 lists them."""
        self.forget()
        rows = [{"site": self._site, "kind": kind, "text": text} for kind, texts in named.items() for text in texts]
        for at in range(0, len(rows), _AT_ONCE):
            lines = [msgspec.json.encode(row) for row in rows[at : at + _AT_ONCE]]
            self._store.insert("erasing", lines, _token("erasing", lines))

    def find(self) -> list[Found]:
        """The sightings of those who were named, and copies of them."""
        rows = self._store.query(_upkeep("erasable"), {"site": self._site}).rows
        return list({row[0]: Found(row[0], _moment(row[1]), *row[2:]) for row in rows}.values())

    def records(self) -> list[tuple[str, str]]:
        """Conversions of those who were named: ids, each with its order's."""
        return [(row[0], row[1]) for row in self._store.query(_upkeep("records_of"), {"site": self._site}).rows]

    def delete(self, sessions: Sessions, tombstones: Sequence[bytes]) -> Iterator[str]:
        """Put tombstones in the place of the sightings that were named and delete the rest; yields each table that is
        done. `tombstones` are rows of `drops`."""
        days = self._store.query(_upkeep("erasing_days"), {"site": self._site}).rows
        sessions.change({date.fromisoformat(row[0]) for row in days})
        for at in range(0, len(tombstones), _AT_ONCE):
            lines = tombstones[at : at + _AT_ONCE]
            self._store.insert("drops", lines, _token("erased", lines))
        for table, which in _ROWS.items():
            sql = f"ALTER TABLE {table}{{local}} {{on_cluster}} DELETE WHERE site = {{site:String}} AND {which}"
            self._store.execute(self._words.fill(sql), {"site": self._site})
            yield table

    def purge(self) -> Iterator[int]:
        """Have the files of replaced and of damaged parts removed; yields how many are left, until none is."""
        for table, part in self._store.query(_upkeep("set_aside"), {"tables": self._tables()}).rows:
            self._store.execute(f"ALTER TABLE {table} DROP DETACHED PART '{part}'")
        for table in _ROWS:
            self._set(table, _NO_TRACE)
        while left := self._unpurged():
            yield left
        for table in _ROWS:
            self._set(table, f"old_parts_lifetime = {_USUAL_LIFETIME_S.get(table, 480)}")

    def forget(self) -> None:
        self._store.execute(self._words.fill("TRUNCATE TABLE erasing{local} {on_cluster}"))

    def _unpurged(self) -> int:
        return int(self._store.query(_upkeep("unpurged_parts"), {"tables": self._tables()}).rows[0][0])

    def _tables(self) -> list[str]:
        return [table + self._words.local for table in _ROWS]

    def _set(self, table: str, settings: str) -> None:
        self._store.execute(self._words.fill(f"ALTER TABLE {table}{{local}} {{on_cluster}} MODIFY SETTING {settings}"))


def _token(what: str, lines: Sequence[bytes]) -> str:
    return f"{what}:{hashlib.blake2b(b''.join(lines), digest_size=16).hexdigest()}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _upkeep(name: str) -> str:
    return (UPKEEP / f"{name}.sql").read_text(encoding="utf-8")
