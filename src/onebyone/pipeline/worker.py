"""Reads hits, gives each sighting its one fate, commits the cursor with what it wrote.

The order of writes makes a crash harmless: claims first, in one transaction; then the outcomes and the cursor, in
one transaction of the log "events". In between, the same hits are read again, and every claim answers as before.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from onebyone.event import COPIES, Drop, Ended, Event, Fate, Hit, Reason, Via, hit_uuid, utc
from onebyone.log import DeadLetter, DeadLetters, Group, Reader, Writer
from onebyone.pipeline.conversions.copies import ADJUSTS
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.decode import Decoded, decode
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.seen import is_counted, keys_of, person_key
from onebyone.pipeline.step import Context, Step
from onebyone.state.choices import Choices
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions, StateMoved
from onebyone.state.database import StateUnavailable
from onebyone.state.sites import Site
from onebyone.telemetry import Counters, Log

CURSOR = "pipeline"
_APART = 1 << 20  # places between two hits: more than the sightings one may have
_AT_ONCE = 256  # sightings between decoding and their last step: they fit a processor's cache
_RECORDS_AT_ONCE = 200
_TRIES = 20  # of a batch while other pipelines commit for its sites
_HITS = msgspec.msgpack.Decoder(Hit)
_JSON = msgspec.json.Encoder()
# Drops somebody can do something about; the others are ordinary life and stand in the ledger alone.
_LETTERS = frozenset(Reason) - COPIES - {
    Reason.NOT_A_PAGE, Reason.NOT_A_VIEW, Reason.ANSWER_ERROR, Reason.ANSWER_REDIRECT, Reason.ANSWER_PARTIAL,
    Reason.CONSENT_WITHHELD, Reason.SUPPRESSED, Reason.ERASED, Reason.MEASURING_STOPPED, Reason.OPEN_DAY_KEPT,
}  # fmt: skip
_UNTOLD = (Reason.MEASURING_STOPPED, Reason.OPEN_DAY_KEPT)  # that it came is counted; when and from what is not kept


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    max_groups: int = 64  # of hits, in one batch
    max_failures: int = 200  # sightings in a row; beyond it the worker stops rather than fail everything
    remember_groups: int = 256  # of hits before the cursor, looked at again after a start: what visitors just did


class TooManyFailures(Exception):
    """A step fails on everything. Nothing of the last batch was committed."""


class Sites(Protocol):
    def __call__(self, needed: Iterable[str] = ()) -> Mapping[str, Site]:
        """All sites by their id: those that are needed, and exist, whenever they were made."""


class Memory(Protocol):
    """What steps keep of the hits before: made from them alone, and lost with the process."""

    def forget(self) -> None: ...

    def recall(self, event: Event, context: Context) -> None:
        """An event that was processed before; in the order of arrival."""


class Book(Protocol):
    """What steps remember of a batch beside the claims. Calls raise StateUnavailable."""

    def commit(self, now_ms: int) -> None:
        """Make it durable; the same batch again writes the same."""

    def changed(self) -> Sequence[Event]:
        """After the commit: earlier events to be written again, those of a crash included."""

    def written(self) -> None:
        """They are in the log."""

    def discard(self) -> None: ...


class Batch:
    """What one run makes of its hits, before anything is written."""

    def __init__(self) -> None:
        self.place = 0  # of the sighting at hand, in the order of arrival
        self.lines: list[bytes] = []  # of conversions, behind all sightings
        self._outcomes: list[tuple[int, bytes]] = []
        self.letters: list[DeadLetter] = []
        self.fates: dict[str, int] = {}
        self.reasons: dict[str, int] = {}

    @property
    def sightings(self) -> int:
        return len(self._outcomes)

    def records(self) -> list[bytes]:
        return [*(record for _, record in sorted(self._outcomes, key=itemgetter(0))), *self.lines]

    def keep(self, event: Event) -> None:
        self._outcomes.append((self.place, b"E" + _JSON.encode(event)))
        self.fates[Fate.KEPT] = self.fates.get(Fate.KEPT, 0) + 1

    def end(self, ended: Ended, body: bytes, at_ms: int) -> None:
        self._outcomes.append((self.place, b"D" + _JSON.encode(ended)))
        self.fates[ended.fate] = self.fates.get(ended.fate, 0) + 1
        self.reasons[ended.reason] = self.reasons.get(ended.reason, 0) + 1
        if ended.fate == Fate.FAILED or ended.reason in _LETTERS:
            letter = DeadLetter(
                at_ms=at_ms,
                site=ended.site,
                hit=ended.hit,
                n=ended.n,
                reason=ended.reason,
                step=ended.step,
                detail=ended.detail,
                body=body,
            )
            self.letters.append(letter)


def _arrival(hit: Hit) -> tuple[int, bytes]:
    """Ids of hits sort by the moment they were made; imported ones are hashes: there the file has an order."""
    return hit.received_ms, b"" if hit.via == Via.IMPORT else hit.id


class _Added(Struct, gc=False):
    """A sighting between the steps that fill its fields and those that ask what was counted before."""

    place: int
    hit: Hit
    n: int
    event: Event
    context: Context


class Worker:
    """One of them at a time writes a partition of "events". `run_once` may be called for ever."""

    def __init__(
        self,
        *,
        reader: Reader,
        writer: Writer,
        events: Reader,
        letters: DeadLetters,
        claims: Claims,
        conversions: Conversions,
        choices: Choices,
        records: ConsentRecords,
        persons: Persons,
        steps: Callable[[Claims, Counting], Sequence[tuple[str, Step]]],
        sites: Sites,
        counters: Counters,
        now_ms: Callable[[], int],
        settings: Settings,
        memory: Memory | None = None,
        book: Book | None = None,
    ) -> None:
        """`book` is what steps keep beside the claims, committed behind them."""
        self._book = book
        self._memory = memory
        self._knows = memory is None  # what the hits before the cursor made of the memory
        self._reader = reader
        self._writer = writer
        self._letters = letters
        self._claims = claims
        self._choices = choices
        self._records = records
        self._persons = persons
        self._conversions = conversions
        self._counting = Counting(conversions)
        self._adding, self._asking = _parted(steps(claims, self._counting))
        self._sites = sites
        self._counters = counters
        self._now_ms = now_ms
        self._settings = settings
        self._log = Log()
        self._failures = 0
        self.position: dict[str, int] = events.cursor(CURSOR)

    def run_once(self) -> int:
        """Process the next groups; the number of sightings written.

        Raises LogUnavailable or StateUnavailable: the cursor is where it was, and the next call repeats the batch.
        Raises TooManyFailures.
        """
        groups = self._reader.read(self.position, max_groups=self._settings.max_groups)
        if not groups:
            self._pass_on()
            return 0
        for again in range(_TRIES):
            if not self._knows:
                self._recall()
            try:
                self._knows = self._memory is None  # a batch that fails comes again
                batch = self._process(groups)
                self._write(batch, groups)
                self._knows = True
                return batch.sightings
            except StateMoved:
                if again == _TRIES - 1:
                    raise
            finally:
                self._discard()
        return 0

    def _discard(self) -> None:
        self._claims.discard()
        self._conversions.discard()
        self._counting.discard()
        self._choices.discard()
        self._records.discard()
        self._persons.discard()
        if self._book is not None:
            self._book.discard()

    def judge_records(self, change: Callable[[Event], Event], *, after: str) -> str:
        """Other verdicts for the copies of the next records behind that id; the last id, "" if there are no more.

        Raises LogUnavailable or StateUnavailable: nothing is lost, and the same call repeats it.
        """
        try:
            rows = self._conversions.after(after, limit=_RECORDS_AT_ONCE)
            self._conversions.begin(site for site, _ in rows)
            self._counting.judge_again([id for _, id in rows], change)
            lines = self._counting.finish()
            if lines:
                self._conversions.commit(self._now_ms(), self._claims)
                self._writer.append(lines, count=0, cursor=(CURSOR, self.position))
            return rows[-1][1] if rows else ""
        finally:
            self._discard()

    def restart(self) -> None:
        """From the beginning of what the log still holds."""
        self.position = {}
        self._knows = self._memory is None

    def use(self, steps: Callable[[Claims, Counting], Sequence[tuple[str, Step]]], memory: Memory | None) -> None:
        """Other steps from the next batch on: their rules changed."""
        self._adding, self._asking = _parted(steps(self._claims, self._counting))
        self._memory, self._knows = memory, memory is None

    def _recall(self) -> None:
        """Bring the memory to where it was at the cursor, as far as it reaches back."""
        if self._memory is None:
            return
        self._memory.forget()
        reach, sites = self._settings.remember_groups, self._sites()
        start = {partition: max(0, seq - reach) for partition, seq in self.position.items()}
        groups = self._reader.read(start, max_groups=reach * len(start)) if start else []
        known = [group for group in groups if group.seq <= self.position.get(group.partition, 0)]
        hits = [_HITS.decode(record) for group in known for record in group.records]
        for hit in sorted(hits, key=_arrival):  # in the order of arrival, whichever partition
            for row in self._decode(Batch(), hit, sites.get(hit.site)):
                if isinstance(row.outcome, Event) and row.context is not None:
                    self._memory.recall(row.outcome, row.context)

    def _write(self, batch: Batch, groups: Sequence[Group]) -> None:
        position = self.position | {group.partition: group.seq for group in groups}
        self._conversions.commit(self._now_ms(), self._claims, self._also())
        self._choices.commit()
        self._records.commit()
        again = self._commit_book()
        if batch.letters:
            self._letters.add(batch.letters)
        records = [*batch.records(), *self._persons.lines(), *again]
        self._writer.append(records, count=batch.sightings, cursor=(CURSOR, position))
        self._persons.sent()
        self.position = position
        if self._book is not None:
            self._book.written()
        for fate, count in batch.fates.items():
            self._counters.add("onebyone_sightings_total", fate, count)
        for reason, count in batch.reasons.items():
            self._counters.add("onebyone_drops_total", reason, count)
        self._counters.add("onebyone_pipeline_batches_total")

    def _commit_book(self) -> list[bytes]:
        """Earlier events that are now another; a row of the same key takes the place of the old one."""
        if self._book is None:
            return []
        self._book.commit(self._now_ms())
        return [b"E" + _JSON.encode(event) for event in self._book.changed()]

    def _also(self) -> Callable[[Connection], None] | None:
        """What is written with the claims."""
        return partial(self._persons.write, sites=self._sites()) if self._persons.has_work else None

    def _pass_on(self) -> None:
        """Who is who may change without a hit, in the console."""
        also = self._also()
        if also is not None:
            self._conversions.commit(self._now_ms(), self._claims, also)
        lines = self._persons.lines()
        if lines:
            self._writer.append(lines, count=0, cursor=(CURSOR, self.position))
        self._persons.sent()

    def _process(self, groups: Sequence[Group]) -> Batch:
        batch = Batch()
        work: list[tuple[int, Hit, Decoded]] = []
        hits = [_HITS.decode(record) for group in groups for record in group.records]
        sites = self._sites({hit.site for hit in hits})
        for hit in sorted(hits, key=_arrival):  # whichever partition: the first copy is the one that came first
            batch.place += _APART
            rows = self._decode(batch, hit, sites.get(hit.site))
            work += [(batch.place + row.n, hit, row) for row in rows]
        self._conversions.begin(hit.site for _, hit, _ in work)  # before anything is looked up
        self._claims.prefetch(key for _, _, row in work for key in _keys(row))
        self._choices.prefetch(
            (event.site, event.visitor) for _, _, row in work if isinstance(event := row.outcome, Event)
        )
        for start in range(0, len(work), _AT_ONCE):
            self._count(batch, work[start : start + _AT_ONCE])
        batch.lines = self._counting.finish()
        return batch

    def _count(self, batch: Batch, work: Sequence[tuple[int, Hit, Decoded]]) -> None:
        """All steps for some sightings; their records are looked up at once, when everything is known of them."""
        added = [found for one in work if (found := self._start(batch, *one)) is not None]
        self._counting.prefetch(
            one.event for one in added if one.event.name in ADJUSTS or is_counted(one.event, one.context.site)
        )
        for one in added:
            self._finish(batch, one)

    def _decode(self, batch: Batch, hit: Hit, site: Site | None) -> list[Decoded]:
        """Exactly one row a sighting, or none after the failure of all of them was noted."""
        try:
            return decode(hit, site)
        except Exception as error:  # a bug of ours: it must not cost the neighbours (style.md 6.3)
            for n in range(hit.count):
                self._fail(batch, hit, n, "decode", error)
            return []

    def _start(self, batch: Batch, place: int, hit: Hit, row: Decoded) -> _Added | None:
        """The steps that look at nothing but the sighting; None if it ended there."""
        batch.place = place
        event, context = row.outcome, row.context
        if isinstance(event, Drop) or context is None:
            if isinstance(event, Drop):
                batch.end(_ended_undecoded(row, event, hit), hit.body, hit.received_ms)
                self._failures = 0
            return None
        one = _Added(place, hit, row.n, event, context)
        filled = self._take(batch, one, self._adding)
        if filled is None:
            return None
        one.event = filled
        return one

    def _finish(self, batch: Batch, one: _Added) -> None:
        """The steps that ask what was counted before."""
        batch.place = one.place
        event = self._take(batch, one, self._asking)
        if event is not None:
            self._persons.take(event)
            batch.keep(event)
            self._failures = 0

    def _take(self, batch: Batch, one: _Added, steps: Sequence[tuple[str, Step]]) -> Event | None:
        """The event behind these steps; None if it ended in one of them."""
        event, context, name = one.event, one.context, ""
        try:
            for name, step in steps:
                outcome = step(event, context)
                if type(outcome) is Drop:  # isinstance takes longer, thirteen times an event
                    if outcome.reason in COPIES:
                        self._persons.take(event)
                    batch.end(_ended(event, outcome, name), one.hit.body, one.hit.received_ms)
                    self._failures = 0
                    return None
                event = outcome
        except StateUnavailable:
            raise  # the state is unwell, not the sighting
        except Exception as error:  # as above
            self._fail(batch, one.hit, one.n, name, error)
            return None
        return event

    def _fail(self, batch: Batch, hit: Hit, n: int, step: str, error: Exception) -> None:
        at = utc(hit.received_ms)
        ended = Ended(
            site=hit.site, day=at.date(), at=at, received_at=at, hit=hit_uuid(hit.id), n=n, fate=Fate.FAILED,
            reason=type(error).__name__, step=step, detail="".join(traceback.format_exception(error))[-2000:],
            via=hit.via,
        )  # fmt: skip
        batch.end(ended, hit.body, hit.received_ms)
        self._log.error("batch_failed", step=step, error=type(error).__name__)
        self._failures += 1
        if self._failures > self._settings.max_failures:
            raise TooManyFailures(f"{self._failures} sightings in a row failed in {step}: {error!r}")


def _keys(row: Decoded) -> Iterator[bytes]:
    """What the steps will most likely ask the claims for."""
    event, context = row.outcome, row.context
    if not isinstance(event, Event) or context is None:
        return
    yield from keys_of(event, context.site)
    if event.visitor and event.via == Via.TAG and event.name != "page_view":
        yield person_key(event)


def _parted(steps: Sequence[tuple[str, Step]]) -> tuple[list[tuple[str, Step]], list[tuple[str, Step]]]:
    """Those that know all they need of the sighting, and those that ask for its record."""
    asking = [named for named in steps if named[0] == "drop_copy"]
    return [named for named in steps if named[0] != "drop_copy"], asking


def _ended(event: Event, drop: Drop, step: str) -> Ended:
    of_hit, _, of_n = drop.of.partition("/")
    if drop.reason in _UNTOLD:
        midnight = event.at.replace(hour=0, minute=0, second=0, microsecond=0)
        event = replace(event, at=midnight, agent="", browser="", os="", device="", country="")
    return Ended(
        site=event.site, day=event.day, at=event.at, received_at=event.received_at, hit=event.hit, n=event.n,
        reason=drop.reason, step=step, detail=drop.detail,
        **({"of_hit": of_hit, "of_n": int(of_n)} if drop.of else {}),  # type: ignore[arg-type]
        name=event.name, via=event.via, sent_id=event.sent_id, event_id=event.event_id, order_id=event.order_id,
        value=event.value, currency=event.currency, nav=event.nav, seq=event.seq, life=event.life,
        visitor=event.visitor, host=event.host, path=event.path, actor=event.actor, agent=event.agent,
        browser=event.browser, os=event.os, device=event.device, country=event.country,
    )  # fmt: skip


def _ended_undecoded(row: Decoded, drop: Drop, hit: Hit) -> Ended:
    received_at = utc(hit.received_ms)
    at: datetime = row.at or received_at
    return Ended(
        site=hit.site, day=at.date(), at=at, received_at=received_at, hit=hit_uuid(hit.id), n=row.n,
        reason=drop.reason, step="decode", detail=drop.detail, name=row.name, via=hit.via, sent_id=row.sent_id,
        event_id=row.event_id, order_id=row.order_id, path=row.path,
    )  # fmt: skip
