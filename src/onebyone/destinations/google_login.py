"""Tokens for Google's APIs, which last an hour: with the key of a service account, or with a refresh token."""

from __future__ import annotations

import base64
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

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
)
from onebyone.state.signing import KeyInvalid, sign_rs256

TOKEN_ENDPOINT = "https://oauth2.googleapis.com/token"
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS_S = 3_600
NONE = Secret("")


class Keys(Protocol):
    """Of a destination's settings, those that say who asks. The first way that is whole is taken."""

    @property
    def access_token(self) -> Secret: ...
    @property
    def service_account(self) -> Secret: ...
    @property
    def refresh_token(self) -> Secret: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> Secret: ...
    @property
    def token_endpoint(self) -> str: ...


class ServiceAccount(Struct, frozen=True):
    """What we read of the key file that Google hands out."""

    client_email: str
    private_key: str
    private_key_id: str = ""


def check_keys(settings: Keys) -> None:
    """Raises ValueError, which names the setting and tells nothing of its text."""
    if settings.service_account.reveal():
        _signed(_account(settings.service_account), scope="", audience="", now_s=0)
    if bool(settings.refresh_token.reveal()) != bool(settings.client_id and settings.client_secret.reveal()):
        raise ValueError("refresh_token: goes with client_id and client_secret")


def google_login(scope: str) -> Login[Any]:
    def request(settings: Keys, now_ms: int) -> Request | Rejected | None:
        if settings.service_account.reveal():
            account = _account(settings.service_account)
            now_s, audience = now_ms // 1000, settings.token_endpoint
            said = {"grant_type": _JWT, "assertion": _signed(account, scope=scope, audience=audience, now_s=now_s)}
        elif settings.refresh_token.reveal():
            said = {
                "grant_type": "refresh_token",
                "refresh_token": settings.refresh_token.reveal(),
                "client_id": settings.client_id,
                "client_secret": settings.client_secret.reveal(),
            }
        else:
            return None if settings.access_token.reveal() else Rejected("credentials_missing", stop=True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request(url=settings.token_endpoint, headers={**form}, body=urlencode(said).encode())

    return Login(request=request, read=read_token)


def read_token(response: Response) -> Token | Retry | Rejected:
    """Whatever Google's door refuses needs its operator; what it is too busy for does not."""
    found = body_of(response)
    text, lasts_s = found.get("access_token"), number(found, "expires_in")
    if ok(response) and isinstance(text, str) and text:
        return Token(Secret(text), lasts_s or _LASTS_S)
    code = str(found.get("error", ""))[:64]
    outcome = by_status(response, code=code)
    return outcome if isinstance(outcome, Retry) else Rejected(outcome.code, stop=True)


def _account(secret: Secret) -> ServiceAccount:
    try:
        return msgspec.json.decode(secret.reveal(), type=ServiceAccount)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise ValueError("service_account: paste the whole key file, which is JSON") from None


def _signed(account: ServiceAccount, *, scope: str, audience: str, now_s: int) -> str:
    head = {"alg": "RS256", "typ": "JWT", **({"kid": account.private_key_id} if account.private_key_id else {})}
    claims = {"iss": account.client_email, "scope": scope, "aud": audience, "iat": now_s, "exp": now_s + _LASTS_S}
    text = b".".join(_base64(msgspec.json.encode(part)) for part in (head, claims))
    try:
        return (text + b"." + _base64(sign_rs256(account.private_key, text))).decode()
    except KeyInvalid:
        raise ValueError("service_account: its private_key is none of RSA") from None


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
