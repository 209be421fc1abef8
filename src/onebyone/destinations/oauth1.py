"""OAuth 1.0a with HMAC-SHA1 (RFC 5849): each request signed anew. Pure: the moment and the nonce come in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct


class Keys(Struct, frozen=True):
    consumer_key: str
    consumer_secret: str
    token: str
    token_secret: str


def authorization(keys: Keys, method: str, url: str, *, now_s: int, nonce: str) -> str:
    """The header's value. `url` has no query, and a body of JSON is not signed."""
    said = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(now_s),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    said["oauth_signature"] = signature(keys, method, url, said)
    return "OAuth " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in sorted(said.items()))


def signature(keys: Keys, method: str, url: str, parameters: Mapping[str, str]) -> str:
    """Of the method, the address without its query, and all parameters, be they in the header, query or form."""
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in parameters.items())
    text = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(_escaped(part) for part in (method.upper(), url, text))
    key = f"{_escaped(keys.consumer_secret)}&{_escaped(keys.token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
