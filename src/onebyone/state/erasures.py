"""Requests to forget a person: what is to be done, how far it is, and the proof that remains.

While one is being done it must say who is meant. Once it is done nothing of that is left, and what stays names nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, LargeBinary, Row, String, Table, Text, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from onebyone.state.database import METADATA, StateUnavailable

_ERASURES = Table(
    "erasures",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("by", String(200), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("done_ms", BigInteger, nullable=False),
    Column("who", LargeBinary, nullable=False),  # the Meant, as JSON; b"" once it is done
    Column("counts", Text, nullable=False),  # what was taken out, as JSON
)
KEPT_MS = 3 * 365 * 86_400_000  # of a proof


class Stage(StrEnum):
    """In this order. Each may be repeated after a crash."""

    ASKED = "asked"  # nothing more is taken of them from now on
    WAITING = "waiting"  # until the pipeline has passed what had arrived before
    LOADING = "loading"  # and the store has it
    LOGS = "logs"
    STATE = "state"
    STORE = "store"
    FILES = "files"  # deleted, but the disk still holds replaced files
    DONE = "done"


class Meant(Struct, frozen=True, kw_only=True):
    """Who is to be erased: everything that was known when it was asked."""

    person: int = 0  # number of the cluster; 0: of somebody nobody joined
    nodes: tuple[int, ...] = ()  # browsers, users, hashed values and shares of browsers that are theirs alone
    visitors: tuple[int, ...] = ()  # of these the browsers
    shared: tuple[int, ...] = ()  # browsers that others use too
    users: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()  # kind and keyed hash
    orders: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()  # as senders of e-mails call them
    consents: tuple[str, ...] = ()  # consent ids
    tails: Mapping[str, int] = {}  # partitions of the log, and how far they reached when it was asked
    sightings: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()  # of e-mails, hexadecimal


class Held(Struct, frozen=True, kw_only=True):
    """What is kept of a person, by count; before anything is done about it."""

    events: int
    orders: int
    browsers: int
    shared_browsers: int  # others signed in there, too: what those did stays
    user_ids: int
    hashed_values: int
    messages: int  # e-mails that were sent to them and are measured
    deliveries: int  # to ad platforms, of their conversions
    consent_records: int
    told: dict[str, int] = {}  # conversions that each destination has taken: a withdrawal does not reach them

    @property
    def is_anything(self) -> bool:
        return any((self.events, self.messages, self.deliveries, self.consent_records, self.orders))


class Erasure(Struct, frozen=True, kw_only=True):
    id: str
    site: str
    stage: str
    by: str
    asked_ms: int
    done_ms: int = 0
    who: Meant | None = None
    counts: Mapping[str, int] = {}


class Erasures:
    """Every call is one transaction and may block. Raises StateUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, site: str, who: Meant, *, by: str, now_ms: int) -> Erasure:
        one = Erasure(id=secrets.token_hex(8), site=site, stage=Stage.ASKED, by=by, asked_ms=now_ms, who=who)
        values = {"id": one.id, "site": site, "stage": one.stage, "by": by, "asked_ms": now_ms, "done_ms": 0}
        try:
            with self._engine.begin() as connection:
                row = values | {"who": msgspec.json.encode(who), "counts": "{}"}
                connection.execute(insert(_ERASURES).values(**row))
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return one

    def next(self) -> Erasure | None:
        """The oldest that is not done."""
        waiting = select(_ERASURES).where(_ERASURES.c.stage != Stage.DONE)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(waiting.order_by(_ERASURES.c.asked_ms, _ERASURES.c.id).limit(1)).first()
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return None if row is None else _erasure(row)

    def move(
        self, one: Erasure, stage: Stage, *, who: Meant | None = None, counts: Mapping[str, int] | None = None,
        now_ms: int = 0,
    ) -> Erasure:  # fmt: skip
        """To the next stage, with what is known by then. Once rows are gone everywhere, so is whom it was about."""
        done = stage in (Stage.FILES, Stage.DONE)
        told = one.counts if counts is None else {**one.counts, **counts}
        moved = msgspec.structs.replace(
            one, stage=stage, who=None if done else who or one.who, counts=told, done_ms=now_ms
        )
        body = b"" if moved.who is None else msgspec.json.encode(moved.who)
        values = {"stage": stage, "who": body, "counts": msgspec.json.encode(told).decode(), "done_ms": moved.done_ms}
        try:
            with self._engine.begin() as connection:
                connection.execute(update(_ERASURES).where(_ERASURES.c.id == one.id).values(**values))
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return moved

    def find(self, site: str, id: str) -> Erasure | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(_ERASURES).where(_ERASURES.c.id == id, _ERASURES.c.site == site)).first()
        return None if row is None else _erasure(row)

    def latest(self, site: str, *, limit: int = 100) -> list[Erasure]:
        """The newest first."""
        asked = select(_ERASURES).where(_ERASURES.c.site == site).order_by(_ERASURES.c.asked_ms.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [_erasure(row) for row in connection.execute(asked)]

    def expire(self, now_ms: int) -> int:
        """Forget proofs that are three years old; returns how many."""
        over = (_ERASURES.c.stage == Stage.DONE, _ERASURES.c.done_ms < now_ms - KEPT_MS)
        with self._engine.begin() as connection:
            return connection.execute(delete(_ERASURES).where(*over)).rowcount


def _erasure(row: Row[tuple[object, ...]]) -> Erasure:
    held = dict(row._mapping)
    who = msgspec.json.decode(held["who"], type=Meant) if held["who"] else None
    return Erasure(**held | {"who": who, "counts": msgspec.json.decode(held["counts"], type=dict[str, int])})
