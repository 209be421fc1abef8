"""The ids of ad platforms that come with a browser, by what is allowed: read for conversions, kept, made, ended.

Nothing is looked at before `consent/` allowed it, and of the header only cookies that have a name here.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from onebyone.collect.desk import SILENT, scope_of
from onebyone.collect.kept_clicks import COOKIE, MAX_AGE_S, Clicks, clicks_in, read_clicks, with_clicks, write_clicks
from onebyone.collect.meta_cookies import end_meta_cookies, make_meta_ids
from onebyone.collect.registry import registrable
from onebyone.collect.request import Request
from onebyone.collect.visitors import find_cookie, set_cookie
from onebyone.consent.decision import Decision
from onebyone.event import Drop, Permission
from onebyone.identity.meta_ids import fbc_of
from onebyone.identity.vendor_ids import GOOGLE_CLICKS, STATISTICS, header_ids
from onebyone.state.sites import Site
from onebyone.wire import SentEvent


def vendor_ids(
    request: Request, site: Site, decision: Decision | None, found: Sequence[SentEvent | Drop], now_ms: int
) -> tuple[str, list[str]]:
    """What goes with the hit, as a query of ids by our names, and the cookies to set or to end. A site without cookies
    has none of it."""
    if decision is None or not site.visitor_cookie:
        return "", []
    header = request.used.get("cookie", "")
    ads = decision.allows(Permission.ADS_STORAGE)
    ids = _in_cookies(header, ads=ads, statistics=decision.allows(Permission.ANALYTICS))
    if not ads:
        return _query(ids), end_ads_cookies(request, site, decision)
    told = _told(found)
    before = find_cookie(header, COOKIE)
    if not (ids or told or before or site.tag.meta_cookies):  # nearly always
        return "", []
    domain = registrable(request.used.get("host", ""))
    kept = with_clicks(read_clicks(before, now_ms), told, now_ms)
    ids = _together(ids, kept, told, domain)
    cookies = _keep(request, site, before, write_clicks(kept))
    if site.tag.meta_cookies:
        made, fresh = make_meta_ids(header, told.get("fbclid", ""), site, domain=domain, now_ms=now_ms)
        ids |= made
        cookies += fresh
    return _query(ids), cookies


def end_ads_cookies(request: Request, site: Site, decision: Decision | None) -> list[str]:
    """For a browser that refused ads: what the collector keeps there for them ends with this answer."""
    header = request.used.get("cookie", "")
    if not header or decision is None:
        return []
    answer = decision.answer(Permission.ADS_STORAGE)
    if answer.is_granted or answer.source in SILENT:
        return []
    ended = _keep(request, site, find_cookie(header, COOKIE), "")
    if site.tag.meta_cookies:
        ended += end_meta_cookies(header, site, domain=registrable(request.used.get("host", "")))
    return ended


def _query(ids: dict[str, str]) -> str:
    return urlencode(ids) if ids else ""


def _in_cookies(header: str, *, ads: bool, statistics: bool) -> dict[str, str]:
    if not header or not (ads or statistics):
        return {}
    found = header_ids(header)
    return {name: id for name, id in found.items() if (statistics if name in STATISTICS else ads)}


def _told(found: Sequence[SentEvent | Drop]) -> dict[str, str]:
    """The clicks that the pages' addresses name; Meta's also by the address that led there."""
    events = [event for event in found if isinstance(event, SentEvent)]
    told: dict[str, str] = {}
    for event in events:
        if "fbclid=" in event.referrer:
            told |= {name: id for name, id in clicks_in(event.referrer).items() if name == "fbclid"}
    for event in events:
        if "?" in event.url:
            told |= clicks_in(event.url)
    return told


def _together(ids: dict[str, str], kept: Clicks, told: dict[str, str], domain: str) -> dict[str, str]:
    """What we saw ourselves comes before what a vendor's script wrote down; Meta's own cookie before a click of old."""
    if not GOOGLE_CLICKS.isdisjoint(kept):
        ids = {name: id for name, id in ids.items() if name not in GOOGLE_CLICKS}
    meta = kept.get("fbclid")
    fbc = fbc_of("", ids.pop("fbc", ""), now_ms=0)
    if meta is not None and ("fbclid" in told or not fbc):
        fbc = fbc_of(meta.id, fbc, domain=domain, now_ms=meta.seen_ms)
    ids |= {name: click.id for name, click in kept.items() if name != "fbclid"}
    return ids | ({"fbc": fbc} if fbc else {})


def _keep(request: Request, site: Site, before: str, after: str) -> list[str]:
    if after == before:
        return []
    secure, domain = scope_of(request, site)
    return [set_cookie(after, secure=secure, domain=domain, name=COOKIE, max_age_s=MAX_AGE_S if after else 0)]
