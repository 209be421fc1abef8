from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.seen import (
    CONVERSION_DAYS,
    Seen,
    are_two_orders,
    holder_of,
    is_same,
    order_key,
    shared_key,
    side_key,
    sighting_of,
)
from onebyone.pipeline.step import Context, Step
from onebyone.state.claims import Holder

_BY_NAVIGATION = {
    "reload": Reason.ORDER_RELOADED,
    "back_forward": Reason.ORDER_BACK_FORWARD,
    "bfcache": Reason.ORDER_BACK_FORWARD,
}


def drop_duplicate_order(seen: Seen) -> Step:
    """One conversion, whatever the number of its copies: by order id first, then by the id the site gave.

    Machines claim nothing, or a link preview of the thank-you page would count instead of the buyer.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if event.name not in context.site.conversions or event.actor.startswith("machine"):
            return event
        me = holder_of(event)
        holder = me
        if event.order_id:
            holder = seen.claim(order_key(event), me, days=CONVERSION_DAYS)
        if event.event_id_given:
            other = seen.claim(shared_key(event), holder, days=CONVERSION_DAYS)
            if are_two_orders(other, me):
                event = replace(event, flags=[*event.flags, "event_id_reused"])
            elif is_same(holder, me):
                holder = other
        return _answer(seen, event, me, holder)

    return step


def _answer(seen: Seen, event: Event, me: Holder, holder: Holder) -> Event | Drop:
    if not event.order_id and not event.event_id_given:
        return event
    copies = order_key(event) if event.order_id else shared_key(event)
    first_here = seen.claim(side_key(copies, me.side), me, days=CONVERSION_DAYS)
    if is_same(holder, me):
        return event
    if holder.side != me.side and is_same(first_here, me):
        return Drop(Reason.ORDER_JOINED, of=sighting_of(holder))
    return Drop(_BY_NAVIGATION.get(event.nav, Reason.ORDER_REPEATED), of=sighting_of(holder))
