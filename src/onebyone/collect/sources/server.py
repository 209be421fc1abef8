"""POST /{prefix}/v1/events: what a site's own server reports, with a key."""

from __future__ import annotations

from typing import Any

from onebyone.collect import answers
from onebyone.collect.desk import Desk, Scope, store
from onebyone.collect.sources.batch import UNWELL, Refusal, make_hit, read, refuse, results, unreadable
from onebyone.event import Drop, Reason, Via
from onebyone.wire import read_server_batch

_NO_KEY = Refusal(
    Reason.UNAUTHORIZED, 401, "No valid key", "Send 'Authorization: Bearer KEY' with a server key of this site."
)


def matches(path: str) -> bool:
    return path.endswith("/v1/events")


async def take(scope: Scope, proto: Any, desk: Desk) -> None:
    if scope.method != "POST":
        proto.response_bytes(*answers.problem(405, "Method not allowed", "Send a POST.", [("allow", "POST")]))
        return
    site = desk.registry.site_of_key(scope.headers.get("authorization", ""))
    if not site:
        await refuse(_NO_KEY, scope, proto, desk, Via.SERVER, extra=[("www-authenticate", "Bearer")])
        return
    body = await read(scope, proto, desk, max_bytes=desk.settings.server_max_bytes)
    if isinstance(body, Refusal):
        await refuse(body, scope, proto, desk, Via.SERVER, site=site, extra=[])
        return
    batch = read_server_batch(body)
    if isinstance(batch, Drop):
        await refuse(unreadable(batch, body), scope, proto, desk, Via.SERVER, site=site, extra=[])
        return
    hit = make_hit(scope, desk, Via.SERVER, site=site, body=body, count=max(1, len(batch.events)))
    rows = results(batch.events)
    if await store(desk, hit):
        proto.response_bytes(*answers.json({"results": rows}, []))
    else:
        proto.response_bytes(*answers.problem(*UNWELL, []))
