"""Counting a batch of sightings: each finds its record, and the records that changed get their next version.

State comes in as a `Shelf`. What was looked up and changed lives until `discard`; nothing is written before the shelf
commits. The same sighting asking again, as after a crash or in a replay, gets its first answer and changes nothing
but its verdict, where the rules are others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace

from onebyone.event import Conversion, Drop, Event, Reason, Sighting
from onebyone.pipeline.conversions.adjusting import adjustment_key, may_adjust
from onebyone.pipeline.conversions.copies import (
    ADJUSTS,
    Copy,
    Keys,
    conversion_id,
    event_key,
    is_browser,
    keys_of,
    matched_id,
    order_key,
    sighting_key,
    together,
    with_verdict,
)
from onebyone.pipeline.conversions.records import (
    KEEP,
    Record,
    Seat,
    adjusted,
    conversion_of,
    joined,
    read_record,
    settle,
    waits,
    write_record,
)

KEY_DAYS = 400
CROWD = 64  # records under one key: more, and it names nobody
UNPROVEN = "not_from_server"  # an adjustment that a browser claims
_ROUNDS = 16
_JSON = msgspec.json.Encoder()
BY_NAVIGATION = {
    "reload": Reason.ORDER_RELOADED,
    "reload_discarded": Reason.ORDER_RELOADED,  # by the browser, which had thrown the page away
    "back_forward": Reason.ORDER_BACK_FORWARD,
    "bfcache": Reason.ORDER_BACK_FORWARD,
}
_BY_JOIN = {"reload": Reason.PAGE_RELOADED, "weak": Reason.MATCHED_WEAKLY}


class Shelf(Protocol):
    """Where records stand: `state.conversions.Conversions`, or a dict in a test. Keys are 16 bytes, ids are UUIDs."""

    def find(self, keys: Collection[bytes]) -> dict[bytes, list[str]]:
        """The records under each of these keys that has any."""

    def load(self, ids: Collection[str]) -> dict[str, bytes]:
        """The bodies of these records."""

    def put(self, conversion: Conversion, line: bytes, body: bytes) -> None:
        """To be written at the next commit."""

    def put_waiting(self, site: str, id: str, day: int, body: bytes) -> None:
        """The same for a record that nobody shall see yet."""

    def remove(self, id: str) -> None: ...

    def tie(self, key: bytes, id: str, last_day: int) -> None: ...

    def untie(self, key: bytes, id: str) -> None: ...


class Counting:
    """One batch at a time, and one thread. Whatever the shelf raises rises."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.discard()

    def discard(self) -> None:
        """Forget what was looked up and counted since the last commit."""
        self._under: dict[bytes, set[str]] = {}
        self._records: dict[str, Record] = {}
        self._before: dict[str, Record] = {}
        self._changed: dict[str, None] = {}
        self._again: dict[str, None] = {}
        self._gone: set[str] = set()
        self._keys: dict[int, tuple[Event, Keys]] = {}  # by the identity of the event, which stays alive here

    def prefetch(self, events: Iterable[Event]) -> None:
        """Look up at once what these events will ask for."""
        wanted: set[bytes] = set()
        for event in events:
            keys = self._keys_of(event)
            wanted.update(keys.own, keys.near)
        self._load(wanted)

    def find_founder(self, event: Event) -> Event | None:
        """The first copy of the record that this event would join by its ids; it takes no part itself."""
        keys = [order_key(event)] * bool(event.order_id) + [event_key(event)] * bool(matched_id(event))
        self._load(keys)
        for id in (id for key in keys for id in sorted(self._under[key])):
            record = self._records.get(id)
            if record is None or not record.copies:
                continue
            others = {copy.event.order_id for copy in record.copies} - {"", event.order_id}
            if not (event.order_id and others):
                return next(c.event for c in record.copies if c.sighting == record.seat.founder)
        return None

    def sight(self, event: Event) -> Event | Drop:
        """The event, if it is the first of its kind, with its conversion's id; else what it is a copy of."""
        if event.name in ADJUSTS:
            return self._adjust(event)
        known = self._reach(event)
        told = self._told(event, known)
        if told is not None:
            return told
        fresh = Copy(event)
        records = settle(known, fresh)
        mine = next(record for record in records if _holds(record, fresh))
        if mine.seat.founder != fresh.sighting:
            drop = _why(mine, event)
            told_so = replace(fresh, fate=drop.reason, of=drop.of)
            records = [_with_copy(record, fresh, told_so) for record in records]
            self._store(known, records, fresh)
            return drop
        if mine.flags:
            records = [_with_copy(record, fresh, replace(fresh, noticed=mine.flags)) for record in records]
        self._store(known, records, fresh)
        return _kept(event, mine.flags)

    def told(self, event: Event) -> Event | Drop | None:
        """What a copy that is in a record was told when it came; None for one that is in none."""
        return self._told(event, self._reach(event))

    def judge_again(self, ids: Collection[str], change: Callable[[Event], Event]) -> None:
        """Other verdicts for the copies of these records; those that had any reason are told again, changed or not."""
        for id, body in self._shelf.load(ids).items():
            record = self._records[id] = self._before[id] = read_record(body)
            if not any(copy.event.reasons for copy in record.copies):
                continue
            self._again[id] = None  # a crash behind the commit must not keep it from the store
            copies = [_judged(copy, change(copy.event)) for copy in record.copies]
            if any(new is not old for new, old in zip(copies, record.copies, strict=True)):
                self._keep(replace(record, copies=copies), [])

    def finish(self) -> list[bytes]:
        """Put the changed records on the shelf. Returns the lines of all that changed or were asked about again."""
        lines: list[bytes] = []
        for id in self._changed:
            if id in self._records and self._records[id].copies:
                lines += self._next_version(id)
            elif id in self._records:
                record = self._records[id]
                day = record.seat.first_day.toordinal() - _EPOCH_DAY + KEY_DAYS
                self._shelf.put_waiting(record.adjustments[0].event.site, id, day, write_record(record))
        for id in self._gone:
            self._shelf.remove(id)
        for id in self._again:
            told = self._records.get(id)
            if id not in self._changed and told is not None and told.copies:
                lines += [_line(conversion_of(told)), *(_line(joined(guest, told)) for guest in told.guests)]
        return lines

    def _next_version(self, id: str) -> list[bytes]:
        record, before = self._records[id], self._before.get(id)
        known = {seat.id for seat in before.guests} if before is not None else set()
        guests = [seat if seat.id in known else _newer(seat) for seat in record.guests]
        record = replace(record, seat=_newer(record.seat), guests=guests)
        self._records[id] = record
        lines = [self._put(conversion_of(record), write_record(record))]
        for seat in guests:
            conversion = joined(seat, record)
            lines.append(_line(conversion) if seat.id in known else self._put(conversion, b""))
        return lines

    def _put(self, conversion: Conversion, body: bytes) -> bytes:
        line = _line(conversion)
        self._shelf.put(conversion, line[1:], body)
        return line

    def _reach(self, event: Event) -> list[Record]:
        """All records that this event could change anything about."""
        keys = self._keys_of(event)
        asked = [*keys.own, *keys.near]
        self._load(asked)
        found: dict[str, Record] = {}
        if not any(map(self._under.__getitem__, asked)):
            return []
        for _ in range(_ROUNDS):
            ids = {id for key in asked if len(self._under[key]) <= CROWD for id in self._under[key]} - found.keys()
            fresh = [self._records[id] for id in sorted(ids) if id in self._records]
            if not fresh:
                break
            found |= {record.seat.id: record for record in fresh}
            more = self._keys_of_all(copy for record in fresh for copy in record.copies)
            asked = [*more.own, *more.near]
            self._load(asked)
        return list(found.values())

    def _load(self, keys: Iterable[bytes]) -> None:
        wanted = [key for key in keys if key not in self._under]
        for _ in range(_ROUNDS):
            if not wanted:
                return
            found = self._shelf.find(wanted)
            ids: set[str] = set()
            for key in wanted:
                self._under[key] = under = set(found.get(key, ())) - self._gone
                if len(under) <= CROWD:
                    ids |= under - self._records.keys()
            wanted = []
            for id, body in self._shelf.load(ids).items():
                record = self._records[id] = self._before[id] = read_record(body)
                keys_there = self._keys_of_all(record.copies)
                wanted += [key for key in (*keys_there.own, *keys_there.near) if key not in self._under]
            wanted = list(dict.fromkeys(wanted))

    def _keys_of(self, event: Event) -> Keys:
        known = self._keys.get(id(event))
        if known is None:
            known = self._keys[id(event)] = (event, keys_of(event, days=KEY_DAYS))
        return known[1]

    def _keys_of_all(self, copies: Iterable[Copy]) -> Keys:
        return together(self._keys_of(copy.event) for copy in copies)

    def _told(self, event: Event, known: Sequence[Record]) -> Event | Drop | None:
        """What this sighting was told before."""
        sighting = event.sighting
        for record in known:
            for copy in record.copies:
                if copy.sighting == sighting:
                    self._again[record.seat.id] = None
                    self._note_verdict(record, copy, event)
                    if not copy.fate:
                        return _kept(event, copy.noticed)
                    return Drop(Reason(copy.fate), of=Sighting(copy.of))
            if record.more:
                key = sighting_key(event)
                self._load([key])
                if record.seat.id in self._under[key]:
                    self._again[record.seat.id] = None
                    return _why(record, event)
        return None

    def _note_verdict(self, record: Record, copy: Copy, event: Event) -> None:
        """The rules changed since: whose the record is follows from what they say of each copy."""
        new = _judged(copy, event)
        if new is not copy:
            self._keep(_with_copy(record, copy, new), [])

    def _adjust(self, event: Event) -> Event | Drop:
        if not may_adjust(event):
            return replace(event, flags=[*event.flags, UNPROVEN])
        key = order_key(event)
        self._load([key])
        fresh, made = Copy(event), adjustment_key(event)
        record = next((self._records[id] for id in sorted(self._under[key]) if id in self._records), None)
        if record is None:
            self._keep(waits(fresh), [fresh])
            return event
        for copy in record.adjustments:
            if copy.sighting == fresh.sighting:
                self._again[record.seat.id] = None
                return Drop(Reason(copy.fate), of=Sighting(copy.of)) if copy.fate else event
        first = next((copy for copy in record.adjustments if adjustment_key(copy.event) == made), None)
        if first is None:
            self._keep(adjusted(record, fresh), [])
            return event
        drop = Drop(Reason.ADJUSTMENT_REPEATED, of=Sighting(first.sighting))
        told = replace(fresh, fate=drop.reason, of=drop.of)
        if len(record.adjustments) < KEEP:
            self._keep(adjusted(record, told), [])
        return drop

    def _store(self, known: Sequence[Record], records: Sequence[Record], fresh: Copy) -> None:
        """Keep what changed, and move keys to where their copies went."""
        before = {record.seat.id: record for record in known}
        after = {record.seat.id for record in records}
        home = {copy.sighting: record.seat.id for record in records for copy in record.copies}
        for id, record in before.items():
            left = [copy for copy in record.copies if home.get(copy.sighting, id) != id]
            if left or id not in after:
                self._release(record, left if id in after else record.copies, after)
        moved: dict[str, list[Copy]] = defaultdict(list)
        for record in records:
            if record is not before.get(record.seat.id):
                old = before.get(record.seat.id)
                there = {copy.sighting for copy in old.copies} if old is not None else set()
                moved[record.seat.id] = [copy for copy in record.copies if copy.sighting not in there]
                if old is not None and record.more > old.more:
                    self._note_pruned(old, record, fresh)
        for record in records:
            if record.seat.id in moved:
                self._keep(record, moved[record.seat.id])

    def _release(self, record: Record, left: Sequence[Copy], after: Collection[str]) -> None:
        """Untie a record from the keys of copies that left it; a record that nobody needs goes."""
        id = record.seat.id
        remaining = [copy for copy in record.copies if copy not in left]
        stay = self._keys_of_all(remaining).own
        waiting = [*left, *(record.adjustments if id not in after else ())]
        for key in self._keys_of_all(waiting).own:
            if key not in stay:
                self._under.setdefault(key, set()).discard(id)
                self._shelf.untie(key, id)
        if id not in after:
            del self._records[id]
            self._changed.pop(id, None)
            if not record.copies:
                self._gone.add(id)

    def _note_pruned(self, old: Record, record: Record, fresh: Copy) -> None:
        kept = {copy.sighting for copy in record.copies}
        for copy in (*old.copies, fresh):
            if copy.sighting not in kept:
                last = max(self._keys_of(copy.event).own.values())
                self._tie(sighting_key(copy.event), record.seat.id, last)

    def _keep(self, record: Record, arrived: Sequence[Copy]) -> None:
        id = record.seat.id
        self._records[id] = record
        self._changed[id] = None
        self._gone.discard(id)
        for key, last in self._keys_of_all(arrived).own.items():
            self._tie(key, id, last)

    def _tie(self, key: bytes, id: str, last: int) -> None:
        under = self._under.setdefault(key, set())
        if id not in under and len(under) <= CROWD:
            under.add(id)
            self._shelf.tie(key, id, last)


_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()


def _why(record: Record, event: Event) -> Drop:
    """Why a copy of this record is not counted."""
    others = [copy for copy in record.copies if copy.sighting != event.sighting]
    same_side = [copy for copy in others if is_browser(copy.event) == is_browser(event)]
    again = next((copy for copy in same_side if event.sent_id and copy.event.sent_id == event.sent_id), None)
    if again is not None:
        return Drop(Reason.DUPLICATE_EVENT, of=Sighting(again.sighting))
    of = Sighting(record.seat.founder)
    ids = {name for copy in others for name in (("o", copy.event.order_id), ("e", matched_id(copy.event))) if name[1]}
    if ids.isdisjoint((("o", event.order_id), ("e", matched_id(event)))):
        join = next((join for join in ("weak", "reload") if join in record.joins), "")
        if join:
            return Drop(_BY_JOIN[join], of=of)
    if not same_side:
        return Drop(Reason.ORDER_JOINED, of=of)
    return Drop(BY_NAVIGATION.get(event.nav, Reason.ORDER_REPEATED), of=of)


def _holds(record: Record, fresh: Copy) -> bool:
    if any(copy is fresh for copy in record.copies):
        return True
    return record.more > 0 and fresh.event.order_id != "" and record.seat.order_id == fresh.event.order_id


def _kept(event: Event, noticed: Sequence[str]) -> Event:
    return replace(event, conversion=conversion_id(event), flags=[*event.flags, *noticed])


def _with_copy(record: Record, fresh: Copy, told: Copy) -> Record:
    if not any(copy is fresh for copy in record.copies):
        return record
    return replace(record, copies=[told if copy is fresh else copy for copy in record.copies])


def _judged(copy: Copy, by: Event) -> Copy:
    event = with_verdict(copy.event, by)
    return copy if event is copy.event else replace(copy, event=event)


def _newer(seat: Seat) -> Seat:
    return replace(seat, version=seat.version + 1)


def _line(conversion: Conversion) -> bytes:
    return b"C" + _JSON.encode(conversion)
