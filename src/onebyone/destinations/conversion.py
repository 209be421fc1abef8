"""A conversion on its way out: the event, who did it in raw values, and what they allowed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.destinations.clicks import find_ids
from onebyone.destinations.pages import is_personal, safe_page
from onebyone.destinations.user_data import FIELDS, UserData
from onebyone.event import Permission, utc
from onebyone.identity.meta_ids import fbc_of
from onebyone.identity.vendor_ids import STATISTICS
from onebyone.money import amount
from onebyone.wire import Order, SentEvent, clean

MAX_VALUE_CHARS = 512

_NOTHING: Mapping[str, str] = {}
_NUMBERS = ("price", "discount", "quantity")  # of an item
_decode_items = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal).decode


class Item(Struct, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    brand: str = ""
    category: str = ""
    price: Decimal | None = None
    quantity: int = 1


class Items(Struct, frozen=True):
    items: tuple[Item, ...]
    sent: tuple[dict[str, Any], ...]  # as they were sent, in GA4's schema


class Conversion(Struct, frozen=True, kw_only=True):
    """Everything a destination may build from. Raw user data: never logged, never queued as it is."""

    event_id: str  # shared with the browser's copy, so that platforms count both once
    name: str
    at_ms: int
    url: str = ""
    referrer: str = ""
    title: str = ""
    user_id: str = ""
    visitor: str = ""
    order_id: str = ""
    adjustment_id: str = ""
    value: Decimal | None = None
    currency: str = ""
    coupon: str = ""
    tax: Decimal | None = None
    shipping: Decimal | None = None
    items: tuple[Item, ...] = ()
    sent_items: tuple[dict[str, Any], ...] = ()  # as they were sent, in GA4's schema
    search_term: str = ""
    properties: dict[str, str] = {}
    user: UserData = UserData()
    address: str = ""
    user_agent: str = ""
    country: str = ""  # ISO alpha-2 in lower case, of the place, whatever the person said
    clicks: dict[str, str] = {}  # empty where ads_storage is denied
    browsers: dict[str, str] = {}  # without those that ads_storage or analytics deny
    consent: dict[Permission, bool] = {}  # a permission that is not in it was never spoken of
    limited_use: str | None = None  # sent under a US opt-out: "" or the state, such as "ca"

    @property
    def year(self) -> int:
        """Raises OverflowError for a time that `build` refuses."""
        return utc(self.at_ms).year

    def denied(self, permission: Permission) -> bool:
        return self.consent.get(permission) is False or self.limited_use is not None


def conversion_of(
    sent: SentEvent,
    *,
    now_ms: int,
    own_id: str,
    address: str = "",
    user_agent: str = "",
    cookies: Mapping[str, str] = _NOTHING,
    country: str = "",
    limited_use: str | None = None,
    as_if_permitted: bool = False,
) -> Conversion:
    """From one event as its sender means it. `now_ms` and `own_id` stand for a time and an id that were not sent.

    `address`, `user_agent` and `cookies` are those of the browser that sent it, if one did; what the event says wins.
    `country` and `limited_use`, a state of the US, are what is known of the place and of the law that holds there.
    `as_if_permitted` keeps the ids of clicks and browsers where they are denied: for a look, never for sending.
    """
    order = sent.order or Order()
    ids, properties = find_ids(sent.url, sent.referrer, sent.props, cookies)
    consent = _consent(sent.consent or {})
    at_ms = now_ms if sent.at_ms is None else sent.at_ms
    may_store, may_analyse = (
        as_if_permitted or consent.get(permission) is not False
        for permission in (Permission.ADS_STORAGE, Permission.ANALYTICS)
    )
    browsers = dict(ids.browsers)
    fbc = fbc_of(ids.clicks.get("fbclid", ""), browsers.pop("fbc", ""), now_ms=at_ms)
    browsers |= {"fbc": fbc} if fbc else {}
    properties = {name: value for name, value in properties.items() if not is_personal(value)}
    items = read_items(order.items)
    return Conversion(
        event_id=sent.event_id or _order_key(sent, order) or sent.id or own_id,
        name=sent.name,
        at_ms=at_ms,
        url=safe_page(sent.url, with_ids=may_store),
        referrer=safe_page(sent.referrer, with_ids=may_store),
        title="" if is_personal(sent.title) else sent.title,
        user_id="" if is_personal(sent.user_id) else sent.user_id,
        visitor=sent.visitor if may_analyse else "",
        order_id=order.id,
        adjustment_id=order.adjustment_id,
        value=order.value,
        currency=order.currency,
        coupon=order.coupon,
        tax=order.tax,
        shipping=order.shipping,
        items=items.items,
        sent_items=items.sent,
        search_term=properties.get("search_term", ""),
        properties=properties,
        user=read_user_data(sent.user_data or {}),
        address=plain_address(sent.ip or address),
        user_agent=sent.user_agent or user_agent,
        country=country.lower(),
        clicks=ids.clicks if may_store else {},
        browsers=browser_ids_allowed(browsers, may_store=may_store, may_analyse=may_analyse),
        consent=consent,
        limited_use=None if limited_use is None else limited_use.lower(),
    )


def _order_key(sent: SentEvent, order: Order) -> str:
    """A reloaded thank-you page makes a new id, and the same order."""
    return f"purchase:{order.id}" if sent.name == "purchase" and order.id else ""


def _consent(said: Mapping[str, Any]) -> dict[Permission, bool]:
    words = {"granted": True, "denied": False}
    found = {one: words.get(str(said.get(one, "")).lower()) for one in Permission}
    return {one: answer for one, answer in found.items() if answer is not None}


def browser_ids_allowed(browsers: Mapping[str, str], *, may_store: bool, may_analyse: bool) -> dict[str, str]:
    return {name: id for name, id in browsers.items() if (may_analyse if name in STATISTICS else may_store)}


def read_user_data(said: Mapping[str, Any]) -> UserData:
    """Texts and whole numbers of the known fields, cleaned and cut; the rest is passed over."""
    values = {name: _text(said.get(name)) for name in (*FIELDS, "default_region")}
    return UserData(**values)


def _text(value: object) -> str:
    return clean(str(value))[:MAX_VALUE_CHARS] if type(value) in (str, int) else ""


def plain_address(text: str) -> str:
    """A whole IP address in its usual form, or ""."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def read_items(text: str) -> Items:
    """Of the JSON text that `wire` makes of a sender's items."""
    sent = tuple(_numbered(item) for item in _decode_items(text)) if text else ()
    return Items(tuple(_item(item) for item in sent), sent)


def _numbered(item: dict[str, Any]) -> dict[str, Any]:
    """Numbers as numbers, where a shop sent them as texts."""
    numbers = {name: amount(item[name]) for name in _NUMBERS if isinstance(item.get(name), str)}
    return item | {name: number for name, number in numbers.items() if number is not None}


def _item(said: Mapping[str, Any]) -> Item:
    quantity = amount(said.get("quantity", 1))
    return Item(
        id=_text(said.get("item_id")),
        name=_text(said.get("item_name")),
        brand=_text(said.get("item_brand")),
        category=_text(said.get("item_category")),
        price=amount(said.get("price")),
        quantity=int(quantity) if quantity is not None else 1,
    )
