"""What refunds, cancellations and edits leave of a conversion (specs/measurement.md 1.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Event
from onebyone.money import exponent_of
from onebyone.pipeline.conversions.copies import Copy, is_browser
from onebyone.pipeline.conversions.merging import VALUE_CONFLICT, conflicts, merge

OVER_REFUNDED = "over_refunded"
REFUND_CURRENCY = "refund_currency"  # in another one: never added
ID_MISSING = "adjustment_id_missing"
_WAITS = timedelta(days=90)  # for its purchase


class Left(Struct, frozen=True):
    """What an order is worth after its adjustments, in minor units of its own currency."""

    gross: int
    refunded: int
    net: int
    cancelled: bool
    flags: list[str]


def may_adjust(event: Event) -> bool:
    """A browser may say anything about anybody's order; the site's own server knows."""
    return event.order_id != "" and not is_browser(event)


def adjustment_key(event: Event) -> str:
    """Which adjustment of its order it is; without an id, by kind, amount and day."""
    if event.adjustment_id:
        return f"id {event.adjustment_id}"
    text = f"{event.name}\x00{event.value}\x00{event.currency}\x00{event.day}"
    return "made " + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def distinct(adjustments: Iterable[Copy]) -> list[list[Copy]]:
    """The reports of each adjustment."""
    found: dict[str, list[Copy]] = {}
    for copy in adjustments:
        found.setdefault(adjustment_key(copy.event), []).append(copy)
    return list(found.values())


def adjust(order: Event, adjustments: Sequence[Copy]) -> Left:
    """`order` is the merged record; adjustments that waited longer than 90 days for it are too old."""
    if not adjustments:
        return _left(order, [])
    timely = _timely(order, adjustments)
    flags = {flag for copies in distinct(timely) for flag in conflicts(copies) if flag == VALUE_CONFLICT}
    flags |= {ID_MISSING for copy in timely if not copy.event.adjustment_id}
    left = _left(order, _said(timely))
    return replace(left, flags=sorted({*flags, *left.flags}))


def adjust_in_turn(order: Event, adjustments: Sequence[Copy]) -> list[tuple[Event, Left]]:
    """Each adjustment in the order in which they happened, merged from its reports, and what was left after it."""
    said = _said(_timely(order, adjustments))
    return [(event, _left(order, said[: number + 1])) for number, event in enumerate(said)]


def _timely(order: Event, adjustments: Sequence[Copy]) -> list[Copy]:
    return [copy for copy in adjustments if copy.event.received_at + _WAITS >= order.received_at]


def _said(timely: Sequence[Copy]) -> list[Event]:
    merged = (merge(copies) for copies in distinct(timely))
    return sorted(merged, key=lambda event: (event.at, adjustment_key(event)))


def _left(order: Event, said: Sequence[Event]) -> Left:
    if any(event.name == "cancel" for event in said):
        return Left(order.value, 0, 0, True, [])
    fitting = [event for event in said if _fits(event, order)]
    flags = [REFUND_CURRENCY] if len(fitting) < len(said) else []
    edits = [event.value for event in fitting if event.name == "order_edit" and event.currency]
    worth = edits[-1] if edits else order.value
    refunded = sum(event.value if event.currency else worth for event in fitting if event.name == "refund")
    if refunded > worth:
        flags.append(OVER_REFUNDED)
    return Left(worth, refunded, max(0, worth - refunded), False, flags)


def _fits(event: Event, order: Event) -> bool:
    """Whether it is in the order's money: a refund without an amount is of the whole, one without a currency counts in
    the order's if both have the same small unit."""
    if not event.currency or event.currency == order.currency:
        return True
    if not order.currency:
        return True
    return "currency_missing" in event.flags and exponent_of(event.currency) == exponent_of(order.currency)
