"""GET /{prefix}/v1/n/{site}.gif: the image. Whatever is asked for under a name that ends in .gif gets its image."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from onebyone.collect.answers import IMAGE, IMAGE_NOT_STORED, Answer, Reply
from onebyone.collect.desk import NOBODY, Desk, encode, identify, make_hit
from onebyone.collect.request import Request
from onebyone.consent.said import PARAMETERS, Said, read_said
from onebyone.event import Reason, Via
from onebyone.state.sites import Site

_IMAGE = Via.IMAGE.value  # looked up once, not by request
_MAX_FIELDS = 200
# Begins with a letter that the search can jump to, and two that rule most names out before one of ours is tried.
_FIRST, _SECOND = ("".join(sorted({name[place] for name in PARAMETERS})) for place in (0, 1))
_SPEAKS = re.compile(rf"&(?=[{_FIRST}][{_SECOND}])(?:{'|'.join(sorted(PARAMETERS))})=")


def matches(path: str) -> bool:
    return path.endswith(".gif")


def take(request: Request, desk: Desk) -> Reply | Answer:
    now_ms = desk.now_ms()
    path = request.path
    site = desk.registry.known.by_id.get(path.rpartition("/")[2][:-4])
    answer, who = IMAGE, NOBODY
    if site is not None:
        who = identify(desk, request, site, _said(request, now_ms), now_ms)
        if who.cookie:
            answer = IMAGE.plus("set-cookie", who.cookie)
    hit = make_hit(
        desk,
        request,
        _IMAGE,
        now_ms,
        site=site.id if site is not None else "",
        visitor=who.visitor,
        refused=_refused(request, site, desk.settings.query_max_chars),
        region=who.region,
        asking=who.asking,
    )
    return Reply(encode(hit), 1, _IMAGE, answer, IMAGE_NOT_STORED)


def _refused(request: Request, site: Site | None, query_max_chars: int) -> str:
    if site is None:
        return Reason.UNKNOWN_SITE
    if request.method != "GET":
        return Reason.NOT_A_VIEW
    return Reason.VALUE_TOO_LONG if len(request.query) > query_max_chars else ""


def _said(request: Request, now_ms: int) -> Said:
    """Of consent. Most images say nothing, and are not parsed."""
    if _SPEAKS.search(f"&{request.query}") is None:
        return read_said(headers=request.kept)
    pairs = parse_qsl("&".join(request.query.split("&", _MAX_FIELDS)[:_MAX_FIELDS]), errors="replace")
    said: dict[str, object] = {name: value for name, value in pairs if name in PARAMETERS}
    return read_said(said, headers=request.kept, received_ms=now_ms)
