from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import Drop, Event, Reason
from onebyone.pipeline.seen import (
    CONVERSION_DAYS,
    Seen,
    are_two_orders,
    holder_of,
    is_same,
    machine_key,
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

    A machine is a copy of what people or servers hold, but it holds nothing among them: or a link preview of the
    thank-you page would count instead of the buyer.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if event.name not in context.site.conversions or not (event.order_id or event.event_id_given):
            return event
        me = holder_of(event)
        if event.actor.startswith("machine"):
            return _answer(seen, event, me, _among_machines(seen, event, me), machine_key(_copies(event)))
        holder = me
        if event.order_id:
            holder = seen.claim(order_key(event), me, days=CONVERSION_DAYS)
        if event.event_id_given:
            other = seen.claim(shared_key(event), holder, days=CONVERSION_DAYS)
            if are_two_orders(other, me):
                event = replace(event, flags=[*event.flags, "event_id_reused"])
            elif is_same(holder, me):
                holder = other
        return _answer(seen, event, me, holder, _copies(event))

    return step


def _among_machines(seen: Seen, event: Event, me: Holder) -> Holder:
    """The first machine, if it came before everybody else; else whoever holds the key.

    In this order: what was once answered by a machine is answered by it in a replay too, though a buyer came later.
    """
    key = _copies(event)
    return seen.find(machine_key(key)) or seen.find(key) or seen.claim(machine_key(key), me, days=CONVERSION_DAYS)


def _copies(event: Event) -> bytes:
    return order_key(event) if event.order_id else shared_key(event)


def _answer(seen: Seen, event: Event, me: Holder, holder: Holder, copies: bytes) -> Event | Drop:
    first_here = seen.claim(side_key(copies, me.side), me, days=CONVERSION_DAYS)
    if is_same(holder, me):
        return event
    if holder.side != me.side and is_same(first_here, me):
        return Drop(Reason.ORDER_JOINED, of=sighting_of(holder))
    return Drop(_BY_NAVIGATION.get(event.nav, Reason.ORDER_REPEATED), of=sighting_of(holder))
