"""A site's words for its events and their properties: what one is called, what it means, whether lists leave it out."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA


def _table(name: str, of: str) -> Table:
    return Table(
        name,
        METADATA,
        Column("site", String(32), primary_key=True),
        Column(of, String(512), primary_key=True),
        Column("body", LargeBinary, nullable=False),  # the Described, as JSON
    )


EVENTS, PROPERTIES = _table("event_library", "event"), _table("property_library", "property")


class Words(Struct, frozen=True, kw_only=True, omit_defaults=True):
    label: str = ""
    about: str = ""
    hidden: bool = False


class Described(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`name` is the one it is sent under, and stays its name in addresses, files and the API."""

    name: str = msgspec.field(name="event")
    label: str = ""
    about: str = ""
    hidden: bool = False
    was: Words | None = None  # what was said before

    @property
    def words(self) -> Words:
        return Words(label=self.label, about=self.about, hidden=self.hidden)

    def saying(self, words: Words) -> Described:
        return replace(self, label=words.label, about=words.about, hidden=words.hidden)


class Library:
    """Of events, or of properties. Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine, table: Table = EVENTS) -> None:
        self._engine = engine
        self._table = table
        self._name = table.c[1]

    def all(self, site: str) -> dict[str, Described]:
        """By their names; those of which something is said."""
        with self._engine.connect() as connection:
            found = connection.execute(select(self._table.c.body).where(self._table.c.site == site)).scalars()
            described = [msgspec.json.decode(body, type=Described) for body in found]
        return {one.name: one for one in described if one.words != Words()}

    def find(self, site: str, name: str) -> Described | None:
        """Also one of which nothing is said any more."""
        with self._engine.connect() as connection:
            return self._find(connection, site, name)

    def put(self, site: str, one: Described) -> None:
        """In place of what was said of it, which is kept beside for an undo."""
        with self._engine.begin() as connection:
            old = self._find(connection, site, one.name) or Described(name=one.name)
            if old.words == one.words:
                return
            kept = replace(one, was=old.words)
            connection.execute(delete(self._table).where(self._table.c.site == site, self._name == one.name))
            values = {"site": site, self._name.name: one.name, "body": msgspec.json.encode(kept)}
            connection.execute(insert(self._table).values(values))

    def _find(self, connection: Connection, site: str, name: str) -> Described | None:
        where = (self._table.c.site == site, self._name == name)
        body = connection.execute(select(self._table.c.body).where(*where)).scalar()
        return None if body is None else msgspec.json.decode(body, type=Described)
