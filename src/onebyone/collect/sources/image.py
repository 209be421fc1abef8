"""GET /{prefix}/v1/n/{site}.gif: the image. Whatever is asked for under a name that ends in .gif gets its image."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from onebyone.collect.answers import GIF, IMAGE, IMAGE_NOT_STORED
from onebyone.collect.desk import MAX_PATH_CHARS, Desk, Scope, kept_headers, store, visitor_of
from onebyone.consent import may_identify
from onebyone.event import Hit, Reason, Via
from onebyone.state.sites import Site

_CONSENT = ("gdpr", "analytics")


def matches(path: str) -> bool:
    return path.endswith(".gif")


async def take(scope: Scope, proto: Any, desk: Desk) -> None:
    now_ms = desk.now_ms()
    headers = scope.headers
    path, query = scope.path, scope.query_string
    site = desk.registry.known.by_id.get(path[path.rfind("/") + 1 : -4])
    answer = IMAGE
    visitor = ""
    if site is not None and site.visitor_cookie and _may_identify(query):
        visitor, extra = visitor_of(desk, headers, site, now_ms)
        answer = IMAGE + extra if extra else IMAGE
    hit = Hit(
        id=desk.ids.new(now_ms),
        received_ms=now_ms,
        via=Via.IMAGE,
        site=site.id if site is not None else "",
        method=scope.method,
        path=path[:MAX_PATH_CHARS],
        query=query[: desk.settings.query_max_chars],
        headers=kept_headers(headers),
        visitor=visitor,
        address=desk.addresses.network_of(scope.client, headers.get("x-forwarded-for", "")),
        refused=_refused(scope.method, site, query, desk),
    )
    stored = await store(desk, hit)
    if not stored:
        answer = IMAGE_NOT_STORED
    proto.response_bytes(200, answer, b"" if scope.method == "HEAD" else GIF)


def _refused(method: str, site: Site | None, query: str, desk: Desk) -> str:
    if site is None:
        return Reason.UNKNOWN_SITE
    if method != "GET":
        return Reason.NOT_A_VIEW
    return Reason.VALUE_TOO_LONG if len(query) > desk.settings.query_max_chars else ""


def _may_identify(query: str) -> bool:
    if "gdpr" not in query and "analytics" not in query:
        return True
    said = parse_qs(query, errors="replace")
    return may_identify({name: said[name][-1] for name in _CONSENT if name in said})
