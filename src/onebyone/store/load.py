"""From the log "events" into the tables. Like every consumer: read a batch, do the work, commit the cursor.

A batch's bounds are written down before it is sent and sent again after a crash, under the same token: the store takes
it once. Behind that the tables are keyed so that equal rows meet (docs/decisions/0003).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec import Struct

from onebyone.event import Ended, Fate, hit_uuid
from onebyone.log import DeadLetter, DeadLetters, Group, Reader
from onebyone.state.bounds import Bound
from onebyone.store import RowsRefused, Store, StoreUnavailable
from onebyone.store.flat import flat
from onebyone.store.sessions import Sessions

STEP = "load"
REASON = "row_refused"
EVENTS = "events"
CONVERSIONS = "conversions"
_TABLES = {  # how a record begins; the rest of it is the row
    b"E{": EVENTS,
    b"D{": "drops",
    b"C{": CONVERSIONS,
    b"P{": "identity",
    b"V{": "deliveries",  # of the log "facts"
}
_SIGHTINGS = ("events", "drops")  # rows that are a sighting's fate; refused ones of other tables cost none


class Bounds(Protocol):
    """The loader's cursor, in `state/`. Each call is one durable transaction."""

    def pending(self) -> Bound | None:
        """The batch that was announced and not confirmed."""

    def announce(self, bound: Bound) -> None: ...

    def confirm(self, bound: Bound) -> None:
        """The batch is in the store: its last group becomes the partition's position, and nothing is pending."""

    def position(self) -> dict[str, int]: ...


class Settings(Struct, frozen=True):
    max_rows: int = 10_000  # a batch; a larger group is a batch of its own
    max_bytes: int = 32 << 20
    max_refused: int = 100  # of one batch; more, and the schema is wrong, not the rows
    block_rows: int = 100_000  # what one token covers
    read_groups: int = 32  # at a time


class Loaded(Struct, frozen=True):
    rows: int
    refused: int
    seconds: float
    position: dict[str, int]


class Loader:
    """The one loader of a store. One thread at a time."""

    def __init__(
        self,
        reader: Reader,
        bounds: Bounds,
        store: Store,
        *,
        letters: DeadLetters,
        settings: Settings | None = None,
        sessions: Sessions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`sessions` are the store's one, made here if not given. Raises StoreUnavailable or QueryRefused."""
        self.sessions = sessions or Sessions(store, clock=clock)
        self._reader = reader
        self._bounds = bounds
        self._store = store
        self._letters = letters
        self._settings = settings or Settings()
        self._clock = clock

    def load_once(self) -> Loaded:
        """Load what waits, up to one batch for each partition; `rows` is 0 if nothing did.

        Raises StoreUnavailable or LogUnavailable: the same batch is sent again by the next call.
        """
        began = self._clock()
        rows = refused = 0
        for bound, groups in self._batches():
            lines = [record for group in groups for record in group.records]
            rows += len(lines)
            refused += self._send(bound, lines)
            self._bounds.confirm(bound)
        return Loaded(rows=rows, refused=refused, seconds=self._clock() - began, position=self._bounds.position())

    def _batches(self) -> Iterator[tuple[Bound, list[Group]]]:
        pending = self._bounds.pending()
        if pending is not None:
            yield pending, self._reader.read_range(pending.partition, pending.first, pending.last)
            return
        for partition, groups in self._waiting().items():
            batch = self._cut(groups)
            bound = Bound(partition=partition, first=batch[0].seq, last=batch[-1].seq)
            self._bounds.announce(bound)
            yield bound, batch

    def _waiting(self) -> dict[str, list[Group]]:
        """About one batch, by partition: groups of an idle hour are small and groups of a busy one are not."""
        position = self._bounds.position()
        found: list[Group] = []
        total = _Size()
        while not total.over(self._settings):
            more = self._reader.read(position, max_groups=self._settings.read_groups)
            if not more:
                break
            for group in more:
                total.add(group)
                position[group.partition] = group.seq
            found += more
        found.sort(key=attrgetter("partition", "seq"))
        return {partition: list(groups) for partition, groups in groupby(found, key=attrgetter("partition"))}

    def _cut(self, groups: Sequence[Group]) -> list[Group]:
        total = _Size()
        for at, group in enumerate(groups):
            total.add(group)
            if at > 0 and total.over(self._settings):
                return list(groups[:at])
        return list(groups)

    def _send(self, bound: Bound, records: Sequence[bytes]) -> int:
        """Store the batch; returns how many of its records the store would not have."""
        token = f"{bound.partition}:{bound.first}-{bound.last}"
        refused: list[tuple[bytes, str]] = [(r, "no known kind of record") for r in records if r[:2] not in _TABLES]
        uncounted: list[tuple[bytes, str]] = []  # no sightings
        for kind, table in _TABLES.items():
            lines = [record[1:] for record in records if record[:2] == kind]
            if table == EVENTS:
                self.sessions.touch(lines)
            if table == CONVERSIONS:
                uncounted += self._insert_conversions(lines, f"{table}:{token}")
            else:
                (refused if table in _SIGHTINGS else uncounted).extend(self._insert(table, lines, f"{table}:{token}"))
        count = len(refused) + len(uncounted)
        if count > self._settings.max_refused:
            raise StoreUnavailable(f"{count} of {len(records)} rows refused; {(refused + uncounted)[0][1]}")
        if refused or uncounted:
            self._bury(refused, uncounted, f"drops:{token}:failed")
        return count

    def _insert_conversions(self, lines: Sequence[bytes], token: str) -> list[tuple[bytes, str]]:
        """The same for conversions. One that is refused costs no sighting its fate: each has its own row."""
        rows: list[bytes] = []
        unread: list[tuple[bytes, str]] = []
        for line in lines:
            try:
                rows.append(flat(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                unread.append((line, str(error)))
        return unread + self._insert(CONVERSIONS, rows, token)

    def _insert(self, table: str, lines: Sequence[bytes], token: str) -> list[tuple[bytes, str]]:
        """Store the lines and return those refused. Halves are the same halves each time, so their tokens hold too."""
        if not lines:
            return []
        if len(lines) <= self._settings.block_rows:
            try:
                self._store.insert(table, lines, token)
                return []
            except RowsRefused as error:
                if len(lines) == 1:
                    return [(lines[0], str(error))]
        middle = len(lines) // 2
        head = self._insert(table, lines[:middle], f"{token}/0")
        if len(head) > self._settings.max_refused:
            return head  # enough to know
        return head + self._insert(table, lines[middle:], f"{token}/1")

    def _bury(self, refused: Sequence[tuple[bytes, str]], uncounted: Sequence[tuple[bytes, str]], token: str) -> None:
        """A refused sighting keeps a fate: a dead letter, and a failed row if what names it can be read."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        named = [(_Named.of(line, now), line, why) for line, why in (*refused, *uncounted)]
        self._letters.add([who.letter(line, why, now) for who, line, why in named])
        rows = [msgspec.json.encode(who.failed()) for who, _, _ in named[: len(refused)]]
        self._insert("drops", rows, token)


class _Named(Struct):
    """What can be read of a refused row."""

    site: str = ""
    hit: str = ""
    n: int = 0
    received_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    name: str = ""
    via: str = ""
    sent_id: str = ""
    event_id: str = ""
    order_id: str = ""

    @staticmethod
    def of(line: bytes, now: datetime) -> _Named:
        try:
            named = msgspec.json.decode(line, type=_Named)
        except (msgspec.DecodeError, UnicodeDecodeError):
            named = _Named()
        if not _is_uuid(named.hit):
            named.hit = hit_uuid(hashlib.blake2b(line, digest_size=16).digest())
        if named.received_at.tzinfo is None or not 1970 < named.received_at.year < 2100:
            named.received_at = now
        return named

    def letter(self, line: bytes, why: str, now: datetime) -> DeadLetter:
        return DeadLetter(
            at_ms=int(now.timestamp() * 1000), site=self.site, hit=self.hit, n=self.n,
            reason=REASON, step=STEP, detail=why, body=line,
        )  # fmt: skip

    def failed(self) -> Ended:
        """The cause is in the dead letter: it may quote the row."""
        at = self.received_at.astimezone(UTC)
        return Ended(
            site=self.site, day=date(at.year, at.month, at.day), at=at, received_at=at, hit=self.hit,
            n=self.n if 0 <= self.n < 2**32 else 0, fate=Fate.FAILED, reason=REASON, step=STEP,
            name=self.name, via=self.via, sent_id=self.sent_id,
            event_id=self.event_id, order_id=self.order_id,
        )  # fmt: skip


class _Size(Struct):
    rows: int = 0
    bytes: int = 0

    def add(self, group: Group) -> None:
        self.rows += len(group.records)
        self.bytes += sum(map(len, group.records))

    def over(self, settings: Settings) -> bool:
        return self.rows > settings.max_rows or self.bytes > settings.max_bytes


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
