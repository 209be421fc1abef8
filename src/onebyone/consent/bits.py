"""Bits of a base64url text, read from left to right."""

from __future__ import annotations

import re

from onebyone.consent.unreadable import Code, Unreadable

MAX_LENGTH = 8192  # characters of a whole string, of whatever kind; real ones stay below 2,000

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SIX_BITS = {ord(letter): f"{value:06b}" for value, letter in enumerate(_ALPHABET)}
_ONLY_ALPHABET = re.compile("[A-Za-z0-9_-]*")


class Bits:
    """A cursor over one piece between dots.

    No base64 decoder: encoders pad to 6, 8 or 24 bits, so any number of characters is legal. The rest is padding.
    """

    def __init__(self, piece: str) -> None:
        """Raises Unreadable if a character is not of the alphabet."""
        if not _ONLY_ALPHABET.fullmatch(piece):
            raise Unreadable(Code.BAD_BASE64URL)
        self._bits = piece.translate(_SIX_BITS)
        self._at = 0

    def take(self, width: int) -> str:
        """The next bits as text of 0 and 1. All reading goes through here: Unreadable if they run past the end."""
        start, self._at = self._at, self._at + width
        if self._at > len(self._bits):
            raise Unreadable(Code.TRUNCATED)
        return self._bits[start : self._at]

    def number(self, width: int) -> int:
        return int(self.take(width), 2)

    def flag(self) -> bool:
        return self.take(1) == "1"

    def ids(self, width: int) -> tuple[int, ...]:
        """Bit i set means id i + 1 is listed."""
        return tuple(id for id, bit in enumerate(self.take(width), 1) if bit == "1")

    def letters(self, count: int) -> str:
        """Letters of six bits each, A is 0. A number that is no letter becomes a question mark."""
        return "".join(chr(ord("A") + value) if value < 26 else "?" for value in (self.number(6) for _ in range(count)))
