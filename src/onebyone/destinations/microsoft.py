"""Microsoft Advertising, UET Conversions API (specification section 11): a pilot, by account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion, Item
from onebyone.destinations.destination import (
    Destination,
    Failure,
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
    number,
    objects,
    ok,
    part,
)
from onebyone.destinations.names import KNOWN, UNSENT, find_name
from onebyone.destinations.user_data import About, about_of, hashed
from onebyone.event import Permission


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    uet_tag_id: str
    access_token: Secret
    phone_form: Literal["digits", "e164"] = "digits"  # the vendor says only "trimmed"
    data_provider: str = ""
    events: dict[str, str] = {}  # our name -> the goal's, "-" for none
    endpoint: str = facts.MICROSOFT.endpoint
    version: str = facts.MICROSOFT.version


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    name = settings.events.get(conversion.name, conversion.name if conversion.name in KNOWN else UNSENT)
    loaded, user = conversion.name == "page_view", _user_data(conversion, settings)
    if name == UNSENT:
        return Refusal.NOT_MAPPED
    if loaded and not conversion.url:
        return Refusal.URL_MISSING
    if not user:
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "eventType": "pageLoad" if loaded else "custom",
                "eventId": conversion.event_id,
                "eventName": "" if loaded else name,
                "eventTime": conversion.at_ms // 1000,
                "eventSourceUrl": conversion.url,
                "referrerUrl": conversion.referrer,
                "pageTitle": conversion.title,
                "adStorageConsent": _consent(conversion),
                "userData": user,
                "customData": _custom_data(conversion),
            }
        )
    ]


def _user_data(conversion: Conversion, settings: Settings) -> Row:
    user = conversion.user
    about = about_of(user, conversion.year)
    return filled(
        {
            "em": hashed("microsoft", "email", user.email, about),
            "ph": _phone(user.phone, about, settings),
            "msclkid": conversion.clicks.get("msclkid"),
            "clientIpAddress": conversion.address,
            "clientUserAgent": conversion.user_agent,
        }
    )


def _phone(said: str, about: About, settings: Settings) -> str | None:
    return hashed("microsoft" if settings.phone_form == "digits" else "google", "phone", said, about)


def _consent(conversion: Conversion) -> str:
    if conversion.denied(Permission.ADS_STORAGE):
        return "D"
    return "G" if Permission.ADS_STORAGE in conversion.consent else ""


def _custom_data(conversion: Conversion) -> Row:
    items = [item for item in conversion.items if item.id]
    return filled(
        {
            "pageType": find_name("microsoft", conversion.name, {}),
            "transactionId": conversion.order_id,
            "value": conversion.value,
            "ecommTotalValue": conversion.value,
            "currency": conversion.currency,
            "searchTerm": conversion.search_term,
            "itemIds": [item.id for item in items],
            "items": [_item(item) for item in items],
        }
    )


def _item(item: Item) -> Row:
    return filled({"id": item.id, "name": item.name, "price": item.price, "quantity": item.quantity})


def request(rows: Sequence[Row], settings: Settings) -> Request:
    provider = filled({"dataProvider": settings.data_provider})
    return Request(
        url=f"{settings.endpoint}/{settings.version}/{settings.uet_tag_id}/events",
        headers={"Authorization": settings.access_token.after("Bearer ")},
        body=encode({"data": rows, **provider, "continueOnValidationError": True}),
    )


def read(response: Response) -> Outcome:
    """Valid rows are taken beside bad ones, which the answer numbers."""
    found = body_of(response)
    error, trace = part(found, "error"), str(found.get("traceId", ""))
    failed = tuple(
        Failure(row, str(one.get("errorCode") or error.get("code", "")))
        for one in objects(error, "details")
        if (row := number(one, "index")) is not None and row >= 0 and one.get("isWarning") is not True
    )
    if ok(response):
        unnamed = error and not failed and not _warns(error)
        return Sent(trace=trace, failed=failed, taken=number(found, "eventsReceived") if unnamed else None)
    if response.status == 400:
        rows = sorted({one.row for one in failed})
        return Rejected(str(error.get("code") or "http_400"), rows=tuple(rows), trace=trace)
    return by_status(response, code=str(error.get("code", "")), trace=trace)


def _warns(error: Row) -> bool:
    return any(one.get("isWarning") is True for one in objects(error, "details"))


MICROSOFT = Destination(
    name="microsoft",
    title="Microsoft Advertising",
    facts=facts.MICROSOFT,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
)
