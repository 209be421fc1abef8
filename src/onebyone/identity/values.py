"""Which values may name a person, and how they are written before they are hashed (specs/measurement.md 3.2, 9)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers

from onebyone.identity.nodes import Kind

_NO_IDS = frozenset(
    {"", "null", "undefined", "none", "nan", "0", "-1", "(not set)", "[object object]", "guest", "unknown", "test",
     "anonymous",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e"}
)  # fmt: skip
_ZEROS = re.compile(r"[0\-]*")
_ROLE_WORDS = """
    abuse admin billing contact help hello hostmaster hr info jobs mail marketing news newsletter noreply no-reply
    office orders postmaster privacy root sales security service shop support team webmaster
"""
_ROLES = frozenset(_ROLE_WORDS.split())
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PLACEHOLDERS = frozenset({"example.com", "example.org", "example.net", "test.com", "invalid"})
_SAME_DIGITS = re.compile(r"(\d)\1{6,}")


def names_somebody(text: str) -> bool:
    """False for what pages and forms write where no value is: words for nothing, zeros, a template's braces."""
    plain = text.strip().lower()
    if plain in _NO_IDS or _ZEROS.fullmatch(plain):
        return False
    return not ("{{" in plain or "${" in plain or (plain[0] == "{" and plain[-1] == "}"))


def normal_email(text: str, *, block_roles: bool = False) -> str:
    """Trimmed and in lower case; "" for what is no address of a person."""
    plain = text.strip().lower()
    local, _, domain = plain.partition("@")
    if not _EMAIL.fullmatch(plain) or not names_somebody(local) or domain in _PLACEHOLDERS:
        return ""
    return "" if block_roles and local in _ROLES else plain


@lru_cache(maxsize=4_096)
def normal_phone(text: str, region: str = "") -> str:
    """E.164; "" for what is no number. `region` is the country of numbers that name none."""
    known = region.upper() if region.upper() in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(text.strip(), known)
    except phonenumbers.NumberParseException:
        return ""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if phonenumbers.is_possible_number(number) and not _SAME_DIGITS.search(written) else ""


def identifiers_of(user_data: Mapping[str, object], key: bytes, *, block_roles: bool = False) -> dict[str, str]:
    """The keyed hashes by kind: useless without the site's key, which stays here. What is unusable is left out."""
    region = _text(user_data, "default_region") or _text(user_data, "country")
    external = _text(user_data, "external_id").strip()
    values = {
        Kind.EMAIL: normal_email(_text(user_data, "email"), block_roles=block_roles),
        Kind.PHONE: normal_phone(_text(user_data, "phone"), region) if _text(user_data, "phone") else "",
        Kind.EXTERNAL: external if names_somebody(external) else "",
    }
    return {str(kind): keyed_hash(key, kind, value) for kind, value in values.items() if value}


def keyed_hash(key: bytes, kind: Kind, value: str) -> str:
    """Of a value already in its normal form. 128 bits, in hex."""
    return hmac.new(key, f"{kind}\x00{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def _text(user_data: Mapping[str, object], field: str) -> str:
    """Lists, as some vendors take them, give their first; anything else but text and whole numbers gives nothing."""
    value = user_data.get(field)
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value[:255] if isinstance(value, str) else ""
