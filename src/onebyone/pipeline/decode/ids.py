"""Ids among what was sent, and what only looks like one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from onebyone.identity.vendor_ids import NAMES, split_ids

_NO_IDS = frozenset({"", "null", "undefined", "none", "nan", "0", "-1", "(not set)", "[object object]"})


def usable_id(text: str) -> str:
    """The id, or "" for what a page writes when it has none: a template's braces, the word of a missing value."""
    if not text or text.lower() in _NO_IDS:
        return ""
    if "{{" in text or "${" in text or (text[0] == "{" and text[-1] == "}"):
        return ""
    return text


def split_browser_ids(props: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The properties without the ids that vendors gave this browser and its clicks, and those ids by our names."""
    found, rest = split_ids(props)
    return rest, {name: value for name, value in found.items() if usable_id(value)}


def noted_ids(query: str) -> dict[str, str]:
    """What the collector read of a browser's cookies, and noted with the hit."""
    return {name: value for name, value in parse_qsl(query) if name in NAMES} if query else {}
