"""Which platforms a site sends its conversions to, and with what. Secrets are locked and never shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from onebyone.state.database import METADATA, StateUnavailable
from onebyone.state.vault import Vault

_DESTINATIONS = Table(
    "destinations",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("version", Integer, nullable=False),  # grows with every change of any
    Column("body", LargeBinary, nullable=False),  # the Configured, as JSON
    Column("secrets", LargeBinary, nullable=False),  # a JSON object, locked
)
_CURSORS = Table(
    "destination_cursors",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("position", LargeBinary, nullable=False),  # partition -> group, as JSON
)
_ORDERS = Table(
    "destination_orders",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("site", String(32), nullable=False),
    Column("name", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the Again, as JSON
    Column("asked_ms", BigInteger, nullable=False),
)
_TOP_VERSION = select(func.coalesce(func.max(_DESTINATIONS.c.version), 0))

Position = dict[str, int]


class Mode(StrEnum):
    """Who tells the platform: the browser's pixel, our server, or both under one event id."""

    BOTH = "both"
    SERVER = "server"
    BROWSER = "browser"


class Configured(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One destination of one site, without its secrets."""

    site: str
    name: str
    settings: dict[str, Any] = {}  # those that are no secrets
    secrets: dict[str, str] = {}  # name -> the last four characters, which is all that may be shown
    enabled: bool = True
    mode: Mode = Mode.BOTH
    send_suspect: bool = True  # machines and invalid traffic never leave, this is about the doubtful
    limited_use: bool = False  # also of who opted out by a signal alone, with the platform's flag for limited use
    settle_s: int = 360
    requests_per_minute: int = 0  # 0: what the platform publishes
    max_batch: int = 0  # 0: likewise, as of all these
    max_age_s: int = 0
    max_ahead_s: int = 0
    created_ms: int = 0
    stopped: str = ""  # the platform's code for why nothing can be sent until somebody acted
    stopped_ms: int = 0
    version: int = 0

    @property
    def running(self) -> bool:
        return self.enabled and not self.stopped


class Again(Struct, frozen=True, kw_only=True):
    """An order to send a range of the past, by when its conversions happened. Times are unix milliseconds."""

    from_ms: int
    to_ms: int
    resend: bool = False  # also what the platform has accepted already, under the same ids


class Asked(Struct, frozen=True):
    id: int
    site: str
    name: str
    again: Again


class Destinations:
    """Every call is one transaction and may block. Raises StateUnavailable."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def all(self, site: str | None = None) -> list[Configured]:
        query = select(_DESTINATIONS.c.body).order_by(_DESTINATIONS.c.site, _DESTINATIONS.c.name)
        if site is not None:
            query = query.where(_DESTINATIONS.c.site == site)
        with self._engine.connect() as connection:
            return [msgspec.json.decode(body, type=Configured) for body in connection.execute(query).scalars()]

    def find(self, site: str, name: str) -> Configured | None:
        return next((one for one in self.all(site) if one.name == name), None)

    def version(self) -> int:
        """Grows with every change: cheap to ask often."""
        try:
            with self._engine.connect() as connection:
                return int(connection.execute(_TOP_VERSION).scalar_one())
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def secrets(self, one: Configured) -> dict[str, str]:
        """For the moment of sending. Raises VaultLocked, KeyError."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_DESTINATIONS.c.secrets).where(
                    _DESTINATIONS.c.site == one.site, _DESTINATIONS.c.name == one.name
                )
            ).scalar()
        if found is None:
            raise KeyError(one.name)
        return msgspec.json.decode(self._vault.open(found, _place(one)), type=dict[str, str])

    def put(self, one: Configured, secrets: Mapping[str, str] | None = None) -> Configured:
        """Store it, new or changed. Without `secrets` those that are stored stay; given ones replace theirs.

        Raises VaultLocked where stored ones cannot be read.
        """
        held = self.secrets(one) if self.find(one.site, one.name) is not None else {}
        held |= secrets or {}
        one = replace(one, secrets={name: text[-4:] for name, text in held.items()})
        return self._write(one, self._vault.lock(msgspec.json.encode(held), _place(one)))

    def stop(self, site: str, name: str, code: str, *, now_ms: int) -> None:
        """Nothing leaves until somebody acted; touches no secret. Raises KeyError if there is none."""
        found = self.find(site, name)
        if found is None:
            raise KeyError(name)
        self._write(replace(found, stopped=code, stopped_ms=now_ms), None)

    def switch(self, site: str, name: str, *, on: bool) -> None:
        """Pause, or go on after a pause or a stop; touches no secret. Raises KeyError if there is none."""
        found = self.find(site, name)
        if found is None:
            raise KeyError(name)
        self._write(replace(found, enabled=on, stopped="" if on else found.stopped), None)

    def remove(self, site: str, name: str) -> None:
        """With its secrets and cursor. What was delivered stays known."""
        with self._engine.begin() as connection:
            top = int(connection.execute(_TOP_VERSION).scalar_one())
            for table in (_DESTINATIONS, _CURSORS, _ORDERS):
                connection.execute(delete(table).where(table.c.site == site, table.c.name == name))
            connection.execute(update(_DESTINATIONS).values(version=top + 1))

    def _write(self, one: Configured, locked: bytes | None) -> Configured:
        mine = (_DESTINATIONS.c.site == one.site, _DESTINATIONS.c.name == one.name)
        with self._engine.begin() as connection:
            one = replace(one, version=int(connection.execute(_TOP_VERSION).scalar_one()) + 1)
            if locked is None:
                locked = bytes(connection.execute(select(_DESTINATIONS.c.secrets).where(*mine)).scalar_one())
            connection.execute(delete(_DESTINATIONS).where(*mine))
            connection.execute(
                insert(_DESTINATIONS).values(
                    site=one.site, name=one.name, version=one.version, body=msgspec.json.encode(one), secrets=locked
                )
            )
        return one

    def change(self, site: str, name: str, change: Callable[[Configured], Configured]) -> Configured:
        """Raises KeyError if there is none."""
        found = self.find(site, name)
        if found is None:
            raise KeyError(name)
        return self.put(change(found))

    def cursor(self, site: str, name: str) -> Position | None:
        """None: it has never read anything."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_CURSORS.c.position).where(_CURSORS.c.site == site, _CURSORS.c.name == name)
            ).scalar()
        return None if found is None else msgspec.json.decode(found, type=Position)

    def order(self, site: str, name: str, again: Again, *, now_ms: int) -> None:
        """Have the engine send a range again. It is carried out once."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(_ORDERS).values(site=site, name=name, body=msgspec.json.encode(again), asked_ms=now_ms)
            )

    def orders(self) -> list[Asked]:
        columns = (_ORDERS.c.id, _ORDERS.c.site, _ORDERS.c.name, _ORDERS.c.body)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(_ORDERS.c.id)).all()
        return [Asked(id, site, name, msgspec.json.decode(body, type=Again)) for id, site, name, body in rows]

    def done(self, asked: Asked) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_ORDERS).where(_ORDERS.c.id == asked.id))


def cursor_rows(positions: Mapping[tuple[str, str], Position]) -> list[dict[str, object]]:
    return [
        {"site": site, "name": name, "position": msgspec.json.encode(position)}
        for (site, name), position in positions.items()
    ]


CURSORS = _CURSORS


def _place(one: Configured) -> str:
    return f"{one.site}\x00{one.name}"
