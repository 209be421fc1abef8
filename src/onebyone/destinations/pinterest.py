"""Pinterest conversions, API v5 (specification section 7). It refuses keys that it does not know."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion, Item
from onebyone.destinations.destination import (
    Destination,
    Failure,
    Outcome,
    Refusal,
    Request,
    Response,
    Row,
    Secret,
    Sent,
    body_of,
    by_status,
    encode,
    filled,
    money,
    number,
    objects,
    ok,
)
from onebyone.destinations.names import find_name
from onebyone.destinations.user_data import keyed_hashes
from onebyone.event import Permission


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    ad_account_id: str
    access_token: Secret
    test: bool = False  # checked, and not counted
    partner_name: str = ""
    events: dict[str, str] = {}  # our name -> theirs, "-" for none
    endpoint: str = facts.PINTEREST.endpoint
    version: str = facts.PINTEREST.version


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name, user = find_name("pinterest", conversion.name, settings.events), _user_data(conversion)
    if name is None:
        return Refusal.NOT_MAPPED
    if "em" not in user and not {"client_ip_address", "client_user_agent"} <= user.keys():
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "event_name": name,
                "action_source": "web",
                "event_time": conversion.at_ms // 1000,
                "event_id": conversion.event_id,
                "event_source_url": conversion.url,
                "opt_out": True if conversion.denied(Permission.ADS_PERSONALIZE) else None,
                "partner_name": settings.partner_name,
                "user_data": user,
                "custom_data": _custom_data(conversion),
            }
        )
    ]


def _user_data(conversion: Conversion) -> Row:
    return filled(
        {
            **keyed_hashes("pinterest", conversion.user, conversion.year),
            "client_ip_address": conversion.address,
            "client_user_agent": conversion.user_agent,
            "click_id": conversion.clicks.get("epik"),
        }
    )


def _custom_data(conversion: Conversion) -> Row:
    items = [item for item in conversion.items if item.id]
    return filled(
        {
            "value": None if conversion.value is None else money(conversion.value),
            "currency": conversion.currency,
            "content_ids": [item.id for item in items],
            "contents": [_content(item) for item in items],
            "num_items": sum(item.quantity for item in items) or None,
            "order_id": conversion.order_id,
            "search_string": conversion.search_term,
            "opt_out_type": "" if conversion.limited_use is None else "LDP",
        }
    )


def _content(item: Item) -> Row:
    return filled(
        {
            "id": item.id,
            "item_name": item.name,
            "item_category": item.category,
            "item_brand": item.brand,
            "item_price": None if item.price is None else money(item.price),
            "quantity": item.quantity,
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    return Request(
        url=f"{settings.endpoint}/{settings.version}/ad_accounts/{settings.ad_account_id}/events",
        query={"test": "true"} if settings.test else {},
        headers={"Authorization": settings.access_token.after("Bearer ")},
        body=encode({"data": rows}),
    )


def read(response: Response) -> Outcome:
    """200 and 422 alike say of each row what became of it."""
    found = body_of(response)
    states = objects(found, "events")
    if ok(response) or (response.status == 422 and states):
        failed = (Failure(n, "failed") for n, one in enumerate(states) if one.get("status") == "failed")
        return Sent(failed=tuple(failed), taken=None if states else number(found, "num_events_processed"))
    return by_status(response, code=str(found.get("code", "")))


PINTEREST = Destination(
    name="pinterest",
    title="Pinterest",
    facts=facts.PINTEREST,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    account=lambda settings: settings.ad_account_id,
)
