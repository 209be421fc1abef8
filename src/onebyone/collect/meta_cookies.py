"""Meta's `_fbp` and `_fbc`: read of a site that wants it, and made, where ads are allowed (conversion-apis.md 2.3)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from onebyone.collect.desk import Desk, region_of
from onebyone.collect.registry import registrable
from onebyone.collect.request import Request
from onebyone.collect.visitors import find_cookie
from onebyone.consent.said import read_said
from onebyone.event import Drop, Permission
from onebyone.identity.meta_ids import fbc_of, fbp_of
from onebyone.state.sites import Site
from onebyone.wire import SentEvent

MAX_AGE_S = 7_776_000  # 90 days
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]{1,1024}", re.ASCII)  # what a cookie may hold (RFC 6265 4.1.1)


def meta_ids(
    request: Request, desk: Desk, site: Site, consent: Mapping[str, Any] | None, found: Sequence[SentEvent | Drop]
) -> tuple[str, list[str]]:
    """What goes with the hit, as a query of `fbp` and `fbc`, and the cookies to set. Nothing without permission."""
    now_ms = desk.now_ms()
    said = read_said(consent, headers=request.kept, received_ms=now_ms)
    decision = desk.policies.of(site.id, site.consent).decide(said, region_of(desk, request), now_ms)
    if not decision.allows(Permission.ADS_STORAGE):
        return "", []
    domain = registrable(request.used.get("host", ""))
    header = request.used.get("cookie", "")
    before = {name: find_cookie(header, f"_{name}") for name in ("fbp", "fbc")}
    made = {
        "fbp": fbp_of(before["fbp"], domain=domain, now_ms=now_ms, random=secrets.randbits(31)),
        "fbc": fbc_of(_click(found), before["fbc"], domain=domain, now_ms=now_ms),
    }
    usable = {name: value for name, value in made.items() if _VALUE.fullmatch(value)}
    secure = any(origin.startswith("https:") for origin in site.origins)
    fresh = [f"_{name}={value}" for name, value in usable.items() if value != before[name]]
    return urlencode(usable), [_cookie(each, secure=secure, domain=domain) for each in fresh]


def _click(found: Sequence[SentEvent | Drop]) -> str:
    """The click id of the page's address, else of the address that led there."""
    events = [event for event in found if isinstance(event, SentEvent)]
    addresses = [event.url for event in events] + [event.referrer for event in events]
    return next(filter(None, map(_fbclid, addresses)), "")


def _fbclid(url: str) -> str:
    try:
        return parse_qs(urlsplit(url).query).get("fbclid", [""])[0] if "fbclid=" in url else ""
    except ValueError:
        return ""


def _cookie(pair: str, *, secure: bool, domain: str) -> str:
    """Readable by scripts: the vendor's own pixel goes on with it."""
    scope = f"; Domain={domain}" if "." in domain and not domain.replace(".", "").isdigit() else ""
    return f"{pair}; Path=/; Max-Age={MAX_AGE_S}; SameSite=Lax{scope}" + ("; Secure" if secure else "")
