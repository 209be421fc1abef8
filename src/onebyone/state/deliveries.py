"""The delivery queue: one conversion to one destination, from its first sight to the platform's answer.

One process works on it, the engine. What it claims it writes down before it sends, so that after a crash every row that
was on its way is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import astuple, replace
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from onebyone.state.database import METADATA, StateUnavailable
from onebyone.state.destinations import CURSORS, Position, cursor_rows
from onebyone.state.results import Results

_DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("destination", String(32), primary_key=True),
    Column("conversion", String(36), primary_key=True),
    Column("part", String(8), primary_key=True),
    Column("first_day", String(10), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("queued_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger, nullable=False),
    Column("answered_ms", BigInteger, nullable=False),
    Column("name", String(64), nullable=False),
    Column("event_id", String(300), nullable=False),
    Column("order_id", String(255), nullable=False),
    Column("record_version", Integer, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("adjusted", BigInteger, nullable=False),
    Column("proof", Boolean, nullable=False),
    Column("trace", String(128), nullable=False),
    Column("keys", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("untold", Boolean, nullable=False),
    Index("deliveries_due", "site", "destination", "state", "due_ms"),
    Index("deliveries_untold", "untold", "site"),
    Index("deliveries_conversion", "site", "conversion"),
    Index("deliveries_order", "site", "order_id"),
    Index("deliveries_event", "site", "event_id"),
    sqlite_with_rowid=False,
)
_NAMES = [column.name for column in _DELIVERIES.columns]
_KEY = ("site", "destination", "conversion", "part")
_ASKED_AT_ONCE = 400
ADJUST = "adjust"  # the part that tells a platform what became of an order it has


class State(StrEnum):
    SETTLING = "settling"  # its copies may still meet
    WAITING = "waiting"  # somebody asked for it again
    SENDING = "sending"  # claimed; after a crash: nobody knows whether it arrived
    RETRYING = "retrying"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # by the platform
    NOT_ELIGIBLE = "not_eligible"  # by the platform's own rules, before it was asked
    NOT_ALLOWED = "not_allowed"  # by the person, or by the verdict
    GAVE_UP = "gave_up"  # too old by now, or nobody can know whether it arrived


DUE = (State.SETTLING, State.WAITING, State.RETRYING)
UNSENT = frozenset({*DUE, State.SENDING})
ENDED = frozenset(State) - UNSENT
CORRECTABLE = (State.REFUSED, State.NOT_ELIGIBLE, State.NOT_ALLOWED, State.GAVE_UP)


class Delivery(Struct, frozen=True, kw_only=True):
    """A row. Times are unix milliseconds, 0 for never."""

    site: str
    destination: str
    conversion: str
    part: str = ""  # "" or ADJUST
    first_day: str
    state: str = State.SETTLING
    cause: str = ""  # a code: of our refusal, of the platform, of the person's choice
    version: int = 1
    attempts: int = 0
    due_ms: int
    queued_ms: int
    at_ms: int  # when the conversion happened
    sent_ms: int = 0
    answered_ms: int = 0
    name: str
    event_id: str  # under which it left: frozen by the first attempt
    order_id: str = ""
    record_version: int = 0  # of the conversion: the newest seen, then the one that left
    lane: int = 0  # of the person: what has one is sent in order
    adjusted: int = 0  # minor units that the platform was told of as refunded
    proof: bool = False  # the platform says that it counted it, not only that it came
    trace: str = ""  # the platform's id of the request
    keys: str = "[]"  # which identifiers it carried, as JSON
    marks: str = "[]"  # sent_twice, would_not_send_now, as JSON
    request: str = ""  # without secrets and personal data
    answer: str = ""
    untold: bool = True  # the store does not know this version yet

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.site, self.destination, self.conversion, self.part

    def changed(self, **given: Any) -> Delivery:
        """The next version."""
        return replace(self, version=self.version + 1, untold=True, **given)


class Tally(Struct, frozen=True):
    destination: str
    state: str
    cause: str
    rows: int
    oldest_ms: int  # when the oldest of them happened


_VERSION = (*_KEY, "version")
_TOLD = (
    update(_DELIVERIES)
    .where(*(_DELIVERIES.c[name] == bindparam(f"told_{name}") for name in _VERSION))
    .values(untold=False)
)


class Deliveries:
    """Every call is one transaction and may block. Raises StateUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.results = Results(engine)
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(_DELIVERIES)
        new = {name: statement.excluded[name] for name in _NAMES if name not in _KEY}
        self._put = statement.on_conflict_do_update(index_elements=list(_KEY), set_=new)
        move = insert(CURSORS)
        self._move = move.on_conflict_do_update(
            index_elements=["site", "name"], set_={"position": move.excluded.position}
        )

    def put(self, rows: Sequence[Delivery], positions: Mapping[tuple[str, str], Position] | None = None) -> None:
        """Store whole rows and move cursors, in one transaction."""
        try:
            with self._engine.begin() as connection:
                if rows:
                    connection.execute(self._put, [_row(one) for one in rows])
                if positions:
                    connection.execute(self._move, cursor_rows(positions))
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def of_conversions(self, site: str, conversions: Iterable[str]) -> dict[tuple[str, str, str], Delivery]:
        """What is known of them, by (conversion, destination, part)."""
        wanted = list(conversions)
        found: dict[tuple[str, str, str], Delivery] = {}
        with self._connect() as connection:
            for at in range(0, len(wanted), _ASKED_AT_ONCE):
                some = wanted[at : at + _ASKED_AT_ONCE]
                query = select(_DELIVERIES).where(_DELIVERIES.c.site == site, _DELIVERIES.c.conversion.in_(some))
                for row in connection.execute(query):
                    one = _delivery(row)
                    found[one.conversion, one.destination, one.part] = one
        return found

    def claim(self, site: str, destination: str, *, now_ms: int, limit: int) -> list[Delivery]:
        """Those that are due, oldest first, now marked as on their way."""
        query = (
            select(_DELIVERIES)
            .where(
                _DELIVERIES.c.site == site,
                _DELIVERIES.c.destination == destination,
                _DELIVERIES.c.state.in_(DUE),
                _DELIVERIES.c.due_ms <= now_ms,
            )
            .order_by(_DELIVERIES.c.due_ms, _DELIVERIES.c.at_ms, _DELIVERIES.c.conversion)
            .limit(limit)
        )
        try:
            with self._engine.begin() as connection:
                rows = [_delivery(row) for row in connection.execute(query)]
                taken = [
                    replace(one, state=State.SENDING, version=one.version + 1, attempts=one.attempts + 1, untold=False)
                    for one in rows
                ]
                if taken:
                    connection.execute(self._put, [_row(one) for one in taken])
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return taken

    def next_due(self, site: str, destination: str, states: Sequence[str] = DUE) -> int | None:
        query = select(func.min(_DELIVERIES.c.due_ms)).where(
            _DELIVERIES.c.site == site, _DELIVERIES.c.destination == destination, _DELIVERIES.c.state.in_(states)
        )
        with self._connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else int(found)

    def retries_since(self, site: str, destination: str) -> int | None:
        """When the oldest was queued that was tried in vain and is to be tried again."""
        query = select(func.min(_DELIVERIES.c.queued_ms)).where(
            _DELIVERIES.c.site == site,
            _DELIVERIES.c.destination == destination,
            _DELIVERIES.c.state == State.RETRYING,
        )
        with self._connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else int(found)

    def on_their_way(self) -> list[Delivery]:
        """Claimed and never answered for: at the start, what a crash left."""
        return self.find(states=(State.SENDING,), limit=1_000_000)

    def find(
        self,
        *,
        site: str | None = None,
        destination: str | None = None,
        conversion: str | None = None,
        states: Sequence[str] = (),
        trace: str | None = None,
        cause: str | None = None,
        limit: int = 100,
    ) -> list[Delivery]:
        """The newest first."""
        query = select(_DELIVERIES)
        asked = {"site": site, "destination": destination, "conversion": conversion, "trace": trace, "cause": cause}
        for column, wanted in asked.items():
            if wanted is not None:
                query = query.where(_DELIVERIES.c[column] == wanted)
        if states:
            query = query.where(_DELIVERIES.c.state.in_(states))
        with self._connect() as connection:
            newest = query.order_by(_DELIVERIES.c.at_ms.desc(), _DELIVERIES.c.conversion).limit(limit)
            return [_delivery(row) for row in connection.execute(newest)]

    def of_story(self, site: str, ids: Sequence[str]) -> list[Delivery]:
        """Those of a conversion that is known by one of these: its own id, an order id, an event id."""
        known = [id for id in ids if id][:_ASKED_AT_ONCE]
        columns = (_DELIVERIES.c.conversion, _DELIVERIES.c.order_id, _DELIVERIES.c.event_id)
        query = select(_DELIVERIES).where(_DELIVERIES.c.site == site, or_(*(column.in_(known) for column in columns)))
        with self._connect() as connection:
            rows = connection.execute(query.order_by(_DELIVERIES.c.destination, _DELIVERIES.c.part).limit(100))
            return [_delivery(row) for row in rows]

    def send_again(
        self,
        site: str,
        destination: str,
        states: Sequence[str],
        *,
        now_ms: int,
        conversion: str | None = None,
        cause: str | None = None,
    ) -> int:
        """What ended in one of these states, one conversion's or for one cause alone if that is given, waits anew,
        under its id; returns how many."""
        if not set(states) <= ENDED:
            raise ValueError("only what has ended")
        found = self.find(
            site=site, destination=destination, conversion=conversion, states=states, cause=cause, limit=1_000_000
        )
        waiting = [one.changed(state=State.WAITING, cause="", due_ms=now_ms) for one in found]
        for at in range(0, len(waiting), 1_000):
            self.put(waiting[at : at + 1_000])
        return len(waiting)

    def tallies(self, site: str, destination: str | None = None) -> list[Tally]:
        """How many stand where, and why. Adjustments are not counted: their conversion is."""
        columns = (_DELIVERIES.c.destination, _DELIVERIES.c.state, _DELIVERIES.c.cause)
        query = select(*columns, func.count(), func.min(_DELIVERIES.c.at_ms)).where(
            _DELIVERIES.c.site == site, _DELIVERIES.c.part == ""
        )
        if destination is not None:
            query = query.where(_DELIVERIES.c.destination == destination)
        with self._connect() as connection:
            return [Tally(*row) for row in connection.execute(query.group_by(*columns))]

    def marks(self, site: str, destination: str) -> dict[str, int]:
        """How many carry each mark."""
        query = select(_DELIVERIES.c.marks, func.count()).where(
            _DELIVERIES.c.site == site, _DELIVERIES.c.destination == destination, _DELIVERIES.c.marks != "[]"
        )
        found: dict[str, int] = {}
        with self._connect() as connection:
            for text, rows in connection.execute(query.group_by(_DELIVERIES.c.marks)):
                for mark in msgspec.json.decode(text, type=list[str]):
                    found[mark] = found.get(mark, 0) + rows
        return found

    def untold(self, limit: int) -> list[Delivery]:
        with self._connect() as connection:
            query = select(_DELIVERIES).where(_DELIVERIES.c.untold.is_(True)).limit(limit)
            return [_delivery(row) for row in connection.execute(query)]

    def told(self, rows: Sequence[Delivery]) -> None:
        """The log has these versions. Rows that changed since stay untold."""
        if not rows:
            return
        named = [{f"told_{name}": getattr(one, name) for name in _VERSION} for one in rows]
        with self._engine.begin() as connection:
            connection.execute(_TOLD, named)

    def expire(self, before_ms: int, *, texts_before_ms: int) -> int:
        """Forget what ended before that; returns how many. Requests and answers go sooner."""
        over = (_DELIVERIES.c.queued_ms < before_ms, _DELIVERIES.c.state.in_(tuple(ENDED)))
        with self._engine.begin() as connection:
            connection.execute(
                update(_DELIVERIES)
                .where(_DELIVERIES.c.queued_ms < texts_before_ms, _DELIVERIES.c.request != "")
                .values(request="", answer="")
            )
            return connection.execute(delete(_DELIVERIES).where(*over)).rowcount

    def erase(self, site: str, conversions: Sequence[str]) -> int:
        """Forget what was sent of these, and stop what waits; returns how many rows."""
        gone = 0
        try:
            with self._engine.begin() as connection:
                for at in range(0, len(conversions), _ASKED_AT_ONCE):
                    some = conversions[at : at + _ASKED_AT_ONCE]
                    theirs = (_DELIVERIES.c.site == site, _DELIVERIES.c.conversion.in_(some))
                    gone += connection.execute(delete(_DELIVERIES).where(*theirs)).rowcount
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        return gone

    def _connect(self) -> Connection:
        try:
            return self._engine.connect()
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error


def marked(one: Delivery, mark: str) -> Delivery:
    """With the mark; the same row if it has it."""
    marks = msgspec.json.decode(one.marks, type=list[str])
    return one if mark in marks else one.changed(marks=msgspec.json.encode([*marks, mark]).decode())


def _row(one: Delivery) -> dict[str, object]:
    return dict(zip(Delivery.__struct_fields__, astuple(one), strict=True))


def _delivery(row: Any) -> Delivery:
    return Delivery(**row._mapping)
