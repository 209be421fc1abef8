"""POST /{prefix}/v1/e: the tag's batch."""

from __future__ import annotations

import msgspec

from onebyone.collect import answers
from onebyone.collect.answers import Answer, Reply
from onebyone.collect.desk import NOBODY, Desk, encode, full_address_of, identify, make_hit
from onebyone.collect.registry import Known
from onebyone.collect.request import Request
from onebyone.collect.sealing import keeps_address, may_hold, seal_events
from onebyone.collect.sources.batch import Refusal, read, refuse, results, unreadable
from onebyone.collect.vendor_cookies import vendor_ids
from onebyone.consent.said import read_said
from onebyone.event import Drop, Reason, Via
from onebyone.state.sites import Site
from onebyone.wire import Batch, SentEvent, read_batch, read_event


def matches(path: str) -> bool:
    return path.endswith("/v1/e")


def take(request: Request, desk: Desk) -> Reply | Answer:
    allowed = _allowed_by_prefix(request, desk.registry.known)
    if request.method == "OPTIONS":
        return answers.preflight(allowed)
    if request.method != "POST":
        return answers.problem(405, "Method not allowed", "Send a POST.", [("allow", "POST, OPTIONS")])
    extra = answers.cors(allowed) if allowed else []
    body = read(request, desk.settings.tag_max_bytes)
    if isinstance(body, Refusal):
        return refuse(body, request, desk, Via.TAG, extra=extra)
    batch = read_batch(body)
    if isinstance(batch, Drop):
        return refuse(unreadable(batch, body), request, desk, Via.TAG, extra=extra)
    return _take_batch(batch, body, request, desk)


def _take_batch(batch: Batch, body: bytes, request: Request, desk: Desk) -> Reply:
    now_ms = desk.now_ms()
    site = desk.registry.known.by_id.get(batch.site)
    origin = request.kept.get("origin", "")
    refused = _refused(site, origin)
    extra = answers.cors(origin) if site is not None and origin in site.origins else []
    who = NOBODY
    query = ""
    found = [read_event(raw) for raw in batch.events]
    if site is not None and not refused:
        said = read_said(batch.consent, headers=request.kept, received_ms=now_ms)
        who = identify(desk, request, site, said, now_ms)
        query, cookies = vendor_ids(request, site, who.decision, found, now_ms)
        extra = [*extra, *(("set-cookie", cookie) for cookie in (who.cookie, *cookies) if cookie)]
    sealed: dict[str, str] = {}
    if site is not None and not refused and may_hold(body):
        body, sealed = _sealed(batch, found, request, desk, site, now_ms)
    hit = make_hit(
        desk,
        request,
        Via.TAG,
        now_ms,
        site=site.id if site is not None else "",
        visitor=who.visitor,
        body=body,
        count=1 if refused else max(1, len(batch.events)),
        refused=refused,
        region=who.region,
        asking=who.asking,
        sealed=sealed,
        query=query,
    )
    told = answers.json({"results": results(batch.events, found, refused), **_container(site)}, extra)
    return Reply(record=encode(hit), count=hit.count, via=Via.TAG, stored=told, refused=answers.not_stored(extra))


def _container(site: Site | None) -> dict[str, object]:
    """Which version holds and what of it is stopped: it goes with every answer, for a cached script would not know."""
    if site is None or not site.container.number:
        return {}
    return {"container": site.told_container}


def _sealed(
    batch: Batch, found: list[SentEvent | Drop], request: Request, desk: Desk, site: Site, now_ms: int
) -> tuple[bytes, dict[str, str]]:
    """The same batch without user data."""
    address = full_address_of(desk, request)
    own = address if keeps_address(desk, site, address, now_ms) else ""
    events, sealed = seal_events(batch.events, found, desk, site, address=own, now_ms=now_ms)
    envelope: dict[str, object] = {"site": batch.site, "sent_at": batch.sent_ms, "consent": batch.consent}
    return msgspec.json.encode(envelope)[:-1] + b',"events":[' + b",".join(events) + b"]}", sealed


def _refused(site: Site | None, origin: str) -> str:
    if site is None:
        return Reason.UNKNOWN_SITE
    if origin and origin not in site.origins:
        return Reason.ORIGIN_NOT_ALLOWED
    return ""


def _allowed_by_prefix(request: Request, known: Known) -> str:
    """The request's origin if it is one of the site's. Before the body is read, only the prefix can name the site."""
    site = known.by_prefix.get(request.path.lstrip("/").partition("/")[0])
    origin = request.kept.get("origin", "")
    return origin if site is not None and origin in site.origins else ""
