"""What a platform answered, as a sentence: its own words out of the JSON that was kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

MAX_CHARS = 200
_SENTENCES = (  # the plainest first
    *("error_user_msg", "error_user_title", "errorMessage", "error_message", "error_description", "message"),
    *("description", "reason", "error"),
)


def said_by(answer: str) -> str:
    """Of a delivery's answer; "" where it said nothing that a person could read."""
    body = str(_object(answer).get("body", "")).strip()
    found = _object(body)
    if not found:
        return "" if body.startswith(("<", "{", "[")) else _short(body)
    for name in _SENTENCES:
        for text in _under(found, name):
            return _short(text)
    return ""


def _under(value: Any, name: str) -> Iterator[str]:
    """Texts under this name, those of the outermost objects first; words, not codes."""
    if isinstance(value, dict):
        text = value.get(name)
        if isinstance(text, str) and " " in text.strip():
            yield text.strip()
        for inner in value.values():
            yield from _under(inner, name)
    elif isinstance(value, list):
        for inner in value[:20]:
            yield from _under(inner, name)


def _object(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"
