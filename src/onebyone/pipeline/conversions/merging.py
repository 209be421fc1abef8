"""What the copies of one conversion say together (specs/measurement.md 1.3).

Every field is a minimum, a union or the word of the copy that comes first in an order of all copies: so any order of
arrival and any repetition gives the same. Fields that only mean something together come from one copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

import msgspec
from msgspec.structs import replace

from onebyone.event import SIGNALLED, Event, allowed_by_both
from onebyone.pipeline.conversions.copies import Copy, arrival, is_browser, is_machine, ms_of, with_verdict
from onebyone.state.seals import join_sealed

VALUE_CONFLICT = "value_conflict"
CURRENCY_CONFLICT = "currency_conflict"
_DEFAULTS = frozenset({"", "region_default", "site_default"})
_JSON = msgspec.json.Encoder(order="deterministic")

# By whom: what follows together once one of the first names is filled.
_OF_SERVER = (("items",), ("coupon",), ("order_id",))
_OF_BROWSER = (
    ("host", "path", "query", "title"),
    ("referrer", "referrer_host"),
    ("language",),
    ("channel", "source", "medium", "campaign", "term", "content"),
    ("browser", "browser_version", "os", "device"),
    ("country",),
    ("visitor",),
    ("user_agent",),
    ("user_id",),
)
_OF_NAMER = (("event_id", "event_id_given", "sent_id"),)  # an id that a tag made, no vendor's pixel has used


def merge(copies: Sequence[Copy]) -> Event:
    """The fields of the record. Its hit, index and id are those of the copy that stands first in time.

    It is a person's as long as one copy is: only when all of them turned out to be machines' it is a machine's.
    """
    events = [copy.event for copy in copies]
    if len(events) == 1:
        return replace(events[0], conversion="")
    apart = len({event.at for event in events}) == len(events)
    in_time = sorted(events, key=_at if apart else _in_time)
    browser_first = sorted(in_time, key=lambda event: not is_browser(event))
    server_first = sorted(in_time, key=is_browser)
    changed: dict[str, Any] = {}
    given_first = sorted(browser_first, key=lambda event: not event.event_id_given)
    for groups, order in ((_OF_SERVER, server_first), (_OF_BROWSER, browser_first), (_OF_NAMER, given_first)):
        for names in groups:
            said = next((event for event in order if getattr(event, names[0])), None)
            if said is not None:
                changed.update((name, getattr(said, name)) for name in names)
    changed |= _money(server_first) | _consent(in_time, browser_first)
    changed["sealed"] = join_sealed([event.sealed for event in browser_first if event.sealed])
    return replace(
        with_verdict(browser_first[0], next((e for e in browser_first if not is_machine(e)), browser_first[0])),
        at=in_time[0].at,
        day=in_time[0].day,
        received_at=min(event.received_at for event in events),
        click_ids=_united(browser_first, "click_ids"),
        browser_ids=_united(browser_first, "browser_ids"),
        identifiers=_united(server_first, "identifiers"),
        properties=_united(server_first, "properties"),
        flags=sorted({flag for event in events for flag in event.flags}),
        conversion="",
        **changed,
    )


def conflicts(copies: Iterable[Copy]) -> list[str]:
    """What the copies that name an amount do not agree about."""
    said = {(event.value, event.currency) for event in (copy.event for copy in copies) if event.currency}
    if len(said) < 2:
        return []
    stated = {copy.event.currency for copy in copies if _states_currency(copy.event)}
    found = [CURRENCY_CONFLICT] if len(stated) > 1 else []
    return [*found, VALUE_CONFLICT] if len({value for value, _ in said}) > 1 else found


def winners(copies: Sequence[Copy]) -> set[str]:
    """Sightings without which the record would be another, or would have been at some time: the rest may be forgotten,
    for at each time the same words won among these, and they will with any copies to come."""
    kept: set[str] = set()
    orders: tuple[Callable[[Event], bool], ...] = (is_browser, lambda event: not is_browser(event))
    arrived = [(copy.sighting, copy.event, _in_time(copy.event)) for copy in sorted(copies, key=arrival)]
    for last in orders:
        first: dict[str, tuple[bool, tuple[int, bytes]]] = {}  # of each word, the copy that stands first so far
        for sighting, event, in_time in arrived:
            place = (last(event), in_time)
            better = [word for word in _words(event) if word not in first or place < first[word]]
            if better:
                first.update(dict.fromkeys(better, place))
                kept.add(sighting)
    return kept


def _words(event: Event) -> set[str]:
    """What a copy may be the first to say: a field at all; a value, an entry of a union or a flag that nobody said."""
    filled = {names[0] for names in (*_OF_SERVER, *_OF_BROWSER, *_OF_NAMER) if getattr(event, names[0])}
    filled |= {"event_id given"} if event.event_id_given else set()
    entries = {f"{name}.{key}" for name in _UNITED for key in getattr(event, name)}
    money = {f"money {event.value} {event.currency} {_states_currency(event)}"} if event.currency else set()
    sides = {str(is_browser(event)), f"machine {is_machine(event)}"}
    consent = {f"consent {event.permissions}"} if _carries_signal(event) else {"consent"}
    return filled | entries | money | consent | {f"flag {flag}" for flag in event.flags} | sides


_UNITED = ("click_ids", "browser_ids", "identifiers", "properties")


def _at(event: Event) -> datetime:
    return event.at


def _in_time(event: Event) -> tuple[int, bytes]:
    """Earliest, then smallest canonical JSON."""
    return ms_of(event), _JSON.encode(event)


def _united(events: Sequence[Event], name: str) -> dict[str, str]:
    if not any(getattr(event, name) for event in events):
        return {}
    together: dict[str, str] = {}
    for event in reversed(events):
        together |= getattr(event, name)
    return dict(sorted(together.items()))


def _states_currency(event: Event) -> bool:
    return event.currency != "" and "currency_missing" not in event.flags


def _money(server_first: Sequence[Event]) -> dict[str, Any]:
    """Amounts of the first copy that has any; its currency too, unless it had none and another copy says it."""
    said = next((event for event in server_first if event.currency), None)
    if said is None:
        return {}
    stated = next((event.currency for event in server_first if _states_currency(event)), said.currency)
    currency = said.currency if _states_currency(said) else stated
    return {"value": said.value, "tax": said.tax, "shipping": said.shipping, "currency": currency}


def _consent(in_time: Sequence[Event], browser_first: Sequence[Event]) -> dict[str, Any]:
    """The most restrictive of those that carry a signal; a copy without one says nothing."""
    signals = [event for event in in_time if _carries_signal(event)]
    said = signals[0] if signals else browser_first[0]
    allowed = reduce(allowed_by_both, (event.permissions for event in signals)) if signals else said.permissions
    return {"permissions": allowed, "consent_source": said.consent_source, "region": said.region}


def _carries_signal(event: Event) -> bool:
    """Of any permission; an event of before 2026-12 says only whether one of them decided about statistics."""
    return bool(event.permissions & SIGNALLED) or event.consent_source not in _DEFAULTS
