"""Google Ads API (specification section 3.4), for accounts on its list only: the others take the Data Manager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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
    objects,
    ok,
    part,
)
from onebyone.destinations.google_login import TOKEN_ENDPOINT, check_keys, google_login
from onebyone.destinations.refreshing import NONE
from onebyone.destinations.times import with_offset
from onebyone.destinations.user_data import hashes
from onebyone.event import Permission
from onebyone.money import amount

_CLICKS = ("gclid", "gbraid", "wbraid")  # one of them, the first that there is
_RETRY = frozenset(
    {
        *("TOO_RECENT_EVENT", "TOO_RECENT_CONVERSION_ACTION", "TOO_RECENT_CONVERSION", "INTERNAL", "INTERNAL_ERROR"),
        *("RESOURCE_TEMPORARILY_EXHAUSTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED"),
    }
)
_AFTER_S = {"TOO_RECENT_CONVERSION_ACTION": 6 * 3_600, "TOO_RECENT_CONVERSION": 24 * 3_600}
_DELIVERED = frozenset(
    {
        *("ORDER_ID_ALREADY_IN_USE", "DUPLICATE_ORDER_ID", "CONVERSION_ALREADY_ENHANCED"),
        *("DUPLICATE_ENHANCEMENT_IN_REQUEST", "CONVERSION_ALREADY_RETRACTED", "RESTATEMENT_ALREADY_EXISTS"),
        *("MORE_RECENT_RESTATEMENT_FOUND",),
    }
)
_STOP = frozenset(
    {
        *("CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE", "CUSTOMER_NOT_ACCEPTED_CUSTOMER_DATA_TERMS"),
        *("CUSTOMER_NOT_ENABLED_ENHANCED_CONVERSIONS_FOR_LEADS",),
        *("CUSTOMER_DATA_POLICY_PROHIBITS_ENHANCED_CONVERSIONS", "UNAUTHENTICATED", "PERMISSION_DENIED"),
    }
)


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    customer_id: str
    developer_token: Secret
    conversion_action_ids: dict[str, str]  # our event's name -> the action; a refund takes that of `purchase`
    service_account: Secret = NONE
    access_token: Secret = NONE
    refresh_token: Secret = NONE
    client_id: str = ""
    client_secret: Secret = NONE
    token_endpoint: str = TOKEN_ENDPOINT
    login_customer_id: str = ""
    validate_only: bool = False
    endpoint: str = facts.GOOGLE_ADS.endpoint
    version: str = facts.GOOGLE_ADS.version

    def __post_init__(self) -> None:
        check_keys(self)


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    refund = conversion.name == "refund"
    actions = settings.conversion_action_ids
    action = actions.get(conversion.name) or (actions.get("purchase") if refund else None)
    if action is None:
        return Refusal.NOT_MAPPED
    path = f"customers/{_digits(settings.customer_id)}/conversionActions/{action}"
    return _adjustment(path, conversion) if refund else _conversion(path, conversion)


def _digits(id: str) -> str:
    return id.replace("-", "")


def _conversion(action: str, conversion: Conversion) -> list[Row] | Refusal:
    click = next(({name: conversion.clicks[name]} for name in _CLICKS if name in conversion.clicks), {})
    people = _identifiers(conversion)
    if not (click or people):
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "conversionAction": action,
                "conversionDateTime": with_offset(conversion.at_ms),
                **click,
                "conversionValue": conversion.value,
                "currencyCode": conversion.currency,
                "orderId": conversion.order_id or conversion.event_id,
                "userIdentifiers": people,
                "consent": _consent(conversion),
                "cartData": filled({"items": [_item(item) for item in conversion.items if item.id]}),
                "conversionEnvironment": "WEB",
            }
        )
    ]


def _adjustment(action: str, conversion: Conversion) -> list[Row] | Refusal:
    """A whole refund takes the conversion back; of a part, `adjusted_value` says what is left of the order."""
    left = amount(conversion.properties.get("adjusted_value"))
    if not conversion.order_id:
        return Refusal.ORDER_ID_MISSING
    if left is None and conversion.items:
        return Refusal.PARTIAL_REFUND
    return [
        filled(
            {
                "conversionAction": action,
                "adjustmentType": "RETRACTION" if left is None else "RESTATEMENT",
                "adjustmentDateTime": with_offset(conversion.at_ms),
                "orderId": conversion.order_id,
                "restatementValue": filled({"adjustedValue": left, "currencyCode": conversion.currency})
                if left is not None
                else {},
            }
        )
    ]


def _identifiers(conversion: Conversion) -> list[Row]:
    found = hashes("google", conversion.user, conversion.year)
    said = [{"hashedEmail": found["email"]}] if "email" in found else []
    said += [{"hashedPhoneNumber": found["phone"]}] if "phone" in found else []
    return [{**one, "userIdentifierSource": "FIRST_PARTY"} for one in said]


def _consent(conversion: Conversion) -> Row:
    return filled(
        {
            "adUserData": _word(conversion, Permission.ADS_SHARE),
            "adPersonalization": _word(conversion, Permission.ADS_PERSONALIZE),
        }
    )


def _word(conversion: Conversion, permission: Permission) -> str:
    if conversion.denied(permission):
        return "DENIED"
    return "GRANTED" if permission in conversion.consent else ""


def _item(item: Item) -> Row:
    return filled({"productId": item.id, "quantity": item.quantity, "unitPrice": item.price})


def _kind(row: Row) -> str:
    return "ConversionAdjustments" if "adjustmentType" in row else "ClickConversions"


def request(rows: Sequence[Row], settings: Settings) -> Request:
    kind = _kind(rows[0])
    login = {"login-customer-id": _digits(settings.login_customer_id)} if settings.login_customer_id else {}
    body = {
        "conversions" if kind == "ClickConversions" else "conversionAdjustments": rows,
        "partialFailure": True,
        **({"validateOnly": True} if settings.validate_only else {}),
    }
    return Request(
        url=f"{settings.endpoint}/{settings.version}/customers/{_digits(settings.customer_id)}:upload{kind}",
        headers={
            "Authorization": settings.access_token.after("Bearer "),
            "developer-token": settings.developer_token,
            **login,
        },
        body=encode(body),
    )


def read(response: Response) -> Outcome:
    """200 may hold failures, by row; one that names no row is of them all."""
    found = body_of(response)
    error = part(found, "partialFailureError" if ok(response) else "error")
    errors = [(_code(one), _row(one)) for one in _errors(error)]
    stopping = [code for code, _ in errors if code in _STOP]
    trace = response.headers.get("request-id", "")
    if stopping:
        return Rejected(stopping[0], stop=True, trace=trace)
    if ok(response) and (errors or not error) and all(row is not None or code in _DELIVERED for code, row in errors):
        failed = (_failure(row, code) for code, row in errors if row is not None and code not in _DELIVERED)
        return Sent(trace=trace, failed=tuple(failed))
    code = next((code for code, _ in errors if code), str(error.get("status", "")))
    if code in _RETRY:
        return Retry(code, after_s(response), trace)
    if ok(response):
        return Rejected(code or "partial_failure", trace=trace)
    return Rejected(code, stop=True, trace=trace) if code in _STOP else by_status(response, code=code, trace=trace)


def _failure(row: int, code: str) -> Failure:
    return Failure(row, code, retry=code in _RETRY, after_s=_AFTER_S.get(code, 0))


def _errors(error: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for detail in objects(error, "details"):
        yield from objects(detail, "errors")


def _code(error: Mapping[str, Any]) -> str:
    return next((str(value) for value in part(error, "errorCode").values()), "")


def _row(error: Mapping[str, Any]) -> int | None:
    """The first row's number may be left out: it is 0. None if nothing is said of a row."""
    path = objects(part(error, "location"), "fieldPathElements")
    return max(0, number(path[0], "index") or 0) if path else None


GOOGLE_ADS = Destination(
    name="google_ads",
    title="Google Ads API",
    facts=facts.GOOGLE_ADS,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    login=google_login("https://www.googleapis.com/auth/adwords"),
    adjusts=True,
    kind=_kind,
)
