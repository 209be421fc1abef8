"""The three ways in from an e-mail. The collector read the token; what it found lies in the hit's body."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from onebyone.event import Drop, Hit, Reason, Via
from onebyone.mail.facts import Facts, read_facts
from onebyone.pipeline.decode.sighting import Decoded, dropped, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import SentEvent

NAMES: Mapping[str, str] = {Via.OPEN: "email_open", Via.LINK: "email_click", Via.UNSUBSCRIBE: "email_unsubscribe"}

_UNREADABLE = Drop(Reason.WRONG_SHAPE, detail="no token was read from this request")


def decode_mail(hit: Hit, site: Site) -> list[Decoded]:
    try:
        facts = read_facts(hit.body)
    except ValueError:
        return [dropped(0, _UNREADABLE, name=NAMES[hit.via])]
    event = make_event(hit, 0, SentEvent(name=NAMES[hit.via]), site, at_ms=hit.received_ms, visitor="")
    event = replace(
        event,
        message=facts.message,
        recipient=facts.recipient,
        properties=_properties(hit, facts),
        flags=["tampered"] if facts.bad else [],
    )
    context = Context(
        hit=hit,
        site=site,
        headers=hit.headers,
        user_agent=hit.headers.get("user-agent", ""),
        address=hit.address,
        url="",
        referrer="",
    )
    return [Decoded(n=0, outcome=event, context=context)]


def _properties(hit: Hit, facts: Facts) -> dict[str, str]:
    if hit.via == Via.LINK:
        return {"link": str(facts.link)}
    return {"wants": facts.wants} if facts.wants else {}
