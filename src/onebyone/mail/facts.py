"""What the collector read from a token, as it lies in a hit's body: the token itself stays out of the log."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

_ID = re.compile(r"[0-9a-f]{32}")
CLICK_PARAM = "ob_click"  # added to a link's target: the id of the click's hit


class Facts(Struct, frozen=True, array_like=True):
    message: str  # hexadecimal
    recipient: str
    link: int = 0
    bad: str = ""  # altered: the signature does not fit what it names
    wants: str = ""  # of an unsubscribe page: leave, or silence

    def encode(self) -> bytes:
        return msgspec.json.encode(self)


def read_facts(body: bytes) -> Facts:
    """Raises ValueError for what `encode` did not write."""
    facts = msgspec.json.decode(body, type=Facts)
    if not (_ID.fullmatch(facts.message) and _ID.fullmatch(facts.recipient)):
        raise ValueError("no ids of 16 bytes")
    return facts
