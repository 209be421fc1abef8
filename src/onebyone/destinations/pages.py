"""Addresses of pages as they may leave: without what would name a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from onebyone.identity.vendor_ids import CLICK_IDS

_PERSONAL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]{2,}|^\+[0-9][0-9 ().-]{6,}$")  # an e-mail address, a phone number
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*://)(?:[^/?#]*@)?([^/?#@]*)", re.IGNORECASE)


def is_personal(text: str) -> bool:
    """Whether an e-mail address stands in it, or it is a phone number: such things leave as hashes or not at all."""
    return _PERSONAL.search(text) is not None


def safe_page(url: str, *, with_ids: bool) -> str:
    """The address without parameters that are personal, and without ids of clicks where those may not be kept.

    Of a path that is personal only the host is left.
    """
    page = keep_params(url, lambda name, value: not is_personal(value) and (with_ids or name.lower() not in CLICK_IDS))
    start, hash, fragment = page.partition("#")
    if is_personal(_decoded(start.partition("?")[0])):
        origin = _ORIGIN.match(start)
        return f"{origin[1]}{origin[2]}/" if origin else ""
    return start if is_personal(_decoded(fragment)) else f"{start}{hash}{fragment}"


def keep_params(url: str, wanted: Callable[[str, str], bool]) -> str:
    """The address with those parameters that are wanted by name and decoded value; the rest is unchanged."""
    page, hash, fragment = url.partition("#")
    start, _, query = page.partition("?")
    split = ((pair, *pair.partition("=")[::2]) for pair in query.split("&") if pair)
    pairs = [pair for pair, name, value in split if wanted(name, _decoded(value))]
    return f"{start}{'?' if pairs else ''}{'&'.join(pairs)}{hash}{fragment}"


def _decoded(text: str) -> str:
    """Twice: an address within an address is encoded twice."""
    return unquote(unquote(text))
