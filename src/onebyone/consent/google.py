"""Google's consent mode on the wire: the parameters `gcs` and `gcd` of its requests.

The letters of `gcd` are not documented; their meaning is what practitioners observed. A letter nobody knows is unset.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from onebyone.consent.bits import MAX_LENGTH
from onebyone.consent.unreadable import Code, Unreadable


class Choice(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"
    UNSET = "unset"


class Gcs(Struct, frozen=True):
    ad_storage: Choice
    analytics_storage: Choice


class Told(Struct, frozen=True):
    """What one letter of `gcd` says: the page's default, the visitor's update, and what holds of the two."""

    letter: str
    default: Choice
    update: Choice

    @property
    def effective(self) -> Choice:
        return self.default if self.update is Choice.UNSET else self.update


class Gcd(Struct, frozen=True):
    """`digits` (the header's and one behind each letter) and `tail` are kept; nothing may be decided on them."""

    ad_storage: Told
    analytics_storage: Told
    ad_user_data: Told
    ad_personalization: Told
    digits: str
    tail: str


_GCS = re.compile("G1([01-])([01-])")
_GCD = re.compile("1([0-9])([a-z])([0-9])([a-z])([0-9])([a-z])([0-9])([a-z])([0-9])((?:[a-z][0-9])*)")
_MARKS = {"1": Choice.GRANTED, "0": Choice.DENIED, "-": Choice.UNSET}
_LETTERS = {
    "l": (Choice.UNSET, Choice.UNSET),
    "p": (Choice.DENIED, Choice.UNSET),
    "q": (Choice.DENIED, Choice.DENIED),
    "r": (Choice.DENIED, Choice.GRANTED),
    "m": (Choice.UNSET, Choice.DENIED),
    "n": (Choice.UNSET, Choice.GRANTED),
    "t": (Choice.GRANTED, Choice.UNSET),
    "u": (Choice.GRANTED, Choice.DENIED),
    "v": (Choice.GRANTED, Choice.GRANTED),
}


def read_gcs(text: str) -> Gcs:
    """Raises Unreadable and nothing else."""
    found = _match(_GCS, text, otherwise=Code.NOT_A_GCS_STRING)
    return Gcs(_MARKS[found[1]], _MARKS[found[2]])


def read_gcd(text: str) -> Gcd:
    """Raises Unreadable and nothing else."""
    found = _match(_GCD, text, otherwise=Code.NOT_A_GCD_STRING)
    return Gcd(
        ad_storage=_told(found[2]),
        analytics_storage=_told(found[4]),
        ad_user_data=_told(found[6]),
        ad_personalization=_told(found[8]),
        digits="".join(found.group(1, 3, 5, 7, 9)),
        tail=found[10],
    )


def _told(letter: str) -> Told:
    default, update = _LETTERS.get(letter, (Choice.UNSET, Choice.UNSET))
    return Told(letter, default, update)


def _match(pattern: re.Pattern[str], text: str, *, otherwise: Code) -> re.Match[str]:
    if not text:
        raise Unreadable(Code.EMPTY)
    if len(text) > MAX_LENGTH:
        raise Unreadable(Code.TOO_LONG)
    found = pattern.fullmatch(text)
    if found is None:
        raise Unreadable(otherwise)
    return found
