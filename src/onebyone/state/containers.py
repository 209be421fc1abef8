"""Published versions of containers: numbered by site, never changed."""

from __future__ import annotations

import time

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, Integer, LargeBinary, String, Table, func, insert, select

from onebyone.state.database import METADATA

_VERSIONS = Table(
    "container_versions",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(32), nullable=False),  # of the file
    Column("document", LargeBinary, nullable=False),  # as it was given
    Column("file", LargeBinary, nullable=False),  # what browsers get
    Column("at_ms", BigInteger, nullable=False),
)
_SERVED = 20  # the newest so many, and the one that holds


class Version(Struct, frozen=True):
    site: str
    number: int
    hash: str
    document: bytes
    file: bytes
    at_ms: int = 0


class Containers:
    """May block on the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next_number(self, site: str) -> int:
        with self._engine.connect() as connection:
            top = connection.execute(select(func.max(_VERSIONS.c.number)).where(_VERSIONS.c.site == site)).scalar()
        return (top or 0) + 1

    def add(self, version: Version) -> Version:
        """Raises IntegrityError if another one took the number."""
        row = {name: getattr(version, name) for name in version.__struct_fields__}
        row["at_ms"] = time.time_ns() // 1_000_000
        with self._engine.begin() as connection:
            connection.execute(insert(_VERSIONS).values(row))
        return Version(**row)

    def find(self, site: str, number: int) -> Version | None:
        query = select(_VERSIONS).where(_VERSIONS.c.site == site, _VERSIONS.c.number == number)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else Version(**row)

    def all(self, site: str) -> list[Version]:
        """The newest first."""
        query = select(_VERSIONS).where(_VERSIONS.c.site == site).order_by(_VERSIONS.c.number.desc())
        with self._engine.connect() as connection:
            return [Version(**row) for row in connection.execute(query).mappings()]

    def files(self, site: str, holding: int) -> dict[str, bytes]:
        """By hash: what pages may still ask for."""
        found = self.all(site)
        return {each.hash: each.file for each in found if each in found[:_SERVED] or each.number == holding}
