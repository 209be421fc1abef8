"""Tokens that go with a link between two of a site's domains: who follows it, for two minutes and one use.

A token carries the browser's number (masked, so that it names nobody to whom it is shown), the moment and some
randomness. Its MAC covers the site, the domain that it leads to and the browser's kind as well (measurement.md 3.4).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

PARAM = "_ob"
TOKEN_CHARS = 40
VALID_MS = 120_000
NONCE_BYTES = 4
_EARLY_MS = 10_000  # two collectors may differ by that
_BODY = struct.Struct(f">Q6s{NONCE_BYTES}s")
_MAC_BYTES = 12
_TOKEN = re.compile(rf"[?&]{PARAM}=([A-Za-z0-9_-]{{{TOKEN_CHARS}}})(?=[&#]|\Z)")
_DIGITS = re.compile(r"[0-9._]+")


class Refused(StrEnum):
    """Why a token makes no edge: flags of the event that brought it."""

    INVALID = "link_invalid"  # altered, cut, for another domain, site or kind of browser
    EXPIRED = "link_expired"
    REUSED = "link_reused"


class Target(Struct, frozen=True):
    """For whom a token is made: by these it can be checked, and nothing of them is in it."""

    site: str
    domain: str  # one of those the site declares
    agent: str  # the browser's user agent


def link_key(secret: bytes) -> bytes:
    """The key for tokens, from the installation's secret for visitors."""
    return hashlib.blake2b(b"links", key=secret, digest_size=32).digest()


def domain_of(host: str, linked: Sequence[str]) -> str:
    """The declared domain that a host is, or stands below; "" if none."""
    return next((each for each in linked if host == each or host.endswith(f".{each}")), "")


def mint(key: bytes, visitor: int, target: Target, *, now_ms: int, nonce: bytes) -> str:
    at = now_ms.to_bytes(6, "big")
    body = _BODY.pack(visitor ^ _mask(key, at + nonce), at, nonce)
    return base64.urlsafe_b64encode(body + _mac(key, body, target)).decode()  # 30 bytes: no padding


def read(key: bytes, token: str, target: Target, *, now_ms: int) -> int | Refused:
    """The visitor's number; never raises. Whether it was used before, the caller knows."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return Refused.INVALID
    body, said = raw[: _BODY.size], raw[_BODY.size :]
    if len(body) < _BODY.size or not hmac.compare_digest(_mac(key, body, target), said):
        return Refused.INVALID
    masked, at, nonce = _BODY.unpack(body)
    age_ms = now_ms - int.from_bytes(at, "big")
    if not -_EARLY_MS <= age_ms <= VALID_MS:
        return Refused.EXPIRED
    return int(masked) ^ _mask(key, at + nonce)


def find(url: str) -> str:
    """The token in an address, as where no script has taken it out; "" if there is none."""
    found = _TOKEN.search(url) if PARAM in url else None
    return found[1] if found else ""


def _mask(key: bytes, salt: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(salt, key=key, digest_size=8, person=b"mask").digest(), "big")


def _mac(key: bytes, body: bytes, target: Target) -> bytes:
    kind = _DIGITS.sub("", target.agent)  # an update on the way does not make it another browser
    text = "\x00".join((target.site, target.domain, kind)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(body + text, key=key, digest_size=_MAC_BYTES, person=b"link").digest()
