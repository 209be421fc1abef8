"""Copies and what becomes of them, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from fakes.shelf import MemoryShelf
from onebyone.event import Conversion, Drop, Event, hit_uuid, visitor_hash
from onebyone.pipeline.conversions.adjusting import distinct
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.conversions.records import read_record
from onebyone.pipeline.decode.ids import usable_id
from onebyone.pipeline.decode.names import canonical_name

SITE = "s1"


class Outcome(Struct):
    """After all copies: what every one became, and the newest version of every record."""

    told: list[Event | Drop]
    conversions: dict[str, Conversion]
    waiting: list[tuple[str, str]]

    def counted(self) -> list[Conversion]:
        return [one for one in self.conversions.values() if one.status == "counted"]


def count(events: Sequence[Event], *, at_once: int = 1, shelf: MemoryShelf | None = None) -> Outcome:
    """So many in a batch."""
    shelf = shelf or MemoryShelf()
    told: list[Event | Drop] = []
    for start in range(0, len(events), at_once):
        counting = Counting(shelf)
        batch = events[start : start + at_once]
        counting.prefetch(batch)
        told += [counting.sight(event) for event in batch]
        counting.finish()
    records = [read_record(body) for body in shelf.bodies.values() if body]
    waiting = [
        (one[0].event.order_id, one[0].event.adjustment_id)
        for record in records
        if not record.copies
        for one in distinct(record.adjustments)
    ]
    return Outcome(told, shelf.conversions, waiting)


def a_copy(number: int, **given: Any) -> Event:
    """`at_s` and `after_s`: when it happened, and how long after that it arrived."""
    at = datetime.fromtimestamp(1_772_359_200 + given.pop("at_s", 0), UTC)
    received_at = datetime.fromtimestamp(at.timestamp() + given.pop("after_s", 1), UTC)
    fields: dict[str, Any] = dict(
        site=SITE, day=at.date(), at=at, received_at=received_at, id=hit_uuid(bytes([1]) * 16),
        hit=hit_uuid(number.to_bytes(16, "big")), name="purchase", via="tag",
    )  # fmt: skip
    if given.get("event_id"):
        fields["event_id_given"] = True
    return Event(**fields | given)


def from_vector(number: int, row: dict[str, Any]) -> Event:
    """An arrival of vectors/measurement.json, as the pipeline would read it."""
    order_id, event_id = row.get("order_id", ""), usable_id(row.get("event_id", ""))
    flags = ["not_an_id"] if "order_id" in row and not usable_id(order_id) else []
    currency = row.get("currency", "")
    if "value_minor" in row and not currency:
        currency, flags = "EUR", [*flags, "currency_missing"]
    at = datetime.fromtimestamp(row["event_time"], UTC)
    click, _, click_id = row.get("click_id", "").partition(":")
    return Event(
        site=SITE, day=at.date(), at=at, received_at=datetime.fromtimestamp(row["recv"], UTC),
        id=hit_uuid(bytes([1]) * 16), hit=hit_uuid(number.to_bytes(16, "big")), name=canonical_name(row["name"]),
        via="server" if row["source"] == "server" else "tag", event_id=event_id, event_id_given=event_id != "",
        order_id=usable_id(order_id), value=row.get("value_minor", 0), currency=currency,
        adjustment_id=row.get("adjustment_id", ""), path=row.get("page_url", ""), nav=row.get("navigation", ""),
        visitor=visitor_hash(SITE, row.get("browser_id", "")), click_ids={click: click_id} if click else {},
        identifiers={"email": row["email_hash"]} if "email_hash" in row else {}, flags=flags,
    )  # fmt: skip


def as_vector(one: Conversion) -> dict[str, Any]:
    """A record in the words of the vectors."""
    event = one.event
    has_value = event.currency != ""
    fields = {
        "browser_id": event.visitor or None,
        "click_id": next((f"{name}:{id}" for name, id in event.click_ids.items()), None),
        "currency": event.currency if "currency_missing" not in event.flags or len(one.vias) > 1 else None,
        "email_hash": event.identifiers.get("email"),
        "order_id": event.order_id or None,
        "page_url": event.path or None,
        "value_minor": event.value if has_value else None,
    }
    return {
        "name": event.name,
        "sources": ["browser" if via == "tag" else via for via in sorted(one.vias, reverse=True)],
        "copies": one.copies,
        "matched_by": one.matched_by,
        "event_time": int(event.at.timestamp()),
        "fields": {name: value for name, value in fields.items() if value},
        "net_value_minor": one.net if has_value else None,
    }


def plain(one: Conversion) -> bytes:
    """A record without what the order of arrival may change: its id, versions and the times of its changes."""
    event = msgspec.structs.replace(one.event, hit="", n=0, id="", received_at=one.event.at)
    fixed = msgspec.structs.replace(
        one, event=event, id="", version=0, matched_by=[], first_day=one.event.day,
        first_received_at=one.event.at, updated_at=one.event.at,
    )  # fmt: skip
    return msgspec.json.encode(fixed, order="deterministic")
