"""Outcomes with little said, and a way to put them straight into the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from onebyone.destinations.telling import DeliveryLine
from onebyone.event import COPIES, Booking, Conversion, Ended, Event, event_uuid, hit_uuid
from onebyone.state.graph import Row
from onebyone.store.engine import Embedded
from onebyone.store.flat import flat

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def an_event(number: int = 1, **fields: Any) -> Event:
    """Event `number` of site s1, at noon unless said otherwise; its hit and ids follow from the number."""
    at = fields.get("at", NOON)
    site, name = fields.get("site", "s1"), fields.get("name", "page_view")
    known: dict[str, Any] = {
        "site": site, "name": name, "via": "tag", "at": at, "day": at.date(), "received_at": at,
        "sent_id": f"e{number}", "event_id": f"e{number}", "hit": a_hit(number),
    }  # fmt: skip
    event = known | fields
    return Event(id=fields.get("id", event_uuid(site, name, event["sent_id"])), **_without(event, "id"))


def a_drop(number: int = 1, **fields: Any) -> Ended:
    """Drop `number` of site s1; its hit is no event's unless it is said to be."""
    at = fields.get("at", NOON)
    known: dict[str, Any] = {
        "site": "s1", "at": at, "day": at.date(), "received_at": at, "hit": a_hit(1_000_000 + number),
        "reason": "order_reloaded", "step": "drop_copy", "via": "tag", "name": "purchase",
    }  # fmt: skip
    return Ended(**known | fields)


def a_delivery(number: int = 1, **fields: Any) -> DeliveryLine:
    """Of the conversion of that number, at noon; accepted by Meta unless said otherwise."""
    at = fields.get("at", NOON)
    known: dict[str, Any] = {
        "site": "s1", "first_day": at.date().isoformat(), "conversion": a_hit(number), "destination": "meta",
        "version": 3, "state": "accepted", "attempts": 1, "at": at, "queued_at": at, "due_at": at, "name": "purchase",
        "event_id": f"e{number}",
    }  # fmt: skip
    return DeliveryLine(**known | fields)


def a_conversion(number: int = 1, *, history: Sequence[Sequence[Any]], **fields: Any) -> Conversion:
    """Purchase `number` with what each arrival changed: received_at, at, cause, counted, gross, refunded, net."""
    at = fields.get("at", NOON)
    event = an_event(number, name="purchase", via="server", **{"at": at, "currency": "EUR"} | fields)
    booked = [
        Booking(received_at=_moment(one[0]), order_at=at, at=_moment(one[1]), cause=one[2], currency=event.currency,
                counted=one[3], gross=one[4], refunded=one[5], net=one[6])
        for one in history
    ]  # fmt: skip
    counted, gross, refunded, net = (sum(one[place] for one in history) for place in (3, 4, 5, 6))
    return Conversion(
        site=event.site, first_day=event.day, id=event_uuid(event.site, "conversion", event.sighting), version=1,
        first_received_at=booked[0].received_at, updated_at=booked[-1].received_at, event=event, vias=[event.via],
        status="counted" if counted else "cancelled", gross=gross, refunded=refunded, net=net, booked=booked,
    )  # fmt: skip


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def put_facts(store: Embedded, lines: Sequence[DeliveryLine], *, token: str = "test") -> None:
    if lines:
        store.insert("deliveries", [msgspec.json.encode(line) for line in lines], f"deliveries:{token}")


def a_hit(number: int) -> str:
    return hit_uuid(number.to_bytes(16, "big"))


def put(store: Embedded, outcomes: Sequence[Event | Ended | Row | Conversion], *, token: str = "test") -> None:
    """Straight into the tables. Needs another token for the same rows again."""
    for table, kind in _TABLES:
        lines = [msgspec.json.encode(outcome) for outcome in outcomes if isinstance(outcome, kind)]
        if lines:
            store.insert(table, lines, f"{table}:{token}")
    counted = [*conversions_of(outcomes), *(one for one in outcomes if isinstance(one, Conversion))]
    rows = [flat(msgspec.json.encode(one)) for one in counted]
    if rows:
        store.insert("conversions", rows, f"conversions:{token}")


def conversions_of(outcomes: Sequence[Event | Ended | Row | Conversion]) -> list[Conversion]:
    """What the pipeline would have written for those among them that count: each with the ways in of its copies."""
    found = []
    for event in outcomes:
        if not isinstance(event, Event) or event.name not in _COUNTED or event.actor.startswith("machine"):
            continue
        copies = [
            one.via for one in outcomes
            if isinstance(one, Ended) and one.reason in COPIES and (one.of_hit, one.of_n) == (event.hit, event.n)
        ]  # fmt: skip
        one = Conversion(
            site=event.site, first_day=event.day, id=event_uuid(event.site, "conversion", event.sighting), version=1,
            first_received_at=event.received_at, updated_at=event.received_at, event=event,
            vias=sorted({event.via, *copies}), copies=1 + len(copies), gross=event.value, net=event.value,
        )  # fmt: skip
        found.append(one)
    return found


_COUNTED = ("purchase", "sign_up")
_TABLES: tuple[tuple[str, type], ...] = (("events", Event), ("drops", Ended), ("identity", Row))


def as_record(outcome: Event | Ended) -> bytes:
    """A line of the log "events"."""
    return (b"E" if isinstance(outcome, Event) else b"D") + msgspec.json.encode(outcome)


def _without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}
