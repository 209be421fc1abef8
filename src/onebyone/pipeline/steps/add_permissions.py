"""Consent decides: what is allowed is written on the event, and what is not allowed is taken away.

Everything that the steps before it found is judged here, in one place; no step behind it may add what it removed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from msgspec.structs import replace

from onebyone.consent.decision import NOBODY, Decision, Known, Policies
from onebyone.consent.said import Choice, merge
from onebyone.consent.vocabulary import Mode, Source
from onebyone.event import LIMITED_USE, MAILS, SIGNALLED, Event, Permission, Via, visitor_hash
from onebyone.identity.vendor_ids import STATISTICS
from onebyone.pipeline.scrub import scrub, scrub_all
from onebyone.pipeline.step import Context, Step
from onebyone.places import Places
from onebyone.state.choices import Remembered

_MAX_AGENT_CHARS = 1_024
_BROWSERS = (Via.TAG, Via.IMAGE)
_LEARNT = (*_BROWSERS, Via.CONSENT)  # from which a browser's choice is remembered
_NOBODY_AT_ALL: dict[str, Any] = {
    "visitor": 0,
    "linked": 0,
    "user_id": "",
    "identifiers": {},
    "browser_ids": {},
    "click_ids": {},
}
_NO_PERSON: dict[str, Any] = _NOBODY_AT_ALL | {
    "recipient": "",
    "sealed": "",
    "query": "",
    "os": "",
    "device": "",
    "browser_version": 0,
    "life": 0,
}
_NO_DETAIL: dict[str, Any] = {
    "message": "", "title": "", "referrer": "", "referrer_host": "", "language": "", "channel": "", "source": "",
    "medium": "", "campaign": "", "campaign_id": "", "term": "", "content": "",
    "browser": "", "order_id": "", "value": 0, "currency": "", "items": "",
    "coupon": "", "tax": 0, "shipping": 0, "adjustment_id": "", "properties": {}, "nav": "", "seq": 0,
}  # fmt: skip


class Remembering(Protocol):
    """`state.choices.Choices`, or what a test puts in its place."""

    def find(self, site: str, visitor: int, before_ms: int) -> Remembered | None: ...

    def learn(self, site: str, visitor: int, fresh: Remembered) -> None: ...


class Suppressing(Protocol):
    def why(self, site: str, *identifiers: tuple[str, str]) -> str: ...


class Blinding(Protocol):
    """`state.seals.Seals`, or what a test puts in its place."""

    def blind(self, site: str, text: str, *, now_ms: int) -> str: ...


def add_permissions(
    policies: Policies, choices: Remembering, suppressed: Suppressing, *, places: Places, blinding: Blinding
) -> Step:
    """What the person allowed, by what was said, what is remembered of this browser, and the rule of the place."""

    def step(event: Event, context: Context) -> Event:
        if event.via in MAILS:  # its recipient allowed or refused it by the mode that drop_mail_copy reads
            erased = suppressed.why(event.site, ("recipient", event.recipient))
            return _forgotten(event, blinding, context.hit.received_ms) if erased else event
        visitor = event.visitor or visitor_hash(event.site, context.hit.asking)
        received_ms = context.hit.received_ms
        before = choices.find(event.site, visitor, received_ms) if visitor else None
        known = before.known if before is not None else NOBODY
        why = suppressed.why(
            event.site, ("visitor", str(visitor or "")), ("user", event.user_id), *event.identifiers.items()
        )
        if suppressed.why(event.site, ("order", event.order_id)):  # of somebody who was erased: nothing is left of it
            return _forgotten(event, blinding, received_ms)
        if why:
            known = replace(known, suppressed=True)
        region = _region(event, context, before, places)
        policy = policies.of(event.site, context.site.consent)
        at_ms = received_ms if event.at is event.received_at else round(event.at.timestamp() * 1000)
        decision = policy.decide(context.said, region, at_ms, known)
        if visitor and not why and event.via in _LEARNT and _is_news(context, decision, before):
            choices.learn(event.site, visitor, _remembered(context, decision, known, received_ms))
        changed: dict[str, Any] = dict(
            permissions=decision.permissions | (SIGNALLED if decision.signalled else 0),
            consent_source=decision.source,
            region=decision.region,
        )
        if decision.faults:
            changed |= {"flags": [*event.flags, *(f"consent_unreadable:{fault}" for fault in decision.faults)]}
        mode = decision.mode
        if mode and event.via not in _BROWSERS:
            mode = Mode.OWN
        elif why == "erased":
            mode = Mode.DROP
        changed |= _reduced(event, decision.region, mode) if mode else _allowed(event, context, decision, visitor)
        if event.linked and not _still_allows(choices.find(event.site, event.linked, received_ms)):
            changed["linked"] = 0
        if mode in (Mode.COUNT, Mode.DROP):
            changed |= _blinded(event, blinding, received_ms)
        return replace(event, **changed)

    return step


def _region(event: Event, context: Context, before: Remembered | None, places: Places) -> str:
    """Where the visitor is: the edge's finding; of a server's event the address it reports, never its own; else where
    the person was last."""
    if context.region:
        return context.region
    found = places.find(context.address) if event.via not in _LEARNT else ""
    return found or (before.region if before is not None else "")


def _still_allows(there: Remembered | None) -> bool:
    """Whether the other side of a link has not withdrawn since its token was made."""
    return there is None or bool(there.permissions & Permission.ANALYTICS.bit)


def _remembered(context: Context, decision: Decision, known: Known, received_ms: int) -> Remembered:
    said = tuple(_dated(choice, received_ms) for choice in context.said.choices)
    together = Known(merge(known.choices, said), overrides_gpc=known.overrides_gpc or _overrides(context))
    return Remembered(received_ms, decision.permissions, decision.region, together)


def _overrides(context: Context) -> bool:
    """A choice that is kept as a record, made while the page said that it overrides the browser's signal."""
    return context.choice is not None and context.said.gpc and context.choice.overrides_gpc


def _dated(choice: Choice, received_ms: int) -> Choice:
    """A choice without a time was made when it arrived: by then the newest word."""
    return choice if choice.at_ms else replace(choice, at_ms=received_ms)


def _is_news(context: Context, decision: Decision, before: Remembered | None) -> bool:
    """Whether there is something to remember. A choice told again is none."""
    if before is None or before.permissions != decision.permissions or before.region != decision.region:
        return True
    if not context.said.choices:
        return False
    held = {(choice.permission, choice.granted) for choice in before.known.choices}
    return any((choice.permission, choice.granted) not in held for choice in context.said.choices)


def _allowed(event: Event, context: Context, decision: Decision, visitor: int) -> dict[str, Any]:
    """What changes where statistics are allowed: what only other permissions would allow goes."""
    changed: dict[str, Any] = {"visitor": visitor if event.via != Via.CONSENT else 0}  # a record is no statistics
    if event.query:
        changed["query"] = scrub(event.query, context.site.consent.query_kept)
    if event.properties:
        changed["properties"] = scrub_all(event.properties)
    if not decision.allows(Permission.ADS_STORAGE):
        changed["click_ids"] = {}
        changed["browser_ids"] = {name: id for name, id in event.browser_ids.items() if name in STATISTICS}
    if not decision.joins:
        changed |= {"linked": 0, "user_id": "", "identifiers": {}}
    if decision.allows(Permission.ADS_SHARE):
        changed["sealed"] = context.sealed
    if decision.permissions & (Permission.ADS_SHARE.bit | LIMITED_USE) and event.name in context.site.conversions:
        changed["user_agent"] = context.user_agent[:_MAX_AGENT_CHARS]
    return changed


def _reduced(event: Event, region: str, mode: Mode) -> dict[str, Any]:
    """What changes where they are not: nothing is left that tells who it was. A count knows the page and the country,
    and no more; what the site's own server reports keeps its facts."""
    if mode in (Mode.COUNT, Mode.DROP):
        return _only_counted(mode, region.partition("-")[0])
    changed = _NO_PERSON | {"withheld": mode}
    changed["browser_version"] = event.browser_version
    changed["language"] = event.language.partition("-")[0]
    changed["referrer"] = event.referrer_host
    changed["properties"] = scrub_all(event.properties)
    return changed


def _forgotten(event: Event, blinding: Blinding, now_ms: int) -> Event:
    """A late event of somebody who was erased."""
    gone = _reduced(event, "", Mode.DROP) | _blinded(event, blinding, now_ms)
    return replace(event, consent_source=Source.SUPPRESSED, **gone)


def _blinded(event: Event, blinding: Blinding, now_ms: int) -> dict[str, Any]:
    """Ids of an event of which nothing but its number is kept: "purchase:1001" names an order, so another word stands
    for it, the same for its copies. The tag's own id of a view says nothing, and its retries are known by it."""

    def other(id: str) -> str:
        return blinding.blind(event.site, id, now_ms=now_ms) if id else ""

    sent_id = event.sent_id if event.via == Via.TAG and event.name == "page_view" else other(event.sent_id)
    return {"sent_id": sent_id, "event_id": other(event.event_id) if event.event_id != event.sent_id else sent_id}


@lru_cache(maxsize=1_024)
def _only_counted(mode: Mode, country: str) -> dict[str, Any]:
    """The same for all of a country: made once, and not to be changed."""
    return _NO_PERSON | _NO_DETAIL | {"withheld": mode, "region": country}
