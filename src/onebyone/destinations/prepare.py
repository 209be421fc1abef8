"""From claimed deliveries to rows that may be sent, and those that end here. Blocks on the state."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from onebyone.destinations.arrival import Target
from onebyone.destinations.conversion import Conversion
from onebyone.destinations.destination import Refusal, Row, rows_of
from onebyone.destinations.gate import Withheld, confirmed_by, effective, withheld
from onebyone.destinations.masking import identifiers
from onebyone.destinations.outgoing import Raw, adjustment, outgoing
from onebyone.event import Conversion as Record
from onebyone.event import Event
from onebyone.state.deliveries import ADJUST, Delivery, State

Key = tuple[str, str, str, str]
CHANGED = "consent_changed"  # between building the row and sending it: it is built anew
_ASKED_AT_ONCE = 200
FAILED = "failed"  # our own defect; the traceback is kept with the delivery


class Records(Protocol):
    """The merged records, in `state/`."""

    def get_many(self, site: str, ids: Iterable[str]) -> Mapping[str, Record]: ...

    def of_site(self, site: str) -> Iterable[Record]: ...


class People(Protocol):
    """What is known of who did it, at the moment of sending. Both may raise StateUnavailable."""

    def allowed_now(self, site: str, events: Sequence[Event]) -> Sequence[int | None]:
        """For each the bits of the last word of who did it; None: nothing newer than the event is known."""

    def every_order_since(self, site: str) -> int:
        """Since when (unix ms) the site's server tells every order; 0: nobody says so."""

    def unseal(self, site: str, sealed: str) -> Raw:
        """What was sealed with an event; empty once its key is gone."""


class Known(Struct, frozen=True):
    """The newest record, what its person allows now, and since when its site's server tells every order."""

    record: Record
    allowed: int | None
    every_order_since: int


class Prepared(Struct, frozen=True):
    rows: list[tuple[Delivery, Row]]
    ended: list[Delivery]
    refunds: dict[Key, int] = {}  # what the platform knows once it took the adjustment
    permissions: dict[Key, int] = {}  # those that the rows were built with


class Preparing:
    """One destination's, with its settings and secrets."""

    def __init__(self, target: Target, settings: Any, records: Records, people: People) -> None:
        self._target = target
        self._settings = settings
        self._records = records
        self._people = people

    def __call__(self, claimed: Sequence[Delivery], now_ms: int) -> Prepared:
        prepared = Prepared([], [])
        for one, known in self._known(claimed):
            try:
                made = self._prepare(one, known, now_ms, prepared)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                text = "".join(traceback.format_exception(error)[-4:])[-2000:]
                made = one.changed(state=State.GAVE_UP, cause=FAILED, answer=text, answered_ms=now_ms)
            if isinstance(made, Delivery):
                prepared.ended.append(made)
            else:
                prepared.rows.extend(made)
        return prepared

    def changed(self, waited: Sequence[Delivery], permissions: Mapping[Key, int]) -> list[tuple[State, str] | None]:
        """How rows that waited for their turn end instead of being sent; None: it may go as it was built."""
        return [self._changed(one, known, permissions[one.key]) for one, known in self._known(waited)]

    def _known(self, some: Sequence[Delivery]) -> Iterator[tuple[Delivery, Known | None]]:
        """What the state says of each now, asked for many at once. None: it is gone."""
        for at in range(0, len(some), _ASKED_AT_ONCE):
            asked = some[at : at + _ASKED_AT_ONCE]
            site = asked[0].site
            records = self._records.get_many(site, {one.conversion for one in asked})
            allowed = self._people.allowed_now(site, [record.event for record in records.values()])
            since = self._people.every_order_since(site)
            found = {id: Known(record, now, since) for (id, record), now in zip(records.items(), allowed, strict=True)}
            yield from ((one, found.get(one.conversion)) for one in asked)

    def _changed(self, one: Delivery, known: Known | None, permissions: int) -> tuple[State, str] | None:
        if known is None:
            return State.GAVE_UP, "record_gone"
        wrong = self._withheld(one, known.record, known.allowed)
        if wrong is not None:
            return State.NOT_ALLOWED, wrong
        return None if self._permissions(known.record, known.allowed) == permissions else (State.RETRYING, CHANGED)

    def _prepare(
        self, one: Delivery, known: Known | None, now_ms: int, prepared: Prepared
    ) -> list[tuple[Delivery, Row]] | Delivery:
        if known is None:
            return one.changed(state=State.GAVE_UP, cause="record_gone", answered_ms=now_ms)
        record, allowed = known.record, known.allowed
        wrong = self._withheld(one, record, allowed)
        if wrong is not None:
            return one.changed(state=State.NOT_ALLOWED, cause=wrong, answered_ms=now_ms)
        doubtful_ms = confirmed_by(record, known.every_order_since)
        if doubtful_ms is not None and now_ms <= doubtful_ms:
            return one.changed(state=State.WAITING, cause=Withheld.UNCONFIRMED, due_ms=doubtful_ms + 1)
        if doubtful_ms is not None:
            return one.changed(state=State.NOT_ALLOWED, cause=Withheld.UNCONFIRMED, answered_ms=now_ms)
        built = self._built(one, record, self._permissions(record, allowed))
        rows = rows_of(self._target.destination, built, self._settings, now_ms=now_ms)
        if isinstance(rows, Refusal):
            late = rows == Refusal.TOO_OLD and one.attempts > 1
            state = State.GAVE_UP if late else State.NOT_ELIGIBLE
            return one.changed(state=state, cause=rows, answered_ms=now_ms)
        keys = sorted({key for row in rows for key in identifiers(row)})
        if one.part == ADJUST:
            prepared.refunds[one.key] = record.refunded
        prepared.permissions[one.key] = self._permissions(record, allowed)
        sent = replace(one, record_version=record.version, keys=_json(keys))
        return [(sent, row) for row in rows]

    def _permissions(self, record: Record, allowed_now: int | None) -> int:
        return effective(self._target.destination, self._target.configured, record, allowed_now)

    def _withheld(self, one: Delivery, record: Record, allowed_now: int | None) -> Withheld | None:
        """A platform that has an order is told that it was cancelled."""
        wrong = withheld(self._target.destination, self._target.configured, record, allowed_now)
        return None if one.part == ADJUST and wrong == Withheld.CANCELLED else wrong

    def _built(self, one: Delivery, record: Record, permissions: int) -> Conversion:
        """Under the id and time that were written down with the claim: after a crash they are the same again."""
        raw = self._people.unseal(one.site, record.event.sealed) if record.event.sealed else Raw()
        built = outgoing(record, permissions=permissions, raw=raw, event_id=one.event_id)
        if one.part == ADJUST:
            return adjustment(record, built, told=one.adjusted)
        return replace(built, at_ms=one.at_ms)


def _json(names: Sequence[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
