"""Each process dies at any moment, under load: what was accepted is there, and nothing counts twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import msgspec
import pytest

from e2e.load import BROWSER, Load, check_books
from e2e.running import Platform, a_platform, kill, wait_until
from fakes.memory_log import MemoryDeadLetters, MemoryLog
from fakes.state import a_database
from onebyone.event import Hit, Outcome, Via
from onebyone.reports.catalogue import Reports
from onebyone.state.bounds import Bound, Bounds
from onebyone.store.engine import Embedded
from onebyone.store.load import Loader
from pipeline.examples import SITE, a_hit
from property.room import Room, Stopped, StoppedLater
from store.rows import a_drop, an_event, as_record

KILLS = 300 if os.environ.get("PROVE") else 20  # each process three times or more, the supervisor twice
SEED = 7
VICTIMS = ("collect 1", "pipeline", "collect 2", "engine", "pipeline", "collect 1", "pipeline", "collect 2")
_SUPERVISOR_EVERY = 10  # every so many kills it is the one that started them


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_whatever_is_killed_nothing_accepted_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    with a_platform(tmp_path / "data", workers=2) as platform:
        site, key = platform.add_site()
        load = Load(site, key, lambda: platform.collector, connections=4, seed=SEED)
        with load.running() as books:
            killer = Killer(platform, random.Random(SEED))
            for number in range(1, KILLS + 1):
                killer.kill_one(number)
            wait_until(killer.all_live, timeout_s=60)
        platform.settle()
        assert len(killer.killed) == KILLS and len(books.accepted) > 10 * KILLS
        check_books(platform, site, books)


class Killer:
    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self._platform = platform
        self._chance = chance
        self.killed: set[int] = set()

    def kill_one(self, number: int) -> None:
        """Somebody, once it lives again after its last death, at a random moment of its life."""
        if number % _SUPERVISOR_EVERY == 0:
            self.killed.add(self._platform.kill_supervisor())
            self._platform.start()
            return
        victim = VICTIMS[number % len(VICTIMS)]
        wait_until(lambda: self._lives(victim), timeout_s=60)
        time.sleep(self._chance.uniform(0, 1.0))
        pid = self._platform.pids()[victim]
        self.killed.add(pid)
        kill(pid)

    def all_live(self) -> bool:
        return all(self._lives(name) for name in set(VICTIMS))

    def _lives(self, name: str) -> bool:
        pid = self._platform.pids().get(name)
        return pid is not None and pid not in self.killed and Path(f"/proc/{pid}").exists()


def order_hits() -> list[Hit]:
    """An order, its reload, the network's retry of it, and the copy of the shop's server."""
    order = {"id": "NL-1", "value": "5", "currency": "EUR"}
    sent = [
        (Via.TAG, {"name": "purchase", "id": "a", "order": order}),
        (Via.TAG, {"name": "purchase", "id": "b", "nav": "reload", "order": order}),
        (Via.TAG, {"name": "purchase", "id": "a", "order": order}),
        (Via.SERVER, {"name": "purchase", "id": "s", "order": order}),
    ]
    return [
        a_hit(
            via,
            id=number.to_bytes(16, "big"),
            visitor="ann",
            headers=BROWSER,
            body={"site": SITE.id, "events": [event]},
        )
        for number, (via, event) in enumerate(sent, 1)
    ]


FATES = ["", "order_reloaded", "duplicate_event", "order_joined"]


@pytest.mark.parametrize("group", [1, 2, 4])
@pytest.mark.parametrize("death", [Stopped(), StoppedLater()])
def test_a_pipeline_that_dies_between_its_writes_answers_as_if_it_had_not(group: int, death: Stopped) -> None:
    """Claims committed and outcomes not appended; or both done, and the worker never heard of it."""
    room = Room(order_hits(), [group])
    for _ in range(4 // group):
        with pytest.raises(Stopped):
            room.worker(faults=iter([death]), max_groups=1).run_once()
        if type(death) is Stopped:  # the next process repeats what has no outcome yet
            assert room.worker(max_groups=1).run_once() == group
    assert [reason_of(record) for record in room.records()] == FATES
    assert room.worker().run_once() == 0
    room.close()


def reason_of(record: bytes) -> str:
    return str(msgspec.json.decode(record[1:]).get("reason", ""))


class Dying(Bounds):
    """Confirms nothing: the process ends between the store's fsync and the cursor."""

    def confirm(self, bound: Bound) -> None:
        raise Stopped


@pytest.mark.slow
def test_a_loader_that_dies_between_store_and_cursor_sends_the_same_batch_and_the_store_takes_it_once(
    tmp_path: Path, store: Embedded
) -> None:
    state = a_database(tmp_path)
    log = MemoryLog()
    outcomes: list[Outcome] = [an_event(1), an_event(2), a_drop(1)]
    log.writer("pipeline").append([as_record(one) for one in outcomes], count=3)
    for _ in range(3):
        with pytest.raises(Stopped):
            a_loader(log, Dying(state), store).load_once()
        assert Bounds(state).position() == {} and Bounds(state).pending() == Bound("pipeline", 1, 1)
        assert rows_of(store) == (2, 1)
    log.writer("pipeline").append([as_record(an_event(3))], count=1)  # meanwhile more has come
    well = a_loader(log, Bounds(state), store)
    assert (well.load_once().rows, well.load_once().rows, well.load_once().rows) == (3, 1, 0)
    assert rows_of(store) == (3, 1)
    assert Reports(store).run_dicts("ledger_totals", site="s1") == [{"kept": 3, "dropped": 1, "failed": 0}]
    state.dispose()


def a_loader(log: MemoryLog, bounds: Bounds, store: Embedded) -> Loader:
    return Loader(log, bounds, store, letters=MemoryDeadLetters())


def rows_of(store: Embedded) -> tuple[int, int]:
    """As they lie in the tables, without FINAL: the token alone keeps a batch from coming twice."""
    events, drops = (
        store.query("SELECT count() FROM {t:Identifier}", {"t": t}).rows[0][0] for t in ("events", "drops")
    )
    return int(events), int(drops)
