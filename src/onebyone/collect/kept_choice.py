"""The cookie in which our own banner keeps a choice, set once more by HTTP: Safari ends what a script set after seven
days (specs/consent-and-privacy.md 10). It works where the collector answers on the page's own host."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from onebyone.collect.request import Request
from onebyone.collect.visitors import find_cookie
from onebyone.state.sites import Site

NAME = "ob_c"
_PORT = re.compile(r":\d+\Z")  # cookies know none
_VALUE = re.compile(
    r"(\d{1,9}\.\w{1,12}\.)([a-z]{0,10})\.[01]\.([\w-]{0,64})", re.ASCII
)  # as tags/src/modules/choice.js


def kept_choice(request: Request, site: Site, origin: str) -> str:
    """The Set-Cookie for a choice that is being recorded; "" where the browser did not send the banner's cookie."""
    page, here = (_PORT.sub("", each.lower()) for each in (urlsplit(origin).netloc, request.used.get("host", "")))
    if not site.tag.banner.on or not page or page != here:
        return ""
    found = _VALUE.fullmatch(find_cookie(request.used.get("cookie", ""), NAME))
    if found is None:
        return ""
    begin, letters, id = found.groups()
    value = f"{begin}{letters}.1.{id if letters else ''}"  # 1: recorded; who refuses everything keeps no number
    secure = "; Secure" if origin.startswith("https:") else ""
    return f"{NAME}={value}; Path=/; Max-Age={site.tag.banner.days * 86_400}; SameSite=Lax{secure}"
