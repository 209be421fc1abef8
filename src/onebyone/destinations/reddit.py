"""Reddit Conversions API v3 (specification section 9)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion, Item
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
from onebyone.destinations.names import find_name
from onebyone.destinations.refreshing import NONE, check_refresh, refresh_login
from onebyone.destinations.user_data import hashes, sha256
from onebyone.event import Permission

_TYPES = frozenset(
    {
        *("PAGE_VISIT", "VIEW_CONTENT", "SEARCH", "ADD_TO_CART", "ADD_TO_WISHLIST"),
        *("PURCHASE", "LEAD", "SIGN_UP", "CUSTOM"),
    }
)
_WITHOUT_VALUE = frozenset({"PAGE_VISIT", "VIEW_CONTENT", "SEARCH"})


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pixel_id: str
    conversion_token: Secret = NONE  # does not end
    refresh_token: Secret = NONE
    client_id: str = ""
    client_secret: Secret = NONE
    token_endpoint: str = "https://www.reddit.com/api/v1/access_token"
    test_id: str = ""
    partner: str = ""
    events: dict[str, str] = {}  # our name -> their type or a name of the operator's own, "-" for none
    endpoint: str = facts.REDDIT.endpoint
    version: str = facts.REDDIT.version

    def __post_init__(self) -> None:
        check_refresh(self)


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name, user = find_name("reddit", conversion.name, settings.events), _user(conversion)
    click = conversion.clicks.get("rdt_cid", "")
    if name is None:
        return Refusal.NOT_MAPPED
    if not (click or user.keys() - {"user_agent", "data_processing_options"}):
        return Refusal.IDENTIFIERS_MISSING
    kind = name if name in _TYPES else "CUSTOM"
    own_name = conversion.name if name == "CUSTOM" else name
    return [
        filled(
            {
                "event_at": conversion.at_ms,
                "action_source": "WEBSITE",
                "event_source_url": conversion.url,
                "type": {"tracking_type": kind, **({"custom_event_name": own_name} if kind == "CUSTOM" else {})},
                "click_id": click,
                "user": user,
                "metadata": _metadata(kind, conversion),
            }
        )
    ]


def _user(conversion: Conversion) -> Row:
    found = hashes("reddit", conversion.user, conversion.year)
    return filled(
        {
            "email": found.get("email"),
            "phone_number": found.get("phone"),
            "external_id": found.get("external_id"),
            "ip_address": sha256(conversion.address) if conversion.address else "",
            "user_agent": conversion.user_agent,
            "uuid": conversion.browsers.get("rdt_uuid"),
            "data_processing_options": _limited_use(conversion),
        }
    )


def _limited_use(conversion: Conversion) -> Row:
    if not conversion.denied(Permission.ADS_PERSONALIZE):
        return {}
    state = (conversion.limited_use or "").upper()
    return {"modes": ["LDU"], **({"country": "US", "region": state} if state else {})}


def _metadata(kind: str, conversion: Conversion) -> Row:
    valued = kind not in _WITHOUT_VALUE
    items = [item for item in conversion.items if item.id]
    return filled(
        {
            "conversion_id": conversion.event_id,
            "value": conversion.value if valued else None,
            "currency": conversion.currency if valued else "",
            "item_count": sum(item.quantity for item in items) or None,
            "products": [_product(item) for item in items],
        }
    )


def _product(item: Item) -> Row:
    return filled(
        {
            "id": item.id,
            "name": item.name,
            "category": item.category,
            "item_price": item.price,
            "quantity": item.quantity,
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    extra = filled({"test_id": settings.test_id, "partner": settings.partner})
    return Request(
        url=f"{settings.endpoint}/api/{settings.version}/pixels/{settings.pixel_id}/conversion_events",
        headers={"Authorization": settings.conversion_token.after("Bearer ")},
        body=encode({"data": {**extra, "events": rows}}),
    )


def read(response: Response) -> Outcome:
    """A bad row fails all, and which one is not said."""
    return Sent() if ok(response) else by_status(response)


REDDIT = Destination(
    name="reddit",
    title="Reddit",
    facts=facts.REDDIT,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    login=refresh_login(lambda settings: settings.conversion_token, basic=True),
    account=lambda settings: settings.pixel_id,
)
