"""From the merged record to what destinations build from: with what the person allows, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.destinations.clicks import split_clicks
from onebyone.destinations.conversion import (
    Conversion,
    browser_ids_allowed,
    plain_address,
    read_items,
    read_user_data,
)  # fmt: skip
from onebyone.destinations.pages import is_personal, safe_page
from onebyone.event import LIMITED_USE, Event, Permission
from onebyone.event import Conversion as Record
from onebyone.identity.meta_ids import fbc_of
from onebyone.money import exponent_of

_NOBODY: Mapping[str, Any] = {}
_TOLD = (Permission.ANALYTICS, Permission.ADS_STORAGE, Permission.ADS_SHARE, Permission.ADS_PERSONALIZE)


class Raw(Struct, frozen=True):
    """What was sealed: never logged, never stored in this form."""

    user_data: Mapping[str, Any] = _NOBODY
    address: str = ""

    def __repr__(self) -> str:
        return "Raw(...)"


def outgoing(record: Record, *, permissions: int, raw: Raw, event_id: str) -> Conversion:
    """`permissions` are the bits that hold now; `event_id` is the one it leaves under, now and again."""
    event = record.event
    allowed = {one: bool(permissions & one.bit) for one in _TOLD}
    limited = bool(permissions & LIMITED_USE)  # the platform processes it for the site alone, and is told so
    may_tell, may_store = allowed[Permission.ADS_SHARE] or limited, allowed[Permission.ADS_STORAGE]
    at_ms = int(event.at.timestamp() * 1000)
    user = read_user_data(raw.user_data if may_tell else _NOBODY)
    items = read_items(event.items)
    remembered, browsers = split_clicks(event.browser_ids)
    clicks = remembered | event.click_ids
    return Conversion(
        event_id=event_id,
        name=event.name,
        at_ms=at_ms,
        url=safe_page(_url(event), with_ids=may_store),
        referrer=safe_page(f"https://{event.referrer}", with_ids=may_store) if event.referrer else "",
        title=_impersonal(event.title),
        user_id=_impersonal(event.user_id),
        visitor=str(event.visitor) if event.visitor and allowed[Permission.ANALYTICS] else "",
        order_id=event.order_id,
        adjustment_id=event.adjustment_id,
        **_amounts(event),
        currency=event.currency,
        coupon=event.coupon,
        items=items.items,
        sent_items=items.sent,
        search_term=event.properties.get("search_term", ""),
        properties={name: value for name, value in event.properties.items() if not is_personal(value)},
        user=user,
        address=plain_address(raw.address) if may_tell else "",
        user_agent=event.user_agent,
        country=event.country.lower(),
        clicks=clicks if may_store else {},
        browsers=_browsers(browsers, clicks.get("fbclid", ""), allowed, at_ms),
        consent=allowed,
        limited_use=_state(event.region) if limited else None,
    )


def _state(region: str) -> str:
    """Of the US, in lower case: each has its own law; "" for another place."""
    country, _, state = region.partition("-")
    return state.lower() if country == "US" else ""


def event_id_of(record: Record) -> str:
    """Shared with the browser's copy. A purchase for which the site gave none is known by its order: a page that is
    loaded again, and the shop's server, each make an id of their own."""
    event = record.event
    if event.name == "purchase" and event.order_id and not event.event_id_given:
        return f"purchase:{event.order_id}"
    return event.event_id or record.id


def adjustment(record: Record, built: Conversion, *, told: int) -> Conversion:
    """What became of an order that the platform has: its refund since `told` minor units, and what is left of it."""
    exponent = exponent_of(record.event.currency)
    left = {"adjusted_value": format(_major(record.net, exponent), "f")} if record.net > 0 else {}
    return msgspec.structs.replace(
        built,
        name="refund",
        event_id=f"{built.event_id}:refund:{record.refunded}"[:255],
        at_ms=int(record.updated_at.timestamp() * 1000),
        value=_major(record.refunded - told, exponent),
        tax=None,
        shipping=None,
        items=(),
        sent_items=(),
        properties=left,
    )


def _url(event: Event) -> str:
    query = f"?{event.query}" if event.query else ""
    return f"https://{event.host}{event.path}{query}" if event.host else ""


def _impersonal(text: str) -> str:
    return "" if is_personal(text) else text


def _amounts(event: Event) -> dict[str, Any]:
    """None where none was said: an event without a currency had no amount."""
    if not event.currency:
        return {}
    exponent = exponent_of(event.currency)
    return {
        "value": _major(event.value, exponent),
        "tax": _major(event.tax, exponent) if event.tax else None,
        "shipping": _major(event.shipping, exponent) if event.shipping else None,
    }


def _major(minor: int, exponent: int) -> Decimal:
    return Decimal(minor).scaleb(-exponent)


def _browsers(ids: Mapping[str, str], fbclid: str, allowed: Mapping[Permission, bool], at_ms: int) -> dict[str, str]:
    fbc = fbc_of(fbclid, ids.get("fbc", ""), now_ms=at_ms)
    others = {name: id for name, id in ids.items() if name != "fbc"}
    return browser_ids_allowed(
        others | ({"fbc": fbc} if fbc else {}),
        may_store=allowed[Permission.ADS_STORAGE],
        may_analyse=allowed[Permission.ANALYTICS],
    )
