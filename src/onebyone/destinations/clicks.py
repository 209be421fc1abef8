"""Ids that platforms gave to a click and to a browser, and where they are written.

All of them are case sensitive and copied unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

CLICK_IDS = frozenset(
    {
        *("gclid", "gbraid", "wbraid", "dclid", "fbclid", "ttclid", "li_fat_id"),
        *("epik", "sccid", "rdt_cid", "twclid", "msclkid"),
    }
)
_GCL = re.compile(r"GCL\.[0-9]+\.(.+)", re.ASCII)
_UET = re.compile(r"(?:_uet)?(.+)")
_GA = re.compile(r"(?:GA1\.[0-9-]+\.)?([0-9]+\.[0-9]+)", re.ASCII)
_GA_SESSION = re.compile(r"GS[12]\.[0-9-]+\.s?([0-9]+)(?:[.$].*)?", re.ASCII)
_UUID = re.compile(r"(?:[0-9]+\.)?([0-9A-Fa-f-]{36})", re.ASCII)
_ANY = re.compile(r"(.+)")
_NONE: Mapping[str, str] = {}
_COOKIES = {  # as cookie or property -> (our name, the id in it)
    "_gcl_aw": ("gclid", _GCL),
    "_gcl_gb": ("wbraid", _GCL),
    "_gcl_dc": ("dclid", _GCL),
    "_uetmsclkid": ("msclkid", _UET),
    "_epik": ("epik", _ANY),
    "_scclid": ("sccid", _ANY),
    "_rdt_cid": ("rdt_cid", _ANY),
    "_twclid": ("twclid", _ANY),
    "fbp": ("fbp", _ANY),
    "_fbp": ("fbp", _ANY),
    "fbc": ("fbc", _ANY),
    "_fbc": ("fbc", _ANY),
    "ga": ("ga", _GA),
    "_ga": ("ga", _GA),
    "client_id": ("ga", _GA),
    "session_id": ("ga_session", re.compile("([0-9]+)", re.ASCII)),
    "ttp": ("ttp", _ANY),
    "_ttp": ("ttp", _ANY),
    "_scid": ("scid", _ANY),
    "_rdt_uuid": ("rdt_uuid", _UUID),
    "_uetvid": ("uetvid", _ANY),
}


class Ids(Struct, frozen=True):
    clicks: dict[str, str]  # by name in lower case
    browsers: dict[str, str]  # fbp, fbc, ga, ga_session, ttp, scid, rdt_uuid, uetvid


def find_ids(
    url: str, referrer: str, props: Mapping[str, str], cookies: Mapping[str, str] = _NONE
) -> tuple[Ids, dict[str, str]]:
    """The ids of a page view, and the properties that are none.

    The page's address is believed first, then its properties, then its cookies.
    """
    found: dict[str, str] = {}
    rest: dict[str, str] = {}
    for name, value in props.items():
        known = _known(name, value)
        if known is None:
            rest[name] = value
        elif known[1]:
            found.setdefault(*known)
    for name, value in cookies.items():
        known = _known(name, value)
        if known is not None and known[1]:
            found.setdefault(*known)
    at_page = _in_query(url)
    fbclid = at_page.get("fbclid") or _in_query(referrer).get("fbclid", "")
    found |= {**at_page, **({"fbclid": fbclid} if fbclid else {})}
    clicks = {name: value for name, value in found.items() if name in CLICK_IDS}
    return Ids(clicks, {name: value for name, value in found.items() if name not in CLICK_IDS}), rest


def _known(name: str, value: str) -> tuple[str, str] | None:
    if name.lower() in CLICK_IDS:
        return name.lower(), value
    if name.startswith("_ga_"):
        our, pattern = "ga_session", _GA_SESSION
    elif name in _COOKIES:
        our, pattern = _COOKIES[name]
    else:
        return None
    id = pattern.fullmatch(value)
    return our, id[1] if id else ""


def _in_query(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    pairs = (pair.partition("=") for pair in query.split("&"))
    return {name.lower(): unquote(value) for name, _, value in pairs if name.lower() in CLICK_IDS and value}
