"""Whom nothing more may be kept of: people who were erased, or who objected. Only keyed hashes are stored."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable

from sqlalchemy import BigInteger, Column, Engine, LargeBinary, String, Table, delete, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from onebyone.state.database import METADATA
from onebyone.state.secrets import get_secret

_SUPPRESSED = Table(
    "suppressed",
    METADATA,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("why", String(16), nullable=False),  # erased, objected
    Column("at_ms", BigInteger, nullable=False),
)
_REFRESH_S = 1.0


class Suppression:
    """Identifiers are told apart by kind: "visitor" (the number in decimal), "user", "order", "recipient" (of an
    e-mail, hexadecimal), and "email", "phone" and "external", whose values are hashed already."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = get_secret(engine, "suppression")
        self._known: dict[bytes, str] = {}
        self._stand: tuple[int, int | None] = (-1, None)
        self._asked_at = -_REFRESH_S
        self._lock = threading.Lock()

    def hash_of(self, site: str, kind: str, value: str) -> bytes:
        text = f"{site}\x00{kind}\x00{value}".encode("utf-8", "replace")
        return hashlib.blake2b(text, key=self._key, digest_size=16).digest()

    def add(self, site: str, identifiers: Iterable[tuple[str, str]], *, why: str, now_ms: int) -> int:
        """Those that are new; safe to repeat. Holds for the pipeline within a second."""
        added = 0
        for kind, value in identifiers:
            row = {"hash": self.hash_of(site, kind, value), "site": site, "why": why, "at_ms": now_ms}
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(_SUPPRESSED).values(row))
                added += 1
            except IntegrityError:
                continue
        return added

    def lift(self, site: str, identifiers: Iterable[tuple[str, str]]) -> int:
        """They may be known again; returns how many were listed."""
        hashes = [self.hash_of(site, kind, value) for kind, value in identifiers]
        with self._engine.begin() as connection:
            return connection.execute(delete(_SUPPRESSED).where(_SUPPRESSED.c.hash.in_(hashes))).rowcount

    def holds(self, site: str, kind: str, value: str) -> bool:
        """Asks the state."""
        listed = select(_SUPPRESSED.c.hash).where(_SUPPRESSED.c.hash == self.hash_of(site, kind, value))
        with self._engine.connect() as connection:
            return connection.execute(listed).first() is not None

    def why(self, site: str, *identifiers: tuple[str, str]) -> str:
        """ "erased" or "objected" if any of them is listed, else "". Reads memory, which is at most a second old."""
        if not self._known:
            return ""
        found = {self._known.get(self.hash_of(site, kind, value), "") for kind, value in identifiers if value}
        return "erased" if "erased" in found else "objected" if "objected" in found else ""

    def refresh(self) -> None:
        """Read the list again if it changed. A state that cannot be read leaves it as it is."""
        with self._lock:  # who asks during the first reading must not find the list empty
            now = time.monotonic()
            if now - self._asked_at >= _REFRESH_S:
                self._asked_at = now
                self._read()

    def _read(self) -> None:
        try:
            with self._engine.connect() as connection:
                count, last = connection.execute(select(func.count(), func.max(_SUPPRESSED.c.at_ms))).one()
                if (count, last) != self._stand:
                    rows = connection.execute(select(_SUPPRESSED.c.hash, _SUPPRESSED.c.why))
                    self._known = {bytes(hash): why for hash, why in rows}
                    self._stand = (count, last)
        except DBAPIError:
            return
