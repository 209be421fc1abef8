"""POST /{prefix}/v1/events: what a site's own server reports, with a key."""

from __future__ import annotations

from onebyone.collect import answers
from onebyone.collect.answers import Answer, Reply
from onebyone.collect.desk import Desk, encode, make_hit
from onebyone.collect.request import Request
from onebyone.collect.sealing import may_hold, seal_events
from onebyone.collect.sources.batch import Refusal, read, refuse, results, unreadable
from onebyone.event import Drop, Reason, Via
from onebyone.wire import read_event, read_server_batch

_NO_KEY = Refusal(
    Reason.UNAUTHORIZED, 401, "No valid key", "Send 'Authorization: Bearer KEY' with a server key of this site."
)
ENDING = "/v1/events"


def matches(path: str) -> bool:
    return path.endswith(ENDING)


def take(request: Request, desk: Desk) -> Reply | Answer:
    if request.method != "POST":
        return answers.problem(405, "Method not allowed", "Send a POST.", [("allow", "POST")])
    site = desk.registry.site_of_key(request.used.get("authorization", ""))
    if not site:
        return refuse(_NO_KEY, request, desk, Via.SERVER, extra=[("www-authenticate", "Bearer")])
    body = read(request, desk.settings.server_max_bytes)
    if isinstance(body, Refusal):
        return refuse(body, request, desk, Via.SERVER, site=site)
    batch = read_server_batch(body)
    if isinstance(batch, Drop):
        return refuse(unreadable(batch, body), request, desk, Via.SERVER, site=site)
    now_ms, found = desk.now_ms(), [read_event(raw) for raw in batch.events]
    sealed: dict[str, str] = {}
    known = desk.registry.known.by_id.get(site)
    if known is not None and may_hold(body):
        events, sealed = seal_events(batch.events, found, desk, known, address="", now_ms=now_ms)
        body = b'{"events":[' + b",".join(events) + b"]}"
    count = max(1, len(batch.events))
    hit = make_hit(desk, request, Via.SERVER, now_ms, site=site, body=body, count=count, sealed=sealed)
    told = answers.json({"results": results(batch.events, found)})
    return Reply(record=encode(hit), count=count, via=Via.SERVER, stored=told, refused=answers.not_stored())
