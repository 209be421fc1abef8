"""What ad platforms said of a site: imported claims, the mappings of their files, and campaigns matched by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (  # fmt: skip
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from onebyone.state.database import METADATA, StateUnavailable

_CLAIMS = Table(
    "platform_claims",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("site", String(32), nullable=False),
    Column("number", Integer, nullable=False),  # of its import
    Column("platform", String(32), nullable=False),
    Column("thing", String(32), nullable=False),  # what it is about, as a hash
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the claim as JSON: the reports' own
    Index("platform_claims_by_site", "site", "platform"),
)
_IMPORTS = Table(
    "platform_imports",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Imported as JSON
)
_MAPPINGS = Table(
    "platform_mappings",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("header", String(32), primary_key=True),  # as a hash
    Column("body", LargeBinary, nullable=False),  # {"header": ..., "columns": {field: header}}
)
_MATCHES = Table(
    "platform_matches",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("platform", String(32), primary_key=True),
    Column("theirs_hash", String(32), primary_key=True),
    Column("theirs", String(512), nullable=False),
    Column("ours", String(512), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
)
_HELD = Table(
    "platform_files",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
_SENT_AT_ONCE = 500
HOLD_MS = 3_600_000


class Row(Struct, frozen=True):
    """One claim: `thing` says what it is about; two on one thing that share a day cannot both hold."""

    thing: str
    first: date
    last: date
    body: bytes


class Imported(Struct, frozen=True, kw_only=True):
    number: int = 0
    platform: str
    file: str
    by: str
    at_ms: int
    rows: int
    replaced: int = 0
    first: date
    last: date
    notes: list[str] = []


class _Mapping(Struct):
    header: str
    columns: dict[str, str]


class PlatformClaims:
    """Every call is one transaction and may block. Raises StateUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, site: str, rows: Sequence[Row], imported: Imported) -> Imported:
        """Store an import; stored rows on the same thing that share a day with a new one are replaced."""
        try:
            with self._engine.begin() as connection:
                old = _replaced(connection, site, rows, imported.platform)
                _delete(connection, old)
                highest = select(func.coalesce(func.max(_IMPORTS.c.number), 0)).where(_IMPORTS.c.site == site)
                number = int(connection.execute(highest).scalar_one()) + 1
                done = msgspec.structs.replace(imported, number=number, replaced=len(old))
                body = msgspec.json.encode(done)
                connection.execute(insert(_IMPORTS).values(site=site, number=number, body=body))
                connection.execute(insert(_CLAIMS), [_values(site, done, row) for row in rows])
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return done

    def rows(self, site: str) -> list[tuple[int, bytes]]:
        """All claims with the numbers of their imports, in the order of import."""
        query = select(_CLAIMS.c.number, _CLAIMS.c.body).where(_CLAIMS.c.site == site).order_by(_CLAIMS.c.id)
        with self._engine.connect() as connection:
            return [(number, bytes(body)) for number, body in connection.execute(query)]

    def imports(self, site: str) -> list[Imported]:
        """The newest first."""
        query = select(_IMPORTS.c.body).where(_IMPORTS.c.site == site).order_by(_IMPORTS.c.number.desc())
        with self._engine.connect() as connection:
            return [msgspec.json.decode(body, type=Imported) for body in connection.execute(query).scalars()]

    def forget(self, site: str, number: int) -> bool:
        """Remove an import and its claims; whether there was one. What it had replaced does not come back."""
        with self._engine.begin() as connection:
            connection.execute(delete(_CLAIMS).where(_CLAIMS.c.site == site, _CLAIMS.c.number == number))
            gone = connection.execute(delete(_IMPORTS).where(_IMPORTS.c.site == site, _IMPORTS.c.number == number))
            return gone.rowcount > 0

    def remember(self, site: str, header: str, columns: Mapping[str, str]) -> None:
        """Which column is which in files with this header."""
        key = _hashed(header)
        body = msgspec.json.encode(_Mapping(header, dict(columns)))
        with self._engine.begin() as connection:
            connection.execute(delete(_MAPPINGS).where(_MAPPINGS.c.site == site, _MAPPINGS.c.header == key))
            connection.execute(insert(_MAPPINGS).values(site=site, header=key, body=body))

    def mappings(self, site: str) -> dict[str, dict[str, str]]:
        """By header."""
        query = select(_MAPPINGS.c.body).where(_MAPPINGS.c.site == site)
        with self._engine.connect() as connection:
            found = [msgspec.json.decode(body, type=_Mapping) for body in connection.execute(query).scalars()]
        return {one.header: one.columns for one in found}

    def hold(self, site: str, name: str, body: bytes, *, now_ms: int) -> str:
        """Keep a file while somebody says which column is which: an hour, and one a site. Its id."""
        id = _hashed(f"{now_ms}\x00{name}\x00{len(body)}")
        with self._engine.begin() as connection:
            connection.execute(delete(_HELD).where((_HELD.c.site == site) | (_HELD.c.at_ms < now_ms - HOLD_MS)))
            connection.execute(insert(_HELD).values(site=site, id=id, name=name[:200], body=body, at_ms=now_ms))
        return id

    def held(self, site: str, id: str) -> tuple[str, bytes] | None:
        """Name and body of a file that is being held."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(_HELD.c.name, _HELD.c.body).where(_HELD.c.site == site, _HELD.c.id == id)
            ).first()
        return None if row is None else (row.name, bytes(row.body))

    def let_go(self, site: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_HELD).where(_HELD.c.site == site))

    def say(self, site: str, platform: str, theirs: str, ours: str, *, now_ms: int) -> None:
        """That a platform's campaign is ours of that name; "" takes it back."""
        key = _hashed(theirs)
        mine = (_MATCHES.c.site == site, _MATCHES.c.platform == platform, _MATCHES.c.theirs_hash == key)
        values = {"site": site, "platform": platform, "theirs_hash": key, "theirs": theirs, "ours": ours}
        with self._engine.begin() as connection:
            connection.execute(delete(_MATCHES).where(*mine))
            if ours:
                connection.execute(insert(_MATCHES).values(**values, made_ms=now_ms))

    def said(self, site: str) -> dict[str, dict[str, str]]:
        """Platform -> their campaign -> ours."""
        query = select(_MATCHES.c.platform, _MATCHES.c.theirs, _MATCHES.c.ours).where(_MATCHES.c.site == site)
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        with self._engine.connect() as connection:
            for platform, theirs, ours in connection.execute(query):
                found[platform][theirs] = ours
        return dict(found)


def _hashed(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _values(site: str, imported: Imported, row: Row) -> dict[str, Any]:
    return {
        "site": site,
        "number": imported.number,
        "platform": imported.platform,
        "thing": _hashed(row.thing),
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "body": row.body,
    }


def _replaced(connection: Connection, site: str, rows: Sequence[Row], platform: str) -> list[int]:
    wanted: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        wanted[_hashed(row.thing)].append((row.first.isoformat(), row.last.isoformat()))
    columns = (_CLAIMS.c.id, _CLAIMS.c.thing, _CLAIMS.c.first, _CLAIMS.c.last)
    query = select(*columns).where(_CLAIMS.c.site == site, _CLAIMS.c.platform == platform)
    return [
        id
        for id, thing, first, last in connection.execute(query)
        if any(first <= until and since <= last for since, until in wanted.get(thing, ()))
    ]


def _delete(connection: Connection, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _SENT_AT_ONCE):
        connection.execute(delete(_CLAIMS).where(_CLAIMS.c.id.in_(ids[start : start + _SENT_AT_ONCE])))
