"""GET of the image: everything is in the query."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote_plus

from onebyone.consent.said import PARAMETERS, read_said
from onebyone.event import Drop, Hit
from onebyone.pipeline.decode.sighting import Decoded, dropped, language_of, make_event
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site
from onebyone.wire import EventBody, OrderBody, PageBody, check_event


def decode_image(hit: Hit, site: Site) -> list[Decoded]:
    said = read_query(hit.query)
    name = said.get("e", "pv")
    name = "page_view" if name == "pv" else name
    headers = hit.headers
    sent = check_event(_body(name, said, headers.get("referer", "")))
    if isinstance(sent, Drop):
        return [dropped(0, sent, name=name[:64], sent_id=said.get("id", "")[:255])]
    consent = {name: said[name] for name in PARAMETERS.intersection(said)}
    language = language_of(headers.get("accept-language", ""))
    event = make_event(hit, 0, sent, site, at_ms=hit.received_ms, visitor=hit.visitor, language=language)
    context = Context(
        hit=hit,
        site=site,
        headers=headers,
        user_agent=headers.get("user-agent", ""),
        address=hit.address,
        url=sent.url,
        referrer=sent.referrer,
        said=read_said(consent, headers=headers, received_ms=hit.received_ms),
        region=hit.region,
    )
    return [Decoded(n=0, outcome=event, context=context)]


def _body(name: str, said: dict[str, str], referer: str) -> EventBody:
    props = {key[2:]: value for key, value in said.items() if key.startswith("p.")}
    if "t" in said:  # one clock alone cannot be corrected: kept, not believed
        props.setdefault("t", said["t"])
    order = None
    if "o" in said or "val" in said or "cur" in said:
        order = OrderBody(id=said.get("o"), value=said.get("val"), currency=said.get("cur"))
    return EventBody(
        name=name,
        id=said.get("id"),
        event_id=said.get("eid"),
        user_id=said.get("uid"),
        page=PageBody(url=said.get("u") or referer, referrer=said.get("r")),
        props=props,
        order=order,
    )


def read_query(query: str) -> dict[str, str]:
    """Names and values; of a repeated name the last, as everywhere else in here."""
    said = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name:
            said[_plain(name)] = _plain(value)
    return said


@lru_cache(maxsize=16_384)
def _plain(text: str) -> str:
    return unquote_plus(text, errors="replace") if "%" in text or "+" in text else text
