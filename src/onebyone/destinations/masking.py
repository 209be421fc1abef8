"""A request as eyes may see it, and which identifiers it carried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from onebyone.destinations.destination import MASK, Request, Response, Row, encode

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_EMAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")
MAX_ANSWER_CHARS = 2_000
_ABOUT_PEOPLE = frozenset(  # everything below is of a person
    {
        *("user_data", "userData", "user", "identifiers", "userIdentifiers", "adIdentifiers", "userIds", "userInfo"),
        *("click_ids", "browser_ids", "eventDeviceInfo"),
    }
)
_OF_PEOPLE = frozenset(
    {
        *("client_id", "user_id", "user_agent", "ip_override", "click_id", "gclid", "gbraid", "wbraid", "dclid"),
        *("session_id", "externalIds", "anonymousId"),
    }
)
_PERSONAL = _ABOUT_PEOPLE | _OF_PEOPLE
_NO_IDENTIFIERS = frozenset({"userIdentifierSource", "data_processing_options", "idType", "consent"})
_NAMES = {"idValue": "idType"}  # a value whose name stands beside it


def masked(row: Row) -> Row:
    """Names stay, so that one sees what was there; of a hash its beginning."""
    found: Row = _masked(msgspec.json.decode(encode(row)), False)
    return found


def shown(request: Request, row: Row, *, rows: int) -> str:
    """What is kept of one conversion's request, as JSON."""
    url, headers = request.masked()
    kept = {"method": request.method, "url": url, "headers": headers, "row": masked(row), "rows_in_request": rows}
    return msgspec.json.encode(kept).decode()


def identifiers(row: Row) -> list[str]:
    """The names of what tells the platform who it was."""
    return sorted(set(_identifiers(row, False)))


def _masked(value: Any, personal: bool) -> Any:
    if isinstance(value, dict):
        return {
            name: inner if name in _NO_IDENTIFIERS else _masked(inner, personal or name in _PERSONAL)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_masked(inner, personal) for inner in value]
    if isinstance(value, str):
        return _short(value) if personal else _HASH.sub(lambda match: match[0][:6] + MASK, value)
    return MASK if personal and not isinstance(value, bool) and value is not None else value


def _short(text: str) -> str:
    return text[:6] + MASK if _HASH.fullmatch(text) else MASK


def _identifiers(value: Any, personal: bool) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _identifiers(inner, personal)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if name in _NO_IDENTIFIERS or inner in ("", None, [], {}):
            continue
        if isinstance(inner, (dict, list)) and not _plain_list(inner):
            yield from _identifiers(inner, personal or name in _ABOUT_PEOPLE)
        elif personal or name in _OF_PEOPLE:
            yield str(value.get(_NAMES[name], name)) if name in _NAMES else name


def _plain_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(inner, str) for inner in value)


def clean_answer(response: Response | None, code: str) -> str:
    """What a platform answered, as JSON, cut, and without what it may repeat of a person."""
    if response is None:
        return msgspec.json.encode({"status": 0, "code": code}).decode()
    text = response.body[:MAX_ANSWER_CHARS].decode("utf-8", "replace")
    text = _HASH.sub(lambda match: match[0][:6] + MASK, _EMAIL.sub(MASK, text))
    return msgspec.json.encode({"status": response.status, "code": code, "body": text}).decode()
