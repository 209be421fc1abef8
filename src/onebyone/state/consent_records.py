"""Consent records: who chose what, when, and what was asked. Append-only, each entry chained to the one before it.

The person is named by a random reference in the entry and known by keyed hashes beside it, so that erasing the person
leaves the chain whole (specs/consent-and-privacy.md 8). Sites have chains of their own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from onebyone.consent.canonical import canonical, chain
from onebyone.state.database import METADATA, StateUnavailable
from onebyone.state.secrets import get_secret

_RECORDS = Table(
    "consent_records",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True),  # 1, 2, 3, ... of the site
    Column("record", String(36), nullable=False, unique=True),
    Column("ref", String(32), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("state", LargeBinary(16), nullable=False),  # hash of what was chosen
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON
)
_PRINCIPALS = Table(
    "consent_principals",
    METADATA,
    Column("known_by", LargeBinary(16), primary_key=True),  # keyed hash of a consent id, a visitor or a login
    Column("site", String(32), nullable=False),
    Column("ref", String(32), nullable=False, index=True),
)
_STARTS = Table(
    "consent_starts",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the last entry that was removed by its age
    Column("hash", LargeBinary(32), nullable=False),
)
_START = bytes(32)
_DAY_MS = 86_400_000
RELIED_DAYS = 400  # a choice is asked anew after 13 months at most, and the cookie that holds it ends with it


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    keep_days: int = 1_095  # of a record, after its choice is over: three years

    def __post_init__(self) -> None:
        if self.keep_days < 0:
            raise ValueError("keep_days is 0 or more")


class Draft(Struct, frozen=True, kw_only=True):
    """A record before it has its place. `body` lacks the reference of the person and what was allowed before."""

    site: str
    id: str  # UUID
    at_ms: int
    body: dict[str, Any]
    chosen: dict[str, Any]  # what makes two choices the same
    known_by: tuple[tuple[str, str], ...]  # kinds and values: ("consent", id), ("visitor", number)


class Entry(Struct, frozen=True):
    site: str
    seq: int
    record: str
    ref: str
    at_ms: int
    previous: bytes
    hash: bytes
    body: str

    def read(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])


class Fault(Struct, frozen=True):
    """Where a chain is not what it was."""

    site: str
    seq: int
    what: str


class Head(Struct, frozen=True):
    """The last entry of a site's chain on a day: kept elsewhere, it shows that a later chain was cut."""

    site: str
    seq: int
    hash: str
    day: int  # since 1970


class ConsentRecords:
    """A batch's view for the pipeline: note, then commit or discard. Reading asks the state."""

    def __init__(self, engine: Engine, *, random: Callable[[int], str] = secrets.token_hex) -> None:
        self._engine = engine
        self._random = random
        self._key = get_secret(engine, "consent")
        self._new: list[Draft] = []

    def secret_of(self, record: str) -> str:
        """With it a record may be read. Made from its id, so that nobody has to keep it."""
        return hashlib.blake2b(record.encode(), key=self._key, digest_size=16).hexdigest()

    def note(self, draft: Draft) -> None:
        self._new.append(draft)

    def discard(self) -> None:
        self._new.clear()

    def commit(self) -> None:
        """Append what was noted, in one transaction: not what is there already, nor a state that has not changed.
        Raises StateUnavailable."""
        if not self._new:
            return
        try:
            with self._engine.begin() as connection:
                for draft in self._new:
                    self._append(connection, draft)
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        self._new.clear()

    def find(self, record: str) -> Entry | None:
        return next(self._entries(_RECORDS.c.record == record), None)

    def history(self, site: str, kind: str, value: str) -> list[Entry]:
        """All records of the person who is known by that, oldest first."""
        with self._engine.connect() as connection:
            refs = select(_PRINCIPALS.c.ref).where(_PRINCIPALS.c.known_by == self._hash(site, kind, value))
            found = connection.execute(refs).scalar()
        return list(self._entries(_RECORDS.c.site == site, _RECORDS.c.ref == found)) if found else []

    def latest(self, site: str, *, limit: int = 100, until_seq: int | None = None) -> list[Entry]:
        """Newest first."""
        conditions = [_RECORDS.c.site == site] + ([] if until_seq is None else [_RECORDS.c.seq < until_seq])
        return list(self._entries(*conditions, newest_first=True, limit=limit))

    def all(self, site: str) -> Iterator[Entry]:
        return self._entries(_RECORDS.c.site == site)

    def sites(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(select(_RECORDS.c.site).distinct().order_by(_RECORDS.c.site)).scalars())

    def heads(self, now_ms: int) -> list[Head]:
        today = now_ms // _DAY_MS
        return [Head(e.site, e.seq, e.hash.hex(), today) for site in self.sites() for e in self.latest(site, limit=1)]

    def expire(self, now_ms: int, settings: Settings) -> int:
        """Remove the beginning of each chain whose choices were over `keep_days` ago; the chain starts behind it.
        Returns how many records went."""
        before = now_ms - (RELIED_DAYS + settings.keep_days) * _DAY_MS
        return sum(self._remove(site, before) for site in self.sites())

    def verify(self, site: str, heads: list[Head] | None = None, *, now_ms: int) -> list[Fault]:
        """Walk the chain: what was changed, removed or moved shows, and with heads kept elsewhere what was cut off, or
        removed for its age while it may still have been in force."""
        faults: list[Fault] = []
        gone, previous = self._start(site)
        mine = sorted((head for head in heads or () if head.site == site), key=lambda head: -head.day)
        first_noted = {head.seq: head for head in mine}
        for seq in sorted(seq for seq in first_noted if seq <= gone):
            head = first_noted.pop(seq)
            if head.day > now_ms // _DAY_MS - RELIED_DAYS:
                faults.append(Fault(site, seq, "was removed before its time"))
            elif seq == gone and head.hash != previous.hex():
                faults.append(Fault(site, seq, "is not the one that was noted"))
        expected, known = gone + 1, {seq: head.hash for seq, head in first_noted.items()}
        for entry in self.all(site):
            if entry.seq != expected:
                faults.append(Fault(site, expected, "missing"))
            if entry.previous != previous:
                faults.append(Fault(site, entry.seq, "does not follow the entry before it"))
            if chain(entry.previous, entry.body.encode()) != entry.hash:
                faults.append(Fault(site, entry.seq, "was changed"))
            if known.pop(entry.seq, entry.hash.hex()) != entry.hash.hex():
                faults.append(Fault(site, entry.seq, "is not the one that was noted"))
            previous, expected = entry.hash, entry.seq + 1
        return [*faults, *(Fault(site, seq, "was cut off") for seq in sorted(known))]

    def forget(self, site: str, kind: str, value: str) -> int:
        """Erase whom the records are about; the records stay, and nobody can be found by them. How many links went."""
        with self._engine.begin() as connection:
            refs = select(_PRINCIPALS.c.ref).where(_PRINCIPALS.c.known_by == self._hash(site, kind, value))
            ref = connection.execute(refs).scalar()
            if ref is None:
                return 0
            return connection.execute(delete(_PRINCIPALS).where(_PRINCIPALS.c.ref == ref)).rowcount

    def _remove(self, site: str, before_ms: int) -> int:
        with self._engine.begin() as connection:
            here = _RECORDS.c.site == site
            first_kept = select(func.min(_RECORDS.c.seq)).where(here, _RECORDS.c.at_ms >= before_ms)
            until = connection.execute(first_kept).scalar()
            old = [here] if until is None else [here, _RECORDS.c.seq < until]
            last = select(_RECORDS.c.seq, _RECORDS.c.hash).where(*old).order_by(_RECORDS.c.seq.desc()).limit(1)
            found = connection.execute(last).first()
            if found is None:
                return 0
            connection.execute(delete(_STARTS).where(_STARTS.c.site == site))
            connection.execute(insert(_STARTS).values(site=site, seq=found.seq, hash=found.hash))
            count = connection.execute(delete(_RECORDS).where(*old)).rowcount
            held = select(_RECORDS.c.ref).where(_RECORDS.c.ref == _PRINCIPALS.c.ref).exists()
            connection.execute(delete(_PRINCIPALS).where(_PRINCIPALS.c.site == site, ~held))
            return count

    def _start(self, site: str) -> tuple[int, bytes]:
        """The place and hash that the first entry follows."""
        with self._engine.connect() as connection:
            return _start_of(connection, site)

    def _append(self, connection: Connection, draft: Draft) -> None:
        if connection.execute(select(_RECORDS.c.seq).where(_RECORDS.c.record == draft.id)).first() is not None:
            return
        ref = self._ref(connection, draft)
        state = hashlib.blake2b(canonical(draft.chosen), digest_size=16).digest()
        mine = select(_RECORDS.c.state, _RECORDS.c.body).where(
            _RECORDS.c.site == draft.site, _RECORDS.c.ref == ref, _RECORDS.c.at_ms <= draft.at_ms
        )  # what came later is no reason: a replay must find what the first run found
        held, before = connection.execute(mine.order_by(_RECORDS.c.seq.desc()).limit(1)).first() or (None, "{}")
        if held == state:
            return
        last = select(_RECORDS.c.seq, _RECORDS.c.hash).where(_RECORDS.c.site == draft.site)
        seq, previous = connection.execute(last.order_by(_RECORDS.c.seq.desc()).limit(1)).first() or _start_of(
            connection, draft.site
        )
        known = msgspec.json.decode(before, type=dict[str, Any]).get("permissions_after")
        body = canonical(draft.body | {"pii_principal_id": ref, "permissions_before": known})
        connection.execute(
            insert(_RECORDS).values(
                site=draft.site,
                seq=seq + 1,
                record=draft.id,
                ref=ref,
                at_ms=draft.at_ms,
                state=state,
                previous=previous,
                hash=chain(bytes(previous), body),
                body=body.decode(),
            )
        )

    def _ref(self, connection: Connection, draft: Draft) -> str:
        """The person's reference: of the first of those names that is known, which the others then share."""
        hashes = [self._hash(draft.site, kind, value) for kind, value in draft.known_by]
        rows = connection.execute(select(_PRINCIPALS).where(_PRINCIPALS.c.known_by.in_(hashes))).all()
        held = {bytes(row.known_by): str(row.ref) for row in rows}
        ref = next((held[each] for each in hashes if each in held), "") or self._random(16)
        for each in hashes:
            if each not in held:
                connection.execute(insert(_PRINCIPALS).values(known_by=each, site=draft.site, ref=ref))
        return ref

    def _hash(self, site: str, kind: str, value: str) -> bytes:
        text = f"{site}\x00{kind}\x00{value}".encode("utf-8", "replace")
        return hashlib.blake2b(text, key=self._key, digest_size=16).digest()

    def _entries(self, *conditions: Any, newest_first: bool = False, limit: int | None = None) -> Iterator[Entry]:
        order = _RECORDS.c.seq.desc() if newest_first else _RECORDS.c.seq
        columns = [_RECORDS.c[name] for name in ("site", "seq", "record", "ref", "at_ms", "previous", "hash", "body")]
        rows = select(*columns).where(*conditions).order_by(_RECORDS.c.site, order).limit(limit)
        with self._engine.connect() as connection:
            for row in connection.execute(rows):
                yield Entry(
                    row.site, row.seq, row.record, row.ref, row.at_ms, bytes(row.previous), bytes(row.hash), row.body
                )


def _start_of(connection: Connection, site: str) -> tuple[int, bytes]:
    found = connection.execute(select(_STARTS.c.seq, _STARTS.c.hash).where(_STARTS.c.site == site)).first()
    return (found.seq, bytes(found.hash)) if found else (0, _START)
