"""Any server of yours: conversions as JSON, signed, and of people the SHA-256 of what they gave."""

from __future__ import annotations

from collections.abc import Sequence

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
    money,
    ok,
)
from onebyone.destinations.signing import HEADER, signature
from onebyone.destinations.times import rfc_3339
from onebyone.destinations.user_data import hashes


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    url: str
    signing_secret: Secret


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    return [
        filled(
            {
                "event_id": conversion.event_id,
                "name": conversion.name,
                "at": rfc_3339(conversion.at_ms),
                "page": filled(
                    {"url": conversion.url, "referrer": conversion.referrer, "title": conversion.title},
                ),
                "order": _order(conversion),
                "props": conversion.properties,
                "user_data": _user_data(conversion),
                "click_ids": conversion.clicks,
                "browser_ids": conversion.browsers,
                "consent": {permission.value: _word(said) for permission, said in conversion.consent.items()},
                "limited_use": conversion.limited_use is not None or None,
            }
        )
    ]


def _word(allowed: bool) -> str:
    return "granted" if allowed else "denied"


def _order(conversion: Conversion) -> Row:
    amounts = {"value": conversion.value, "tax": conversion.tax, "shipping": conversion.shipping}
    return filled(
        {
            "id": conversion.order_id,
            **{name: None if one is None else money(one) for name, one in amounts.items()},
            "currency": conversion.currency,
            "coupon": conversion.coupon,
            "items": list(conversion.sent_items),
            "adjustment_id": conversion.adjustment_id,
        }
    )


def _user_data(conversion: Conversion) -> Row:
    found = hashes("webhook", conversion.user, conversion.year)
    return {f"sha256_{name}": value for name, value in found.items()}


def request(rows: Sequence[Row], settings: Settings) -> Request:
    body = encode({"events": rows})
    return Request(url=settings.url, headers={HEADER: signature(settings.signing_secret.reveal(), body)}, body=body)


def read(response: Response) -> Outcome:
    return Sent() if ok(response) else by_status(response)


WEBHOOK = Destination(
    name="webhook",
    title="Webhook",
    facts=facts.WEBHOOK,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    adjusts=True,
)
