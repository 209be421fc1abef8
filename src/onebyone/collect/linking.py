"""POST /{prefix}/v1/d: a token for a link to another of the site's domains. Nothing is written down."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from onebyone.collect import answers
from onebyone.collect.answers import Answer
from onebyone.collect.desk import Desk, identify, region_of
from onebyone.collect.request import Request
from onebyone.consent.said import Said, read_said
from onebyone.event import visitor_hash
from onebyone.identity.links import NONCE_BYTES, Target, domain_of, mint
from onebyone.state.sites import Site

_MAX_BYTES = 8_192


class _Asked(Struct, frozen=True):
    to: str  # a host
    consent: dict[str, Any] | None = None


_asked = msgspec.json.Decoder(_Asked)


def matches(path: str) -> bool:
    return path.endswith("/v1/d")


def give_token(request: Request, desk: Desk) -> Answer:
    """An empty token where the person may not, or need not, be known on the other side."""
    site = desk.registry.known.by_prefix.get(request.path.lstrip("/").partition("/")[0])
    origin = request.kept.get("origin", "")
    if site is None or not site.linked:
        return answers.NOT_FOUND
    if origin not in site.origins:  # a browser always says where a POST comes from
        return answers.problem(403, "Another origin", "This page is not one of the site's.")
    extra = answers.cors(origin)
    if request.method != "POST" or request.too_large or len(request.body) > _MAX_BYTES:
        return answers.problem(400, "Bad request", "Send a POST with a host and the choices.", extra)
    try:
        asked = _asked.decode(request.body)
    except (msgspec.DecodeError, RecursionError):
        return answers.problem(400, "Body unreadable", 'Send JSON like {"to": "shop.example"}.', extra)
    return answers.json({"token": _token(request, desk, site, asked)}, extra)


def _token(request: Request, desk: Desk, site: Site, asked: _Asked) -> str:
    domain = domain_of(asked.to.lower(), site.linked)
    here = urlsplit(request.kept["origin"]).hostname or ""
    if not domain or domain == domain_of(here, site.linked):
        return ""
    now_ms = desk.now_ms()
    said = read_said(asked.consent, headers=request.kept, received_ms=now_ms)
    visitor = identify(desk, request, site, said, now_ms, may_make=False).visitor
    if not visitor or not _may_join(request, desk, site, said, now_ms):
        return ""
    target = Target(site.id, domain, request.kept.get("user-agent", ""))
    key, number = desk.link_key, visitor_hash(site.id, visitor)
    return mint(key, number, target, now_ms=now_ms, nonce=os.urandom(NONCE_BYTES))


def _may_join(request: Request, desk: Desk, site: Site, said: Said, now_ms: int) -> bool:
    return desk.policies.of(site.id, site.consent).decide(said, region_of(desk, request), now_ms).joins
