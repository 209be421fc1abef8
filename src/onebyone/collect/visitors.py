"""The first-party visitor id: 128 random bits, the day it was first seen, and a MAC that shows forgeries.

Attributes and life of the cookie: specs/consent-and-privacy.md 10.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import lru_cache

COOKIE = "ob_v"
MAX_AGE_S = 395 * 86_400
CONSENT_COOKIE = "ob_i"  # whose choices these are: for the records alone
CONSENT_MAX_AGE_S = 180 * 86_400
_DAY_MS = 86_400_000
_CACHED_CHARS = 256


class Visitors:
    """Makes and checks ids. One per process; all processes share the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known = lru_cache(maxsize=65_536)(self._find)  # by header: a visitor asks again and again

    def find(self, header: str) -> str:
        """The id in a Cookie header if it is one of ours; "" if there is none."""
        return self._known(header) if len(header) <= _CACHED_CHARS else self._find(header)

    def _find(self, header: str) -> str:
        value = find_cookie(header)
        return value if value and self.is_ours(value) else ""

    def new(self, now_ms: int) -> str:
        """22 characters of randomness, 3 or 4 of the day in hexadecimal, 8 of the MAC, with dots."""
        return self.seal(f"{_text(os.urandom(16))}.{now_ms // _DAY_MS:x}")

    def seal(self, body: str) -> str:
        return f"{body}.{_text(hashlib.blake2b(body.encode(), key=self._key, digest_size=6).digest())}"

    def is_ours(self, value: str) -> bool:
        """False for a forged, cut or foreign value."""
        body, dot, _ = value.rpartition(".")
        return bool(dot) and len(value) < 64 and value.isascii() and self.seal(body) == value


def set_cookie(value: str, *, secure: bool, domain: str, name: str = COOKIE, max_age_s: int = MAX_AGE_S) -> str:
    """The header that stores it. `domain` is "" where one host is enough."""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={max_age_s}", "HttpOnly", "SameSite=Lax"]
    if domain:
        parts.append(f"Domain={domain}")
    if secure:
        parts.append("Secure")
    return "; ".join(parts)


def clear_cookie(*, secure: bool, domain: str) -> str:
    """The header that ends it: same name, path and domain."""
    return set_cookie("", secure=secure, domain=domain, max_age_s=0)


def find_cookie(header: str, name: str = COOKIE) -> str:
    """The visitor id in a Cookie header; "" if there is none. Others are not even looked at (design.md 9)."""
    start = name + "="
    at = header.find(start)
    while at > 0 and header[at - 1] not in "; ":
        at = header.find(start, at + 1)
    if at < 0:
        return ""
    return header[at + len(start) :].partition(";")[0].strip()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
