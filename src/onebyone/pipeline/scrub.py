"""Values that look like a person's: an e-mail address, a phone or card number in a query string or a property.

Sites put them there by mistake. They are taken out whatever was allowed (specs/consent-and-privacy.md 9, log hygiene).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_plus

_MAIL = re.compile(r"[^\s@=&/?]{1,64}@[^\s@=&/?.]{1,63}(?:\.[^\s@=&/?.]{1,63})+")
_PHONE = re.compile(r"(?<![\w.-])\+[1-9][0-9 ().-]{7,18}[0-9](?![\w.-])")
_CARD = re.compile(r"(?<![\w.-])[3-6](?:[ -]?[0-9]){13,18}(?![\w.-])")  # a time in milliseconds begins with 1
_SUSPECT = re.compile(r"@|%40|\+|%2[bB]|[0-9](?:[0-9 -]|%20){11}")


def scrub_all(properties: Mapping[str, str]) -> dict[str, str]:
    """Without the values that are, or hold, one."""
    if not any(_SUSPECT.search(value) for value in properties.values()):
        return dict(properties)
    return {name: value for name, value in properties.items() if not is_personal(value)}


@lru_cache(maxsize=16_384)
def scrub(query: str, kept: tuple[str, ...]) -> str:
    """Of a query string the parameters with these names, but none whose value is, or holds, one."""
    if not kept:
        return ""
    return "&".join(pair for pair in query.split("&") if _may_stay(pair, kept))


def _may_stay(pair: str, kept: tuple[str, ...]) -> bool:
    name, _, value = pair.partition("=")
    return unquote_plus(name).lower() in kept and not is_personal(unquote_plus(value, errors="replace"))


def is_personal(value: str) -> bool:
    if not _SUSPECT.search(value):
        return False
    if _MAIL.search(value) or _PHONE.search(value):
        return True
    return any(_is_card(found[0]) for found in _CARD.finditer(value))


def _is_card(text: str) -> bool:
    """By the check digit (ISO/IEC 7812)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
