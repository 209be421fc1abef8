"""Meta's `_fbp` and `_fbc`: made for a site that wants it, where ads are allowed (conversion-apis.md 2.3)."""

from __future__ import annotations

import re
import secrets

from onebyone.collect.visitors import find_cookie
from onebyone.identity.meta_ids import fbc_of, fbp_of
from onebyone.state.sites import Site

MAX_AGE_S = 7_776_000  # 90 days
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]{1,1024}", re.ASCII)  # what a cookie may hold (RFC 6265 4.1.1)


def make_meta_ids(
    header: str, fbclid: str, site: Site, *, domain: str, now_ms: int
) -> tuple[dict[str, str], list[str]]:
    """`fbp` and `fbc`, and the cookies to set for those that are new. `fbclid` is the click that led here, or ""."""
    before = {name: find_cookie(header, f"_{name}") for name in ("fbp", "fbc")}
    made = {
        "fbp": fbp_of(before["fbp"], domain=domain, now_ms=now_ms, random=secrets.randbits(31)),
        "fbc": fbc_of(fbclid, before["fbc"], domain=domain, now_ms=now_ms),
    }
    usable = {name: value for name, value in made.items() if _VALUE.fullmatch(value)}
    fresh = [_cookie(name, value, site, domain) for name, value in usable.items() if value != before[name]]
    return usable, fresh


def end_meta_cookies(header: str, site: Site, *, domain: str) -> list[str]:
    return [_cookie(name, "", site, domain) for name in ("fbp", "fbc") if find_cookie(header, f"_{name}")]


def _cookie(name: str, value: str, site: Site, domain: str) -> str:
    """Readable by scripts: the vendor's own pixel goes on with it. Without a value it ends."""
    scope = f"; Domain={domain}" if "." in domain and not domain.replace(".", "").isdigit() else ""
    secure = "; Secure" if any(origin.startswith("https:") for origin in site.origins) else ""
    return f"_{name}={value}; Path=/; Max-Age={MAX_AGE_S if value else 0}; SameSite=Lax{scope}{secure}"
