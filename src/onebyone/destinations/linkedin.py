"""LinkedIn Conversions API (specification section 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from onebyone.destinations import facts
from onebyone.destinations.conversion import Conversion
from onebyone.destinations.countries import find_country
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
    money,
    number,
    objects,
    ok,
    refused_token,
)
from onebyone.destinations.refreshing import NONE, check_refresh, refresh_login
from onebyone.destinations.user_data import hashes, is_hashed

_INDEX = re.compile(r"Index: ([0-9]+)", re.ASCII)
_VERSION_GONE = 426
_REVOKED = 65601


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    conversion_rule_ids: dict[str, str]  # our event's name -> rules, with commas between
    access_token: Secret = NONE  # lasts 60 days
    refresh_token: Secret = NONE
    client_id: str = ""
    client_secret: Secret = NONE
    token_endpoint: str = "https://www.linkedin.com/oauth/v2/accessToken"
    endpoint: str = facts.LINKEDIN.endpoint
    version: str = facts.LINKEDIN.version

    def __post_init__(self) -> None:
        check_refresh(self)


def rows(conversion: Conversion, settings: Settings) -> list[Row] | Refusal:
    """A row for each rule that the event counts for."""
    said = settings.conversion_rule_ids.get(conversion.name, "")
    rules, user = [rule.strip() for rule in said.split(",") if rule.strip()], _user(conversion)
    if conversion.name == "refund":
        return Refusal.REFUND_NOT_TAKEN
    if not rules:
        return Refusal.NOT_MAPPED
    if user == {"userIds": []}:
        return Refusal.IDENTIFIERS_MISSING
    shared = filled(
        {
            "conversionHappenedAt": conversion.at_ms,
            "conversionValue": _value(conversion),
            "eventId": conversion.event_id,
            "user": user,
        }
    )
    return [{"conversion": f"urn:lla:llaPartnerConversion:{rule}", **shared} for rule in rules]


def _value(conversion: Conversion) -> Row:
    if conversion.value is None:
        return {}
    return {"currencyCode": conversion.currency, "amount": money(conversion.value)}


def _user(conversion: Conversion) -> Row:
    """`userIds` has to be there, be it empty."""
    found = {
        "SHA256_EMAIL": hashes("linkedin", conversion.user, conversion.year).get("email"),
        "LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID": conversion.clicks.get("li_fat_id"),
        "PLAINTEXT_IP_ADDRESS": conversion.address if "." in conversion.address else "",
    }
    ids = [{"idType": kind, "idValue": value} for kind, value in found.items() if value]
    info = _info(conversion)
    return {"userIds": ids, **({"userInfo": info} if info else {})}


def _info(conversion: Conversion) -> Row:
    """In the open, as LinkedIn wants it; both names or nothing."""
    names = {"firstName": conversion.user.first_name, "lastName": conversion.user.last_name}
    if not all(names.values()) or any(is_hashed(name) for name in names.values()):
        return {}
    said = conversion.properties
    return filled(
        {
            **names,
            "title": said.get("job_title"),
            "companyName": said.get("company"),
            "countryCode": (find_country(conversion.user.country) or conversion.country).upper(),
        }
    )


def request(rows: Sequence[Row], settings: Settings) -> Request:
    return Request(
        url=f"{settings.endpoint}/rest/conversionEvents",
        headers={
            "Authorization": settings.access_token.after("Bearer "),
            "LinkedIn-Version": settings.version,
            "X-Restli-Protocol-Version": "2.0.0",
            "X-RestLi-Method": "BATCH_CREATE",
        },
        body=encode({"elements": rows}),
    )


def read(response: Response) -> Outcome:
    """One bad row fails all, and the sentence says which."""
    found = body_of(response)
    code = str(found.get("code") or found.get("serviceErrorCode") or f"http_{response.status}")
    if ok(response):
        states = [number(one, "status") or 201 for one in objects(found, "elements")]
        failed = (Failure(n, f"status_{state}") for n, state in enumerate(states) if not 200 <= state < 300)
        return Sent(trace=response.headers.get("x-li-uuid", ""), failed=tuple(failed))
    if response.status == _VERSION_GONE:
        return Rejected("version_gone", stop=True)
    if response.status == 422:
        rows = {int(index) for index in _INDEX.findall(str(found.get("message", "")))}
        return Rejected(code, rows=tuple(sorted(rows)))
    return by_status(response, code=code)


def _renews(response: Response) -> bool:
    """A token that ended is followed by another; one that was taken back is not."""
    found = body_of(response)
    revoked = found.get("code") == "REVOKED_ACCESS_TOKEN" or number(found, "serviceErrorCode") == _REVOKED
    return refused_token(response) and not revoked


LINKEDIN = Destination(
    name="linkedin",
    title="LinkedIn",
    facts=facts.LINKEDIN,
    settings=Settings,
    rows=rows,
    request=request,
    read=read,
    login=refresh_login(lambda settings: settings.access_token, renews=_renews),
    account=lambda settings: settings.client_id or settings.access_token,
    limited_use=False,
)
