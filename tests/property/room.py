"""A worker with all it needs in memory, that can be stopped between any two of its writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import cycle

import msgspec
from msgspec.structs import replace

from fakes.consenting import MemoryBlinding, MemorySuppression, MemoryUserData, the_places, the_policies, the_steps
from fakes.memory_log import MemoryDeadLetters, MemoryLog, MemoryWriter
from fakes.state import in_memory
from onebyone.event import Conversion, Hit
from onebyone.log import Position
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps.add_history import add_history
from onebyone.pipeline.steps.add_identifiers import add_identifiers
from onebyone.pipeline.steps.add_link import add_link
from onebyone.pipeline.steps.add_permissions import Remembering, add_permissions
from onebyone.pipeline.steps.add_record import Recording, add_record
from onebyone.pipeline.steps.add_verdict import add_verdict
from onebyone.pipeline.steps.drop_copy import drop_copy
from onebyone.pipeline.steps.drop_duplicate_event import drop_duplicate_event
from onebyone.pipeline.steps.drop_withheld import drop_withheld
from onebyone.pipeline.worker import Settings, Worker
from onebyone.state.choices import Choices
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions
from onebyone.state.identity import Identity
from onebyone.state.sites import Site
from onebyone.telemetry import Counters
from pipeline.examples import RECEIVED_MS, SITE

_CONVERSION = msgspec.json.Decoder(Conversion)


class Stopped(Exception):
    """The process ended here: claims are committed, outcomes are not."""


class StoppedLater(Stopped):
    """It ended here: outcomes and cursor are in the log, and the worker never heard of it."""


class Doubtful:
    """A writer that stores nothing at some of its appends, or dies there."""

    def __init__(self, writer: MemoryWriter, faults: Iterator[Exception | None]) -> None:
        self.partition = writer.partition
        self._writer = writer
        self._faults = faults

    def append(self, records: Sequence[bytes], *, count: int, cursor: tuple[str, Position] | None = None) -> int:
        fault = next(self._faults, None)
        if fault is not None and not isinstance(fault, StoppedLater):
            raise fault
        seq = self._writer.append(records, count=count, cursor=cursor)
        if fault is not None:
            raise fault
        return seq

    def check(self) -> None: ...

    def close(self) -> None: ...


class Room:
    """Hits in groups as they were cut, and workers on them that share one state."""

    def __init__(self, hits: Sequence[Hit], cut: Sequence[int], site: Site = SITE) -> None:
        self._site = site
        self.hits, self.events = MemoryLog(), MemoryLog()
        self.letters = MemoryDeadLetters()
        self.engine = in_memory()
        writer, rest, sizes = self.hits.writer("c0"), list(hits), cycle(cut)
        while rest:
            group, rest = rest[: (size := next(sizes))], rest[size:]
            writer.append([msgspec.msgpack.encode(hit) for hit in group], count=sum(hit.count for hit in group))

    def worker(self, *, faults: Iterator[Exception | None] | None = None, max_groups: int = 2) -> Worker:
        choices, records = Choices(self.engine), ConsentRecords(self.engine)
        return Worker(
            reader=self.hits,
            writer=Doubtful(self.events.writer("pipeline"), faults or iter(())),
            events=self.events,
            letters=self.letters,
            claims=Claims(self.engine),
            conversions=Conversions(self.engine),
            choices=choices,
            records=records,
            steps=partial(quick_steps, choices=choices, records=records),
            sites=lambda needed=(): {self._site.id: self._site},
            persons=Persons(Identity(self.engine), choices),
            counters=Counters("test"),
            now_ms=lambda: RECEIVED_MS,
            settings=Settings(max_groups=max_groups),
        )

    def run(self, *, max_groups: int = 2) -> list[bytes]:
        """All that waits; every record since the beginning."""
        worker = self.worker(max_groups=max_groups)
        while worker.run_once():
            continue
        return self.records()

    def records(self) -> list[bytes]:
        """The outcomes of sightings."""
        return [record for record in self._all() if record[:1] not in (b"C", b"P")]

    def conversions(self) -> dict[str, Conversion]:
        """The newest version of each. Equal versions are equal, however often they were written."""
        found: dict[tuple[str, int], Conversion] = {}
        for record in self._all():
            if record[:1] == b"C":
                one = _CONVERSION.decode(record[1:])
                assert found.setdefault((one.id, one.version), one) == one
        return {id: found[id, version] for id, version in sorted(found)}

    def counted(self) -> dict[str, bytes]:
        """What they say, apart from the number of changes it took."""
        return {id: msgspec.json.encode(replace(one, version=0)) for id, one in self.conversions().items()}

    def _all(self) -> list[bytes]:
        return [r for group in self.events.read({}, max_groups=1_000_000) for r in group.records]

    def close(self) -> None:
        self.engine.dispose()


@cache
def _additions() -> tuple[tuple[str, Step], ...]:
    """The steps that ask nobody: made once, they are the slow ones to make."""
    engine = in_memory()
    found = tuple((name, step) for name, step in the_steps(Claims(engine)) if name.startswith("add_"))
    engine.dispose()
    return found[: [name for name, _ in found].index("add_verdict")]


@cache
def _classifier() -> Classifier:
    return Classifier()


def quick_steps(
    seen: Seen, counting: Counting, choices: Remembering, records: Recording
) -> tuple[tuple[str, Step], ...]:
    judge = Judge(_classifier())
    return (
        *_additions(),
        ("add_verdict", add_verdict(judge, seen)),
        ("add_link", add_link(b"l" * 32, seen)),
        ("add_identifiers", add_identifiers(MemoryUserData())),
        (
            "add_permissions",
            add_permissions(
                the_policies(), choices, MemorySuppression(), places=the_places(), blinding=MemoryBlinding()
            ),
        ),
        ("add_record", add_record(records)),
        ("add_history", add_history(seen, judge.moves)),
        ("drop_withheld", drop_withheld),
        ("drop_duplicate_event", drop_duplicate_event(seen)),
        ("drop_copy", drop_copy(seen, counting)),
    )
