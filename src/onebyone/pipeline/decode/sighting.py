"""From what was sent to the event: what all ways in share."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from msgspec import Struct

from onebyone.event import Drop, Event, Hit, Via, event_uuid, hit_uuid, utc, visitor_hash
from onebyone.identity.values import names_somebody
from onebyone.money import minor_units
from onebyone.pipeline.decode.ids import split_browser_ids, usable_id
from onebyone.pipeline.decode.names import canonical_name
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import Order, SentEvent


class Decoded(Struct, frozen=True, kw_only=True, gc=False):
    """One sighting, read: an event and its context, or a drop and what could be read all the same."""

    n: int
    outcome: Event | Drop
    context: Context | None = None  # None only with a drop
    name: str = ""
    sent_id: str = ""
    event_id: str = ""
    order_id: str = ""
    path: str = ""
    at: datetime | None = None  # where a time was read and is believed


_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4})")
_visitor_hash = lru_cache(maxsize=65_536)(visitor_hash)


def dropped(n: int, drop: Drop, *, name: str = "", sent_id: str = "") -> Decoded:
    """For a sighting that could not be read; name and id as far as they could."""
    return Decoded(n=n, outcome=drop, name=canonical_name(name), sent_id=sent_id, event_id=sent_id)


def make_event(
    hit: Hit,
    n: int,
    sent: SentEvent,
    site: Site,
    *,
    at_ms: int,
    visitor: str,
    flags: tuple[str, ...] = (),
    language: str = "",
) -> Event:
    """The event that was sent, with nothing added and nothing taken away: consent decides in `add_permissions`."""
    hit_id = hit_uuid(hit.id)
    received_at = utc(hit.received_ms)
    at = received_at if at_ms == hit.received_ms else utc(at_ms)
    name = canonical_name(sent.name)
    order = sent.order or _NO_ORDER
    said = (sent.id, sent.event_id, sent.user_id, visitor, order.id, order.adjustment_id)
    sent_id, event_id, user_id, visitor, order_id, adjustment_id = usable = tuple(map(usable_id, said))
    noticed = [*sent.flags, *flags]
    if user_id and not names_somebody(user_id):
        user_id = ""
    if usable != said or user_id != sent.user_id:
        noticed.append("not_an_id")
    properties, browser_ids = split_browser_ids(sent.props) if sent.props else ({}, {})
    currency, value, tax, shipping = "", 0, 0, 0
    if sent.order is not None:
        currency, value, tax, shipping, missing = _money(order, site)
        noticed += missing
    return Event(
        site=site.id,
        day=at.date(),
        at=at,
        received_at=received_at,
        id=event_uuid(site.id, name, sent_id or f"{hit_id}/{n}"),
        hit=hit_id,
        n=n,
        name=name,
        via=hit.via,
        sent_id=sent_id,
        event_id=event_id or sent_id,
        event_id_given=event_id != "",
        nav=sent.nav,
        seq=sent.seq,
        life=_visitor_hash(site.id, sent.page_id) if hit.via == Via.TAG else 0,
        visitor=_visitor_hash(site.id, visitor),
        user_id=user_id,
        title=sent.title,
        language=language,
        browser_ids=browser_ids,
        order_id=order_id,
        value=value,
        currency=currency,
        items=order.items,
        coupon=order.coupon,
        tax=tax,
        shipping=shipping,
        adjustment_id=adjustment_id,
        properties=properties,
        flags=noticed,
        not_by=list(site.not_by.get(name, ())),
    )


_NO_ORDER = Order()


def _money(order: Order, site: Site) -> tuple[str, int, int, int, list[str]]:
    """Currency, value, tax and shipping in minor units; an amount without a currency is in the site's, flagged."""
    amounts = (order.value, order.tax, order.shipping)
    if amounts == (None, None, None):
        return order.currency, 0, 0, 0, []
    currency = order.currency or site.currency
    value, tax, shipping = ((amount is not None and minor_units(amount, currency)) or 0 for amount in amounts)
    return currency, value, tax, shipping, [] if order.currency else ["currency_missing"]


@lru_cache(maxsize=4_096)
def language_of(accepted: str) -> str:
    """The language a browser asks for first."""
    found = _LANGUAGE.match(accepted)
    return found[1] if found else ""
