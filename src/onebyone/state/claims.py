"""Keys of what was already counted, each with the sighting that holds it.

A claim names its claimant: asked again by the same sighting, as after a crash or in a replay, a key gives its first
answer again. Keys are 16-byte hashes that begin with the site (design.md 11, isolation).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    delete,
    exists,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable, DropTable

from onebyone.state.database import METADATA, StateUnavailable

_CLAIMS = Table(
    "claims",
    METADATA,
    Column("key", LargeBinary(16), primary_key=True),
    Column("hit", LargeBinary(16), nullable=False),
    Column("n", Integer, nullable=False),
    Column("side", SmallInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("order", LargeBinary(8), nullable=False),
    Column("until_day", Integer, nullable=False),  # days since 1970
    sqlite_with_rowid=False,
)
_ERASED = Table(  # of one transaction
    "erased_sightings",
    MetaData(),
    Column("hit", LargeBinary(16), primary_key=True),
    Column("n", Integer, primary_key=True),
    prefixes=["TEMPORARY"],
)
_ASKED_AT_ONCE = 500  # variables of one statement
_DAY_MS = 86_400_000


class Holder(Struct, frozen=True):
    """The sighting that holds a key, and what later copies are compared with."""

    hit: bytes
    n: int
    side: int = 0  # 0 browser, 1 server
    at_ms: int = 0
    order: bytes = b""  # hash of its order id, b"" if it has none


class Claims:
    """A batch's view of the keys: prefetch, claim, then commit or discard. One thread; one batch at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = _Insert(engine)
        self._known: dict[bytes, Holder | None] = {}
        self._new: dict[bytes, tuple[Holder, int]] = {}

    def prefetch(self, keys: Iterable[bytes]) -> None:
        """Look keys up at once. Raises StateUnavailable."""
        wanted = [key for key in set(keys) if key not in self._known]
        if not wanted:
            return
        try:
            with self._engine.connect() as connection:
                for at in range(0, len(wanted), _ASKED_AT_ONCE):
                    self._look_up(connection, wanted[at : at + _ASKED_AT_ONCE])
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def find(self, key: bytes) -> Holder | None:
        """Who holds it, if anybody. Raises StateUnavailable."""
        if key not in self._known:
            self.prefetch((key,))
        return self._known[key]

    def claim(self, key: bytes, by: Holder, *, days: int) -> Holder:
        """The holder: `by` itself if the key was free, which then holds it for that many days."""
        holder = self.find(key)
        if holder is None:
            self._known[key] = holder = by
            self._new[key] = (by, days)
        return holder

    def commit(self, now_ms: int) -> None:
        """Make this batch's claims durable, in one transaction. Raises StateUnavailable; they are then still there."""
        if self._new:
            try:
                with self._engine.begin() as connection:
                    self.write(connection, now_ms)
            except DBAPIError as error:
                raise StateUnavailable(str(error.orig)) from error
        self.discard()

    def write(self, connection: Connection, now_ms: int) -> None:
        """The same in a transaction of the caller, who discards once it is committed. Raises what the driver raises."""
        today = now_ms // _DAY_MS
        rows = [(key, by.hit, by.n, by.side, by.at_ms, by.order, today + days) for key, (by, days) in self._new.items()]
        if rows:
            self._insert.run(connection, rows)

    def discard(self) -> None:
        """Forget what was looked up and claimed since the last commit."""
        self._known.clear()
        self._new.clear()

    def expire(self, now_ms: int) -> int:
        """Forget keys whose time is over; returns how many."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_CLAIMS).where(_CLAIMS.c.until_day < now_ms // _DAY_MS)).rowcount

    def erase(self, sightings: Iterable[tuple[bytes, int]]) -> int:
        """Free every key that one of these holds; returns how many. Reads all keys once."""
        with self._engine.begin() as connection:
            connection.execute(CreateTable(_ERASED))
            rows = [{"hit": hit, "n": n} for hit, n in set(sightings)]
            if rows:
                connection.execute(insert(_ERASED), rows)
            same = (_ERASED.c.hit == _CLAIMS.c.hit) & (_ERASED.c.n == _CLAIMS.c.n)
            gone = connection.execute(delete(_CLAIMS).where(exists().where(same))).rowcount
            connection.execute(DropTable(_ERASED))
        return gone

    def _look_up(self, connection: Connection, keys: list[bytes]) -> None:
        self._known.update(dict.fromkeys(keys))
        columns = (_CLAIMS.c.key, _CLAIMS.c.hit, _CLAIMS.c.n, _CLAIMS.c.side, _CLAIMS.c.at_ms, _CLAIMS.c.order)
        for key, *holder in connection.execute(select(*columns).where(_CLAIMS.c.key.in_(keys))):
            self._known[key] = Holder(*holder)


class _Insert:
    """The statement, compiled once. Through the driver itself: a third of the pipeline's time went into naming and
    wrapping the values of each row (docs/decisions/0007)."""

    def __init__(self, engine: Engine) -> None:
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        columns = [column.name for column in _CLAIMS.columns]
        statement = insert(_CLAIMS).values(dict.fromkeys(columns)).on_conflict_do_nothing()
        compiled = statement.compile(dialect=engine.dialect)
        self._text = str(compiled)
        self._named = None if compiled.positional else columns
        order = list(compiled.positiontup or columns)
        self._order = None if order == columns else [columns.index(name) for name in order]

    def run(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Rows in the order of the table's columns. Keys that are held stay as they are."""
        if self._named is not None:
            connection.exec_driver_sql(self._text, [dict(zip(self._named, row, strict=True)) for row in rows])
        elif self._order is not None:
            connection.exec_driver_sql(self._text, [tuple(row[at] for at in self._order) for row in rows])
        else:
            connection.exec_driver_sql(self._text, list(rows))
