"""What each copy did to its record, told afterwards: a function of the record as it stands, so it is the same story
whichever order the copies came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from onebyone.event import Conversion, Event
from onebyone.pipeline.conversions.adjusting import Left, adjust, may_adjust
from onebyone.pipeline.conversions.copies import Copy, arrival, matched_id
from onebyone.pipeline.conversions.merging import merge
from onebyone.pipeline.conversions.records import Record, conversion_of

_SHOWN = (
    "order_id", "event_id", "value", "currency", "tax", "shipping", "coupon", "path", "referrer", "channel", "source",
    "medium", "campaign", "term", "content", "browser", "os", "device", "country", "language",
)  # fmt: skip
_NAMED = ("items", "visitor", "user_id", "user_agent", "sealed")  # personal, or long: only that it is there
_ENTRIES = ("click_ids", "browser_ids", "identifiers", "properties")


class Change(Struct, frozen=True):
    """A field of the record that this copy filled or changed. Texts are empty for what is only named."""

    field: str  # of Event; `click_ids.gclid` for an entry
    after: str = ""
    before: str = ""
    replaced: bool = False  # another copy had said something else


class Told(Struct, frozen=True):
    """One copy, in the order of arrival."""

    sighting: str
    via: str
    at: datetime
    received_at: datetime
    matched_by: str  # order_id, event_id, bridge, reload, weak; "" for the first
    fate: str  # Reason it was not counted for; "" for a first copy
    changes: list[Change]


class Adjusted(Struct, frozen=True):
    """One refund, cancellation or edit, and what was left of the order's worth then."""

    sighting: str
    via: str
    kind: str  # refund, cancel, order_edit
    adjustment_id: str
    value: int  # minor units; 0 with no currency: the whole
    currency: str
    at: datetime
    received_at: datetime
    fate: str  # Reason, for a repetition
    net: int  # after all that had arrived
    flags: list[str]  # that it brought


class Account(Struct, frozen=True):
    conversion: Conversion
    copies: list[Told]
    adjustments: list[Adjusted]
    more: int  # copies that said nothing new and are only counted
    origins: dict[str, str]  # for each field: the Via whose word stands


def account_of(record: Record) -> Account:
    """Of a record that has copies."""
    copies = sorted(record.copies, key=arrival)
    told: list[Told] = []
    origins: dict[str, str] = {}
    before: dict[str, str] = {}
    for number, copy in enumerate(copies):
        after = _said(merge(copies[: number + 1]))
        changes = [_change(name, before.get(name), text) for name, text in after.items() if before.get(name) != text]
        origins |= {change.field: copy.event.via for change in changes}
        event = copy.event
        how = _matched(number, copies, record.joins)
        told.append(Told(copy.sighting, event.via, event.at, event.received_at, how, copy.fate, changes))
        before = after
    return Account(conversion_of(record), told, _adjustments(record), record.more, origins)


def _said(event: Event) -> dict[str, str]:
    found = {name: str(getattr(event, name)) for name in _SHOWN if getattr(event, name)}
    if event.currency:
        found["value"] = str(event.value)
    found |= {name: str(getattr(event, name)) for name in _NAMED if getattr(event, name)}
    return found | {f"{name}.{key}": said for name in _ENTRIES for key, said in getattr(event, name).items()}


def _change(name: str, before: str | None, after: str) -> Change:
    told = name in _SHOWN
    return Change(name, after if told else "", (before or "") if told else "", before is not None)


def _matched(number: int, copies: Sequence[Copy], joins: Sequence[str]) -> str:
    """The strongest key it shares with a copy that was there; else what was found out later."""
    if not number:
        return ""
    event, there = copies[number].event, [copy.event for copy in copies[:number]]
    if event.order_id and any(other.order_id == event.order_id for other in there):
        return "order_id"
    if matched_id(event) and any(matched_id(other) == matched_id(event) for other in there):
        return "event_id"
    later = [copy.event for copy in copies[number + 1 :]]
    if "bridge" in joins and any(
        _shares(event, other) and any(_shares(other, one) for one in there) for other in later
    ):
        return "bridge"
    return next((tie for tie in ("reload", "weak") if tie in joins), "event_id")


def _shares(one: Event, other: Event) -> bool:
    same_order = one.order_id != "" and one.order_id == other.order_id
    return same_order or (matched_id(one) != "" and matched_id(one) == matched_id(other))


def _adjustments(record: Record) -> list[Adjusted]:
    order = merge(record.copies)
    told: list[Adjusted] = []
    there: list[Copy] = []
    flags: set[str] = set()
    for copy in sorted((one for one in record.adjustments if may_adjust(one.event)), key=arrival):
        there.append(copy)
        left = adjust(order, there)
        told.append(_adjusted(copy, left, flags))
        flags |= set(left.flags)
    return told


def _adjusted(copy: Copy, left: Left, known: set[str]) -> Adjusted:
    event = copy.event
    return Adjusted(
        sighting=copy.sighting,
        via=event.via,
        kind=event.name,
        adjustment_id=event.adjustment_id,
        value=event.value,
        currency=event.currency,
        at=event.at,
        received_at=event.received_at,
        fate=copy.fate,
        net=left.net,
        flags=sorted(set(left.flags) - known),
    )
