"""What became of each delivery, as lines of the log "facts": from there it reaches the store."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from onebyone.log import Writer
from onebyone.state.deliveries import Deliveries, Delivery

KIND = b"V"
_AT_ONCE = 1_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode


class DeliveryLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the store's table `deliveries`, field by field. Without request and answer: those stay in the state."""

    site: str
    first_day: str
    conversion: str
    destination: str
    part: str = ""
    version: int
    state: str
    cause: str = ""
    attempts: int = 0
    at: datetime
    queued_at: datetime
    due_at: datetime
    sent_at: datetime = _NEVER
    answered_at: datetime = _NEVER
    name: str
    event_id: str
    order_id: str = ""
    record_version: int = 0
    proof: bool = False
    trace: str = ""
    keys: list[str] = []
    marks: list[str] = []


class Telling:
    """Blocks; one thread at a time. A crash in between tells a version again, which the store takes once."""

    def __init__(self, writer: Writer, deliveries: Deliveries) -> None:
        self._writer = writer
        self._deliveries = deliveries

    def tell_once(self) -> int:
        """Raises LogUnavailable, StateUnavailable."""
        rows = self._deliveries.untold(_AT_ONCE)
        if rows:
            self._writer.append([KIND + _encode(line_of(one)) for one in rows], count=len(rows))
            self._deliveries.told(rows)
        return len(rows)


def line_of(one: Delivery) -> DeliveryLine:
    return DeliveryLine(
        site=one.site,
        first_day=one.first_day,
        conversion=one.conversion,
        destination=one.destination,
        part=one.part,
        version=one.version,
        state=one.state,
        cause=one.cause,
        attempts=one.attempts,
        at=_at(one.at_ms),
        queued_at=_at(one.queued_ms),
        due_at=_at(one.due_ms),
        sent_at=_at(one.sent_ms),
        answered_at=_at(one.answered_ms),
        name=one.name,
        event_id=one.event_id,
        order_id=one.order_id,
        record_version=one.record_version,
        proof=one.proof,
        trace=one.trace,
        keys=msgspec.json.decode(one.keys, type=list[str]),
        marks=msgspec.json.decode(one.marks, type=list[str]),
    )


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
