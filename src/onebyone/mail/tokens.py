"""Signed tokens of e-mail addresses (specs/email-and-bots.md 7.3): 53 bytes, 71 characters, nothing to be learned.

version 1, key id 1, kind 1, message 16, recipient 16, link index 2, MAC 16. The first four bytes of a message id name
its site, so that a token finds its site after the site's prefix changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Literal

from msgspec import Struct

VERSION = 1
TOKEN_CHARS = 71
SITE_TAG_BYTES = 4
MAX_LINKS = 0xFFFE
TRAP_LINK = 0xFFFE  # the link index of a link that no person sees
CARRIED = 0xFFFF  # the link index that means: the target is in the address, and the MAC covers it
KEY_DAYS = 400  # for which a retired key still verifies
_DAY_MS = 86_400_000
_BODY = struct.Struct(">BBB16s16sH")
_MAC_BYTES = 16
_SHARED_BYTES = 8
_NO_SECRET = b"\x00" * 32


class Kind(IntEnum):
    """A token of one kind is none of another."""

    OPEN = 1
    CLICK = 2
    UNSUBSCRIBE = 3
    PREFERENCE = 4
    WEB_VIEW = 5


class Key(Struct, frozen=True):
    id: int  # 0 to 255
    secret: bytes
    retired_ms: int = 0  # unix time; 0 while it signs


class Token(Struct, frozen=True):
    kind: Kind
    message: bytes
    recipient: bytes
    link: int = 0


class BadToken(Struct, frozen=True):
    """`token` is what it claims to be, where only its MAC is wrong: then somebody altered it."""

    why: Literal["unreadable", "kind", "key", "expired", "altered"]
    token: Token | None = None


def site_tag(site: str) -> bytes:
    return hashlib.blake2b(site.encode(), digest_size=SITE_TAG_BYTES, person=b"onebyone-mail").digest()


def message_id(site: str, random: bytes) -> bytes:
    """An id for a new message. `random` are 12 bytes."""
    return site_tag(site) + random


def shared_recipient(message: bytes, day: int) -> bytes:
    """Who stands for everybody of a message and day whose opens are only counted. `day` counts from 1970."""
    made = hashlib.blake2b(message + day.to_bytes(4, "big"), digest_size=_SHARED_BYTES, person=b"onebyone-mail")
    return bytes(16 - _SHARED_BYTES) + made.digest()


def is_shared(recipient: bytes) -> bool:
    return recipient.startswith(bytes(16 - _SHARED_BYTES))


class Ring:
    """The keys: the newest that is not retired signs, all of them verify for a while."""

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self._keys: Mapping[int, Key] = {key.id: key for key in keys}
        self._signing = next((key for key in reversed(keys) if not key.retired_ms), None)

    def sign(self, token: Token, target: str = "") -> str:
        """The token's text. `target` belongs to the link index CARRIED alone. Raises ValueError if no key signs."""
        if self._signing is None:
            raise ValueError("no key signs")
        body = _BODY.pack(VERSION, self._signing.id, token.kind, token.message, token.recipient, token.link)
        return base64.urlsafe_b64encode(body + _mac(self._signing.secret, body, target)).rstrip(b"=").decode()

    def read(self, text: str, kind: Kind, *, now_ms: int, target: str = "") -> Token | BadToken:
        """Never raises. A MAC is computed and compared whatever the text is, so that refusals take the same time."""
        raw = _decode(text)
        body, said = raw[: _BODY.size], raw[_BODY.size :]
        version, key_id, its_kind, message, recipient, link = _BODY.unpack(body)
        key = self._keys.get(key_id)
        good = hmac.compare_digest(_mac(key.secret if key else _NO_SECRET, body, target), said)
        if version != VERSION:
            return BadToken("unreadable")
        if its_kind != kind:
            return BadToken("kind")
        if key is None:
            return BadToken("key")
        token = Token(kind, message, recipient, link)
        if not good:
            return BadToken("altered", token)
        # Who wants to leave may always leave (section 7.5).
        if kind != Kind.UNSUBSCRIBE and key.retired_ms and now_ms > key.retired_ms + KEY_DAYS * _DAY_MS:
            return BadToken("expired", token)
        return token


def _mac(secret: bytes, body: bytes, target: str) -> bytes:
    return hmac.digest(secret, body + target.encode("utf-8", "surrogatepass"), "sha256")[:_MAC_BYTES]


def _decode(text: str) -> bytes:
    """The token's bytes, or as many zeros where it is none. One text a token: its last character has spare bits."""
    size = _BODY.size + _MAC_BYTES
    if len(text) != TOKEN_CHARS or not text.isascii():
        return bytes(size)
    try:
        raw = base64.b64decode(f"{text}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return bytes(size)
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text
    return raw if len(raw) == size and canonical else bytes(size)
