"""Ids among what was sent, and what only looks like one."""

from __future__ import annotations

from collections.abc import Mapping

_NO_IDS = frozenset({"", "null", "undefined", "none", "nan", "0", "-1", "(not set)", "[object object]"})
_BROWSER_IDS = {
    "fbp": "fbp",
    "_fbp": "fbp",
    "fbc": "fbc",
    "_fbc": "fbc",
    "ga": "ga",
    "_ga": "ga",
    "ttp": "ttp",
    "_ttp": "ttp",
}


def usable_id(text: str) -> str:
    """The id, or "" for what a page writes when it has none: a template's braces, the word of a missing value."""
    if not text or text.lower() in _NO_IDS:
        return ""
    if "{{" in text or "${" in text or (text[0] == "{" and text[-1] == "}"):
        return ""
    return text


def split_browser_ids(props: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The properties without the ids that vendors gave this browser, and those ids by their short names."""
    if _BROWSER_IDS.keys().isdisjoint(props):
        return dict(props), {}
    rest = {name: value for name, value in props.items() if name not in _BROWSER_IDS}
    found = {_BROWSER_IDS[name]: usable_id(value) for name, value in props.items() if name in _BROWSER_IDS}
    return rest, {name: value for name, value in found.items() if value}
