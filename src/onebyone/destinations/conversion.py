"""A conversion on its way out: the event, who did it in raw values, and what they allowed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.destinations.clicks import fbc_of, find_ids, keep_params, without_ids
from onebyone.destinations.countries import find_country
from onebyone.destinations.user_data import FIELDS, UserData
from onebyone.wire import Order, SentEvent, amount, clean

MAX_VALUE_CHARS = 512

_PERSONAL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}|^\+[0-9][0-9 ().-]{6,}$")  # an e-mail address, a phone number
_NUMBERS = ("price", "discount", "quantity")  # of an item
_decode_items = msgspec.json.Decoder(list[dict[str, Any]], float_hook=Decimal).decode


class Permission(StrEnum):
    """What a destination may need of a person's consent."""

    ANALYTICS = "analytics"
    ADS_STORAGE = "ads_storage"
    ADS_SHARE = "ads_share"
    ADS_PERSONALIZE = "ads_personalize"


class Item(Struct, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    brand: str = ""
    category: str = ""
    price: Decimal | None = None
    quantity: int = 1


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
    country: str = ""  # ISO alpha-2 in lower case, of the place; else what the person said
    clicks: dict[str, str] = {}  # empty without ads_storage
    browsers: dict[str, str] = {}  # the same
    consent: dict[Permission, bool] = {}  # a permission that is not in it was never spoken of
    limited_use: str | None = None  # sent under a US opt-out: "" or the state, such as "ca"

    @property
    def year(self) -> int:
        return 1970 + self.at_ms // 31_556_952_000

    def denied(self, permission: Permission) -> bool:
        return self.consent.get(permission) is False or self.limited_use is not None


def conversion_of(
    sent: SentEvent,
    *,
    now_ms: int,
    own_id: str,
    country: str = "",
    limited_use: str | None = None,
    as_if_permitted: bool = False,
) -> Conversion:
    """From one event as its sender means it. `now_ms` and `own_id` stand for a time and an id that were not sent.

    `as_if_permitted` keeps the ids of clicks and browsers where they are denied: for a look, never for sending.
    """
    order = sent.order or Order()
    ids, properties = find_ids(sent.url, sent.referrer, sent.props)
    consent = _consent(sent.consent or {})
    at_ms = now_ms if sent.at_ms is None else sent.at_ms
    may_store = as_if_permitted or consent.get(Permission.ADS_STORAGE) is not False
    browsers = dict(ids.browsers)
    fbc = fbc_of(ids.clicks.get("fbclid", ""), browsers.pop("fbc", ""), now_ms=at_ms)
    browsers |= {"fbc": fbc} if fbc else {}
    user = _user_data(sent.user_data or {})
    properties = {name: value for name, value in properties.items() if not is_personal(value)}
    sent_items = _items(order.items)
    return Conversion(
        event_id=sent.event_id or _order_key(sent, order) or sent.id or own_id,
        name=sent.name,
        at_ms=at_ms,
        url=_page(sent.url, may_store),
        referrer=_page(sent.referrer, may_store),
        title="" if is_personal(sent.title) else sent.title,
        user_id="" if is_personal(sent.user_id) else sent.user_id,
        visitor=sent.visitor,
        order_id=order.id,
        adjustment_id=order.adjustment_id,
        value=order.value,
        currency=order.currency,
        coupon=order.coupon,
        tax=order.tax,
        shipping=order.shipping,
        items=tuple(_item(item) for item in sent_items),
        sent_items=sent_items,
        search_term=properties.get("search_term", ""),
        properties=properties,
        user=user,
        address=_address(sent.ip),
        user_agent=sent.user_agent,
        country=country.lower() or find_country(user.country) or "",
        clicks=ids.clicks if may_store else {},
        browsers=browsers if may_store else _analytics_only(browsers),
        consent=consent,
        limited_use=limited_use,
    )


def is_personal(text: str) -> bool:
    """Whether an e-mail address stands in it, or it is a phone number: such things leave as hashes or not at all."""
    return _PERSONAL.search(text) is not None


def _page(url: str, with_ids: bool) -> str:
    safe = keep_params(url, lambda _, value: not is_personal(value))
    return safe if with_ids else without_ids(safe)


def _analytics_only(browsers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in browsers.items() if name in ("ga", "ga_session")}


def _order_key(sent: SentEvent, order: Order) -> str:
    """A reloaded thank-you page makes a new id, and the same order."""
    return f"purchase:{order.id}" if sent.name == "purchase" and order.id else ""


def _consent(said: Mapping[str, Any]) -> dict[Permission, bool]:
    words = {"granted": True, "denied": False}
    found = {one: words.get(str(said.get(one, "")).lower()) for one in Permission}
    return {one: answer for one, answer in found.items() if answer is not None}


def _user_data(said: Mapping[str, Any]) -> UserData:
    values = {name: _text(said.get(name)) for name in (*FIELDS, "default_region")}
    return UserData(**values)


def _text(value: object) -> str:
    return clean(str(value))[:MAX_VALUE_CHARS] if type(value) in (str, int) else ""


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _items(text: str) -> tuple[dict[str, Any], ...]:
    return tuple(_numbered(item) for item in _decode_items(text)) if text else ()


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
