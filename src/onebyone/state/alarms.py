"""What should wake somebody up: the alarms of a site, how each stands, and what was told to whom."""

from __future__ import annotations

import secrets
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from onebyone.state.database import METADATA
from onebyone.state.vault import Vault

_ALARMS = Table(
    "alarms",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Alarm, as JSON
    Column("secret", LargeBinary, nullable=False),  # that signs its webhook, locked
)
_STANDINGS = Table(
    "alarm_standings",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Standing, as JSON
)
_TOLD = Table(
    "notices",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("site", String(32), nullable=False),
    Column("about", String(16), nullable=False),  # the id of an alarm or an export
    Column("name", String(100), nullable=False),  # as it was called then
    Column("at_ms", BigInteger, nullable=False),
    Column("what", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Index("notices_of_site", "site", "at_ms"),
)


class Kind(StrEnum):
    BLOCK_RATE = "block_rate"  # browsers miss more of a conversion than `limit` per cent
    EVENT_STOPS = "event_stops"  # none in `hours`, where there always were some
    DESTINATION_FAILS = "destination_fails"  # stopped, or refuses more than `limit` per cent, or retries for `hours`
    MATCH_RATE = "match_rate"  # conversions carry an identifier less often, by `limit` points


class Alarm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule, and who is told. Which of `event` and `destination` counts is by its kind."""

    site: str
    id: str
    name: str
    kind: Kind
    event: str = "purchase"
    destination: str = ""
    limit: float = 0.0  # per cent, or percentage points
    hours: int = 168  # that are looked at
    to: tuple[str, ...] = ()  # e-mail addresses
    url: str = ""  # of a webhook
    enabled: bool = True
    created_ms: int = 0

    @property
    def ways(self) -> tuple[str, ...]:
        return tuple(way for way, given in (("mail", self.to), ("hook", self.url)) if given)


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an alarm stands since its last check."""

    raised: bool = False
    since_ms: int = 0  # when it was raised or cleared
    checked_ms: int = 0
    quiet: bool = True  # nothing could be said honestly
    says: str = ""
    waits: tuple[str, ...] = ()  # ways by which the last change is still to be told: mail, hook
    tries: int = 0


class What(StrEnum):
    RAISED = "raised"
    CLEARED = "cleared"
    TOLD = "told"
    NOT_TOLD = "not_told"
    SENT = "sent"  # a scheduled export
    NOT_SENT = "not_sent"


class Told(Struct, frozen=True, kw_only=True):
    """A line of the history."""

    site: str
    about: str
    name: str
    at_ms: int
    what: What
    text: str


class Alarms:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def all(self, site: str) -> list[Alarm]:
        with self._engine.connect() as connection:
            found = connection.execute(select(_ALARMS.c.body).where(_ALARMS.c.site == site)).scalars()
            return sorted((msgspec.json.decode(body, type=Alarm) for body in found), key=lambda one: one.created_ms)

    def find(self, site: str, id: str) -> Alarm | None:
        return next((one for one in self.all(site) if one.id == id), None)

    def put(self, alarm: Alarm) -> Alarm:
        """A new one gets an id and a secret; a changed one keeps its secret, and begins anew with its standing."""
        if alarm.id:
            key = self._key(alarm.site, alarm.id)
        else:
            alarm, key = replace(alarm, id=secrets.token_hex(6)), b""
        key = key or self._vault.lock(secrets.token_urlsafe(32).encode(), _place(alarm.site, alarm.id))
        with self._engine.begin() as connection:
            self._forget(connection, alarm.site, alarm.id)
            connection.execute(
                insert(_ALARMS).values(site=alarm.site, id=alarm.id, body=msgspec.json.encode(alarm), secret=key)
            )
        return alarm

    def switch(self, alarm: Alarm, *, on: bool) -> None:
        """Paused, it is not checked; resumed, it begins anew."""
        mine = (_ALARMS.c.site == alarm.site, _ALARMS.c.id == alarm.id)
        with self._engine.begin() as connection:
            connection.execute(
                update(_ALARMS).where(*mine).values(body=msgspec.json.encode(replace(alarm, enabled=on)))
            )
            connection.execute(delete(_STANDINGS).where(_STANDINGS.c.site == alarm.site, _STANDINGS.c.id == alarm.id))

    def remove(self, site: str, id: str) -> None:
        """Its history stays."""
        with self._engine.begin() as connection:
            self._forget(connection, site, id)

    def secret(self, alarm: Alarm) -> str:
        """That signs its webhook. Raises VaultLocked, KeyError."""
        found = self._key(alarm.site, alarm.id)
        if not found:
            raise KeyError(alarm.id)
        return self._vault.open(found, _place(alarm.site, alarm.id)).decode()

    def standings(self, site: str) -> dict[str, Standing]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(_STANDINGS.c.id, _STANDINGS.c.body).where(_STANDINGS.c.site == site))
            return {row.id: msgspec.json.decode(row.body, type=Standing) for row in rows}

    def stand(self, alarm: Alarm, standing: Standing, line: Told | None = None) -> None:
        """Store how it stands, with the line of the history that belongs to the change, in one transaction."""
        mine = (_STANDINGS.c.site == alarm.site, _STANDINGS.c.id == alarm.id)
        with self._engine.begin() as connection:
            connection.execute(delete(_STANDINGS).where(*mine))
            connection.execute(
                insert(_STANDINGS).values(site=alarm.site, id=alarm.id, body=msgspec.json.encode(standing))
            )
            if line is not None:
                connection.execute(insert(_TOLD).values(**_values(line)))

    def note(self, line: Told) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(_TOLD).values(**_values(line)))

    def history(self, site: str, *, about: str | None = None, limit: int = 50) -> list[Told]:
        """The newest first."""
        query = select(*(_TOLD.c[name] for name in Told.__struct_fields__)).where(_TOLD.c.site == site)
        if about is not None:
            query = query.where(_TOLD.c.about == about)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(_TOLD.c.at_ms.desc(), _TOLD.c.number.desc()).limit(limit))
            return [Told(**{**row._mapping, "what": What(row.what)}) for row in rows]

    def expire(self, before_ms: int) -> int:
        with self._engine.begin() as connection:
            return connection.execute(delete(_TOLD).where(_TOLD.c.at_ms < before_ms)).rowcount

    def _key(self, site: str, id: str) -> bytes:
        query = select(_ALARMS.c.secret).where(_ALARMS.c.site == site, _ALARMS.c.id == id)
        with self._engine.connect() as connection:
            return bytes(connection.execute(query).scalar() or b"")

    def _forget(self, connection: Connection, site: str, id: str) -> None:
        for table in (_ALARMS, _STANDINGS):
            connection.execute(delete(table).where(table.c.site == site, table.c.id == id))


def _values(line: Told) -> dict[str, object]:
    return {**msgspec.structs.asdict(line), "what": str(line.what)}


def _place(site: str, id: str) -> str:
    return f"{site}\x00alarm\x00{id}"
