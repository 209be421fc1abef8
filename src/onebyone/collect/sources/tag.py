"""POST /{prefix}/v1/e: the tag's batch."""

from __future__ import annotations

from typing import Any

from onebyone.collect import answers
from onebyone.collect.desk import Desk, Scope, store, visitor_of
from onebyone.collect.registry import Known
from onebyone.collect.sources.batch import UNWELL, Refusal, make_hit, read, refuse, results, unreadable
from onebyone.consent import may_identify
from onebyone.event import Drop, Reason, Via
from onebyone.state.sites import Site
from onebyone.wire import Batch, read_batch


def matches(path: str) -> bool:
    return path.endswith("/v1/e")


async def take(scope: Scope, proto: Any, desk: Desk) -> None:
    origin = scope.headers.get("origin", "")
    known = desk.registry.known
    extra = _cors_by_prefix(origin, scope.path, known)
    if scope.method == "OPTIONS":
        proto.response_empty(204, extra + answers.PREFLIGHT if extra else [])
        return
    if scope.method != "POST":
        proto.response_bytes(*answers.problem(405, "Method not allowed", "Send a POST.", [("allow", "POST, OPTIONS")]))
        return
    body = await read(scope, proto, desk, max_bytes=desk.settings.tag_max_bytes)
    if isinstance(body, Refusal):
        await refuse(body, scope, proto, desk, Via.TAG, extra=extra)
        return
    batch = read_batch(body)
    if isinstance(batch, Drop):
        await refuse(unreadable(batch, body), scope, proto, desk, Via.TAG, extra=extra)
        return
    await _take_batch(batch, body, scope, proto, desk)


async def _take_batch(batch: Batch, body: bytes, scope: Scope, proto: Any, desk: Desk) -> None:
    site = desk.registry.known.by_id.get(batch.site)
    origin = scope.headers.get("origin", "")
    refused = _refused(site, origin)
    extra = answers.cors(origin) if site is not None and origin in site.origins else []
    visitor = ""
    if site is not None and not refused and site.visitor_cookie and may_identify(batch.consent or {}):
        visitor, cookie = visitor_of(desk, scope.headers, site, desk.now_ms())
        extra = extra + cookie
    count = 1 if refused else max(1, len(batch.events))
    hit = make_hit(
        scope, desk, Via.TAG, site=site.id if site else "", body=body, count=count, visitor=visitor, refused=refused
    )
    rows = results(batch.events, refused)
    if await store(desk, hit):
        proto.response_bytes(*answers.json({"results": rows}, extra))
    else:
        proto.response_bytes(*answers.problem(*UNWELL, extra))


def _refused(site: Site | None, origin: str) -> str:
    if site is None:
        return Reason.UNKNOWN_SITE
    if origin and origin not in site.origins:
        return Reason.ORIGIN_NOT_ALLOWED
    return ""


def _cors_by_prefix(origin: str, path: str, known: Known) -> answers.Headers:
    """Before the body is read, only the prefix can say whose origins count."""
    site = known.by_prefix.get(path.lstrip("/").partition("/")[0])
    return answers.cors(origin) if site is not None and origin in site.origins else []
