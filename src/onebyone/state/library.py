"""A site's words for its events: what one is called, what it means, and whether lists leave it out."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from sqlalchemy import Column, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_LIBRARY = Table(
    "event_library",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("event", String(512), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Described, as JSON
)


class Described(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`event` is the name it is sent under, and stays its name in addresses, files and the API."""

    event: str
    label: str = ""
    about: str = ""
    hidden: bool = False

    @property
    def says_nothing(self) -> bool:
        return not (self.label or self.about or self.hidden)


class Library:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str) -> dict[str, Described]:
        """By the names of the events."""
        with self._engine.connect() as connection:
            found = connection.execute(select(_LIBRARY.c.body).where(_LIBRARY.c.site == site)).scalars()
            described = [msgspec.json.decode(body, type=Described) for body in found]
        return {one.event: one for one in described}

    def put(self, site: str, one: Described) -> None:
        """In place of what was said of that event; where nothing is said any more, nothing is kept."""
        with self._engine.begin() as connection:
            connection.execute(delete(_LIBRARY).where(_LIBRARY.c.site == site, _LIBRARY.c.event == one.event))
            if not one.says_nothing:
                connection.execute(insert(_LIBRARY).values(site=site, event=one.event, body=msgspec.json.encode(one)))
