"""Notes on days: what people write beside a site's charts."""

from __future__ import annotations

import secrets
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_ANNOTATIONS = Table(
    "annotations",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Annotation, as JSON
)


class Annotation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`removed_ms` is 0 while it stands; one that was removed can be put back until it is forgotten."""

    site: str
    id: str
    day: date  # of the site's zone
    text: str
    by: str
    made_ms: int
    removed_ms: int = 0


class Annotations:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str) -> list[Annotation]:
        """By their days, also those that were removed."""
        with self._engine.connect() as connection:
            found = connection.execute(select(_ANNOTATIONS.c.body).where(_ANNOTATIONS.c.site == site)).scalars()
            notes = [msgspec.json.decode(body, type=Annotation) for body in found]
        return sorted(notes, key=lambda one: (one.day, one.made_ms, one.id))

    def find(self, site: str, id: str) -> Annotation | None:
        return next((one for one in self.all(site) if one.id == id), None)

    def add(self, site: str, day: date, text: str, *, by: str, now_ms: int) -> Annotation:
        note = Annotation(site=site, id=secrets.token_hex(6), day=day, text=text, by=by, made_ms=now_ms)
        with self._engine.begin() as connection:
            _put(connection, note)
        return note

    def change(self, note: Annotation, day: date, text: str) -> Annotation:
        """Who wrote it first, and when, stays."""
        changed = replace(note, day=day, text=text)
        with self._engine.begin() as connection:
            _put(connection, changed)
        return changed

    def set_removed(self, note: Annotation, removed_ms: int) -> Annotation:
        """Out of every chart from that moment; 0 puts it back."""
        changed = replace(note, removed_ms=removed_ms)
        with self._engine.begin() as connection:
            _put(connection, changed)
        return changed

    def forget(self, site: str, *, removed_before_ms: int) -> None:
        """Those that were removed before then are gone."""
        gone = [one.id for one in self.all(site) if 0 < one.removed_ms < removed_before_ms]
        with self._engine.begin() as connection:
            for id in gone:
                connection.execute(delete(_ANNOTATIONS).where(_ANNOTATIONS.c.site == site, _ANNOTATIONS.c.id == id))


def _put(connection: Connection, note: Annotation) -> None:
    connection.execute(delete(_ANNOTATIONS).where(_ANNOTATIONS.c.site == note.site, _ANNOTATIONS.c.id == note.id))
    connection.execute(insert(_ANNOTATIONS).values(site=note.site, id=note.id, body=msgspec.json.encode(note)))
