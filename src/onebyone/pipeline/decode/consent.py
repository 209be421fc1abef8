"""A choice that was posted to be kept: an event that says so, and what its record is made of."""

from __future__ import annotations

from onebyone.consent.choice_body import read_choice
from onebyone.event import Drop, Hit, hit_uuid
from onebyone.pipeline.decode.image import read_query
from onebyone.pipeline.decode.sighting import Decoded, dropped, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import SentEvent

NAME = "consent_choice"


def decode_consent(hit: Hit, site: Site) -> list[Decoded]:
    choice = read_choice(hit.body)
    record = read_query(hit.query).get("record") or hit_uuid(hit.id)
    if isinstance(choice, Drop):
        return [dropped(0, choice, name=NAME, sent_id=record)]
    props = {"button": choice.button, "banner": choice.banner, "language": choice.language}
    sent = SentEvent(name=NAME, id=record, url=choice.page, props={name: said for name, said in props.items() if said})
    event = make_event(hit, 0, sent, site, at_ms=hit.received_ms, visitor="")
    context = Context(
        hit=hit,
        site=site,
        headers=hit.headers,
        user_agent=hit.headers.get("user-agent", ""),
        address=hit.address,
        url=choice.page,
        referrer="",
        said=choice.said(headers=hit.headers, received_ms=hit.received_ms),
        region=hit.region,
        choice=choice,
    )
    return [Decoded(n=0, outcome=event, context=context)]
