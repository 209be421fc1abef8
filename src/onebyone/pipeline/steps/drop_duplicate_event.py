from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.seen import (
    EVENT_DAYS,
    Seen,
    are_two_orders,
    holder_of,
    is_counted,
    is_same,
    sent_key,
    sighting_of,
)
from onebyone.pipeline.step import Context, Step


def drop_duplicate_event(seen: Seen) -> Step:
    """The sender's id again is the same event again: a retry of the network, or of the sender.

    Unless both carry order ids and these differ: then the sender reuses an id, and both stay. Copies of a conversion
    are matched by all their ids at once, in `drop_copy`.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if not event.sent_id or is_counted(event, context.site):
            return event
        me = holder_of(event)
        holder = seen.claim(sent_key(event), me, days=EVENT_DAYS)
        if is_same(holder, me):
            return event
        if are_two_orders(holder, me):
            return replace(event, flags=[*event.flags, "event_id_reused"])
        return Drop(Reason.DUPLICATE_EVENT, of=sighting_of(holder))

    return step
