"""The tag's batch: each event has its own clock reading, and the request one more to correct it with."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from onebyone.consent.said import read_said
from onebyone.event import Drop, Hit
from onebyone.pipeline.decode.ids import noted_ids
from onebyone.pipeline.decode.sighting import Decoded, dropped, language_of, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import SentEvent, event_id_of, event_name_of, read_batch, read_event

_DAY_MS = 86_400_000


def decode_tag(hit: Hit, site: Site) -> list[Decoded]:
    batch = read_batch(hit.body)
    if isinstance(batch, Drop):
        return [dropped(n, batch) for n in range(hit.count)]
    return [_decode(hit, n, raw, site, batch.sent_ms, batch.consent) for n, raw in enumerate(batch.events)]


def _decode(
    hit: Hit, n: int, raw: msgspec.Raw, site: Site, sent_ms: int | None, consent: Mapping[str, object] | None
) -> Decoded:
    sent = read_event(raw)
    if isinstance(sent, Drop):
        return dropped(n, sent, name=event_name_of(raw), sent_id=event_id_of(raw))
    at_ms, flags = _clock(sent, hit.received_ms, sent_ms, site.clock_reach_days)
    headers = hit.headers
    language = language_of(headers.get("accept-language", ""))
    event = make_event(hit, n, sent, site, at_ms=at_ms, visitor=hit.visitor, flags=flags, language=language)
    if hit.query:  # what a page itself says wins
        event = replace(event, browser_ids={**noted_ids(hit.query), **event.browser_ids})
    context = Context(
        hit=hit,
        site=site,
        headers=headers,
        user_agent=headers.get("user-agent", ""),
        address=hit.address,
        url=sent.url,
        referrer=sent.referrer,
        webdriver=sent.webdriver,
        said=read_said(consent, sent.consent, headers=headers, received_ms=hit.received_ms),
        region=hit.region,
        sealed=hit.sealed.get(str(n), ""),
        link=sent.link,
        facts=sent.facts,
    )
    return Decoded(n=n, outcome=event, context=context)


def _clock(sent: SentEvent, received_ms: int, sent_ms: int | None, reach_days: int) -> tuple[int, tuple[str, ...]]:
    """When it happened by our clock: the age comes from theirs, unless that clock makes no sense."""
    if sent.at_ms is None:
        return received_ms, ()
    age_ms = -1 if sent_ms is None else sent_ms - sent.at_ms
    if not 0 <= age_ms <= reach_days * _DAY_MS:
        return received_ms, ("clock",)
    return received_ms - age_ms, ()
