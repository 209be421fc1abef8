"""Tokens that are got with a refresh token and the client that it belongs to."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlencode

from onebyone.destinations.destination import (
    Login,
    Rejected,
    Request,
    Response,
    Retry,
    Secret,
    Token,
    body_of,
    by_status,
    number,
    ok,
    refused_token,
)

NONE = Secret("")
MISSING = "credentials_missing"
LASTS_S = 3_600  # where the answer does not say
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Keys(Protocol):
    """Of a destination's settings, those that a new token is asked for with."""

    @property
    def refresh_token(self) -> Secret: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> Secret: ...
    @property
    def token_endpoint(self) -> str: ...


def check_refresh(settings: Keys) -> None:
    """Raises ValueError, which names the setting and tells nothing of its text."""
    if bool(settings.refresh_token.reveal()) != bool(settings.client_id and settings.client_secret.reveal()):
        raise ValueError("refresh_token: goes with client_id and client_secret")


def refresh_login(
    pasted: Callable[[Any], Secret], *, basic: bool = False, renews: Callable[[Response], bool] = refused_token
) -> Login[Any]:
    """Without a refresh token the pasted one is used for as long as it lasts."""

    def request(settings: Keys, now_ms: int) -> Request | Rejected | None:
        if settings.refresh_token.reveal():
            return refresh_request(settings, basic=basic)
        return None if pasted(settings).reveal() else Rejected(MISSING, stop=True)

    return Login(request=request, read=read_token, renews=renews)


def refresh_request(settings: Keys, *, basic: bool = False) -> Request:
    """`basic`: the client names itself in a header instead of the form."""
    said = {"grant_type": "refresh_token", "refresh_token": settings.refresh_token.reveal()}
    client = {"client_id": settings.client_id, "client_secret": settings.client_secret.reveal()}
    if not basic:
        return Request(url=settings.token_endpoint, headers={**FORM}, body=urlencode(said | client).encode())
    pair = base64.b64encode(":".join(client.values()).encode()).decode()
    headers: dict[str, str | Secret] = {**FORM, "Authorization": Secret(pair, "Basic "), "User-Agent": "onebyone"}
    return Request(url=settings.token_endpoint, headers=headers, body=urlencode(said).encode())


def read_token(response: Response) -> Token | Retry | Rejected:
    """Whatever the door refuses needs its operator; what it is too busy for does not."""
    found = body_of(response)
    text, lasts_s = found.get("access_token"), number(found, "expires_in")
    if ok(response) and isinstance(text, str) and text:
        return Token(Secret(text), lasts_s or LASTS_S)
    code = str(found.get("error", ""))[:64]
    outcome = by_status(response, code=code)
    return outcome if isinstance(outcome, Retry) else Rejected(outcome.code, stop=True)
