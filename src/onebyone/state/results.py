"""Requests that a platform took and works on later: when to ask what came of each."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import BigInteger, Column, ColumnElement, Engine, Index, String, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from onebyone.state.database import METADATA

_RESULTS = Table(
    "delivery_results",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("destination", String(32), primary_key=True),
    Column("trace", String(128), primary_key=True),  # the platform's id of the request
    Column("sent_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Index("delivery_results_due", "site", "destination", "due_ms"),
)


class Awaited(Struct, frozen=True):
    site: str
    destination: str
    trace: str
    sent_ms: int
    due_ms: int


class Results:
    """Every call is one transaction and may block. Raises DBAPIError, as of a state that is unwell."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._insert = insert(_RESULTS).on_conflict_do_nothing()

    def wait_for(self, site: str, destination: str, trace: str, *, sent_ms: int, due_ms: int) -> None:
        row = {"site": site, "destination": destination, "trace": trace, "sent_ms": sent_ms, "due_ms": due_ms}
        with self._engine.begin() as connection:
            connection.execute(self._insert, row)

    def due(self, site: str, destination: str, *, now_ms: int, limit: int) -> list[Awaited]:
        mine = (_RESULTS.c.site == site, _RESULTS.c.destination == destination, _RESULTS.c.due_ms <= now_ms)
        with self._engine.connect() as connection:
            rows = connection.execute(select(_RESULTS).where(*mine).order_by(_RESULTS.c.due_ms).limit(limit))
            return [Awaited(**row._mapping) for row in rows]

    def later(self, one: Awaited, due_ms: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(_RESULTS).where(*_is(one)).values(due_ms=due_ms))

    def done(self, one: Awaited) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_RESULTS).where(*_is(one)))


def _is(one: Awaited) -> tuple[ColumnElement[bool], ...]:
    return _RESULTS.c.site == one.site, _RESULTS.c.destination == one.destination, _RESULTS.c.trace == one.trace
