"""Ids of the ad clicks that brought a browser here, in a cookie of our own: an order is seldom on the click's page.

`name.first-seen.id` of each, joined by "&"; the time is unix milliseconds in hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from msgspec import Struct

from onebyone.identity.vendor_ids import CLICK_IDS, GOOGLE_CLICKS, MAX_CHARS

COOKIE = "ob_a"
MAX_AGE_S = 90 * 86_400
_MAX_COOKIE_CHARS = 3_000
_ONE = re.compile(r"([a-z_]{4,12})\.([0-9a-f]{1,12})\.([\w.~%-]{1,1536})", re.ASCII)
_ID = re.compile(rf"[!#-+\--:<-\[\]-~]{{1,{MAX_CHARS}}}", re.ASCII)  # what could stand in a cookie (RFC 6265 4.1.1)


class Click(Struct, frozen=True):
    id: str
    seen_ms: int  # first


Clicks = Mapping[str, Click]  # by name in lower case, the newest last


def read_clicks(cookie: str, now_ms: int) -> dict[str, Click]:
    """What a browser kept: what is too old, or is nothing of ours, is passed over."""
    found: dict[str, Click] = {}
    for text in cookie.split("&") if len(cookie) <= _MAX_COOKIE_CHARS else ():
        one = _ONE.fullmatch(text)
        if one is not None and one[1] in CLICK_IDS:
            click = Click(unquote(one[3]), int(one[2], 16))
            if 0 <= now_ms - click.seen_ms < MAX_AGE_S * 1000:
                found[one[1]] = click
    return found


def with_clicks(kept: Clicks, told: Mapping[str, str], now_ms: int) -> dict[str, Click]:
    """The same with what is told now. Of a vendor the latest click counts; one that is known keeps its time."""
    found = dict(kept)
    for name, id in told.items():
        if name in found and found[name].id == id:
            continue
        for other in GOOGLE_CLICKS if name in GOOGLE_CLICKS else (name,):
            found.pop(other, None)
        found[name] = Click(id, now_ms)
    return found


def write_clicks(clicks: Clicks) -> str:
    """The cookie's value; the oldest give way to what has no room."""
    texts = [f"{name}.{click.seen_ms:x}.{quote(click.id, safe='')}" for name, click in clicks.items()]
    while texts and sum(map(len, texts)) + len(texts) > _MAX_COOKIE_CHARS:
        del texts[0]
    return "&".join(texts)


def clicks_in(address: str) -> dict[str, str]:
    """The ids that an address names, by name in lower case."""
    query = address.partition("#")[0].partition("?")[2]
    found = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() in CLICK_IDS and _ID.fullmatch(id := unquote(value)):
            found[name.lower()] = id
    return found
