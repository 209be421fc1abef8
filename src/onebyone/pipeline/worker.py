"""Reads hits, gives each sighting its one fate, commits the cursor with what it wrote.

The order of writes makes a crash harmless: claims first, in one transaction; then the outcomes and the cursor, in
one transaction of the log "events". In between, the same hits are read again, and every claim answers as before.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from onebyone.event import COPIES, Drop, Ended, Event, Fate, Hit, Reason, Via, hit_uuid, utc
from onebyone.log import DeadLetter, DeadLetters, Group, Reader, Writer
from onebyone.pipeline.decode import Decoded, decode
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.seen import keys_of, person_key
from onebyone.pipeline.step import Context, Step
from onebyone.state.choices import Choices
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.sites import Site
from onebyone.telemetry import Counters, Log

CURSOR = "pipeline"
_HITS = msgspec.msgpack.Decoder(Hit)
_JSON = msgspec.json.Encoder()
# Drops somebody can do something about; the others are ordinary life and stand in the ledger alone.
_LETTERS = frozenset(Reason) - COPIES - {
    Reason.NOT_A_PAGE, Reason.NOT_A_VIEW, Reason.ANSWER_ERROR, Reason.ANSWER_REDIRECT, Reason.ANSWER_PARTIAL,
    Reason.CONSENT_WITHHELD, Reason.SUPPRESSED,
}  # fmt: skip


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    max_groups: int = 64  # of hits, in one batch
    max_failures: int = 200  # sightings in a row; beyond it the worker stops rather than fail everything
    remember_groups: int = 256  # of hits before the cursor, looked at again after a start: what visitors just did


class TooManyFailures(Exception):
    """A step fails on everything. Nothing of the last batch was committed."""


class Memory(Protocol):
    """What steps keep of the hits before: made from them alone, and lost with the process."""

    def forget(self) -> None: ...

    def recall(self, event: Event, context: Context) -> None:
        """An event that was processed before; in the order of arrival."""


class Batch:
    """What one run makes of its hits, before anything is written."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.letters: list[DeadLetter] = []
        self.fates: dict[str, int] = {}
        self.reasons: dict[str, int] = {}

    def keep(self, event: Event) -> None:
        self.records.append(b"E" + _JSON.encode(event))
        self.fates[Fate.KEPT] = self.fates.get(Fate.KEPT, 0) + 1

    def end(self, ended: Ended, body: bytes, at_ms: int) -> None:
        self.records.append(b"D" + _JSON.encode(ended))
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
        choices: Choices,
        records: ConsentRecords,
        persons: Persons,
        steps: Callable[[Claims], Sequence[tuple[str, Step]]],
        sites: Callable[[], Mapping[str, Site]],
        counters: Counters,
        now_ms: Callable[[], int],
        settings: Settings,
        memory: Memory | None = None,
    ) -> None:
        self._memory = memory
        self._knows = memory is None  # what the hits before the cursor made of the memory
        self._reader = reader
        self._writer = writer
        self._letters = letters
        self._claims = claims
        self._choices = choices
        self._records = records
        self._persons = persons
        self._steps = steps(claims)
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
        if not self._knows:
            self._recall()
        try:
            self._knows = self._memory is None  # a batch that fails comes again
            batch = self._process(groups)
            self._write(batch, groups)
            self._knows = True
        finally:
            self._claims.discard()
            self._choices.discard()
            self._records.discard()
            self._persons.discard()
        return len(batch.records)

    def restart(self) -> None:
        """From the beginning of what the log still holds."""
        self.position = {}
        self._knows = self._memory is None

    def use(self, steps: Callable[[Claims], Sequence[tuple[str, Step]]], memory: Memory | None) -> None:
        """Other steps from the next batch on: their rules changed."""
        self._steps, self._memory, self._knows = steps(self._claims), memory, memory is None

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
        for hit in sorted(hits, key=lambda hit: hit.id):  # in the order of arrival, whichever partition
            for row in self._decode(Batch(), hit, sites.get(hit.site)):
                if isinstance(row.outcome, Event) and row.context is not None:
                    self._memory.recall(row.outcome, row.context)

    def _write(self, batch: Batch, groups: Sequence[Group]) -> None:
        position = self.position | {group.partition: group.seq for group in groups}
        self._claims.commit(self._now_ms(), self._also())
        self._choices.commit()
        self._records.commit()
        if batch.letters:
            self._letters.add(batch.letters)
        records = batch.records + self._persons.lines()
        self._writer.append(records, count=len(batch.records), cursor=(CURSOR, position))
        self._persons.sent()
        self.position = position
        for fate, count in batch.fates.items():
            self._counters.add("onebyone_sightings_total", fate, count)
        for reason, count in batch.reasons.items():
            self._counters.add("onebyone_drops_total", reason, count)
        self._counters.add("onebyone_pipeline_batches_total")

    def _also(self) -> Callable[[Connection], None] | None:
        """What is written with the claims."""
        return partial(self._persons.write, sites=self._sites()) if self._persons.has_work else None

    def _pass_on(self) -> None:
        """Who is who may change without a hit, in the console."""
        self._claims.commit(self._now_ms(), self._also())
        lines = self._persons.lines()
        if lines:
            self._writer.append(lines, count=0, cursor=(CURSOR, self.position))
        self._persons.sent()

    def _process(self, groups: Sequence[Group]) -> Batch:
        batch = Batch()
        sites = self._sites()
        work: list[tuple[Hit, list[Decoded]]] = []
        for group in groups:
            for record in group.records:
                hit = _HITS.decode(record)
                work.append((hit, self._decode(batch, hit, sites.get(hit.site))))
        self._claims.prefetch(key for _, rows in work for row in rows for key in _keys(row))
        self._choices.prefetch(
            (event.site, event.visitor) for _, rows in work for row in rows if isinstance(event := row.outcome, Event)
        )
        for hit, rows in work:
            for row in rows:
                self._finish(batch, hit, row)
        return batch

    def _decode(self, batch: Batch, hit: Hit, site: Site | None) -> list[Decoded]:
        """Exactly one row a sighting, or none after the failure of all of them was noted."""
        try:
            return decode(hit, site)
        except Exception as error:  # a bug of ours: it must not cost the neighbours (style.md 6.3)
            for n in range(hit.count):
                self._fail(batch, hit, n, "decode", error)
            return []

    def _finish(self, batch: Batch, hit: Hit, row: Decoded) -> None:
        event, context = row.outcome, row.context
        name = "decode"
        try:
            if isinstance(event, Drop):
                batch.end(_ended_undecoded(row, event, hit), hit.body, hit.received_ms)
            elif context is not None:
                for name, step in self._steps:
                    outcome = step(event, context)
                    if isinstance(outcome, Drop):
                        if outcome.reason in COPIES:
                            self._persons.take(event)
                        batch.end(_ended(event, outcome, name), hit.body, hit.received_ms)
                        return
                    event = outcome
                self._persons.take(event)
                batch.keep(event)
            self._failures = 0
        except Exception as error:  # as above
            self._fail(batch, hit, row.n, name, error)

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
    event = row.outcome
    if not isinstance(event, Event):
        return
    yield from keys_of(event)
    if event.visitor and event.via == Via.TAG and event.name != "page_view":
        yield person_key(event)


def _ended(event: Event, drop: Drop, step: str) -> Ended:
    of_hit, _, of_n = drop.of.partition("/")
    return Ended(
        site=event.site, day=event.day, at=event.at, received_at=event.received_at, hit=event.hit, n=event.n,
        reason=drop.reason, step=step, detail=drop.detail,
        **({"of_hit": of_hit, "of_n": int(of_n)} if drop.of else {}),  # type: ignore[arg-type]
        name=event.name, via=event.via, sent_id=event.sent_id, event_id=event.event_id, order_id=event.order_id,
        value=event.value, currency=event.currency, nav=event.nav, visitor=event.visitor, host=event.host,
        path=event.path, actor=event.actor, agent=event.agent, browser=event.browser, os=event.os,
        device=event.device, country=event.country,
    )  # fmt: skip


def _ended_undecoded(row: Decoded, drop: Drop, hit: Hit) -> Ended:
    received_at = utc(hit.received_ms)
    at: datetime = row.at or received_at
    return Ended(
        site=hit.site, day=at.date(), at=at, received_at=received_at, hit=hit_uuid(hit.id), n=row.n,
        reason=drop.reason, step="decode", detail=drop.detail, name=row.name, via=hit.via, sent_id=row.sent_id,
        event_id=row.event_id, order_id=row.order_id, path=row.path,
    )  # fmt: skip
