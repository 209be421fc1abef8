"""What a site's own server reports: its times hold, within limits; the request's headers are the server's own."""

from __future__ import annotations

import msgspec

from onebyone.consent.addresses import network_of
from onebyone.consent.said import read_said
from onebyone.event import Drop, Hit, Reason
from onebyone.pipeline.decode.sighting import Decoded, dropped, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import event_id_of, event_name_of, read_event, read_server_batch

_MAX_AGE_MS = 400 * 86_400_000
_MAX_AHEAD_MS = 10 * 60_000
_TOO_OLD = Drop(Reason.TIME_TOO_OLD, detail="at: more than 400 days back; it is in milliseconds or RFC 3339")
_IN_FUTURE = Drop(Reason.TIME_IN_FUTURE, detail="at: more than 10 minutes ahead; it is in milliseconds or RFC 3339")


def decode_server(hit: Hit, site: Site) -> list[Decoded]:
    batch = read_server_batch(hit.body)
    if isinstance(batch, Drop):
        return [dropped(n, batch) for n in range(hit.count)]
    return [_decode(hit, n, raw, site) for n, raw in enumerate(batch.events)]


def _decode(hit: Hit, n: int, raw: msgspec.Raw, site: Site) -> Decoded:
    sent = read_event(raw)
    if isinstance(sent, Drop):
        return dropped(n, sent, name=event_name_of(raw), sent_id=event_id_of(raw))
    at_ms = hit.received_ms if sent.at_ms is None else sent.at_ms
    age_ms = hit.received_ms - at_ms
    if not -_MAX_AHEAD_MS <= age_ms <= _MAX_AGE_MS:
        return dropped(n, _TOO_OLD if age_ms > 0 else _IN_FUTURE, name=sent.name, sent_id=sent.id)
    event = make_event(hit, n, sent, site, at_ms=at_ms, visitor=sent.visitor)
    context = Context(
        hit=hit,
        site=site,
        headers={},
        user_agent=sent.user_agent,
        address=network_of(sent.ip),
        url=sent.url,
        referrer=sent.referrer,
        said=read_said(sent.consent, received_ms=hit.received_ms),
        sealed=hit.sealed.get(str(n), ""),
    )
    return Decoded(n=n, outcome=event, context=context)
