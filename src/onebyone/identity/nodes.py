"""Identifiers as 64-bit numbers, each of one kind. Never 0, which means nobody."""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Kind(StrEnum):
    USER = "user"
    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL = "external"
    BROWSER = "browser"  # the share of a browser that one user, or one epoch without a user, holds


PRIORITY = {Kind.USER: 0, Kind.EMAIL: 1, Kind.PHONE: 2, Kind.EXTERNAL: 3, Kind.BROWSER: 4}
VALUES = (Kind.EMAIL, Kind.PHONE, Kind.EXTERNAL)  # what `Event.identifiers` may hold


def user_node(site: str, user_id: str) -> int:
    """The store makes the same number in SQL (store/schema/0030_person.sql): SHA-256, its first 8 bytes, little end
    first."""
    digest = hashlib.sha256(f"{site}\x00user\x00{user_id}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "little") or 1


def value_node(site: str, kind: Kind, value: str) -> int:
    """For a keyed hash of an e-mail address, a phone or an external id."""
    return _number(site, kind, value)


def held_node(browser: int, user: int) -> int:
    """What this user did on this browser without saying so."""
    return _number("held", str(browser), str(user))


def epoch_node(browser: int, epoch: int) -> int:
    """What nobody known did on this browser between two resets. The first epoch is the browser itself."""
    return browser if epoch == 0 else _number("epoch", str(browser), str(epoch))


def _number(*parts: str) -> int:
    digest = hashlib.blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1
