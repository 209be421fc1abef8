"""Meta's `fbc` and `fbp`: when they are kept and when they are made (specs/conversion-apis.md 2.3).

Click ids are case sensitive and copied unchanged. A fifth segment, of the vendor's own tool, is passed
on and never made.
"""

from __future__ import annotations

import re

_APPENDIX = r"(?:\.(?:[^.]{2}|[^.]{8}))?"
_FBC = re.compile(rf"fb\.[0-9]+\.[0-9]+\.([^.]+){_APPENDIX}", re.ASCII)
_FBP = re.compile(rf"fb\.[0-9]+\.[0-9]+\.[0-9]+{_APPENDIX}", re.ASCII)
_ADDRESS = re.compile(r"[0-9.]+|.*:.*", re.ASCII)


def fbc_of(fbclid: str, cookie: str, *, domain: str = "", now_ms: int) -> str:
    """The `fbc` to send, and to keep where it differs from the cookie; "" if there never was a click.

    `domain` is the one that the cookie is or would be set on; without one, as for a server's event, its index is 1.
    """
    kept = _FBC.fullmatch(cookie)
    if kept is not None and fbclid in ("", kept[1]):
        return cookie
    return f"fb.{_index(domain)}.{now_ms}.{fbclid}" if fbclid else ""


def fbp_of(cookie: str, *, domain: str, now_ms: int, random: int) -> str:
    """The `fbp` to send, and to keep where it differs from the cookie. `random` has 31 bits."""
    return cookie if _FBP.fullmatch(cookie) else f"fb.{_index(domain)}.{now_ms}.{random}"


def _index(domain: str) -> int:
    if not domain:
        return 1
    return 0 if _ADDRESS.fullmatch(domain) else domain.count(".")
