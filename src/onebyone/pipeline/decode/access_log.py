"""One line of a web server's access log in the "combined" or "common" format; query "n=<ordinal of the line>"."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from onebyone.consent.addresses import network_of
from onebyone.event import Drop, Hit, Reason, utc
from onebyone.pipeline.decode.sighting import Decoded, dropped, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import MAX_TEXT_CHARS, MAX_URL_CHARS, SentEvent, clean

_TEXT = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    rf"(\S+) \S+ .*?\[([^][]{{1,40}})\] {_TEXT} (\d{{3}}) (?:\d+|-)(?: {_TEXT} {_TEXT}(?: .*)?)?\s*", re.DOTALL
)
_TIME = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MAX_AHEAD_MS = 10 * 60_000

# What pages consist of or link to. A name with any other ending, or none, is a page.
_ASSET = re.compile(
    r"""\.(?:png|jpe?g|gif|svgz?|ico|webp|avif|bmp|tiff?|cur|css|less|s[ac]ss|m?js|map|json|webmanifest|xml|xsl|rss|atom
    |rdf|txt|csv|tsv|woff2?|ttf|otf|eot|mp[34]|m4[av]|webm|og[gv]|wav|flac|aac|mov|avi|swf|flv|zip|gz|tgz|bz2|xz|7z|rar
    |tar|jar|war|deb|rpm|exe|msi|dmg|iso|bin|apk|pdf|docx?|xlsx?|pptx?|odt|eps|ps|wasm|log|sql|sh|py|rb|pl|c|h|cpp
    |java|go|conf|cfg|ini|ya?ml|toml|patch|diff)$""",
    re.IGNORECASE | re.VERBOSE,
)
_FEED = re.compile(r"/(?:feed|feeds|rss|atom)/?$|[?&](?:flav|feed|format)=(?:rss|atom|feed)", re.IGNORECASE)


def decode_line(hit: Hit, site: Site) -> list[Decoded]:
    line = hit.body.decode("utf-8", "replace")
    fields = _LINE.fullmatch(line)
    at_ms = _time_ms(fields[2]) if fields else None
    if fields is None or at_ms is None:
        return [dropped(0, Drop(Reason.LINE_UNREADABLE, detail="not in the combined format"))]
    if at_ms > hit.received_ms + _MAX_AHEAD_MS:
        return [dropped(0, Drop(Reason.TIME_IN_FUTURE, detail="more than 10 minutes ahead"))]
    address, _, request, status, referrer, agent = fields.groups(default="")
    method, _, target = request.partition(" ")
    target = target.rpartition(" ")[0] or target
    reason = _why_not(method, target, int(status))
    if reason is not None:
        return [Decoded(n=0, outcome=Drop(reason), name="page_view", path=_path(target), at=utc(at_ms))]
    return [
        _view(hit, site, at_ms, address, target, "" if referrer == "-" else referrer, "" if agent == "-" else agent)
    ]


def _why_not(method: str, target: str, status: int) -> Reason | None:
    """Why this line shows nobody a page; None if it does."""
    if method != "GET":
        return Reason.NOT_A_VIEW
    if status >= 400:
        return Reason.ANSWER_ERROR
    if 300 <= status < 400 and status != 304:
        return Reason.ANSWER_REDIRECT
    if status not in (200, 304):
        return Reason.ANSWER_PARTIAL
    path = _path(target)
    return Reason.NOT_A_PAGE if _ASSET.search(path) or _FEED.search(path) or _FEED.search(target) else None


def _path(target: str) -> str:
    return target.partition("?")[0][:MAX_URL_CHARS]


def _view(hit: Hit, site: Site, at_ms: int, address: str, target: str, referrer: str, agent: str) -> Decoded:
    origin = site.origins[0] if site.origins else "http://localhost"
    url = target if target.startswith(("http://", "https://")) else origin + target
    sent = SentEvent(
        name="page_view",
        id=hashlib.blake2b(hit.query.encode() + b"\x00" + hit.body, digest_size=16).hexdigest(),
        url=clean(url)[:MAX_URL_CHARS],
        referrer=clean(referrer)[:MAX_URL_CHARS],
    )
    flags = ("style_sheet",) if hit.headers else ()  # the one thing that the import says of a line
    event = make_event(hit, 0, sent, site, at_ms=at_ms, visitor=hit.visitor, flags=flags)
    context = Context(
        hit=hit,
        site=site,
        headers={},
        user_agent=agent[: MAX_TEXT_CHARS + 1],
        address=network_of(address),
        url=sent.url,
        referrer=sent.referrer,
    )
    return Decoded(n=0, outcome=event, context=context)


@lru_cache(maxsize=4_096)
def _time_ms(text: str) -> int | None:
    found = _TIME.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return None
    day, _, year, hour, minute, second, sign, zone_h, zone_m = found.groups()
    offset = timedelta(hours=int(zone_h), minutes=int(zone_m))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        at = datetime(
            int(year), _MONTHS.index(found[2]) + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
    except ValueError:
        return None
    return max(0, round(at.timestamp() * 1000)) or None  # nothing was logged before 1970
