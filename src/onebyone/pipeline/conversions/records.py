"""Which record holds which copies, and the version of it that the world sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import count

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Conversion, Event
from onebyone.pipeline.conversions.adjusting import Left, adjust, may_adjust
from onebyone.pipeline.conversions.booking import book
from onebyone.pipeline.conversions.copies import Copy, arrival, conversion_id, is_browser, is_of_site
from onebyone.pipeline.conversions.matching import Group, match
from onebyone.pipeline.conversions.merging import conflicts, merge, winners

_TOLD_ONCE = ("", "order_joined", "matched_weakly")
KEEP = 64  # copies a record holds in full; of more, those that say something
_ENCODER = msgspec.msgpack.Encoder()


class Seat(Struct, frozen=True, omit_defaults=True):
    """An id that the world knows: it stays with the order it was given for, or with the copy that founded it."""

    id: str
    founder: str  # Sighting
    first_day: date
    first_received_at: datetime
    order_id: str = ""
    version: int = 0


class Record(Struct, frozen=True, omit_defaults=True):
    """What `state/` holds under an id. One without copies waits: adjustments that came before their order."""

    seat: Seat
    updated_at: datetime
    copies: list[Copy] = []
    joins: list[str] = []
    flags: list[str] = []
    adjustments: list[Copy] = []
    guests: list[Seat] = []  # ids of records that turned out to be this one
    more: int = 0  # copies that said nothing new and are only counted


_DECODER = msgspec.msgpack.Decoder(Record)


def write_record(record: Record) -> bytes:
    return _ENCODER.encode(record)


def read_record(body: bytes) -> Record:
    return _DECODER.decode(body)


def settle(known: Sequence[Record], fresh: Copy) -> list[Record]:
    """The records of all copies of `known` and of one that just arrived. Records that stay as they are, are the same
    objects. `known` are all that the fresh copy could change anything about."""
    if not known:
        return [_found(Group([fresh], [], []), fresh, ())]
    copies = [copy for record in known for copy in record.copies]
    groups = match([*copies, fresh])
    seats = sorted(
        (seat for record in known if record.copies for seat in (record.seat, *record.guests)),
        key=lambda seat: (seat.first_received_at, seat.founder),
    )
    more = {copy.sighting: record for record in known for copy in record.copies if record.more}
    waiting = [copy for record in known for copy in record.adjustments]
    return [_settled(group, known, seats, more, waiting, fresh) for group in groups]


def _found(group: Group, fresh: Copy, seats: Sequence[Seat]) -> Record:
    """A record with an id of its own: of the copy that just arrived, or of the first if that one is elsewhere. Where
    that copy founded a record that goes on without it, the id is another."""
    founder = fresh if any(copy is fresh for copy in group.copies) else group.copies[0]
    event, taken = founder.event, {seat.id for seat in seats}
    ids = (conversion_id(event, again) for again in count())
    seat = Seat(
        id=next(id for id in ids if id not in taken),
        founder=founder.sighting,
        first_day=event.day,
        first_received_at=event.received_at,
        order_id=group.order_id,
    )
    return Record(seat, event.received_at, group.copies, group.joins, group.flags)


def _settled(
    group: Group,
    known: Sequence[Record],
    seats: Sequence[Seat],
    more: dict[str, Record],
    waiting: Sequence[Copy],
    fresh: Copy,
) -> Record:
    order_id, sightings = group.order_id, {copy.sighting for copy in group.copies}
    here = [seat for seat in seats if (seat.order_id == order_id if seat.order_id else seat.founder in sightings)]
    first = next((seat for seat in here if seat.order_id), next(iter(here), None))
    adjustments = [copy for copy in waiting if order_id and copy.event.order_id == order_id]
    same = next((record for record in known if record.seat == first), None)
    there = {copy.sighting for copy in same.copies} if same is not None else set()
    if same is not None and (there, same.flags, same.adjustments) == (sightings, group.flags, adjustments):
        return same
    found = _found(group, fresh, seats)
    guests = [seat for seat in here if seat is not first]
    uncounted = {record.seat.id: record.more for sighting, record in more.items() if sighting in sightings}
    record = replace(
        found,
        seat=found.seat if first is None else replace(first, order_id=order_id or first.order_id),
        updated_at=fresh.event.received_at,
        adjustments=adjustments,
        guests=guests,
        more=sum(uncounted.values()),
    )
    return _pruned(record)


def _pruned(record: Record) -> Record:
    """Copies of an order never leave it, so what says nothing new there need not be kept."""
    if len(record.copies) <= KEEP:
        return record
    saying = winners(record.copies) | {record.seat.founder, *(seat.founder for seat in record.guests)}
    saying |= {copy.sighting for copy in record.copies if copy.fate in _TOLD_ONCE}
    saying.update([copy.sighting for copy in sorted(record.copies, key=arrival) if is_of_site(copy.event)][:1])
    kept = [
        (copy, join)
        for copy, join in zip(record.copies, ["", *record.joins], strict=True)
        if copy.sighting in saying or not copy.event.order_id
    ]
    gone = len(record.copies) - len(kept)
    return replace(
        record, copies=[copy for copy, _ in kept], joins=[join for _, join in kept[1:]], more=record.more + gone
    )


def adjusted(record: Record, fresh: Copy) -> Record:
    """The record of an order with one more adjustment."""
    return replace(record, adjustments=[*record.adjustments, fresh], updated_at=fresh.event.received_at)


def waits(fresh: Copy) -> Record:
    """A record for an adjustment whose order is not there."""
    return replace(_found(Group([fresh], [], []), fresh, ()), copies=[], adjustments=[fresh])


def conversion_of(record: Record) -> Conversion:
    """What the world sees of a record that has copies."""
    copies, seat = record.copies, record.seat
    event = merge(copies)
    adjustments = [copy for copy in record.adjustments if may_adjust(copy.event)]
    left = adjust(event, adjustments)
    return Conversion(
        site=event.site,
        first_day=seat.first_day,
        id=seat.id,
        version=seat.version,
        first_received_at=seat.first_received_at,
        updated_at=record.updated_at,
        event=event,
        status="cancelled" if left.cancelled else "counted",
        vias=sorted({copy.event.via for copy in copies}),
        copies=len(copies) + record.more,
        matched_by=record.joins,
        flags=_flags(record, event, left),
        gross=left.gross,
        refunded=left.refunded,
        net=left.net,
        confirmed_at=min((c.event.received_at for c in (*copies, *adjustments) if is_of_site(c.event)), default=None),
        booked=book(copies, adjustments, record.joins, known_since=seat.first_received_at),
    )


def _flags(record: Record, event: Event, left: Left) -> list[str]:
    """What somebody should know of it."""
    return sorted({*record.flags, *conflicts(record.copies), *left.flags})


def joined(seat: Seat, to: Record) -> Conversion:
    """What the world sees under an id whose copies turned out to be another record's."""
    event = merge(to.copies)
    return Conversion(
        site=event.site,
        first_day=seat.first_day,
        id=seat.id,
        version=seat.version,
        first_received_at=seat.first_received_at,
        updated_at=to.updated_at,
        event=event,
        status="joined",
        joined_to=to.seat.id,
        copies=0,
    )


def sides(copies: Iterable[Copy]) -> tuple[bool, bool]:
    """Whether browsers reported it, and whether anybody else did."""
    seen = {is_browser(copy.event) for copy in copies}
    return True in seen, False in seen
