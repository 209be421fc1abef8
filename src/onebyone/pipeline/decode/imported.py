"""One event of an export, or one line of an access log: what a file brings. Its times hold, however old."""

from __future__ import annotations

from onebyone.consent.addresses import network_of
from onebyone.consent.said import read_said
from onebyone.event import Drop, Hit, Reason
from onebyone.pipeline.decode.access_log import decode_line
from onebyone.pipeline.decode.sighting import Decoded, dropped, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import event_id_of, event_name_of, read_event

EVENT = "event"  # the path of a hit whose body is one event in JSON
_MAX_AHEAD_MS = 10 * 60_000


def decode_imported(hit: Hit, site: Site) -> list[Decoded]:
    return [_decode_event(hit, site)] if hit.path == EVENT else decode_line(hit, site)


def _decode_event(hit: Hit, site: Site) -> Decoded:
    sent = read_event(hit.body)
    if isinstance(sent, Drop):
        return dropped(0, sent, name=event_name_of(hit.body), sent_id=event_id_of(hit.body))
    at_ms = hit.received_ms if sent.at_ms is None else sent.at_ms
    if at_ms > hit.received_ms + _MAX_AHEAD_MS:
        ahead = Drop(Reason.TIME_IN_FUTURE, detail="more than 10 minutes ahead")
        return dropped(0, ahead, name=sent.name, sent_id=sent.id)
    context = Context(
        hit=hit,
        site=site,
        headers={},
        user_agent=sent.user_agent,
        address=network_of(sent.ip),
        url=sent.url,
        referrer=sent.referrer,
        said=read_said(sent.consent, received_ms=hit.received_ms),
    )
    return Decoded(n=0, outcome=make_event(hit, 0, sent, site, at_ms=at_ms, visitor=sent.visitor), context=context)
