"""Server keys: shown once, stored hashed, checked in memory by the collector."""

from __future__ import annotations

import hashlib
import secrets
import time

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_KEYS = Table(
    "server_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("name", String(100), nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("last4", String(4), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)


class Key(Struct, frozen=True):
    """What may be shown of a key afterwards."""

    id: str
    site: str
    name: str
    created_ms: int
    last4: str


def hash_key(text: str) -> bytes:
    """A key has 192 random bits, so a plain hash keeps it; nothing is to be guessed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


class Keys:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, site: str, name: str) -> str:
        """Make a key and return its text, which cannot be read again."""
        text = "obo_live_" + secrets.token_urlsafe(24)
        row = {
            "id": secrets.token_hex(8),
            "site": site,
            "name": name,
            "hash": hash_key(text),
            "last4": text[-4:],
            "created_ms": time.time_ns() // 1_000_000,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(_KEYS).values(row))
        return text

    def all(self, site: str) -> list[Key]:
        columns = (_KEYS.c.id, _KEYS.c.site, _KEYS.c.name, _KEYS.c.created_ms, _KEYS.c.last4)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(_KEYS.c.site == site).order_by(_KEYS.c.created_ms))
            return [Key(*row) for row in rows]

    def revoke(self, key_id: str) -> bool:
        """True if there was one."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_KEYS).where(_KEYS.c.id == key_id)).rowcount > 0

    def sites_by_hash(self) -> dict[bytes, str]:
        """Every valid key's hash and its site: what a collector holds in memory."""
        with self._engine.connect() as connection:
            return {row.hash: row.site for row in connection.execute(select(_KEYS.c.hash, _KEYS.c.site))}
