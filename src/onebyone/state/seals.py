"""Raw user data and full addresses, sealed with a key of their day: unreadable once that key is destroyed.

Address keys live 8 days, user-data keys 90, and the salt of cookieless visitors until its day is over (design.md 11).
The salt for ids that may not be kept serves four weeks and lives eight days more (docs/decisions/0034).
AES-256-GCM; what is sealed is bound to its site. A sealed text is `<day>.<user data>.<address>`, either may be empty.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlalchemy import Column, Engine, Integer, LargeBinary, String, Table, delete, insert, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from onebyone.state.database import METADATA, StateUnavailable

_KEYS = Table(
    "day_keys",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970
    Column("key", LargeBinary(32), nullable=False),
)
_BLIND_DAYS = 28  # one salt
KEPT_DAYS = {"user_data": 90, "address": 8, "visitor": 0, "blind": _BLIND_DAYS + 8}  # after their own day
_DAY_MS = 86_400_000
_NONCE_BYTES = 12
_encode = msgspec.json.Encoder().encode


class KeyGone(Exception):
    """The key of that day was destroyed: nobody can read this any more."""


class NotSealed(Exception):
    """The text is none of ours, or of another site."""


class Unsealed(Struct, frozen=True):
    user_data: dict[str, Any]  # as it was sent; {} if none was
    address: str  # the full one; "" if none was sealed, or its key is gone


class Seals:
    """Keys are made at first use and held in memory. Threads may share it."""

    def __init__(self, engine: Engine, *, random: Callable[[int], bytes] = os.urandom) -> None:
        self._engine = engine
        self._random = random
        self._held: dict[tuple[str, int], bytes] = {}

    def refresh(self, now_ms: int) -> None:
        """Fetch the keys of today and tomorrow, so that no request has to wait for them. Blocks."""
        today = now_ms // _DAY_MS
        for kind in KEPT_DAYS.keys() - {"blind"}:
            for day in (today, today + 1):
                self._key(kind, day, make=True)
        self._forget(today)

    def seal(self, site: str, user_data: Mapping[str, Any] | None, address: str, *, now_ms: int) -> str:
        """ "" for nothing. May block at the first call of a day. Raises StateUnavailable."""
        if not user_data and not address:
            return ""
        day = now_ms // _DAY_MS
        return ".".join(
            (
                str(day),
                self._seal("user_data", day, site, _encode(user_data)) if user_data else "",
                self._seal("address", day, site, address.encode()) if address else "",
            )
        )

    def unseal(self, site: str, sealed: str) -> Unsealed:
        """What was sealed for that site. Raises KeyGone if its user data cannot be read any more, NotSealed if it is
        none of ours, StateUnavailable."""
        day, user_data, address = _parts(sealed)
        found = self._open("user_data", day, site, user_data) if user_data else b"{}"
        try:
            where = self._open("address", day, site, address).decode() if address else ""
        except KeyGone:
            if not user_data:
                raise
            where = ""  # its key lives shorter
        return Unsealed(msgspec.json.decode(found, type=dict[str, Any]), where)

    def visitor(self, site: str, address: str, user_agent: str, *, day: int) -> str:
        """An id for one day, of somebody without a cookie: nobody can make it again once its salt is destroyed."""
        salt = self._key("visitor", day, make=True)
        text = f"{site}\x00{address}\x00{user_agent}".encode("utf-8", "replace")
        return "d." + _text(hmac.new(salt, text, hashlib.sha256).digest()[:16])

    def blind(self, site: str, text: str, *, now_ms: int) -> str:
        """What stands for an id that may not be kept: the same for the same id and site within one of the four weeks
        that follow each other, and nothing anybody could make or read again once their salt is destroyed.

        May block at the first call of such weeks. Raises StateUnavailable.
        """
        salt = self._key("blind", now_ms // _DAY_MS // _BLIND_DAYS * _BLIND_DAYS, make=True)
        return "x." + _text(
            hmac.new(salt, f"{site}\x00{text}".encode("utf-8", "replace"), hashlib.sha256).digest()[:12]
        )

    def expire(self, now_ms: int) -> int:
        """Destroy the keys whose time is over; returns how many. The bytes are overwritten where SQLite holds them."""
        today = now_ms // _DAY_MS
        over = or_(*(((_KEYS.c.kind == kind) & (_KEYS.c.day < today - days)) for kind, days in KEPT_DAYS.items()))
        sqlite = self._engine.dialect.name == "sqlite"
        with self._engine.connect() as connection:
            if sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            gone = connection.execute(delete(_KEYS).where(over)).rowcount
            connection.commit()
            if sqlite and gone:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self._forget(today)
        return gone

    def _forget(self, today: int) -> None:
        self._held = {(kind, day): key for (kind, day), key in self._held.items() if day >= today - KEPT_DAYS[kind]}

    def _seal(self, kind: str, day: int, site: str, plain: bytes) -> str:
        nonce = self._random(_NONCE_BYTES)
        key = self._key(kind, day, make=True)
        return _text(nonce + AESGCM(key).encrypt(nonce, plain, f"{kind}\x00{site}".encode()))

    def _open(self, kind: str, day: int, site: str, text: str) -> bytes:
        raw, key = _bytes(text), self._key(kind, day, make=False)
        try:
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{kind}\x00{site}".encode())
        except (InvalidTag, ValueError) as error:
            raise NotSealed from error

    def _key(self, kind: str, day: int, *, make: bool) -> bytes:
        held = self._held.get((kind, day))
        if held is None:
            try:
                if make:
                    self._make(kind, day)
                held = self._held[kind, day] = self._read(kind, day)
            except DBAPIError as error:
                raise StateUnavailable(str(error.orig)) from error
        return held

    def _make(self, kind: str, day: int) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_KEYS).values(kind=kind, day=day, key=secrets.token_bytes(32)))
        except IntegrityError:
            return  # another process was first

    def _read(self, kind: str, day: int) -> bytes:
        with self._engine.connect() as connection:
            found = connection.execute(select(_KEYS.c.key).where(_KEYS.c.kind == kind, _KEYS.c.day == day)).scalar()
        if found is None:
            raise KeyGone
        return bytes(found)


def join_sealed(texts: Sequence[str]) -> str:
    """The user data of the first copy that has any, with the address of the first that has one; "" for none.

    Only what was sealed on one day goes into one text: of two days, the user data stays.
    """
    parts = [text.split(".") for text in texts if text.count(".") == 2]
    said = next((one for one in parts if one[1]), None)
    if said is None:
        return next((".".join(one) for one in parts), "")
    where = next((one[2] for one in parts if one[2] and one[0] == said[0]), "")
    return ".".join((said[0], said[1], where or said[2]))


def _parts(sealed: str) -> tuple[int, str, str]:
    day, *parts = sealed.split(".")
    if len(parts) != 2 or not (day.isascii() and day.isdigit() and len(day) < 8):
        raise NotSealed
    return int(day), parts[0], parts[1]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise NotSealed from error
