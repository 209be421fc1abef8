"""The step boundary: a bug costs its own sighting, and many in a row stop the worker."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from fakes.memory_log import MemoryDeadLetters, MemoryLog
from fakes.state import a_database
from onebyone.event import Drop, Event, Hit, Reason
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.step import Context
from onebyone.pipeline.worker import Settings, TooManyFailures, Worker
from onebyone.state.choices import Choices
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions
from onebyone.state.identity import Identity
from onebyone.state.sites import Site
from onebyone.telemetry import Counters
from pipeline.examples import RECEIVED_MS, SITE, a_hit


class Bench:
    """A worker with one step of the test's own."""

    def __init__(self, home: Path, *, max_failures: int = 200) -> None:
        self.hits, self.events, self.letters = MemoryLog(), MemoryLog(), MemoryDeadLetters()
        self.counters = Counters("pipeline")
        engine = a_database(home)
        self.worker = Worker(
            reader=self.hits,
            writer=self.events.writer("pipeline"),
            events=self.events,
            letters=self.letters,
            claims=Claims(engine),
            conversions=Conversions(engine),
            choices=Choices(engine),
            records=ConsentRecords(engine),
            persons=Persons(Identity(engine), Choices(engine)),
            steps=lambda claims, counting: (("a_step", a_step),),
            sites=self._sites,
            counters=self.counters,
            now_ms=lambda: RECEIVED_MS,
            settings=Settings(max_failures=max_failures),
        )

    def _sites(self, needed: Iterable[str] = ()) -> dict[str, Site]:
        """It was made a moment ago: nobody knows it who does not need it."""
        return {SITE.id: SITE} if SITE.id in needed else {}

    def send(self, *names: str) -> None:
        hits = [a_hit("image", id=bytes([n]) * 16, query=f"e={name}") for n, name in enumerate(names)]
        self.hits.writer("c0").append([msgspec.msgpack.encode(hit) for hit in hits], count=len(hits))

    def outcomes(self) -> list[tuple[str, str, str]]:
        records = [record for group in self.events.read({}, max_groups=99) for record in group.records]
        found = [(record[:1].decode(), msgspec.json.decode(record[1:])) for record in records]
        return [
            (kind, row.get("fate", "dropped") if kind == "D" else "kept", row.get("reason", "")) for kind, row in found
        ]


def a_step(event: Event, context: Context) -> Event | Drop:
    if event.name == "bug":
        raise ZeroDivisionError("one of ours")
    return Drop(Reason.VALUE_IMPOSSIBLE, detail="because") if event.name == "bad" else event


def test_a_bug_costs_its_own_sighting_and_none_of_its_neighbours(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send("good", "bug", "bad", "good")
    assert bench.worker.run_once() == 4
    assert bench.outcomes() == [
        ("E", "kept", ""),
        ("D", "failed", "ZeroDivisionError"),
        ("D", "dropped", "value_impossible"),
        ("E", "kept", ""),
    ]
    failed, bad = sorted(bench.letters.find(), key=lambda letter: letter.n + letter.hit[0].encode()[0])
    assert {failed.step, bad.step} == {"a_step"} and "one of ours" in failed.detail + bad.detail
    assert bench.counters.get("onebyone_sightings_total", "failed") == 1


def test_a_step_that_fails_on_everything_stops_the_worker_and_commits_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, max_failures=3)
    bench.send(*["bug"] * 9)
    with pytest.raises(TooManyFailures, match="a_step"):
        bench.worker.run_once()
    assert (bench.outcomes(), bench.worker.position) == ([], {})


def test_a_hit_of_a_site_that_is_gone_and_one_the_edge_refused_are_drops(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    gone, refused = a_hit("image", site="s_gone"), a_hit("tag", refused="body_unreadable", body="{")
    bench.hits.writer("c0").append([msgspec.msgpack.encode(hit) for hit in (gone, refused)], count=2)
    bench.worker.run_once()
    assert [reason for _, _, reason in bench.outcomes()] == ["unknown_site", "body_unreadable"]
    assert bench.letters.find()[0].body == b"{"


def test_nothing_to_read_is_nothing_done(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.worker.run_once() == 0
    bench.send("good")
    assert (bench.worker.run_once(), bench.worker.run_once()) == (1, 0)
    assert bench.events.cursors == {"pipeline": {"c0": 1}}


def test_a_batch_is_processed_in_the_order_of_arrival_and_a_file_in_its_own(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    def sent(partition: str, *hits: Hit) -> None:
        bench.hits.writer(partition).append([msgspec.msgpack.encode(hit) for hit in hits], count=len(hits))

    def line(name: str, id: int) -> Hit:
        body = msgspec.json.encode({"name": name})
        return a_hit("import", id=bytes([id]) * 16, received_ms=RECEIVED_MS, path="event", body=body)

    sent("c0", a_hit("image", id=bytes([9]) * 16, query="e=third", received_ms=RECEIVED_MS + 9))
    sent("c1", a_hit("image", id=bytes([8]) * 16, query="e=second", received_ms=RECEIVED_MS + 8))
    sent("import", line("first_line", 255), line("next_line", 1), line("last_line", 128))
    bench.worker.run_once()
    records = [record for group in bench.events.read({}, max_groups=9) for record in group.records]
    names = [msgspec.json.decode(record[1:])["name"] for record in records if record[:1] == b"E"]
    assert names == ["first_line", "next_line", "last_line", "second", "third"]
