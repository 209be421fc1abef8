"""TikTok Events API (specification section 6)."""

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
    ok,
)
from onebyone.destinations.names import find_name
from onebyone.destinations.user_data import hashes, plain
from onebyone.event import Permission

OK, PARTLY, THROTTLED, SERVER = 0, 20001, 40100, 50000
_STOP = frozenset({40001, 40104, 40105})
_OLDER = {"Purchase": "CompletePayment", "Lead": "SubmitForm"}


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pixel_code: str
    access_token: Secret
    older_names: bool = False  # CompletePayment and SubmitForm, where the browser's pixel says so
    test_event_code: str = ""
    partner_name: str = ""
    events: dict[str, str] = {}  # our name -> theirs, "-" for none
    endpoint: str = facts.TIKTOK.endpoint
    version: str = facts.TIKTOK.version


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name, user = find_name("tiktok", conversion.name, settings.events), _user(conversion)
    if name is None:
        return Refusal.NOT_MAPPED
    if not user:
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "event": _OLDER.get(name, name) if settings.older_names else name,
                "event_time": conversion.at_ms // 1000,
                "event_id": conversion.event_id,
                "user": user,
                "page": filled({"url": conversion.url, "referrer": conversion.referrer}),
                "properties": _properties(conversion),
                "limited_data_use": True if conversion.denied(Permission.ADS_PERSONALIZE) else None,
            }
        )
    ]


def _user(conversion: Conversion) -> Row:
    user, year = conversion.user, conversion.year
    found = hashes("tiktok", user, year)
    return filled(
        {
            **{name: [found[name]] for name in ("email", "phone", "external_id") if name in found},
            "first_name": found.get("first_name"),
            "last_name": found.get("last_name"),
            "zip_code": found.get("zip"),
            **{name: plain("tiktok", name, user, year) for name in ("city", "state", "country")},
            "ip": conversion.address,
            "user_agent": conversion.user_agent,
            "ttclid": conversion.clicks.get("ttclid"),
            "ttp": conversion.browsers.get("ttp"),
        }
    )


def _properties(conversion: Conversion) -> Row:
    items = [item for item in conversion.items if item.id]
    listed = conversion.name == "view_item_list"
    return filled(
        {
            "value": conversion.value,
            "currency": conversion.currency,
            "content_type": ("product_group" if listed else "product") if items or listed else "",
            "contents": [_content(item) for item in items],
            "num_items": sum(item.quantity for item in items) or None,
            "order_id": conversion.order_id,
            "search_string": conversion.search_term,
            "query": conversion.search_term,
        }
    )


def _content(item: Item) -> Row:
    return filled(
        {
            "content_id": item.id,
            "content_name": item.name,
            "content_category": item.category,
            "brand": item.brand,
            "price": item.price,
            "quantity": item.quantity,
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    return Request(
        url=f"{settings.endpoint}/open_api/{settings.version}/event/track/",
        headers={"Access-Token": settings.access_token},
        body=encode(
            filled(
                {
                    "event_source": "web",
                    "event_source_id": settings.pixel_code,
                    "test_event_code": settings.test_event_code,
                    "partner_name": settings.partner_name,
                    "data": rows,
                }
            )
        ),
    )


def read(response: Response) -> Outcome:
    """By the body's code: the HTTP status is 200 for failures as well."""
    found = body_of(response)
    number, trace = found.get("code"), str(found.get("request_id", ""))
    if not isinstance(number, int):
        return Retry("unreadable", after_s(response)) if ok(response) else by_status(response)
    code = str(number)
    if number in (OK, PARTLY):
        return Sent(trace=trace, proof=number == OK, partly=number == PARTLY)
    if number == THROTTLED:
        return Retry(code, after_s(response, 60), trace)
    if number >= SERVER:
        return Retry(code, after_s(response), trace)
    return Rejected(code, stop=number in _STOP, trace=trace)


def _max_batch(settings: Settings) -> int:
    return 1 if settings.test_event_code else 0


TIKTOK = Destination(
    name="tiktok",
    title="TikTok",
    facts=facts.TIKTOK,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    max_batch=_max_batch,
    account=lambda settings: settings.access_token,
)
