"""From the log "events" into the delivery queue: a cursor for each destination, moved with the rows it made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from onebyone.destinations.arrival import Known, Target, again, arrive
from onebyone.destinations.prepare import Records
from onebyone.event import Conversion
from onebyone.log import Group, Reader
from onebyone.state.deliveries import ADJUST, Deliveries, Delivery, State
from onebyone.state.destinations import Again, Destinations, Position

_LINE = b"C{"
_READ_GROUPS = 64
_AT_ONCE = 1_000
_records = msgspec.json.Decoder(Conversion)


class Plan(Struct, frozen=True):
    """What an order to send a range again does, or would do."""

    rows: tuple[Delivery, ...] = ()
    untouched: int = 0  # sent already, waiting already, or not to be sent
    too_old: int = 0  # the platform would not take them any more
    outside: int = 0

    @property
    def to_send(self) -> int:
        return len(self.rows)


class Intake:
    """Blocks; one thread at a time."""

    def __init__(self, reader: Reader, destinations: Destinations, deliveries: Deliveries, records: Records) -> None:
        self._reader = reader
        self._records = records
        self._destinations = destinations
        self._deliveries = deliveries
        self._positions: dict[tuple[str, str], Position] = {}
        self._late: dict[tuple[str, str], Conversion] = {}  # versions that came while their delivery was on its way

    def take_once(self, targets: Sequence[Target], now_ms: int) -> int:
        """The next groups for every destination; the number of records read. Raises LogUnavailable, StateUnavailable.

        A destination that never read begins where the log ends now.
        """
        self._begin(targets)
        late, self._late = self._late, {}
        if late:
            self._deliveries.put(list(self._arrivals(late.values(), targets, now_ms)))
        apart: dict[tuple[tuple[str, int], ...], list[Target]] = defaultdict(list)
        for target in targets:
            apart[tuple(sorted(self._positions[_key(target)].items()))].append(target)
        return sum(self._take(dict(position), some, now_ms) for position, some in apart.items())

    def plan(self, target: Target, order: Again, now_ms: int) -> Plan:
        """Reads the records, which are kept longer than the log. Changes nothing."""
        key = _key(target)
        rows, untouched, too_old, outside = list[Delivery](), 0, 0, 0
        oldest_ms = now_ms - target.destination.facts.max_age_s * 1000
        for record, held in self._with_deliveries(key[0]):
            at_ms = int(record.event.at.timestamp() * 1000)
            row = again(held.get((record.id, key[1], "")), record, target, order, now_ms)
            if not order.from_ms <= at_ms < order.to_ms:
                outside += 1
            elif row is None:
                untouched += 1
            elif at_ms < oldest_ms:
                too_old += 1
            else:
                rows.append(row)
        return Plan(tuple(rows), untouched, too_old, outside)

    def carry_out(self, plan: Plan) -> None:
        for start in range(0, len(plan.rows), 1000):
            self._deliveries.put(plan.rows[start : start + 1000])

    def _begin(self, targets: Sequence[Target]) -> None:
        for target in targets:
            key = _key(target)
            if key in self._positions:
                continue
            found = self._destinations.cursor(*key)
            if found is None:
                found = {name: mark.seq for name, mark in self._reader.tail().items()}
                self._deliveries.put((), {key: found})
            self._positions[key] = found

    def _take(self, position: Position, targets: Sequence[Target], now_ms: int) -> int:
        groups = self._reader.read(position, max_groups=_READ_GROUPS)
        if not groups:
            return 0
        records = {(record.site, record.id): record for record in _records_of(groups)}
        position = position | {group.partition: group.seq for group in groups}
        rows = list(self._arrivals(records.values(), targets, now_ms))
        moved = {_key(target): position for target in targets}
        self._deliveries.put(rows, moved)
        self._positions |= moved
        return len(records)

    def _arrivals(self, records: Iterable[Conversion], targets: Sequence[Target], now_ms: int) -> Iterator[Delivery]:
        by_site: dict[str, list[Conversion]] = defaultdict(list)
        for record in records:
            by_site[record.site].append(record)
        for site, some in by_site.items():
            mine = [target for target in targets if target.configured.site == site]
            held = self._deliveries.of_conversions(site, (record.id for record in some)) if mine else {}
            for record in some:
                for target in mine:
                    yield from self._arrive(held, record, target, now_ms)

    def _arrive(
        self, held: Mapping[tuple[str, str, str], Delivery], record: Conversion, target: Target, now_ms: int
    ) -> Iterator[Delivery]:
        name = target.configured.name
        known = Known(held.get((record.id, name, "")), held.get((record.id, name, ADJUST)))
        if any(one is not None and one.state == State.SENDING for one in (known.delivery, known.adjustment)):
            self._late[record.site, record.id] = record
        else:
            yield from arrive(known, record, target, now_ms)

    def _with_deliveries(self, site: str) -> Iterator[tuple[Conversion, Mapping[tuple[str, str, str], Delivery]]]:
        """Each record with what is known of some deliveries, its own among them."""
        records = iter(self._records.of_site(site))
        while some := list(islice(records, _AT_ONCE)):
            held = self._deliveries.of_conversions(site, [record.id for record in some])
            yield from ((record, held) for record in some)


def _records_of(groups: Sequence[Group]) -> Iterator[Conversion]:
    for group in groups:
        for record in group.records:
            if record[:2] == _LINE:
                yield _records.decode(memoryview(record)[1:])


def _key(target: Target) -> tuple[str, str]:
    return target.configured.site, target.configured.name
