"""Tokens for Google's APIs, which last an hour: with the key of a service account, or with a refresh token."""

from __future__ import annotations

import base64
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from onebyone.destinations import refreshing
from onebyone.destinations.destination import Login, Rejected, Request, Secret
from onebyone.destinations.refreshing import FORM, LASTS_S, MISSING, check_refresh, read_token, refresh_request
from onebyone.state.signing import KeyInvalid, sign_rs256

TOKEN_ENDPOINT = "https://oauth2.googleapis.com/token"
_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Keys(refreshing.Keys, Protocol):
    """Of a destination's settings, those that say who asks. The first way that is whole is taken."""

    @property
    def access_token(self) -> Secret: ...
    @property
    def service_account(self) -> Secret: ...


class ServiceAccount(Struct, frozen=True):
    """What we read of the key file that Google hands out."""

    client_email: str
    private_key: str
    private_key_id: str = ""


def check_keys(settings: Keys) -> None:
    """Raises ValueError, which names the setting and tells nothing of its text."""
    if settings.service_account.reveal():
        _signed(_account(settings.service_account), scope="", audience="", now_s=0)
    check_refresh(settings)


def google_login(scope: str) -> Login[Any]:
    def request(settings: Keys, now_ms: int) -> Request | Rejected | None:
        if settings.service_account.reveal():
            account = _account(settings.service_account)
            now_s, audience = now_ms // 1000, settings.token_endpoint
            said = {"grant_type": _JWT, "assertion": _signed(account, scope=scope, audience=audience, now_s=now_s)}
        elif settings.refresh_token.reveal():
            return refresh_request(settings)
        else:
            return None if settings.access_token.reveal() else Rejected(MISSING, stop=True)
        return Request(url=settings.token_endpoint, headers={**FORM}, body=urlencode(said).encode())

    return Login(request=request, read=read_token)


def project_of(settings: Keys) -> str | Secret:
    """The Google Cloud project, whose requests are counted together; what stands for it, where it is not named."""
    if settings.service_account.reveal():
        return _account(settings.service_account).client_email.partition("@")[2]
    return settings.client_id.partition("-")[0] or settings.access_token


def _account(secret: Secret) -> ServiceAccount:
    try:
        return msgspec.json.decode(secret.reveal(), type=ServiceAccount)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise ValueError("service_account: paste the whole key file, which is JSON") from None


def _signed(account: ServiceAccount, *, scope: str, audience: str, now_s: int) -> str:
    head = {"alg": "RS256", "typ": "JWT", **({"kid": account.private_key_id} if account.private_key_id else {})}
    claims = {"iss": account.client_email, "scope": scope, "aud": audience, "iat": now_s, "exp": now_s + LASTS_S}
    text = b".".join(_base64(msgspec.json.encode(part)) for part in (head, claims))
    try:
        return (text + b"." + _base64(sign_rs256(account.private_key, text))).decode()
    except KeyInvalid:
        raise ValueError("service_account: its private_key is none of RSA") from None


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
