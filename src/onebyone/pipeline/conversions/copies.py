"""A copy: one report of something that counts, and the keys it may be known by (specs/measurement.md 1.2, 1.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Event, Via, event_uuid

ADJUSTS = frozenset({"refund", "cancel", "order_edit"})
ADJUSTED = "purchase"  # what they adjust
AGAIN = frozenset({"reload", "reload_discarded", "back_forward", "bfcache"})
GUARD_MS = 30 * 60_000
WEAK_MS = 300_000
FINAL_AFTER = timedelta(hours=72)  # behind its UTC day a copy takes no part in weak matching
_DAY = timedelta(days=1)
_BROWSER = (Via.TAG, Via.IMAGE)


class Copy(Struct, frozen=True, gc=False, omit_defaults=True):
    """One sighting of a conversion, and what became of it when it arrived: that never changes. Its verdict may."""

    event: Event
    fate: str = ""  # Reason it was dropped for; "": it was kept, as the first of a record
    of: str = ""  # Sighting it was a copy of
    noticed: list[str] = []  # flags of the event that was kept, which its record said when it arrived

    @property
    def sighting(self) -> str:
        return f"{self.event.hit}/{self.event.n}"


class Keys(Struct, frozen=True):
    """Of one copy, each with the last UTC day (since 1970) on which it is of use."""

    own: dict[bytes, int]  # others find the copy's record by these
    near: list[bytes]  # records under these may matter too: the windows beside


def is_machine(event: Event) -> bool:
    return event.actor.startswith("machine")


def with_verdict(event: Event, of: Event) -> Event:
    """The event with another's verdict; the same object if that is the one it has."""
    said = (of.actor, of.agent, of.confidence, of.reasons)
    if said == (event.actor, event.agent, event.confidence, event.reasons):
        return event
    return replace(
        event, actor=of.actor, agent=of.agent, confidence=of.confidence, reasons=of.reasons, ruleset=of.ruleset
    )


def is_browser(event: Event) -> bool:
    return event.via in _BROWSER


def is_of_site(event: Event) -> bool:
    """Whether the site itself says so: its server, or a list that its operator imported. Anybody may post the rest."""
    return event.via in (Via.SERVER, Via.IMPORT)


def ms_of(event: Event) -> int:
    return round(event.at.timestamp() * 1000)


def arrival(copy: Copy) -> tuple[int, str]:
    """By which copies are ordered as they arrived."""
    return round(copy.event.received_at.timestamp() * 1000), copy.sighting


def conversion_id(event: Event, again: int = 0) -> str:
    """UUID of the record that this copy founds; `again` if it founded others before."""
    return event_uuid(event.site, "conversion", f"{event.sighting}/{again}" if again else event.sighting)


def matched_id(event: Event) -> str:
    """The event id; where the site ruled out those for its kind, the sender's own, by which a retry is known."""
    return event.sent_id if "event_id" in event.not_by else event.event_id


def names_event(event: Event) -> bool:
    """Whether somebody but the tag gave it an event id: a tag makes one for each event, which says nothing."""
    given = event.event_id_given and "event_id" not in event.not_by
    return given or (matched_id(event) != "" and not is_browser(event))


def is_guarded(event: Event) -> bool:
    """Whether the reload guard may take it for another's copy: nobody gave it an id (rule 4)."""
    if "reload" in event.not_by:
        return False
    return not event.order_id and event.visitor != 0 and is_browser(event) and not names_event(event)


def page_of(event: Event) -> tuple[int, str, str, str, int, str]:
    """What a reloaded conversion shares with its first copy."""
    return event.visitor, event.host, event.path, event.query, event.value, event.currency


def people_of(event: Event) -> Iterator[tuple[str, str]]:
    """Ids by which a browser's copy and a server's may meet weakly (rule 3)."""
    if "weak" in event.not_by:
        return
    if event.received_at - event.at > FINAL_AFTER and event.received_at >= _final_at(event.at):
        return
    if event.visitor:
        yield "visitor", str(event.visitor)
    if event.user_id:
        yield "external", event.user_id
    for kind in ("external", "email"):
        if kind in event.identifiers:
            yield f"hashed_{kind}", event.identifiers[kind]


def _final_at(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY + FINAL_AFTER


def order_key(event: Event) -> bytes:
    """Of an order, by what reports it or adjusts it."""
    return order_key_of(event.site, ADJUSTED if event.name in ADJUSTS else event.name, event.order_id)


def order_key_of(site: str, name: str, order_id: str) -> bytes:
    return _key(site, name, "order", order_id)


def event_key(event: Event) -> bytes:
    return _key(event.site, event.name, "event", matched_id(event))


def sighting_key(event: Event) -> bytes:
    return _key(event.site, event.name, "sighting", event.sighting)


def keys_of(event: Event, *, days: int) -> Keys:
    """All keys of a copy, those of orders and events for so many days after it happened or arrived."""
    at_ms, day = ms_of(event), max(event.at, event.received_at).toordinal() - _EPOCH_DAY
    last, soon = day + days, day + 4
    own: dict[bytes, int] = {}
    near: list[bytes] = []
    if event.order_id:
        own[order_key(event)] = last
    if event.name in ADJUSTS:
        return Keys(own, near)
    if matched_id(event):
        own[event_key(event)] = last
    windows: list[tuple[tuple[str, ...], int]] = [(person, WEAK_MS) for person in people_of(event)]
    if is_guarded(event):
        windows.append((("page", str(event.visitor), str(event.value)), GUARD_MS))
    for parts, width in windows:
        at, who = at_ms // width, _key(event.site, event.name, *parts)[:_WHO]
        own[who + at.to_bytes(4, "big")] = soon
        near += (who + (at - 1).to_bytes(4, "big"), who + (at + 1).to_bytes(4, "big"))
    if not event.order_id and not matched_id(event):
        own[sighting_key(event)] = last
    return Keys(own, near)


def together(keys: Iterable[Keys]) -> Keys:
    own: dict[bytes, int] = {}
    near: list[bytes] = []
    for one in keys:
        for key, day in one.own.items():
            own[key] = max(day, own.get(key, 0))
        near += one.near
    return Keys(own, near)


_WHO = 12  # bytes of such a key that say who; the rest says when
_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()


def _key(*parts: str) -> bytes:
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
