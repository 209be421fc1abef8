"""GET /{prefix}/v1/n/{site}.gif: the image. Whatever is asked for under a name that ends in .gif gets its image."""

from __future__ import annotations

from operator import methodcaller
from urllib.parse import parse_qsl

from onebyone.collect.answers import IMAGE, IMAGE_NOT_STORED, Answer, Reply
from onebyone.collect.desk import Desk, encode, make_hit, visitor_of
from onebyone.collect.request import Request
from onebyone.consent import may_identify
from onebyone.event import Reason, Via
from onebyone.state.sites import Site

_MAX_FIELDS = 200


matches = methodcaller("endswith", ".gif")  # of a path; asked for every request


def take(request: Request, desk: Desk) -> Reply | Answer:
    now_ms = desk.now_ms()
    path = request.path
    site = desk.registry.known.by_id.get(path[path.rfind("/") + 1 : -4])
    answer, visitor = IMAGE, ""
    if site is not None and site.visitor_cookie and _may_identify(request.query):
        visitor, cookie = visitor_of(desk, request, site, now_ms)
        if cookie:
            answer = IMAGE.plus("set-cookie", cookie)
    hit = make_hit(
        desk,
        request,
        Via.IMAGE,
        now_ms,
        site=site.id if site is not None else "",
        visitor=visitor,
        refused=_refused(request, site, desk.settings.query_max_chars),
    )
    return Reply(encode(hit), 1, Via.IMAGE, answer, IMAGE_NOT_STORED)


def _refused(request: Request, site: Site | None, query_max_chars: int) -> str:
    if site is None:
        return Reason.UNKNOWN_SITE
    if request.method != "GET":
        return Reason.NOT_A_VIEW
    return Reason.VALUE_TOO_LONG if len(request.query) > query_max_chars else ""


def _may_identify(query: str) -> bool:
    if "gdpr" not in query and "analytics" not in query:
        return True
    pairs = parse_qsl("&".join(query.split("&", _MAX_FIELDS)[:_MAX_FIELDS]), errors="replace")
    return may_identify({name: value for name, value in pairs if name in ("gdpr", "analytics")})
