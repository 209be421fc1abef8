"""Snapchat Conversions API v3 (specification section 8)."""

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
    Row,
    Secret,
    Sent,
    body_of,
    by_status,
    encode,
    filled,
    ok,
)
from onebyone.destinations.names import find_name
from onebyone.destinations.user_data import keyed_hashes
from onebyone.event import Permission

_BAD = frozenset({"INVALID", "FAILED", "FAILURE", "ERROR"})


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pixel_id: str
    access_token: Secret
    validate_only: bool = False
    events: dict[str, str] = {}  # our name -> theirs, "-" for none
    endpoint: str = facts.SNAPCHAT.endpoint
    version: str = facts.SNAPCHAT.version


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name, user = find_name("snapchat", conversion.name, settings.events), _user_data(conversion)
    if name is None:
        return Refusal.NOT_MAPPED
    if user.keys().isdisjoint(("em", "ph")) and not {"client_ip_address", "client_user_agent"} <= user.keys():
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "event_name": name,
                "event_time": conversion.at_ms // 1000,
                "event_id": conversion.event_id,
                "action_source": "WEB",
                "event_source_url": conversion.url,
                "user_data": user,
                "custom_data": _custom_data(conversion),
                "data_processing_options": ["LDU"] if conversion.denied(Permission.ADS_PERSONALIZE) else [],
            }
        )
    ]


def _user_data(conversion: Conversion) -> Row:
    return filled(
        {
            **keyed_hashes("snapchat", conversion.user, conversion.year),
            "client_ip_address": conversion.address,
            "client_user_agent": conversion.user_agent,
            "sc_click_id": conversion.clicks.get("sccid"),
            "sc_cookie1": conversion.browsers.get("scid"),
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
            "brands": sorted({item.brand for item in items if item.brand}),
            "num_items": sum(item.quantity for item in items) or None,
            "order_id": conversion.order_id,
            "search_string": conversion.search_term,
        }
    )


def _content(item: Item) -> Row:
    return filled({"id": item.id, "quantity": item.quantity, "item_price": item.price, "brand": item.brand})


def request(rows: Sequence[Row], settings: Settings) -> Request:
    checking = "/validate" if settings.validate_only else ""
    return Request(
        url=f"{settings.endpoint}/{settings.version}/{settings.pixel_id}/events{checking}",
        query={"access_token": settings.access_token},
        body=encode({"data": rows}),
    )


def read(response: Response) -> Outcome:
    """A 200 may say that it was none; some rows may be named as bad, by nothing that we could know them by."""
    found = body_of(response)
    status = str(found.get("status", "")).upper()
    if not ok(response):
        return by_status(response)
    return Rejected(status.lower()) if status in _BAD else Sent(proof=False, partly=bool(found.get("error_records")))


SNAPCHAT = Destination(
    name="snapchat",
    title="Snapchat",
    facts=facts.SNAPCHAT,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
)
