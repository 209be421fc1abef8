"""What a version of a conversion's record means for its delivery. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from onebyone.destinations.destination import Destination
from onebyone.destinations.gate import Withheld, withheld
from onebyone.destinations.outgoing import event_id_of
from onebyone.event import Conversion, Event
from onebyone.state.deliveries import ADJUST, DUE, Delivery, State, marked
from onebyone.state.destinations import Again, Configured

_ADJUST_AFTER_MS = 60_000  # several refunds of one order come together


class Target(Struct, frozen=True):
    destination: Destination[object]
    configured: Configured


def target_of(destination: Destination[Any], one: Configured) -> Target:
    """With the limits that its operator chose instead of ours."""
    said = {name: getattr(one, name) for name in ("max_age_s", "max_ahead_s", "max_batch", "requests_per_minute")}
    chosen = {name: value for name, value in said.items() if value}
    return Target(replace(destination, facts=replace(destination.facts, **chosen)), one)


class Known(Struct, frozen=True):
    """The delivery and its adjustment, as far as there are any."""

    delivery: Delivery | None = None
    adjustment: Delivery | None = None


def arrive(known: Known, record: Conversion, target: Target, now_ms: int) -> Iterator[Delivery]:
    """The rows that change. What left is frozen: it is marked, never sent again."""
    held = known.delivery
    if held is None:
        if record.status == "counted":
            yield queued(record, target, now_ms)
    elif held.cause == Withheld.UNCONFIRMED and record.confirmed_at is not None:
        yield _renewed(held.changed(state=State.WAITING, cause="", due_ms=now_ms), record)
    elif held.state in DUE and not held.sent_ms:
        if record.version > held.record_version:
            yield _renewed(held, record)
    elif held.state == State.ACCEPTED and record.version > held.record_version:
        yield from _since(known, held, record, target, now_ms)


def queued(record: Conversion, target: Target, now_ms: int) -> Delivery:
    event = record.event
    settled_ms = _ms(record.first_received_at.timestamp()) + target.configured.settle_s * 1000
    return Delivery(
        site=record.site,
        destination=target.configured.name,
        conversion=record.id,
        first_day=record.first_day.isoformat(),
        due_ms=settled_ms,
        queued_ms=now_ms,
        at_ms=_ms(event.at.timestamp()),
        name=event.name,
        event_id=event_id_of(record),
        order_id=event.order_id,
        record_version=record.version,
        lane=lane_of(event, record.id),
    )


def again(held: Delivery | None, record: Conversion, target: Target, order: Again, now_ms: int) -> Delivery | None:
    """What an order to send a range does to one of its conversions; None: nothing."""
    if not order.from_ms <= _ms(record.event.at.timestamp()) < order.to_ms or record.status != "counted":
        return None
    if held is None:
        return queued(record, target, now_ms)
    if order.resend and held.state not in (*DUE, State.SENDING):
        return held.changed(state=State.WAITING, due_ms=now_ms, cause="")
    return None


def lane_of(event: Event, otherwise: str) -> int:
    """The same number for all that one browser or user did: it is sent in order."""
    text = str(event.visitor) if event.visitor else event.user_id or otherwise
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=3).digest(), "big")


def _renewed(held: Delivery, record: Conversion) -> Delivery:
    return held.changed(
        record_version=record.version,
        at_ms=_ms(record.event.at.timestamp()),
        name=record.event.name,
        event_id=event_id_of(record),
        order_id=record.event.order_id,
    )


def _since(known: Known, held: Delivery, record: Conversion, target: Target, now_ms: int) -> Iterator[Delivery]:
    found = held
    if record.status == "joined":
        found = marked(found, "sent_twice")
    elif withheld(target.destination, target.configured, record, None) is not None:
        found = marked(found, "would_not_send_now")
    if found is not held:
        yield found
    told = known.adjustment.adjusted if known.adjustment is not None else 0
    waits = known.adjustment is not None and known.adjustment.state in (*DUE, State.SENDING)
    if target.destination.adjusts and record.refunded > told and record.event.order_id and not waits:
        yield _adjustment(known.adjustment, held, record, now_ms)


def _adjustment(before: Delivery | None, held: Delivery, record: Conversion, now_ms: int) -> Delivery:
    due_ms = now_ms + _ADJUST_AFTER_MS
    if before is not None:
        return before.changed(state=State.WAITING, due_ms=due_ms, record_version=record.version, cause="")
    return Delivery(
        site=held.site,
        destination=held.destination,
        conversion=held.conversion,
        part=ADJUST,
        first_day=held.first_day,
        state=State.WAITING,
        due_ms=due_ms,
        queued_ms=now_ms,
        at_ms=_ms(record.updated_at.timestamp()),
        name="refund",
        event_id=held.event_id,
        order_id=held.order_id,
        record_version=record.version,
        lane=held.lane,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
