"""Google Ads through the Data Manager API (specification sections 3.2 and 3.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion, Item
from onebyone.destinations.countries import EUROPE
from onebyone.destinations.destination import (
    Destination,
    Done,
    Outcome,
    Refusal,
    Rejected,
    Request,
    Response,
    Result,
    Retry,
    Row,
    Secret,
    Sent,
    after_s,
    body_of,
    by_status,
    encode,
    filled,
    objects,
    ok,
    part,
)
from onebyone.destinations.google_login import TOKEN_ENDPOINT, check_keys, google_login, project_of
from onebyone.destinations.refreshing import NONE
from onebyone.destinations.times import rfc_3339
from onebyone.destinations.user_data import UserData, hashes, plain
from onebyone.event import Permission

MAX_DESTINATIONS = 10
_ENDED = frozenset({"SUCCESS", "PARTIAL_SUCCESS", "FAILED"})
_PREFIX = "PROCESSING_ERROR_REASON_"
_ROW = re.compile(r"events\[([0-9]+)\]", re.ASCII)
_AD_IDS = ("gclid", "gbraid", "wbraid", "dclid")
_RETRY = frozenset({"INTERNAL_ERROR", "DEADLINE_EXCEEDED", "TOO_RECENT_CLICK", "INTERNAL", "UNAVAILABLE"})
_STOP = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED", "TERMS_AND_CONDITIONS_NOT_SIGNED", "NOT_ALLOWLISTED"})


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    operating_account_id: str
    conversion_action_ids: dict[str, str]  # our event's name -> the action that it counts for
    service_account: Secret = NONE
    access_token: Secret = NONE
    refresh_token: Secret = NONE
    client_id: str = ""
    client_secret: Secret = NONE
    token_endpoint: str = TOKEN_ENDPOINT
    login_account_id: str = ""
    account_type: str = "GOOGLE_ADS"
    merchant_id: str = ""
    validate_only: bool = False
    endpoint: str = facts.GOOGLE_DATA_MANAGER.endpoint
    version: str = facts.GOOGLE_DATA_MANAGER.version

    def __post_init__(self) -> None:
        check_keys(self)
        if len(set(self.conversion_action_ids.values())) > MAX_DESTINATIONS:
            raise ValueError(f"conversion_action_ids: a request holds at most {MAX_DESTINATIONS} conversion actions")


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    action = settings.conversion_action_ids.get(conversion.name)
    user, ad_ids = identifiers(conversion.user, conversion.year), _ad_ids(conversion)
    if conversion.name == "refund":
        return Refusal.REFUND_NOT_TAKEN
    if action is None:
        return Refusal.NOT_MAPPED
    if not (user or ad_ids):
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "destinationReferences": [action],
                "transactionId": conversion.order_id or conversion.event_id,
                "eventTimestamp": rfc_3339(conversion.at_ms),
                "eventSource": "WEB",
                "userData": filled({"userIdentifiers": user}),
                "adIdentifiers": ad_ids,
                "conversionValue": conversion.value,
                "currency": conversion.currency,
                "consent": _consent(conversion),
                "cartData": _cart(conversion, settings),
                "eventDeviceInfo": _device(conversion),
            }
        )
    ]


def identifiers(user: UserData, year: int) -> list[Row]:
    """E-mail address, phone number and postal address, each alone in its object."""
    found = hashes("google", user, year)
    address = {
        "givenName": found.get("first_name"),
        "familyName": found.get("last_name"),
        "regionCode": plain("google", "country", user, year),
        "postalCode": plain("google", "zip", user, year),
    }
    said: list[Row] = [{"emailAddress": found["email"]}] if "email" in found else []
    said += [{"phoneNumber": found["phone"]}] if "phone" in found else []
    return said + ([{"address": address}] if all(address.values()) else [])


def _ad_ids(conversion: Conversion) -> Row:
    return {name: conversion.clicks[name] for name in _AD_IDS if name in conversion.clicks}


def _consent(conversion: Conversion) -> Row:
    return filled(
        {
            "adUserData": _word(conversion, Permission.ADS_SHARE),
            "adPersonalization": _word(conversion, Permission.ADS_PERSONALIZE),
        }
    )


def _word(conversion: Conversion, permission: Permission) -> str:
    if conversion.denied(permission):
        return "CONSENT_DENIED"
    return "CONSENT_GRANTED" if permission in conversion.consent else ""


def _cart(conversion: Conversion, settings: Settings) -> Row:
    """Not with a braid, which Google answers with a warning."""
    items = [_item(item) for item in conversion.items if item.id]
    if not items or not conversion.clicks.keys().isdisjoint(("gbraid", "wbraid")):
        return {}
    coupons = [conversion.coupon] if conversion.coupon else []
    return filled({"merchantId": settings.merchant_id, "couponCodes": coupons, "items": items})


def _item(item: Item) -> Row:
    return filled({"merchantProductId": item.id, "quantity": item.quantity, "unitPrice": item.price})


def _device(conversion: Conversion) -> Row:
    """The address only of people who are known to be outside Europe."""
    outside = conversion.country != "" and conversion.country not in EUROPE
    return filled({"userAgent": conversion.user_agent, "ipAddress": conversion.address if outside else ""})


def request(rows: Sequence[Row], settings: Settings) -> Request:
    actions = sorted({row["destinationReferences"][0] for row in rows})
    return Request(
        url=f"{settings.endpoint}/{settings.version}/events:ingest",
        headers={"Authorization": settings.access_token.after("Bearer ")},
        body=encode(
            {
                "destinations": [_destination(action, settings) for action in actions],
                "encoding": "HEX",
                **({"validateOnly": True} if settings.validate_only else {}),
                "events": rows,
            }
        ),
    )


def _destination(action: str, settings: Settings) -> Row:
    return filled(
        {
            "reference": action,
            "loginAccount": _account(settings.login_account_id, "GOOGLE_ADS"),
            "operatingAccount": _account(settings.operating_account_id, settings.account_type),
            "productDestinationId": action,
        }
    )


def _account(id: str, kind: str) -> Row:
    digits = id.replace("-", "")
    return {"accountType": kind, "accountId": digits} if digits else {}


def read(response: Response) -> Outcome:
    """200 is accepted, and processed later. A refusal names rows where it can."""
    found = body_of(response)
    if ok(response):
        return Sent(trace=str(found.get("requestId", "")), proof=False)
    error = part(found, "error")
    details = objects(error, "details")
    codes = [str(one["reason"]) for one in details if "reason" in one] or [str(error.get("status", ""))]
    trace = next((str(one["requestId"]) for one in details if "requestId" in one), "")
    return _class(response, codes[0], _rows(details), trace)


def status_request(trace: str, settings: Settings) -> Request:
    return Request(
        method="GET",
        url=f"{settings.endpoint}/{settings.version}/requestStatus:retrieve",
        query={"requestId": trace},
        headers={"Authorization": settings.access_token.after("Bearer ")},
        body=b"",
    )


def read_status(response: Response) -> Done | None:
    """A request has a status for each conversion action: all must have ended."""
    found = objects(body_of(response), "requestStatusPerDestination") if ok(response) else []
    states = {str(one.get("requestStatus", "")) for one in found}
    if not states or not states <= _ENDED:
        return None
    counts = [count for one in found for count in objects(part(one, "errorInfo"), "errorCounts")]
    reasons = [str(count.get("reason", "")).removeprefix(_PREFIX) for count in counts]
    failed = states == {"FAILED"}
    if states == {"SUCCESS"}:
        return Done()
    retry = failed and bool(reasons) and set(reasons) <= _RETRY
    return Done((reasons or ["processing_failed"])[0][:64], partly=not failed, retry=retry)


def _class(response: Response, code: str, rows: tuple[int, ...], trace: str) -> Outcome:
    if code == "RESOURCE_EXHAUSTED":
        return Retry(code, after_s(response, 60), trace)
    if code in _RETRY:
        return Retry(code, after_s(response), trace)
    if code in _STOP or code.startswith("DESTINATION_ACCOUNT_"):
        return Rejected(code, stop=True, trace=trace)
    if rows:
        return Rejected(code, rows=rows, trace=trace)
    return by_status(response, code=code, trace=trace)


def _rows(details: Sequence[Mapping[str, object]]) -> tuple[int, ...]:
    fields = (str(violation.get("field", "")) for one in details for violation in objects(one, "fieldViolations"))
    return tuple(sorted({int(match[1]) for match in map(_ROW.match, fields) if match}))


GOOGLE_DATA_MANAGER = Destination(
    name="google_data_manager",
    title="Google Ads (Data Manager)",
    facts=facts.GOOGLE_DATA_MANAGER,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    result=Result(request=status_request, read=read_status),
    login=google_login("https://www.googleapis.com/auth/datamanager"),
    account=project_of,
)
