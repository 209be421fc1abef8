"""What a customer said of themselves, cleaned the way each platform cleans it before it is hashed.

Always from the raw value: platforms differ in e-mail addresses, phones, names and places, so that one's hash is of no
use to another. A value that comes hashed (64 hex digits) is passed on; an empty one is never hashed.
"""

from __future__ import annotations

import hashlib
import re
import string
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import phonenumbers
from msgspec import Struct

from onebyone.destinations.countries import CODES, find_country
from onebyone.destinations.states import find_state

Platform = Literal[
    "meta", "google", "tiktok", "linkedin", "pinterest", "snapchat", "reddit", "x", "microsoft", "webhook"
]
FIELDS = (
    *("email", "phone", "first_name", "last_name", "city", "state", "zip", "country", "dob", "gender"),
    "external_id",
)


class UserData(Struct, frozen=True, kw_only=True):
    """Raw values; "" for what was not said. Never logged, never queued in this form."""

    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    dob: str = ""
    gender: str = ""
    external_id: str = ""
    default_region: str = ""  # ISO alpha-2: the country of phone numbers that name none

    def __repr__(self) -> str:
        return f"UserData({', '.join(field for field in FIELDS if getattr(self, field))})"


class About(Struct, frozen=True):
    """What a rule may need besides the value itself."""

    region: str = ""  # ISO alpha-2, upper case
    country: str = ""  # ISO alpha-2, lower case
    year: int = 2026  # in which the event happened: nobody was born later


_NOTHING = About()
KEYS = {  # as Meta began, and others took over
    "em": "email",
    "ph": "phone",
    "fn": "first_name",
    "ln": "last_name",
    "db": "dob",
    "ge": "gender",
    "ct": "city",
    "st": "state",
    "zp": "zip",
    "country": "country",
    "external_id": "external_id",
}
Rule = Callable[[str, About], str | None]

_HASHED = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ABROAD = re.compile(r"00(?=[1-9])")
_NUMBERS = re.compile(r"[0-9]+", re.ASCII)
_GENDERS = {
    **dict.fromkeys(("f", "female", "woman", "girl", "lady", "mrs", "ms", "miss", "she", "her"), "f"),
    **dict.fromkeys(("m", "male", "man", "boy", "gentleman", "mr", "he", "him"), "m"),
}


def is_hashed(raw: str) -> bool:
    """Whether the sender hashed it already."""
    return _HASHED.fullmatch(raw.strip()) is not None


def sha256(text: str) -> str:
    """Raises ValueError for an empty text: its hash would stand for everybody who said nothing."""
    if not text:
        raise ValueError("nothing to hash")
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def normalised(platform: Platform, field: str, raw: str, about: About = _NOTHING) -> str | None:
    """The value in the platform's form, before hashing; None if it is unusable or not taken there."""
    if is_hashed(raw):
        return raw.strip().lower()
    rule = RULES[platform].get(field)
    text = unicodedata.normalize("NFC", raw).strip()
    return (rule(text, about) if rule is not None and text else None) or None


def hashed(platform: Platform, field: str, raw: str, about: About = _NOTHING) -> str | None:
    """What is sent for a field that the platform wants hashed."""
    value = normalised(platform, field, raw, about)
    if value is None or is_hashed(raw):
        return value
    return sha256(value)


def about_of(user: UserData, year: int) -> About:
    region = user.default_region.strip().upper()
    return About(region, find_country(user.country) or region.lower(), year)


def hashes(platform: Platform, user: UserData, year: int) -> dict[str, str]:
    """Every field that the platform hashes, hashed."""
    about = about_of(user, year)
    found = {field: hashed(platform, field, getattr(user, field), about) for field in RULES[platform]}
    return {field: value for field, value in found.items() if value is not None}


def keyed_hashes(platform: Platform, user: UserData, year: int) -> dict[str, list[str]]:
    """The same under short keys, each a list of one."""
    found = hashes(platform, user, year)
    return {key: [found[field]] for key, field in KEYS.items() if field in found}


def plain(platform: Platform, field: str, user: UserData, year: int) -> str:
    """A field that the platform wants in the open, in its form; "" if there is none to use."""
    raw: str = getattr(user, field)
    return "" if is_hashed(raw) else normalised(platform, field, raw, about_of(user, year)) or ""


def _lower(text: str, _: About) -> str:
    return text.lower()


def _as_is(text: str, _: About) -> str:
    return text


def _compact(text: str, _: About) -> str:
    return "".join(text.lower().split())


def _alphanumeric(text: str, _: About) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _parts(text: str) -> tuple[str, str] | None:
    """Local part and domain in lower case; None for what is no address."""
    local, at, domain = text.lower().partition("@")
    labels = domain.split(".")
    if not (local and at) or "@" in domain or len(labels) < 2 or not all(labels) or any(map(str.isspace, text)):
        return None
    return local, domain


def email(text: str, _: About) -> str | None:
    parts = _parts(text)
    return None if parts is None else "@".join(parts)


def _email_google(text: str, _: About) -> str | None:
    parts = _parts(text)
    if parts is None or parts[1] not in ("gmail.com", "googlemail.com"):
        return None if parts is None else "@".join(parts)
    return _joined(parts[0].partition("+")[0].replace(".", ""), parts[1])


def _email_reddit(text: str, _: About) -> str | None:
    parts = _parts(text)
    return parts and _joined("".join(filter(str.isalnum, parts[0].partition("+")[0])), parts[1])


def _email_microsoft(text: str, _: About) -> str | None:
    parts = _parts(text)
    return parts and _joined(parts[0].partition("+")[0].replace(".", ""), parts[1])


def _joined(local: str, domain: str) -> str | None:
    return f"{local}@{domain}" if local else None


def phone(text: str, about: About) -> str | None:
    """E.164, of an international number, of one of the region's own, or of digits that begin with a country's code."""
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    text = f"+{text[2:]}" if _ABROAD.match(text) else text
    region = about.region if about.region in phonenumbers.SUPPORTED_REGIONS else None
    if region is None and not text.startswith(("+", "＋")):
        text = f"+{text.lstrip('(')}"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found if 7 <= len(found) - 1 <= 15 else None


def _phone_digits(text: str, about: About) -> str | None:
    found = phone(text, about)
    return found and found.lstrip("+0")


def _name_meta(text: str, _: About) -> str:
    return "".join(text.lower().translate(_PUNCTUATION).split())


def _city_meta(text: str, about: About) -> str | None:
    found = _alphanumeric(text, about)
    return found if found[:1].isalpha() else None


def _state_meta(text: str, about: About) -> str | None:
    return find_state(text) or _city_meta(text, about)


def _state_two_letters(text: str, _: About) -> str | None:
    return find_state(text)


def _zip_meta(text: str, about: About) -> str | None:
    found = _compact(text, about).partition("-")[0]
    if about.country == "us" and len(found) == 9 and found.isdigit():
        found = found[:5]
    return found if len(found) >= 2 else None


def _zip_digits(text: str, about: About) -> str:
    return "".join(_NUMBERS.findall(_zip_meta(text, about) or ""))


def _country(text: str, _: About) -> str | None:
    return find_country(text)


def _country_google(text: str, _: About) -> str | None:
    return text.upper() if text.lower() in CODES else None


def birthday(text: str, about: About) -> str | None:
    """YYYYMMDD; the month comes first where the numbers leave it open."""
    numbers = _NUMBERS.findall(text)
    if [len(number) for number in numbers] == [8] and numbers[0] == text:
        numbers = [text[:4], text[4:6], text[6:]]
        ordered = tuple(map(int, numbers))
    elif len(numbers) == 3 and not any(char.isalpha() for char in text):
        ordered = _ordered(*(int(number) for number in numbers))
    else:
        return None
    try:
        found = date(*ordered)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.strftime("%Y%m%d") if 1900 <= found.year <= about.year else None


def _ordered(*numbers: int) -> tuple[int, ...]:
    """Year, month, day; nothing if none of the three is a year."""
    years = [number for number in numbers if number > 31]
    if len(years) != 1:
        return ()
    one, two = (number for number in numbers if number <= 31)
    return (years[0], two, one) if one > 12 else (years[0], one, two)


def _gender(text: str, _: About) -> str | None:
    return _GENDERS.get(text.lower())


def _gender_pinterest(text: str, about: About) -> str | None:
    return "n" if text.lower() in ("n", "non-binary", "nonbinary") else _gender(text, about)


def _without_symbols(text: str, _: About) -> str:
    kept = "".join(char for char in text.lower() if char.isalnum() or char.isspace() or unicodedata.combining(char))
    return " ".join(kept.split())


_META: Mapping[str, Rule] = {
    "email": email,
    "phone": _phone_digits,
    "first_name": _name_meta,
    "last_name": _name_meta,
    "city": _city_meta,
    "state": _state_meta,
    "zip": _zip_meta,
    "country": _country,
    "dob": birthday,
    "gender": _gender,
    "external_id": _compact,
}
RULES: Mapping[Platform, Mapping[str, Rule]] = {
    "meta": _META,
    "snapchat": _META,
    "pinterest": {
        **_META,
        "state": _state_two_letters,
        "zip": _zip_digits,
        "gender": _gender_pinterest,
    },
    "google": {
        "email": _email_google,
        "phone": phone,
        "first_name": _lower,
        "last_name": _lower,
        "city": _without_symbols,
        "state": _without_symbols,
        "zip": _as_is,
        "country": _country_google,
    },
    "tiktok": {
        "email": email,
        "phone": phone,
        "external_id": _lower,
        "first_name": _compact,
        "last_name": _compact,
        "zip": _compact,
        "city": _alphanumeric,
        "state": _alphanumeric,
        "country": _country,
    },
    "linkedin": {"email": email},
    "reddit": {"email": _email_reddit, "phone": phone, "external_id": _as_is},
    "x": {"email": email, "phone": phone},
    "microsoft": {"email": _email_microsoft, "phone": _phone_digits},
    "webhook": {"email": email, "phone": phone, "external_id": _as_is},
}
