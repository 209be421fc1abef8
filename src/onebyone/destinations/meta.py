"""Meta Conversions API (specification section 2)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion, Item
from onebyone.destinations.destination import (
    Destination,
    Outcome,
    Refusal,
    Rejected,
    Request,
    Response,
    Retry,
    Row,
    Secret,
    Sent,
    after_s,
    body_of,
    by_status,
    encode,
    filled,
    number,
    ok,
    part,
)
from onebyone.destinations.names import find_name
from onebyone.destinations.user_data import keyed_hashes
from onebyone.event import Permission

_TOO_BROAD = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)
_STATES = ("ca", "co", "ct", "fl", "or", "tx", "mt", "de", "ne", "nh", "nj", "mn", "md", "ri")
_RETRY = frozenset({1, 2, 341, 21009})
_THROTTLED = frozenset({4, 17, 613, 80000, 80003, 80004, 80014})
_STOP = frozenset({190, 10, 102, 104, 200, 294, 368})


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pixel_id: str
    access_token: Secret
    test_event_code: str = ""  # such events are counted all the same
    partner_agent: str = ""
    events: dict[str, str] = {}  # our name -> theirs, "-" for none
    endpoint: str = facts.META.endpoint
    version: str = facts.META.version


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name = find_name("meta", conversion.name, settings.events)
    user = _user_data(conversion)
    if name is None:
        return Refusal.NOT_MAPPED
    wrong = _wrong(name, conversion, user)
    if wrong is not None:
        return wrong
    return [
        filled(
            {
                "event_name": name,
                "event_time": conversion.at_ms // 1000,
                "event_id": conversion.event_id,
                "action_source": "website" if conversion.url else "system_generated",
                "event_source_url": conversion.url,
                "referrer_url": conversion.referrer,
                "user_data": user,
                "custom_data": _custom_data(conversion),
                "opt_out": True if conversion.denied(Permission.ADS_PERSONALIZE) else None,
                **_limited_use(conversion),
            }
        )
    ]


def _wrong(name: str, conversion: Conversion, user: Row) -> Refusal | None:
    if name == "Purchase" and conversion.value is None:
        return Refusal.VALUE_MISSING
    if not user:
        return Refusal.IDENTIFIERS_MISSING
    if conversion.url and not conversion.user_agent:
        return Refusal.USER_AGENT_MISSING
    if conversion.limited_use is not None and conversion.limited_use not in _STATES and not conversion.address:
        return Refusal.ADDRESS_MISSING
    return Refusal.IDENTIFIERS_TOO_BROAD if any(user.keys() <= broad for broad in _TOO_BROAD) else None


def _user_data(conversion: Conversion) -> Row:
    return filled(
        {
            **keyed_hashes("meta", conversion.user, conversion.year),
            "client_ip_address": conversion.address,
            "client_user_agent": conversion.user_agent,
            "fbc": conversion.browsers.get("fbc"),
            "fbp": conversion.browsers.get("fbp"),
        }
    )


def _custom_data(conversion: Conversion) -> Row:
    items = [item for item in conversion.items if item.id]
    return filled(
        {
            "value": conversion.value,
            "currency": conversion.currency,
            "content_ids": [item.id for item in items],
            "contents": [_content(item) for item in items],
            "content_type": _content_type(conversion),
            "num_items": sum(item.quantity for item in items) or None,
            "order_id": conversion.order_id,
            "search_string": conversion.search_term,
        }
    )


def _content_type(conversion: Conversion) -> str:
    if conversion.name == "view_item_list":
        return "product_group"
    return "product" if any(item.id for item in conversion.items) else ""


def _content(item: Item) -> Row:
    return filled(
        {
            "id": item.id,
            "quantity": item.quantity,
            "item_price": item.price,
            "title": item.name,
            "brand": item.brand,
            "category": item.category,
        }
    )


def _limited_use(conversion: Conversion) -> Row:
    if conversion.limited_use is None:
        return {}
    state = conversion.limited_use
    known = state in _STATES
    return {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": 1 if known else 0,
        "data_processing_options_state": 1000 + _STATES.index(state) if known else 0,
    }


def request(rows: Sequence[Row], settings: Settings) -> Request:
    extra = filled({"test_event_code": settings.test_event_code, "partner_agent": settings.partner_agent})
    return Request(
        url=f"{settings.endpoint}/{settings.version}/{settings.pixel_id}/events",
        headers={"Authorization": settings.access_token.after("Bearer ")},
        body=encode({"data": rows, **extra}),
    )


def read(response: Response) -> Outcome:
    """By codes, never by texts. One bad event rejects all, and the answer does not say which."""
    found = body_of(response)
    if ok(response):
        return Sent(trace=str(found.get("fbtrace_id", "")), taken=number(found, "events_received"))
    error = part(found, "error")
    main, subcode, trace = number(error, "code"), number(error, "error_subcode"), str(error.get("fbtrace_id", ""))
    code = ".".join(str(one) for one in (main, subcode) if one is not None)
    if main in _THROTTLED:
        return Retry(code, after_s(response, 60), trace)
    if main in _STOP or (main, subcode) == (100, 33):
        return Rejected(code, stop=True, trace=trace)
    if main in _RETRY or error.get("is_transient") is True:
        return Retry(code, after_s(response), trace)
    return by_status(response, code=code, trace=trace)


META = Destination(
    name="meta", title="Meta", facts=facts.META, settings=Settings, rows=rows, request=request, read=read
)
