"""Addresses of pages, taken apart once per string."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_plus, urlsplit

from msgspec import Struct

from onebyone.identity.links import PARAM as LINK_PARAM
from onebyone.identity.vendor_ids import CLICK_IDS as VENDORS_CLICK_IDS
from onebyone.mail.facts import CLICK_PARAM
from onebyone.pipeline.decode.ids import usable_id
from onebyone.wire import clean

CLICK_IDS = VENDORS_CLICK_IDS | {"srsltid"}  # that one says where a visit came from, and goes to nobody
_UTM = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"})
_LINKERS = frozenset(
    {
        "_ga",
        "_gl",
        "gclsrc",
        "gad_source",
        "gad_campaignid",
        "mc_eid",
        "_hsenc",
        "_hsmi",
        "igshid",
        CLICK_PARAM,
        LINK_PARAM,
    }
)
MAX_PARAMETER_CHARS = 512
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?|[0-9a-f:.]{2,45}")
_APP = "android-app://"


class Url(Struct, frozen=True, gc=False):
    """An absolute http(s) address without user, port and fragment."""

    host: str  # lower case, ASCII
    path: str  # as sent, at least "/"
    query: str  # as sent, without what the next two hold
    utm: dict[str, str]  # by name without "utm_", trimmed
    click_ids: dict[str, str]  # by name in lower case


@lru_cache(maxsize=16_384)
def read_url(text: str) -> Url | None:
    """None for what is no absolute http or https address of a host."""
    try:
        parts = urlsplit(text)
        host = _host(parts.hostname or "")
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    query, utm, click_ids = _split_query(parts.query) if parts.query else ("", {}, {})
    return Url(host, parts.path or "/", query, utm, click_ids)


@lru_cache(maxsize=16_384)
def read_referrer(text: str) -> tuple[str, str]:
    """Host, and host with path, of the page that led here; an Android app's package stands for its host."""
    if text.startswith(_APP):
        app = text[len(_APP) :].partition("/")[0].lower()
        return (app, app) if _HOST.fullmatch(app) else ("", "")
    url = read_url(text)
    return (url.host, url.host + url.path) if url is not None else ("", "")


def _host(name: str) -> str:
    """As it would stand in the DNS; "" for what cannot stand there."""
    if not name.isascii():
        name = name.encode("idna").decode("ascii")  # UnicodeError is a ValueError
    name = name.rstrip(".").lower()
    return name if _HOST.fullmatch(name) else ""


def _split_query(query: str) -> tuple[str, dict[str, str], dict[str, str]]:
    rest: list[str] = []
    utm: dict[str, str] = {}
    click_ids: dict[str, str] = {}
    for pair in query.split("&"):
        raw_name, _, raw_value = pair.partition("=")
        name = raw_name.lower()
        if name in _UTM:
            utm.setdefault(name[4:], clean(unquote_plus(raw_value, errors="replace"))[:MAX_PARAMETER_CHARS])
        elif name in CLICK_IDS:
            click_ids.setdefault(
                name, usable_id(clean(unquote_plus(raw_value, errors="replace")))[:MAX_PARAMETER_CHARS]
            )
        elif pair and name not in _LINKERS:
            rest.append(pair)
    return "&".join(rest), _filled(utm), _filled(click_ids)


def _filled(found: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in found.items() if value}
