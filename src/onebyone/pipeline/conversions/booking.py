"""What each arrival changed about a conversion, with its dates (specs/measurement.md 1.4 and 1.5).

A function of the set of its copies and adjustments, as the record is: what somebody would have read after each arrival
is made anew from what was there by then, so a replay or another order of work books the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from onebyone.event import Booking, Event
from onebyone.pipeline.conversions.adjusting import Left, adjust, adjust_in_turn
from onebyone.pipeline.conversions.copies import ADJUSTS, Copy, arrival
from onebyone.pipeline.conversions.matching import match
from onebyone.pipeline.conversions.merging import merge

_CERTAIN = frozenset({"order_id", "event_id"})  # copies joined by these were one from the start
_When = tuple[datetime, datetime, str]  # of the conversion, of what is booked, currency
_Worth = tuple[int, int, int, int]  # counted, gross, refunded, net
_NOTHING: _Worth = (0, 0, 0, 0)


def book(
    copies: Sequence[Copy], adjustments: Sequence[Copy], joins: Sequence[str], *, known_since: datetime
) -> list[Booking]:
    """By arrival; `copies` are those of one record. Empty if nothing changed after `known_since`, when it was first
    seen: then all of it is booked there."""
    parts = not _CERTAIN.issuperset(joins)
    if not adjustments and not parts and _agree(copies, known_since):
        return []
    arrivals = sorted([*copies, *adjustments], key=arrival)
    booked: list[Booking] = []
    before: dict[_When, _Worth] = {}
    for number, last in enumerate(arrivals, 1):
        there = arrivals[:number]
        mine = [copy for copy in there if copy.event.name not in ADJUSTS]
        groups = [group.copies for group in match(mine)] if parts and number < len(arrivals) else [mine]
        after = _worth_of(groups, [copy for copy in there if copy.event.name in ADJUSTS])
        booked += _changes(before, after, last.event)
        before = after
    return booked


def _agree(copies: Sequence[Copy], known_since: datetime) -> bool:
    """Whether no copy but the first can have changed an amount or a day."""
    if min(copy.event.received_at for copy in copies) != known_since:
        return False
    first = copies[0].event
    said = (first.value, first.currency, _quarter(first.at))
    return all((c.event.value, c.event.currency, _quarter(c.event.at)) == said for c in copies)


def _worth_of(groups: Sequence[Sequence[Copy]], adjustments: Sequence[Copy]) -> dict[_When, _Worth]:
    found: dict[_When, _Worth] = {}
    for copies in groups:
        mine = adjustments if any(copy.event.order_id for copy in copies) else []
        for when, worth in _booked_of(merge(copies), mine) if copies else ():
            found[when] = _plus(found.get(when, _NOTHING), worth)
    return found


def _booked_of(order: Event, adjustments: Sequence[Copy]) -> Iterator[tuple[_When, _Worth]]:
    """The order on its own day, and what each adjustment took or gave on its."""
    placed = _quarter(order.at)
    before = _worth(adjust(order, []))
    yield (placed, placed, order.currency), before
    for event, left in adjust_in_turn(order, adjustments):
        after = _worth(left)
        yield (placed, _quarter(event.at), order.currency), _minus(after, before)
        before = after


def _worth(left: Left) -> _Worth:
    return _NOTHING if left.cancelled else (1, left.gross, left.refunded, left.net)


def _changes(before: dict[_When, _Worth], after: dict[_When, _Worth], last: Event) -> Iterator[Booking]:
    counted = sum(worth[0] for worth in after.values()) - sum(worth[0] for worth in before.values())
    cause = last.name if last.name in ADJUSTS else _CAUSES[(counted > 0) - (counted < 0)]
    for when in sorted(before.keys() | after.keys()):
        change = _minus(after.get(when, _NOTHING), before.get(when, _NOTHING))
        if change != _NOTHING:
            yield Booking(
                received_at=last.received_at,
                order_at=when[0],
                at=when[1],
                cause=cause,
                currency=when[2],
                counted=change[0],
                gross=change[1],
                refunded=change[2],
                net=change[3],
            )


_CAUSES = {1: "arrived", 0: "copy", -1: "joined"}


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _plus(one: _Worth, other: _Worth) -> _Worth:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _minus(one: _Worth, other: _Worth) -> _Worth:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2], one[3] - other[3]
