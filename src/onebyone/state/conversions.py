"""Conversion records, and the keys their copies are found by.

Reading takes no lock. A commit takes its sites' turns, in sorted order, and fails if another pipeline committed for one
of them since the batch began: what it had read may be old, so the batch is made again (specs/measurement.md 1.4).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.exc import DBAPIError

from onebyone.event import Conversion, hit_uuid
from onebyone.state.claims import Claims
from onebyone.state.database import METADATA, StateUnavailable

_KEYS = Table(
    "conversion_keys",
    METADATA,
    Column("key", LargeBinary(16), primary_key=True),
    Column("record", LargeBinary(16), primary_key=True),
    Column("until_day", Integer, nullable=False),  # days since 1970
    sqlite_with_rowid=False,
)
_RECORDS = Table(
    "conversion_records",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("until_day", Integer, nullable=False),
    Column("line", LargeBinary, nullable=False),  # the Conversion as JSON; b"" of one that waits for its order
    Column("body", LargeBinary, nullable=False),  # what it is made of; b"" of one that joined another
)
_TURNS = Table(
    "conversion_turns",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("turn", BigInteger, nullable=False),  # commits so far
)
KEEP_DAYS = 400
_READ_AT_ONCE = 500
_ASKED_AT_ONCE = 500  # variables of one statement
_DAY_MS = 86_400_000
_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()
_CONVERSION = msgspec.json.Decoder(Conversion)
Row = tuple[Any, ...]

_COLUMNS = {  # written once: for every delivery one of them is asked, and writing it costs more than asking it
    column.name: select(column).where(_RECORDS.c.id == bindparam("one"), _RECORDS.c.site == bindparam("of"))
    for column in (_RECORDS.c.line, _RECORDS.c.body)
}


class StateMoved(StateUnavailable):
    """Another pipeline changed what this batch was made from. Nothing was written; make it again."""


class Conversions:
    """All records. `get` and `body` may be called from anywhere; the rest is one pipeline's view of one batch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sql = _Statements(engine)
        self._turns: dict[str, int] = {}
        self._forget()

    def get(self, site: str, id: str) -> Conversion | None:
        """The newest version of a record. None for an id nobody knows, and for what is no UUID."""
        line = self._column(site, id, _RECORDS.c.line)
        return _CONVERSION.decode(line) if line else None

    def get_many(self, site: str, ids: Iterable[str]) -> dict[str, Conversion]:
        """Those that are known, as `get` finds each."""
        found = (_CONVERSION.decode(line) for _, line in self._look(self._sql.lines, list(_raw(ids))) if line)
        return {one.id: one for one in found if one.site == site}

    def of_site(self, site: str) -> Iterator[Conversion]:
        """Every record of the site, as it is now, in no order. May be called from anywhere."""
        columns = select(_RECORDS.c.id, _RECORDS.c.line).order_by(_RECORDS.c.id).limit(_READ_AT_ONCE)
        last = b""
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(columns.where(_RECORDS.c.site == site, _RECORDS.c.id > last)).all()
            yield from (_CONVERSION.decode(line) for _, line in rows if line)
            if len(rows) < _READ_AT_ONCE:
                return
            last = rows[-1].id

    def body(self, site: str, id: str) -> bytes | None:
        """What it is made of, as `pipeline.conversions.records` wrote it."""
        return self._column(site, id, _RECORDS.c.body) or None

    def begin(self, sites: Iterable[str]) -> None:
        """Before the first look of a batch that is of these sites. Raises StateUnavailable."""
        wanted = sorted(set(sites))
        rows = self._look(self._sql.turns, wanted)
        self._turns = dict.fromkeys(wanted, 0) | {site: turn for site, turn in rows}

    def find(self, keys: Collection[bytes]) -> dict[bytes, list[str]]:
        """The records under each of these keys that has any. Raises StateUnavailable."""
        found: dict[bytes, list[str]] = {}
        for key, record in self._look(self._sql.keys, list(keys)):
            found.setdefault(bytes(key), []).append(hit_uuid(bytes(record)))
        return found

    def load(self, ids: Collection[str]) -> dict[str, bytes]:
        """What these records are made of. Raises StateUnavailable."""
        rows = self._look(self._sql.bodies, [_bytes(id) for id in ids])
        return {hit_uuid(bytes(id)): bytes(body) for id, body in rows if body}

    def after(self, id: str, *, limit: int) -> list[tuple[str, str]]:
        """Site and id of the next records that have a version, in the order of their ids; "" is before the first."""
        asked = select(_RECORDS.c.site, _RECORDS.c.id).where(_RECORDS.c.line != b"", _RECORDS.c.body != b"")
        if id:
            asked = asked.where(_RECORDS.c.id > _bytes(id))
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(asked.order_by(_RECORDS.c.id).limit(limit)).all()
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return [(row.site, hit_uuid(bytes(row.id))) for row in rows]

    def put(self, conversion: Conversion, line: bytes, body: bytes) -> None:
        """A version to be written by the next commit; `line` is the conversion as JSON."""
        last = max(conversion.first_day, conversion.updated_at.date()).toordinal() - _EPOCH_DAY + KEEP_DAYS
        self._rows[conversion.id] = (_bytes(conversion.id), conversion.site, conversion.version, last, line, body)

    def put_waiting(self, site: str, id: str, day: int, body: bytes) -> None:
        """A record without a version yet, kept until that day."""
        self._rows[id] = (_bytes(id), site, 0, day, b"", body)

    def remove(self, id: str) -> None:
        self._rows.pop(id, None)
        self._removed.append((_bytes(id),))

    def tie(self, key: bytes, id: str, last_day: int) -> None:
        """From the next commit on the record is found under this key, until that day (since 1970)."""
        row = (key, _bytes(id))
        self._untied.pop(row, None)
        self._tied[row] = last_day

    def untie(self, key: bytes, id: str) -> None:
        row = (key, _bytes(id))
        self._tied.pop(row, None)
        self._untied[row] = None

    def commit(self, now_ms: int, claims: Claims, also: Callable[[Connection], None] | None = None) -> None:
        """Write the batch, its claims and what `also` writes, in one transaction.

        Raises StateMoved, or StateUnavailable; what was put is then still there.
        """
        try:
            with self._engine.begin() as connection:
                self._take_turns(connection)
                claims.write(connection, now_ms)
                self._write(connection)
                if also is not None:
                    also(connection)
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        claims.discard()
        self.discard()

    def discard(self) -> None:
        """Forget what was put since the last commit."""
        self._turns = {}
        self._forget()

    def expire(self, now_ms: int) -> int:
        """Forget keys and records whose time is over; returns how many keys."""
        today = now_ms // _DAY_MS
        with self._engine.begin() as connection:
            connection.execute(delete(_RECORDS).where(_RECORDS.c.until_day < today))
            return connection.execute(delete(_KEYS).where(_KEYS.c.until_day < today)).rowcount

    def lighten(
        self, site: str, before_day: int, marks: Sequence[bytes], change: Callable[[bytes, bytes], tuple[bytes, bytes]]
    ) -> int:
        """Write the site's records anew that last changed before that day (since 1970) and whose line holds one of the
        marks: `change` takes and gives line and body. It makes no new version. How many. Raises StateUnavailable."""
        mine = (_RECORDS.c.site == site) & (_RECORDS.c.until_day < before_day + KEEP_DAYS) & (_RECORDS.c.body != b"")
        marked = or_(*(self._holds(_RECORDS.c.line, mark) for mark in marks))
        columns = select(_RECORDS.c.id, _RECORDS.c.line, _RECORDS.c.body).where(mine, marked)
        last, count = b"", 0
        try:
            while True:
                with self._engine.begin() as connection:  # a batch of another process that read one is made again
                    self._sql.run(connection, self._sql.first_turn, [(site,)])
                    self._sql.run(connection, self._sql.next_turn, [(site,)])
                    page = columns.where(_RECORDS.c.id > last).order_by(_RECORDS.c.id).limit(_READ_AT_ONCE)
                    rows = connection.execute(page).all()
                    for id, *held in rows:
                        line, body = change(*held)
                        if line != held[0]:
                            written = _RECORDS.update().where(_RECORDS.c.id == id).values(line=line, body=body)
                            connection.execute(written)
                            count += 1
                if len(rows) < _READ_AT_ONCE:
                    return count
                last = rows[-1].id
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def _holds(self, column: Column[Any], text: bytes) -> ColumnElement[bool]:
        if self._engine.dialect.name == "sqlite":
            return func.instr(column, text) > 0
        return func.position(literal(text).op("IN")(column)) > 0

    def erase(self, site: str, keys: Mapping[str, Iterable[bytes]]) -> int:
        """Forget these records of a site, each with the keys that lead to it; returns how many there were.

        A batch of another process that had read one of them is made again.
        """
        gone = 0
        with self._engine.begin() as connection:
            self._sql.run(connection, self._sql.first_turn, [(site,)])
            self._sql.run(connection, self._sql.next_turn, [(site,)])
            for id, its in keys.items():
                here = (_RECORDS.c.id == _bytes(id)) & (_RECORDS.c.site == site)
                if connection.execute(delete(_RECORDS).where(here)).rowcount:
                    self._sql.run(connection, self._sql.untie, [(key, _bytes(id)) for key in its])
                    gone += 1
        return gone

    def _forget(self) -> None:
        self._rows: dict[str, Row] = {}
        self._removed: list[tuple[bytes]] = []
        self._tied: dict[tuple[bytes, bytes], int] = {}
        self._untied: dict[tuple[bytes, bytes], None] = {}

    def _take_turns(self, connection: Connection) -> None:
        sites = sorted(self._turns)
        if not sites:
            return
        self._sql.run(connection, self._sql.first_turn, [(site,) for site in sites])
        self._sql.run(connection, self._sql.next_turn, [(site,) for site in sites])  # holds them until the end
        now = {site: turn for part in _parts(sites) for site, turn in self._sql.ask(connection, self._sql.turns, part)}
        if now != {site: turn + 1 for site, turn in self._turns.items()}:
            raise StateMoved("another pipeline committed for the same site")

    def _write(self, connection: Connection) -> None:
        run, sql = self._sql.run, self._sql
        run(connection, sql.untie, list(self._untied))
        run(connection, sql.tie, [(*row, last) for row, last in self._tied.items()])
        run(connection, sql.remove, self._removed)
        run(connection, sql.put, list(self._rows.values()))

    def _look(self, statement: str, values: Sequence[object]) -> list[Row]:
        if not values:
            return []
        try:
            with self._engine.connect() as connection:
                return [row for part in _parts(values) for row in self._sql.ask(connection, statement, part)]
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def _column(self, site: str, id: str, column: Column[Any]) -> bytes:
        try:
            raw = _bytes(id)
        except ValueError:
            return b""
        with self._engine.connect() as connection:
            found = connection.execute(_COLUMNS[column.name], {"one": raw, "of": site}).scalar()
        return bytes(found or b"")


def _raw(ids: Iterable[str]) -> Iterator[bytes]:
    """Without what is no UUID."""
    for id in ids:
        with contextlib.suppress(ValueError):
            yield _bytes(id)


class _Statements:
    """Written out once for the driver: SQLAlchemy's naming and wrapping of each value costs more than SQLite's work
    (docs/decisions/0007)."""

    keys = "SELECT key, record FROM conversion_keys WHERE key IN ({many})"
    bodies = "SELECT id, body FROM conversion_records WHERE id IN ({many})"
    lines = "SELECT id, line FROM conversion_records WHERE id IN ({many})"
    turns = "SELECT site, turn FROM conversion_turns WHERE site IN ({many})"
    first_turn = "INSERT INTO conversion_turns (site, turn) VALUES ({?}, 0) ON CONFLICT DO NOTHING"
    next_turn = "UPDATE conversion_turns SET turn = turn + 1 WHERE site = {?}"
    tie = (
        "INSERT INTO conversion_keys (key, record, until_day) VALUES ({?}, {?}, {?}) ON CONFLICT (key, record)"
        " DO UPDATE SET until_day = excluded.until_day WHERE excluded.until_day > conversion_keys.until_day"
    )
    untie = "DELETE FROM conversion_keys WHERE key = {?} AND record = {?}"
    put = (
        "INSERT INTO conversion_records (id, site, version, until_day, line, body)"
        " VALUES ({?}, {?}, {?}, {?}, {?}, {?}) ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
        " until_day = excluded.until_day, line = excluded.line, body = excluded.body"
    )
    remove = "DELETE FROM conversion_records WHERE id = {?}"

    def __init__(self, engine: Engine) -> None:
        self._mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"

    def ask(self, connection: Connection, statement: str, values: Sequence[object]) -> Iterator[Row]:
        text = statement.replace("{many}", ",".join([self._mark] * len(values)))
        yield from connection.exec_driver_sql(text, tuple(values)).cursor.fetchall()

    def run(self, connection: Connection, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            connection.exec_driver_sql(statement.replace("{?}", self._mark), list(rows))


def _parts(values: Sequence[object]) -> Iterator[Sequence[object]]:
    for at in range(0, len(values), _ASKED_AT_ONCE):
        yield values[at : at + _ASKED_AT_ONCE]


def _bytes(id: str) -> bytes:
    raw = bytes.fromhex(id.replace("-", ""))
    if len(raw) != 16:
        raise ValueError("no UUID")
    return raw
