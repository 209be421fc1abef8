"""Messages, their recipients and links, the keys that sign them, who left, and who is not to be measured.

No e-mail address is kept: a recipient is known by the sender's own id.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
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
    update,
)
from sqlalchemy.exc import IntegrityError

from onebyone.state.database import METADATA
from onebyone.state.secrets import get_secret

_KEYS = Table(
    "mail_keys",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("retired_ms", BigInteger, nullable=False),  # 0 while it signs
)
_MESSAGES = Table(
    "mail_messages",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("site", String(32), nullable=False, index=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the Message, as JSON
)
_RECIPIENTS = Table(
    "mail_recipients",
    METADATA,
    Column("id", LargeBinary(16), primary_key=True),
    Column("message", LargeBinary(16), nullable=False),
    Column("site", String(32), nullable=False),
    Column("ref", String(255), nullable=False),  # the sender's own id of the person
    Column("user_id", String(255), nullable=False),  # the site's, where consent allows to join
    Column("mode", String(16), nullable=False),  # Mode
    Column("domain", String(255), nullable=False),  # of the mailbox; people of one provider are alike
    Column("region", String(16), nullable=False),
    Column("shared", LargeBinary(16), nullable=False),  # the open token's recipient in the mode aggregate
    Column("sent_ms", BigInteger, nullable=False),  # handed to the receiving server; 0: not yet
    Column("bounced", Integer, nullable=False),
    Column("last_open_day", Integer, nullable=False),  # days since 1970, mode hygiene; 0: never
)
Index("mail_recipients_refs", _RECIPIENTS.c.message, _RECIPIENTS.c.ref, unique=True)
Index("mail_recipients_people", _RECIPIENTS.c.site, _RECIPIENTS.c.ref)
_LEFT = Table(
    "mail_left",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("ref", String(255), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary(16), nullable=False),
)
_SILENT = Table(
    "mail_silent",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("recipient", LargeBinary(16), nullable=False, unique=True),
)
_UNMEASURED = Table(
    "mail_unmeasured",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("ref", String(255), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
KEPT_DAYS = 800  # of a message: its tokens may be signed for 400 days, and verify for 400 more
_DAY_MS = 86_400_000
_AT_ONCE = 400  # variables of one statement
_RECIPIENT_BYTES = 16
_HIDDEN = "\x01erased:"  # how a ref begins that stands for a person who was erased; no sender's begins so


class Mode(StrEnum):
    """How much of an open is kept (specs/email-and-bots.md 9)."""

    FULL = "full"
    AGGREGATE = "aggregate"  # counts alone: one token for everybody of a message and day
    HYGIENE = "hygiene"  # the day of the last open, overwritten
    OFF = "off"  # no image


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mailing, or one template of a triggered e-mail. Fixed once it is made: its links were signed."""

    id: str  # hexadecimal
    site: str
    name: str
    campaign: str = ""
    made_ms: int = 0
    links: tuple[str, ...] = ()  # targets by index
    params: Mapping[str, str] = {}  # added to a target that has none of that name
    click_id: bool = True  # added too, so that the page can say that somebody arrived
    trap: bool = False

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.id)


class NewRecipient(Struct, frozen=True, kw_only=True):
    ref: str
    mode: Mode
    user_id: str = ""
    domain: str = ""
    region: str = ""
    sent_ms: int = 0
    shared: bytes = b""


class Recipient(Struct, frozen=True):
    """In the order of the table's columns."""

    id: bytes
    message: bytes
    site: str
    ref: str
    user_id: str
    mode: str
    domain: str
    region: str
    shared: bytes
    sent_ms: int
    bounced: int = 0
    last_open_day: int = 0


class MailKey(Struct, frozen=True):
    id: int
    secret: bytes
    retired_ms: int


class Delivered(Struct, frozen=True):
    """One line of a message's count: recipients of one group of mailboxes, in one mode."""

    message: bytes
    domain: str
    mode: str
    recipients: int


class Mail:
    """Every call is one transaction; may block on the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hiding: bytes | None = None  # key of the hashes of people who were erased
        self._secrets: dict[int, bytes] = {}  # collectors ask every second, and a secret never changes

    # keys

    def keys(self, *, now_ms: int) -> list[MailKey]:
        """All of them, the signing one last. The first is made here."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_KEYS).order_by(_KEYS.c.id)).all()
        if not rows:
            self._make_first(now_ms)
            return self.keys(now_ms=now_ms)
        return [MailKey(row.id, self._secret(row.id), row.retired_ms) for row in rows]

    def rotate(self, *, now_ms: int) -> int:
        """A new key signs from now on; the old ones verify for 400 days more. Raises ValueError after the 255th."""
        newest = self.keys(now_ms=now_ms)[-1].id
        if newest >= 255:
            raise ValueError("255 keys are all that a token can name")
        with self._engine.begin() as connection:
            connection.execute(update(_KEYS).where(_KEYS.c.retired_ms == 0).values(retired_ms=now_ms))
            connection.execute(insert(_KEYS).values(id=newest + 1, made_ms=now_ms, retired_ms=0))
        return newest + 1

    # messages

    def add_message(self, message: Message) -> None:
        with self._engine.begin() as connection:
            body = msgspec.json.encode(message)
            connection.execute(
                insert(_MESSAGES).values(id=message.key, site=message.site, made_ms=message.made_ms, body=body)
            )

    def find_message(self, message: bytes) -> Message | None:
        with self._engine.connect() as connection:
            body = connection.execute(select(_MESSAGES.c.body).where(_MESSAGES.c.id == message)).scalar()
        return None if body is None else msgspec.json.decode(body, type=Message)

    def messages(self, site: str, *, limit: int = 200) -> list[Message]:
        """The newest first."""
        asked = select(_MESSAGES.c.body).where(_MESSAGES.c.site == site).order_by(_MESSAGES.c.made_ms.desc())
        with self._engine.connect() as connection:
            return [msgspec.json.decode(b, type=Message) for b in connection.execute(asked.limit(limit)).scalars()]

    # recipients

    def add_recipients(self, message: Message, people: Sequence[NewRecipient], *, now_ms: int) -> list[Recipient]:
        """Each with its id, in their order; one that is there already, or twice in the list, is the one it was."""
        wanted = {person.ref: person for person in people}
        hidden = self._hide(message.site, wanted)
        with self._engine.begin() as connection:
            known = {one.ref: one for one in _by_refs(connection, message.key, list(wanted))}
            unmeasured = self._among(connection, _UNMEASURED, message.site, hidden)
            made = [
                _recipient(message, person, Mode.OFF if person.ref in unmeasured else person.mode)
                for ref, person in wanted.items()
                if ref not in known
            ]
            if made:
                connection.execute(insert(_RECIPIENTS), [msgspec.structs.asdict(one) for one in made])
            known |= {one.ref: one for one in made}
        return [known[person.ref] for person in people]

    def find_recipient(self, recipient: bytes) -> Recipient | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(_RECIPIENTS).where(_RECIPIENTS.c.id == recipient)).first()
        return None if row is None else Recipient(*row)

    def recipients(self, message: bytes) -> list[Recipient]:
        with self._engine.connect() as connection:
            asked = select(_RECIPIENTS).where(_RECIPIENTS.c.message == message).order_by(_RECIPIENTS.c.ref)
            return [Recipient(*row) for row in connection.execute(asked)]

    def recipients_by_id(self, ids: Sequence[bytes]) -> dict[bytes, Recipient]:
        """Those of them that are known."""
        found: dict[bytes, Recipient] = {}
        with self._engine.connect() as connection:
            for at in range(0, len(ids), _AT_ONCE):
                asked = select(_RECIPIENTS).where(_RECIPIENTS.c.id.in_(ids[at : at + _AT_ONCE]))
                found |= {row.id: Recipient(*row) for row in connection.execute(asked)}
        return found

    def of_person(self, site: str, ref: str, *, limit: int = 200) -> list[tuple[Recipient, Message]]:
        """Everything that was sent to a person, the newest message first."""
        join = _RECIPIENTS.join(_MESSAGES, _RECIPIENTS.c.message == _MESSAGES.c.id)
        asked = select(_RECIPIENTS, _MESSAGES.c.body).select_from(join)
        asked = asked.where(_RECIPIENTS.c.site == site, _RECIPIENTS.c.ref == ref)
        with self._engine.connect() as connection:
            rows = connection.execute(asked.order_by(_MESSAGES.c.made_ms.desc(), _RECIPIENTS.c.id).limit(limit))
            return [(Recipient(*row[:-1]), msgspec.json.decode(row[-1], type=Message)) for row in rows]

    def find_by_ref(self, message: bytes, ref: str) -> Recipient | None:
        """The recipient of a message whom the sender calls that."""
        with self._engine.connect() as connection:
            return next(iter(_by_refs(connection, message, [ref])), None)

    def left_at(self, site: str, ref: str) -> int:
        """When the person unsubscribed, in Unix milliseconds; 0: not at all."""
        asked = select(_LEFT.c.at_ms).where(_LEFT.c.site == site, _LEFT.c.ref == ref)
        with self._engine.connect() as connection:
            return connection.execute(asked).scalar() or 0

    def mark_sent(self, message: bytes, refs: Sequence[str], *, at_ms: int) -> int:
        """When the receiving servers took it; returns for how many."""
        return self._mark(message, refs, {"sent_ms": at_ms})

    def mark_bounced(self, message: bytes, refs: Sequence[str]) -> int:
        return self._mark(message, refs, {"bounced": 1})

    def delivered(self, site: str) -> list[Delivered]:
        """Recipients that were sent to and did not bounce, by message, mailbox provider and mode."""
        columns = (_RECIPIENTS.c.message, _RECIPIENTS.c.domain, _RECIPIENTS.c.mode)
        asked = select(*columns, func.count()).where(
            _RECIPIENTS.c.site == site, _RECIPIENTS.c.sent_ms > 0, _RECIPIENTS.c.bounced == 0
        )
        with self._engine.connect() as connection:
            return [Delivered(*row) for row in connection.execute(asked.group_by(*columns))]

    # who left, and who is not to be measured

    def left(self, site: str, refs: Sequence[str]) -> set[str]:
        """Those of the refs that unsubscribed."""
        hidden = self._hide(site, refs)
        with self._engine.connect() as connection:
            return self._among(connection, _LEFT, site, hidden)

    def left_since(self, site: str, *, since_ms: int = 0) -> list[tuple[str, int]]:
        """Everybody who unsubscribed and was not erased, and when: for the sender's own list."""
        asked = select(_LEFT.c.ref, _LEFT.c.at_ms).where(
            _LEFT.c.site == site, _LEFT.c.at_ms >= since_ms, _LEFT.c.ref.not_like(f"{_HIDDEN}%")
        )
        with self._engine.connect() as connection:
            return [(row.ref, row.at_ms) for row in connection.execute(asked.order_by(_LEFT.c.at_ms, _LEFT.c.ref))]

    def stop_measuring(self, site: str, ref: str, *, now_ms: int) -> int:
        """Of everything sent to that person so far and from now on; the number of messages."""
        with self._engine.begin() as connection:
            return stop_measuring(connection, site, ref, now_ms=now_ms)

    def silent_after(self, seq: int) -> tuple[int, list[bytes]]:
        """Recipients whose opens must leave nothing, and where to go on next time."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_SILENT).where(_SILENT.c.seq > seq).order_by(_SILENT.c.seq)).all()
        return (rows[-1].seq if rows else seq), [row.recipient for row in rows]

    def expire(self, now_ms: int) -> int:
        """Forget recipients of messages whose tokens are over; who left stays known. Returns how many."""
        old = select(_MESSAGES.c.id).where(_MESSAGES.c.made_ms < now_ms - KEPT_DAYS * _DAY_MS)
        with self._engine.begin() as connection:
            gone = select(_RECIPIENTS.c.id).where(_RECIPIENTS.c.message.in_(old))
            connection.execute(delete(_SILENT).where(_SILENT.c.recipient.in_(gone)))
            done = connection.execute(delete(_RECIPIENTS).where(_RECIPIENTS.c.message.in_(old))).rowcount
        return done

    def refs_of(self, site: str, users: Sequence[str]) -> set[str]:
        """What the sender calls people whom the site calls that."""
        asked = select(_RECIPIENTS.c.ref).where(_RECIPIENTS.c.site == site, _RECIPIENTS.c.user_id.in_(users))
        with self._engine.connect() as connection:
            return set(connection.execute(asked).scalars()) if users else set()

    def ids_of(self, site: str, refs: Iterable[str]) -> list[bytes]:
        """Every recipient that stands for one of these people."""
        with self._engine.connect() as connection:
            return [
                id
                for ref in refs
                for id in connection.execute(select(_RECIPIENTS.c.id).where(*_person(site, ref))).scalars()
            ]

    def erase(self, site: str, ref: str) -> int:
        """Forget a person: every recipient that stands for them; returns how many. That they left and are not to be
        measured stays, under a hash, so that neither is forgotten by the next mailing."""
        hidden = self._hidden(site, ref)
        with self._engine.begin() as connection:
            gone = select(_RECIPIENTS.c.id).where(*_person(site, ref))
            connection.execute(delete(_SILENT).where(_SILENT.c.recipient.in_(gone)))
            count = connection.execute(delete(_RECIPIENTS).where(*_person(site, ref))).rowcount
            for table in (_LEFT, _UNMEASURED):
                there = (table.c.site == site, table.c.ref == ref)
                connection.execute(update(table).where(*there).values(ref=hidden))
        return count

    def _among(self, connection: Connection, table: Table, site: str, hidden: Mapping[str, str]) -> set[str]:
        """Those of the refs that the table holds, in clear or as `_hide` writes them."""
        found = _refs_in(connection, table, site, [*hidden.values(), *hidden])
        return {hidden.get(ref, ref) for ref in found}

    def _hide(self, site: str, refs: Iterable[str]) -> dict[str, str]:
        """Each ref under what stands for it once its person was erased. Before a transaction: it may make the key."""
        return {self._hidden(site, ref): ref for ref in refs}

    def _hidden(self, site: str, ref: str) -> str:
        if self._hiding is None:
            self._hiding = get_secret(self._engine, "mail_erased")
        text = f"{site}\x00{ref}".encode("utf-8", "replace")
        return _HIDDEN + hashlib.blake2b(text, key=self._hiding, digest_size=16).hexdigest()

    def _secret(self, key: int) -> bytes:
        found = self._secrets.get(key)
        if found is None:
            found = self._secrets[key] = get_secret(self._engine, f"mail_{key}")
        return found

    def _make_first(self, now_ms: int) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_KEYS).values(id=1, made_ms=now_ms, retired_ms=0))
        except IntegrityError:
            pass  # another process made it

    def _mark(self, message: bytes, refs: Sequence[str], values: Mapping[str, int]) -> int:
        done = 0
        with self._engine.begin() as connection:
            for chunk in _chunks(refs):
                where = (_RECIPIENTS.c.message == message, _RECIPIENTS.c.ref.in_(chunk))
                done += connection.execute(update(_RECIPIENTS).where(*where).values(**values)).rowcount
        return done


def leave(connection: Connection, recipient: Recipient, *, at_ms: int) -> None:
    """Unsubscribe the person; the first time stays."""
    if not _refs_in(connection, _LEFT, recipient.site, [recipient.ref]):
        row = {"site": recipient.site, "ref": recipient.ref, "at_ms": at_ms, "message": recipient.message}
        connection.execute(insert(_LEFT).values(row))


def stop_measuring(connection: Connection, site: str, ref: str, *, now_ms: int) -> int:
    if not _refs_in(connection, _UNMEASURED, site, [ref]):
        connection.execute(insert(_UNMEASURED).values(site=site, ref=ref, at_ms=now_ms))
    person = (_RECIPIENTS.c.site == site, _RECIPIENTS.c.ref == ref)
    rows = connection.execute(select(_RECIPIENTS.c.id).where(*person)).scalars().all()
    known = set(connection.execute(select(_SILENT.c.recipient).where(_SILENT.c.recipient.in_(rows))).scalars())
    fresh = [{"recipient": one} for one in rows if one not in known]
    if fresh:
        connection.execute(insert(_SILENT), fresh)
    connection.execute(update(_RECIPIENTS).where(*person).values(mode=Mode.OFF, user_id=""))
    return len(rows)


def note_open_day(connection: Connection, recipient: bytes, day: int) -> None:
    """The day of the last open, and nothing else (mode hygiene)."""
    where = (_RECIPIENTS.c.id == recipient, _RECIPIENTS.c.last_open_day < day)
    connection.execute(update(_RECIPIENTS).where(*where).values(last_open_day=day))


def _recipient(message: Message, person: NewRecipient, mode: Mode) -> Recipient:
    return Recipient(
        id=secrets.token_bytes(_RECIPIENT_BYTES),
        message=message.key,
        site=message.site,
        ref=person.ref,
        user_id=person.user_id if mode == Mode.FULL else "",
        mode=mode,
        domain=person.domain,
        region=person.region,
        shared=person.shared if mode == Mode.AGGREGATE else b"",
        sent_ms=person.sent_ms,
    )


def _person(site: str, ref: str) -> tuple[ColumnElement[bool], ...]:
    return (_RECIPIENTS.c.site == site, _RECIPIENTS.c.ref == ref)


def _by_refs(connection: Connection, message: bytes, refs: Sequence[str]) -> Iterator[Recipient]:
    for chunk in _chunks(refs):
        where = (_RECIPIENTS.c.message == message, _RECIPIENTS.c.ref.in_(chunk))
        yield from (Recipient(*row) for row in connection.execute(select(_RECIPIENTS).where(*where)))


def _refs_in(connection: Connection, table: Table, site: str, refs: Sequence[str]) -> list[str]:
    found: list[str] = []
    for chunk in _chunks(refs):
        asked = select(table.c.ref).where(table.c.site == site, table.c.ref.in_(chunk))
        found += connection.execute(asked).scalars()
    return found


def _chunks(refs: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(refs), _AT_ONCE):
        yield refs[at : at + _AT_ONCE]
