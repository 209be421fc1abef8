"""The pipeline's memory of e-mails: what was fetched lately, so that neighbours that arrive late can change a verdict.

A batch's view, like `claims`: look, add, then commit or discard. Rows are keyed by their hit, so a batch that is
repeated after a crash writes what it wrote. A changed row stays `due` until the event that says so is in the log.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from onebyone.state.database import METADATA, StateUnavailable
from onebyone.state.mail import Mail, Message, Recipient, leave, note_open_day, stop_measuring

_SEEN = Table(
    "mail_seen",
    METADATA,
    Column("hit", LargeBinary(16), primary_key=True),
    Column("site", String(32), nullable=False),
    Column("click", SmallInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary(16), nullable=False),
    Column("recipient", LargeBinary(16), nullable=False),
    Column("link", Integer, nullable=False),
    Column("source", LargeBinary(8), nullable=False),  # keyed hash of address block and user agent
    Column("trap", SmallInteger, nullable=False),
    Column("domain", String(255), nullable=False),
    Column("found", LargeBinary, nullable=False),  # what the request said by itself
    Column("person", SmallInteger, nullable=False),  # taken for a person
    Column("final", SmallInteger, nullable=False),  # found to be part of a burst: no neighbour changes that
    Column("engaged", SmallInteger, nullable=False),  # 0 no, 1 the page was reached, 2 somebody acted on it
    Column("of", LargeBinary(16), nullable=False),  # the hit of which this is a repetition, or b""
    Column("event", LargeBinary, nullable=False),  # as it was written last; b"" for a repetition
    Column("due", SmallInteger, nullable=False),  # the event changed and is not in the log yet
    Column("until_ms", BigInteger, nullable=False),
)
Index("mail_seen_source", _SEEN.c.source, _SEEN.c.at_ms)
Index("mail_seen_token", _SEEN.c.recipient, _SEEN.c.at_ms)
Index("mail_seen_until", _SEEN.c.until_ms)
Index("mail_seen_due", _SEEN.c.due, sqlite_where=_SEEN.c.due == 1, postgresql_where=_SEEN.c.due == 1)
_PLACES = Table(
    "mail_places",
    METADATA,
    Column("recipient", LargeBinary(16), primary_key=True),
    Column("place", LargeBinary(8), primary_key=True),  # keyed hash of an address block where a person read it
)
MAX_NEAR = 500
MAX_PLACES = 4  # more need not be told apart
_KEPT_MESSAGES = 1_024
_Read = TypeVar("_Read")


class Seen(Struct, frozen=True, kw_only=True):
    """One fetch. `site` and the ids come first in every question (design.md 11, isolation)."""

    hit: bytes
    site: str
    click: int
    at_ms: int
    message: bytes
    recipient: bytes
    link: int
    source: bytes
    trap: int
    domain: str
    found: bytes
    person: int = 0
    final: int = 0
    engaged: int = 0
    of: bytes = b""
    event: bytes = b""
    due: int = 0
    until_ms: int = 0


class Wish(Struct, frozen=True):
    """What somebody asked for, on the page of an e-mail or by opening it; done with the batch."""

    recipient: Recipient
    what: str  # leave, silence, day
    at_ms: int


class MailSeen:
    """One thread; one batch at a time. Every call raises StateUnavailable if the state is unwell."""

    def __init__(self, engine: Engine, mail: Mail) -> None:
        self._engine = engine
        self._mail = mail
        self._messages: OrderedDict[bytes, Message] = OrderedDict()
        self._recipients: dict[bytes, Recipient | None] = {}
        self._fresh: dict[bytes, Seen] = {}
        self._places: dict[bytes, set[bytes]] = {}
        self._wishes: list[Wish] = []
        self._sent: list[bytes] = []  # due rows that are in the log, to be noted with the next commit

    def message(self, message: bytes) -> Message | None:
        found = self._messages.get(message)
        if found is None:
            found = self._guarded(lambda: self._mail.find_message(message))
            if found is not None:
                self._messages[message] = found
                while len(self._messages) > _KEPT_MESSAGES:
                    self._messages.popitem(last=False)
        return found

    def recipient(self, recipient: bytes) -> Recipient | None:
        if recipient not in self._recipients:
            self._recipients[recipient] = self._guarded(lambda: self._mail.find_recipient(recipient))
        return self._recipients[recipient]

    def near(self, row: Seen, *, span_ms: int, by_source: bool) -> list[Seen]:
        """Fetches for the same recipient, or of the same source too, around that time; the oldest first."""
        low, high = row.at_ms - span_ms, row.at_ms + span_ms
        same = _SEEN.c.recipient == row.recipient
        if by_source:
            same = or_(same, _SEEN.c.source == row.source)
        asked = select(_SEEN).where(_SEEN.c.site == row.site, same, _SEEN.c.at_ms.between(low, high)).limit(MAX_NEAR)
        found = {one.hit: one for one in self._select(asked)}
        for one in self._fresh.values():
            is_same = one.recipient == row.recipient or (by_source and one.source == row.source)
            if is_same and one.site == row.site and low <= one.at_ms <= high:
                found[one.hit] = one
        return sorted(found.values(), key=lambda one: (one.at_ms, one.hit))

    def of_hit(self, site: str, hit: bytes) -> Seen | None:
        """The fetch with that hit."""
        if hit in self._fresh:
            return self._fresh[hit] if self._fresh[hit].site == site else None
        return next(iter(self._select(select(_SEEN).where(_SEEN.c.hit == hit, _SEEN.c.site == site))), None)

    def was_person(self, recipient: bytes, *, before_ms: int) -> bool:
        """Whether the recipient was taken for a person before, as far back as is remembered."""
        where = (_SEEN.c.recipient == recipient, _SEEN.c.person == 1, _SEEN.c.at_ms < before_ms)
        fresh = (one for one in self._fresh.values() if one.recipient == recipient and one.at_ms < before_ms)
        return any(one.person for one in fresh) or bool(self._select(select(_SEEN).where(*where).limit(1)))

    def places(self, recipient: bytes, place: bytes) -> int:
        """In how many places the message was read, this one included; at most MAX_PLACES. Remembers this one."""
        asked = select(_PLACES.c.place).where(_PLACES.c.recipient == recipient)
        known = self._guarded(lambda: self._bytes(asked)) | self._places.get(recipient, set())
        if place not in known and len(known) < MAX_PLACES:
            self._places.setdefault(recipient, set()).add(place)
        return len(known | {place}) if len(known) < MAX_PLACES else MAX_PLACES

    def put(self, row: Seen) -> None:
        """A new fetch, or one that is judged anew."""
        self._fresh[row.hit] = row

    def wish(self, recipient: Recipient, what: str, at_ms: int) -> None:
        self._wishes.append(Wish(recipient, what, at_ms))

    def commit(self, now_ms: int) -> None:
        """Everything of this batch, in one transaction."""
        if self._fresh or self._wishes or self._sent or self._places:
            try:
                with self._engine.begin() as connection:
                    self._write(connection, now_ms)
            except DBAPIError as error:
                raise StateUnavailable(str(error.orig)) from error
        self._wishes.clear()
        self._places.clear()
        self._sent.clear()
        self._recipients.clear()

    def due(self) -> list[Seen]:
        """After the commit: what changed and is not in the log yet, an earlier crash's included."""
        found = self._select(select(_SEEN).where(_SEEN.c.due == 1))
        self._fresh.clear()
        return found

    def written(self, rows: Sequence[Seen]) -> None:
        """Their events are in the log."""
        self._sent = [row.hit for row in rows]

    def discard(self) -> None:
        self._fresh.clear()
        self._wishes.clear()
        self._places.clear()
        self._recipients.clear()

    def expire(self, now_ms: int) -> int:
        """Forget what can change nothing any more; returns how many."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_SEEN).where(_SEEN.c.until_ms < now_ms, _SEEN.c.due == 0)).rowcount

    def erase(self, recipients: Sequence[bytes]) -> int:
        """Forget what these people fetched, and from where; returns how many fetches."""
        gone = 0
        with self._engine.begin() as connection:
            for at in range(0, len(recipients), MAX_NEAR):
                some = recipients[at : at + MAX_NEAR]
                gone += connection.execute(delete(_SEEN).where(_SEEN.c.recipient.in_(some))).rowcount
                connection.execute(delete(_PLACES).where(_PLACES.c.recipient.in_(some)))
        return gone

    def _write(self, connection: Connection, now_ms: int) -> None:
        if self._sent:
            gone = [hit for hit in self._sent if hit not in self._fresh]
            for at in range(0, len(gone), MAX_NEAR):
                connection.execute(update(_SEEN).where(_SEEN.c.hit.in_(gone[at : at + MAX_NEAR])).values(due=0))
        hits = list(self._fresh)
        for at in range(0, len(hits), MAX_NEAR):
            connection.execute(delete(_SEEN).where(_SEEN.c.hit.in_(hits[at : at + MAX_NEAR])))
        if hits:
            connection.execute(insert(_SEEN), [asdict(row) for row in self._fresh.values()])
        for recipient, places in self._places.items():
            connection.execute(delete(_PLACES).where(_PLACES.c.recipient == recipient, _PLACES.c.place.in_(places)))
            connection.execute(insert(_PLACES), [{"recipient": recipient, "place": one} for one in places])
        for wish in self._wishes:
            _do(connection, wish)

    def _select(self, asked: Select[Any]) -> list[Seen]:
        def read() -> list[Seen]:
            with self._engine.connect() as connection:
                return [Seen(**row) for row in connection.execute(asked).mappings()]

        return self._guarded(read)

    def _bytes(self, asked: Select[Any]) -> set[bytes]:
        with self._engine.connect() as connection:
            return set(connection.execute(asked).scalars())

    def _guarded(self, read: Callable[[], _Read]) -> _Read:
        try:
            return read()
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error


def _do(connection: Connection, wish: Wish) -> None:
    if wish.what == "leave":
        leave(connection, wish.recipient, at_ms=wish.at_ms)
    elif wish.what == "silence":
        stop_measuring(connection, wish.recipient.site, wish.recipient.ref, now_ms=wish.at_ms)
    elif wish.what == "day":
        note_open_day(connection, wish.recipient.id, wish.at_ms // 86_400_000)
