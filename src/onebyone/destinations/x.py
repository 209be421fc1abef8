"""X Conversion API (specification section 10), with the pixel's token or signed by a user (OAuth 1.0a)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

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
    number,
    objects,
    ok,
    part,
)
from onebyone.destinations.oauth1 import Keys, authorization
from onebyone.destinations.refreshing import MISSING, NONE
from onebyone.destinations.times import rfc_3339
from onebyone.destinations.user_data import hashes

UNSIGNED = Secret("", "OAuth ")


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pixel_id: str
    event_ids: dict[str, str]  # our event's name -> the id that the Events Manager shows
    pixel_token: Secret = NONE
    consumer_key: str = ""
    consumer_secret: Secret = NONE
    oauth_token: Secret = NONE
    oauth_token_secret: Secret = NONE
    endpoint: str = facts.X.endpoint
    version: str = facts.X.version

    def __post_init__(self) -> None:
        """The pixel's token, if there is one, is used alone."""
        keys = (self.consumer_key, *(one.reveal() for one in (self.consumer_secret, *self._token())))
        if any(keys) and not all(keys):
            raise ValueError("consumer_key: goes with consumer_secret, oauth_token and oauth_token_secret")

    def _token(self) -> tuple[Secret, Secret]:
        return self.oauth_token, self.oauth_token_secret

    def keys(self) -> Keys:
        token, secret = (one.reveal() for one in self._token())
        return Keys(self.consumer_key, self.consumer_secret.reveal(), token, secret)


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    event, identifiers = settings.event_ids.get(conversion.name), _identifiers(conversion)
    items = [item for item in conversion.items if item.id]
    if conversion.name == "refund":
        return Refusal.REFUND_NOT_TAKEN
    if event is None:
        return Refusal.NOT_MAPPED
    if not identifiers:
        return Refusal.IDENTIFIERS_MISSING
    return [
        filled(
            {
                "conversion_time": rfc_3339(conversion.at_ms),
                "event_id": event,
                "identifiers": identifiers,
                "conversion_id": conversion.event_id,
                "value": conversion.value,
                "price_currency": conversion.currency,
                "number_items": sum(item.quantity for item in items) or None,
                "description": conversion.order_id,
                "search_string": conversion.search_term,
                "contents": [_content(item) for item in items],
            }
        )
    ]


def _identifiers(conversion: Conversion) -> list[Row]:
    """Address and user agent only beside another one."""
    found = hashes("x", conversion.user, conversion.year)
    known = filled(
        {
            "twclid": conversion.clicks.get("twclid"),
            "hashed_email": found.get("email"),
            "hashed_phone_number": found.get("phone"),
        }
    )
    beside = filled({"ip_address": conversion.address, "user_agent": conversion.user_agent}) if known else {}
    return [{name: value} for name, value in known.items()] + ([beside] if len(beside) == 2 else [])


def _content(item: Item) -> Row:
    return filled(
        {
            "content_id": item.id,
            "content_name": item.name,
            "content_price": item.price,
            "num_items": item.quantity,
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    return Request(
        url=f"{settings.endpoint}/{settings.version}/measurement/conversions/{settings.pixel_id}",
        headers={"Authorization": UNSIGNED} if _signs(settings) else {"X-Pixel-Token": settings.pixel_token},
        body=encode({"conversions": rows}),
    )


def _signs(settings: Settings) -> bool:
    return bool(settings.consumer_key) and not settings.pixel_token.reveal()


def sign(request: Request, settings: Settings, now_ms: int, nonce: str) -> Request | Rejected:
    """Where no token of the pixel says who asks."""
    if not _signs(settings):
        return request if settings.pixel_token.reveal() else Rejected(MISSING, stop=True)
    text = authorization(settings.keys(), request.method, request.url, now_s=now_ms // 1000, nonce=nonce)
    return replace(request, headers={"Authorization": Secret(text.removeprefix("OAuth "), "OAuth ")})


def read(response: Response) -> Outcome:
    found = body_of(response)
    if ok(response):
        said = part(found, "data")
        return Sent(trace=str(said.get("debug_id", "")), proof=False, taken=number(said, "conversions_processed"))
    code = next((str(one["code"]) for one in objects(found, "errors") if "code" in one), "")
    if code.startswith("UNAUTHORIZED"):
        return Rejected(code, stop=True)
    return by_status(response, code=code)


X = Destination(
    name="x",
    title="X",
    facts=facts.X,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    sign=sign,
    account=lambda settings: settings.pixel_id,
    limited_use=False,
)
