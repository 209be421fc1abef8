"""Ids that platforms gave to a click and to a browser, found wherever they were written."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from onebyone.identity.vendor_ids import CLICK_IDS, cookie_ids, split_ids

_NONE: Mapping[str, str] = {}


class Ids(Struct, frozen=True):
    clicks: dict[str, str]  # by name in lower case
    browsers: dict[str, str]  # fbp, fbc, ga, ga_session, ttp, scid, rdt_uuid, uetvid


def find_ids(
    url: str, referrer: str, props: Mapping[str, str], cookies: Mapping[str, str] = _NONE
) -> tuple[Ids, dict[str, str]]:
    """The ids of a page view, and the properties that are none.

    The page's address is believed first, then its properties, then its cookies.
    """
    said, rest = split_ids(props)
    at_page = _in_query(url)
    fbclid = at_page.get("fbclid") or _in_query(referrer).get("fbclid", "")
    found = {**cookie_ids(cookies.items()), **said, **at_page, **({"fbclid": fbclid} if fbclid else {})}
    clicks, browsers = split_clicks(found)
    return Ids(clicks, browsers), rest


def split_clicks(ids: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Those of a click, and those of a browser."""
    clicks = {name: value for name, value in ids.items() if name in CLICK_IDS}
    return clicks, {name: value for name, value in ids.items() if name not in CLICK_IDS}


def _in_query(url: str) -> dict[str, str]:
    try:
        query = urlsplit(url).query
    except ValueError:
        return {}
    pairs = (pair.partition("=") for pair in query.split("&"))
    return {name.lower(): unquote(value) for name, _, value in pairs if name.lower() in CLICK_IDS and value}
