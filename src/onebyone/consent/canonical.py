"""Canonical JSON (RFC 8785), as far as records need it: no fractions."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_MAX_INT = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The one text of a value. Raises ValueError for what has none: fractions, great numbers, halves of characters."""
    return _text(value).encode("utf-8")  # UnicodeEncodeError is a ValueError


def chain(previous: bytes, body: bytes) -> bytes:
    """The hash of an entry that follows another."""
    return hashlib.sha256(previous + body).digest()


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if abs(value) > _MAX_INT:
            raise ValueError("a number beyond 2^53")
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_text, value))}]"
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
        return f"{{{','.join(f'{json.dumps(key, ensure_ascii=False)}:{_text(each)}' for key, each in pairs)}}}"
    raise ValueError(f"no canonical form of {type(value).__name__}")
