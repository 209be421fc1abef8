from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from fakes.memory_log import MemoryDeadLetters, MemoryLog
from onebyone.event import Ended, Event
from onebyone.log import LogUnavailable
from onebyone.state.bounds import Bound
from onebyone.store import RowsRefused, StoreUnavailable
from onebyone.store.engine import Embedded
from onebyone.store.load import Loader, Settings
from store.fake_store import FakeBounds, FakeStore
from store.rows import NOON, a_drop, a_hit, an_event, as_record


class Room:
    """A loader with all it needs, on a store in memory or a real one."""

    def __init__(self, store: FakeStore | Embedded | None = None, **settings: int) -> None:
        self.log = MemoryLog()
        self.bounds = FakeBounds()
        self.letters = MemoryDeadLetters()
        self.store = FakeStore()
        self.settings = Settings(**settings)
        self.used: FakeStore | Embedded = store or self.store
        self.loader = self.another_loader()

    def another_loader(self) -> Loader:
        return Loader(
            self.log, self.bounds, self.used, letters=self.letters, settings=self.settings, clock=NOON.timestamp
        )

    def append(self, outcomes: Sequence[Event | Ended], *, partition: str = "p0") -> None:
        self.log.writer(partition).append([as_record(outcome) for outcome in outcomes], count=len(outcomes))


def test_a_batch_goes_to_both_tables_under_the_tokens_of_its_bounds() -> None:
    room = Room()
    room.append([an_event(1), a_drop(1)])
    room.append([an_event(2)])
    loaded = room.loader.load_once()
    assert (loaded.rows, loaded.refused, loaded.position) == (3, 0, {"p0": 2})
    events = [msgspec.json.encode(an_event(1)), msgspec.json.encode(an_event(2))]
    assert room.store.inserts == {"events:p0:1-2": events, "drops:p0:1-2": [msgspec.json.encode(a_drop(1))]}


def test_nothing_to_load_is_no_insert_and_no_bound() -> None:
    room = Room()
    assert room.loader.load_once().rows == 0
    assert room.store.inserts == {} and room.bounds.pending() is None


def test_bounds_are_announced_before_the_batch_is_sent() -> None:
    room = Room()
    room.append([an_event(1)])
    seen: list[Bound | None] = []
    room.store.before = lambda table, lines: seen.append(room.bounds.pending())
    room.loader.load_once()
    assert seen == [Bound("p0", 1, 1)] and room.bounds.pending() is None


def test_a_store_that_is_unwell_leaves_the_cursor_where_it_is() -> None:
    room = Room()
    room.append([an_event(1)])
    room.store.unwell = True
    with pytest.raises(StoreUnavailable):
        room.loader.load_once()
    assert room.bounds.position() == {} and room.bounds.pending() == Bound("p0", 1, 1)
    assert room.letters.count() == 0


def test_an_announced_batch_is_sent_again_exactly_whatever_came_after_it() -> None:
    room = Room()
    room.append([an_event(1)])
    room.store.unwell = True
    with pytest.raises(StoreUnavailable):
        room.loader.load_once()
    room.append([an_event(2)])
    room.store.unwell = False
    loader = room.another_loader()
    assert loader.load_once().position == {"p0": 1}
    assert loader.load_once().position == {"p0": 2}
    assert list(room.store.inserts) == ["events:p0:1-1", "events:p0:2-2"]


def test_an_announced_batch_that_left_the_log_is_not_taken_for_loaded() -> None:
    room = Room()
    room.bounds.announce(Bound("p0", 1, 1))
    with pytest.raises(LogUnavailable):
        room.loader.load_once()
    assert room.bounds.pending() == Bound("p0", 1, 1)


def test_a_batch_ends_before_the_group_that_would_make_it_too_large() -> None:
    room = Room(max_rows=5, read_groups=2)
    for group in range(4):
        room.append([an_event(group * 2), an_event(group * 2 + 1)])
    assert [room.loader.load_once().rows for _ in range(3)] == [4, 4, 0]


def test_a_batch_ends_at_its_bytes_too() -> None:
    room = Room(max_bytes=1500)
    for number in range(3):
        room.append([an_event(number, title="t" * 500)])
    assert [room.loader.load_once().rows for _ in range(4)] == [1, 1, 1, 0]


def test_a_larger_group_is_a_batch_of_its_own_and_cut_into_what_a_token_covers() -> None:
    room = Room(max_rows=3, block_rows=4)
    room.append([an_event(number) for number in range(6)])
    assert room.loader.load_once().rows == 6
    assert {token: len(lines) for token, lines in room.store.inserts.items()} == {
        "events:p0:1-1/0": 3,
        "events:p0:1-1/1": 3,
    }


def test_every_partition_has_its_own_batch_and_none_waits_for_another() -> None:
    room = Room()
    room.append([an_event(1)], partition="a")
    room.append([an_event(2)], partition="b")
    assert room.loader.load_once().position == {"a": 1, "b": 1}
    assert list(room.store.inserts) == ["events:a:1-1", "events:b:1-1"]


def test_one_bad_row_is_a_dead_letter_and_a_failed_sighting_and_its_neighbours_stay(store: Embedded) -> None:
    room = Room(store)
    bad = msgspec.structs.replace(an_event(3, n=4, order_id="o3"), day=NOON.date() - timedelta(days=1))
    room.append([an_event(1), an_event(2), bad, an_event(4), an_event(5)])
    loaded = room.loader.load_once()
    assert (loaded.rows, loaded.refused, loaded.position) == (5, 1, {"p0": 1})
    kept = store.query("SELECT event_id FROM events FINAL ORDER BY event_id").rows
    assert kept == [["e1"], ["e2"], ["e4"], ["e5"]]
    failed = store.query("SELECT site, fate, step, reason, hit, n, order_id FROM drops FINAL").rows
    assert failed == [["s1", "failed", "load", "row_refused", a_hit(3), 4, "o3"]]
    (letter,) = room.letters.find()
    assert (letter.site, letter.hit, letter.n, letter.reason) == ("s1", a_hit(3), 4, "row_refused")
    assert "VIOLATED_CONSTRAINT" in letter.detail and letter.body == msgspec.json.encode(bad)


@pytest.mark.parametrize("record", [b"", b"X{}", b"E", b"Enot json", b'E{"site":"s1","hit":"no","n":-1}', b"E\xff"])
def test_a_record_nobody_can_read_is_a_dead_letter_with_a_fate(store: Embedded, record: bytes) -> None:
    room = Room(store)
    room.log.writer("p0").append([as_record(an_event(1)), record], count=2)
    assert room.loader.load_once().refused == 1
    assert room.letters.count() == 1
    assert store.query("SELECT count() FROM events FINAL").rows == [[1]]
    assert store.query("SELECT fate, count() FROM drops FINAL GROUP BY fate").rows == [["failed", 1]]


def test_a_batch_the_store_refuses_altogether_blames_the_schema_and_stays_in_the_log() -> None:
    room = Room(max_refused=3)
    room.append([an_event(number) for number in range(20)])

    def refuse(table: str, lines: Sequence[bytes]) -> None:
        raise RowsRefused("Unknown field found")

    room.store.before = refuse
    with pytest.raises(StoreUnavailable, match="Unknown field found"):
        room.loader.load_once()
    assert room.letters.count() == 0 and room.bounds.position() == {}


def test_replaying_the_same_bounds_changes_nothing(store: Embedded) -> None:
    room = Room(store)
    room.append([an_event(1), a_drop(1)])
    room.append([an_event(2)])
    room.loader.load_once()
    crashed = FakeBounds()
    crashed.announce(Bound("p0", 1, 2))
    Loader(room.log, crashed, store, letters=room.letters).load_once()
    assert store.query("SELECT count() FROM events").rows == [[2]]
    assert store.query("SELECT count() FROM drops").rows == [[1]]


def test_replaying_from_the_beginning_under_other_bounds_counts_nothing_twice(store: Embedded) -> None:
    room = Room(store)
    for number in range(3):
        room.append([an_event(number), a_drop(number)])
        room.loader.load_once()
    room.bounds = FakeBounds()
    room.another_loader().load_once()
    assert store.query("SELECT count() FROM events").rows == [[6]]
    assert store.query("SELECT count() FROM events FINAL").rows == [[3]]
    assert store.query("SELECT count() FROM drops FINAL").rows == [[3]]
