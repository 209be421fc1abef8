from __future__ import annotations

from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.conversions.copies import ADJUSTS
from onebyone.pipeline.conversions.counting import BY_NAVIGATION, Counting
from onebyone.pipeline.seen import (
    CONVERSION_DAYS,
    Seen,
    holder_of,
    is_counted,
    is_same,
    machine_key,
    order_key,
    shared_key,
    side_key,
    sighting_of,
)
from onebyone.pipeline.step import Context, Step
from onebyone.state.claims import Holder


def drop_copy(seen: Seen, counting: Counting) -> Step:
    """One conversion, whatever the number of its copies; and each adjustment of an order once.

    A machine is a copy of what people or servers hold, but it takes no part in a record: or a link preview of the
    thank-you page would count instead of the buyer.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if event.name in ADJUSTS:
            return counting.sight(event) if event.order_id else event
        if event.name not in context.site.conversions:
            return event
        if is_counted(event, context.site):
            return counting.sight(event)
        told = counting.told(event)  # by other rules it was a person's: it stays where it is, and tells what it is now
        if told is not None:
            return told
        return _machine(seen, counting, event) if event.order_id or event.event_id_given else event

    return step


def _machine(seen: Seen, counting: Counting, event: Event) -> Event | Drop:
    """The first machine, if it came before everybody else; else whoever holds the record.

    In this order: what was once answered by a machine is answered by it in a replay too, though a buyer came later.
    """
    me = holder_of(event)
    key = machine_key(order_key(event) if event.order_id else shared_key(event))
    holder = seen.find(key) or _first(counting, event) or seen.claim(key, me, days=CONVERSION_DAYS)
    first_here = seen.claim(side_key(key, me.side), me, days=CONVERSION_DAYS)
    if is_same(holder, me):
        return event
    if holder.side != me.side and is_same(first_here, me):
        return Drop(Reason.ORDER_JOINED, of=sighting_of(holder))
    return Drop(BY_NAVIGATION.get(event.nav, Reason.ORDER_REPEATED), of=sighting_of(holder))


def _first(counting: Counting, event: Event) -> Holder | None:
    founder = counting.find_founder(event)
    return holder_of(founder) if founder is not None else None
