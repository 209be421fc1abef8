"""Google Analytics 4, Measurement Protocol (specification section 4). One client a request, so one conversion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion
from onebyone.destinations.destination import (
    Destination,
    Outcome,
    Refusal,
    Request,
    Response,
    Row,
    Secret,
    Sent,
    by_status,
    encode,
    filled,
    ok,
)
from onebyone.destinations.user_data import hashes, plain
from onebyone.event import Permission
from onebyone.identity.vendor_ids import session_of_stream

MAX_PARAMS = 25
MAX_VALUE_CHARS = 100
MAX_ITEMS = 200
MAX_BYTES = 130_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_CLIENT = re.compile(r"[0-9]+\.[0-9]+", re.ASCII)
_PREFIXES = ("google_", "ga_", "firebase_", "gtag.")
_RESERVED = frozenset(
    {
        *("session_start", "first_visit", "user_engagement", "ad_click", "app_remove", "error", "first_open"),
        *("in_app_purchase",),
    }
)
_OF_ORDERS = ("purchase", "refund")  # they mean nothing without the order's id


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    measurement_id: str
    api_secret: Secret
    visitor_as_client: bool = False  # for sites without Google's own tag: our visitors are its clients
    events: dict[str, str] = {}  # our name -> theirs, "-" for none
    endpoint: str = facts.GA4.endpoint  # in the EU: https://region1.google-analytics.com


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    """The whole body. GA4 answers alike to good and bad ones, so that everything is looked at here."""
    name, client = settings.events.get(conversion.name, conversion.name), _client_id(conversion, settings)
    if name == "-":
        return Refusal.NOT_MAPPED
    wrong = _wrong(name, client, conversion)
    if wrong is not None:
        return wrong
    body = filled(
        {
            "client_id": client,
            "user_id": conversion.user_id,
            "timestamp_micros": conversion.at_ms * 1000,
            "consent": _consent(conversion),
            "user_data": _user_data(conversion),
            "user_agent": conversion.user_agent,
            "ip_override": "" if conversion.denied(Permission.ADS_SHARE) else conversion.address,
            "events": [{"name": name, "params": _params(name, conversion, settings)}],
        }
    )
    return Refusal.TOO_LARGE if len(encode(body)) > MAX_BYTES else [body]


def _wrong(name: str, client: str, conversion: Conversion) -> Refusal | None:
    if _NAME.fullmatch(name) is None:
        return Refusal.NAME_INVALID
    if name in _RESERVED or name.startswith((*_PREFIXES, "notification_")):
        return Refusal.NAME_RESERVED
    if not client:
        return Refusal.CLIENT_ID_MISSING
    if name in _OF_ORDERS and not conversion.order_id:
        return Refusal.ORDER_ID_MISSING
    return Refusal.TOO_LARGE if len(conversion.order_id) > MAX_VALUE_CHARS else None


def _client_id(conversion: Conversion, settings: Settings) -> str:
    """Of Google's cookie; else a visitor's id, where it looks like one or the operator says that it is."""
    usable = settings.visitor_as_client or _CLIENT.fullmatch(conversion.visitor)
    return conversion.browsers.get("ga") or (conversion.visitor if usable else "")


def _params(name: str, conversion: Conversion, settings: Settings) -> Row:
    """What GA4 has a name for, then the event's own properties as far as there is room."""
    stream = settings.measurement_id.removeprefix("G-")
    known = filled(
        {
            "session_id": session_of_stream(conversion.browsers.get("ga_session", ""), stream),
            "engagement_time_msec": 1,
            "transaction_id": conversion.order_id,
            "value": conversion.value,
            "currency": conversion.currency,
            "tax": conversion.tax,
            "shipping": conversion.shipping,
            "coupon": conversion.coupon,
            "items": list(conversion.sent_items[:MAX_ITEMS]),
            "page_location": conversion.url,
            "page_referrer": conversion.referrer,
            "page_title": conversion.title,
        }
    )
    for key, value in conversion.properties.items():
        if len(known) < MAX_PARAMS and value and _NAME.fullmatch(key) and not key.startswith(_PREFIXES):
            known.setdefault(key, value)
    return {key: _short(key, value) for key, value in known.items()}


def _short(key: str, value: Any) -> Any:
    long = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
    return value[: long.get(key, MAX_VALUE_CHARS)] if isinstance(value, str) else value


def _consent(conversion: Conversion) -> Row:
    return filled(
        {
            "ad_user_data": _word(conversion, Permission.ADS_SHARE),
            "ad_personalization": _word(conversion, Permission.ADS_PERSONALIZE),
        }
    )


def _word(conversion: Conversion, permission: Permission) -> str:
    if conversion.denied(permission):
        return "DENIED"
    return "GRANTED" if permission in conversion.consent else ""


def _user_data(conversion: Conversion) -> Row:
    if conversion.denied(Permission.ADS_SHARE):
        return {}
    user, year = conversion.user, conversion.year
    found = hashes("google", user, year)
    address = {
        "sha256_first_name": found.get("first_name"),
        "sha256_last_name": found.get("last_name"),
        "city": plain("google", "city", user, year),
        "region": plain("google", "state", user, year),
        "postal_code": plain("google", "zip", user, year),
        "country": plain("google", "country", user, year),
    }
    return filled(
        {
            "sha256_email_address": [found[field] for field in ("email",) if field in found],
            "sha256_phone_number": [found[field] for field in ("phone",) if field in found],
            "address": [filled(address)] if any(address.values()) else [],
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    return Request(
        url=f"{settings.endpoint}/mp/collect",
        query={"measurement_id": settings.measurement_id, "api_secret": settings.api_secret},
        body=encode(rows[0]),
    )


def read(response: Response) -> Outcome:
    """2xx says that it arrived, and not that it was any good."""
    return Sent(proof=False) if ok(response) else by_status(response)


GA4 = Destination(
    name="ga4",
    title="Google Analytics 4",
    facts=facts.GA4,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    max_batch=lambda settings: 1,
    adjusts=True,
    needs=frozenset({Permission.ANALYTICS}),
    once_by_id=False,  # but for purchases, by their order's id
)
