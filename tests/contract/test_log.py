"""What every log promises, run on each implementation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.memory_log import MemoryDeadLetters, MemoryLog
from onebyone.log import DeadLetter, DeadLetters, LogUnavailable, Mark, Reader, Writer
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_writer import Settings, SqliteWriter
from onebyone.log.together import Together

Log = tuple[Reader, Callable[[str], Writer]]


@pytest.fixture(params=["sqlite", "memory", "together"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    if request.param == "memory":
        memory = MemoryLog()
        return memory, memory.writer
    if request.param == "together":
        return _together(tmp_path)
    return SqliteReader(tmp_path), lambda p: SqliteWriter(tmp_path, p, now_ms=lambda: 0, settings=Settings())


def _together(tmp_path: Path) -> Log:
    """Two logs: what begins with an early letter goes to the one, the rest to the other."""
    logs = {early: tmp_path / ("events" if early else "facts") for early in (True, False)}

    def open_writer(partition: str) -> Writer:
        return SqliteWriter(logs[partition < "b"], partition, now_ms=lambda: 0, settings=Settings())

    return Together([SqliteReader(log) for log in logs.values()]), open_writer


def test_groups_come_back_in_order_with_their_numbers(log: Log) -> None:
    reader, open_writer = log
    writer = open_writer("a")
    assert [writer.append([b"1", b""], count=2), writer.append([b"\x00\xff"], count=1)] == [1, 2]
    groups = reader.read({}, max_groups=10)
    assert [(g.partition, g.seq, g.records) for g in groups] == [("a", 1, [b"1", b""]), ("a", 2, [b"\x00\xff"])]


def test_a_reader_continues_behind_its_position(log: Log) -> None:
    reader, open_writer = log
    writer = open_writer("a")
    for n in range(5):
        writer.append([b"%d" % n], count=1)
    assert [g.seq for g in reader.read({"a": 3}, max_groups=10)] == [4, 5]
    assert reader.read({"a": 5}, max_groups=10) == []


def test_no_partition_keeps_another_from_being_read(log: Log) -> None:
    reader, open_writer = log
    first, second = open_writer("a"), open_writer("b")
    for _ in range(20):
        first.append([b"x"], count=1)
    second.append([b"y"], count=1)
    assert {g.partition for g in reader.read({}, max_groups=4)} == {"a", "b"}


def test_a_range_is_read_whole_or_refused(log: Log) -> None:
    reader, open_writer = log
    writer = open_writer("a")
    for n in range(4):
        writer.append([b"%d" % n], count=1)
    assert [g.records for g in reader.read_range("a", 2, 3)] == [[b"1"], [b"2"]]
    with pytest.raises(LogUnavailable):
        reader.read_range("a", 3, 9)


def test_totals_say_how_much_waits_behind_a_position(log: Log) -> None:
    reader, open_writer = log
    writer = open_writer("a")
    writer.append([b"x"], count=3)
    writer.append([b"x"], count=4)
    assert reader.tail() == {"a": Mark(seq=2, total=7)}
    assert reader.mark_at({"a": 1}) == {"a": Mark(seq=1, total=3)}
    assert reader.mark_at({"a": 0}) == {"a": Mark(seq=0, total=0)}


def test_a_cursor_moves_with_the_group_it_came_with(log: Log) -> None:
    reader, open_writer = log
    writer = open_writer("a")
    writer.append([b"x"], count=1, cursor=("pipeline", {"c0": 5, "c1": 2}))
    writer.append([b"y"], count=1)
    assert reader.cursor("pipeline") == {"c0": 5, "c1": 2}
    assert reader.cursor("nobody") == {}


def test_an_empty_group_is_a_group(log: Log) -> None:
    reader, open_writer = log
    open_writer("a").append([], count=0, cursor=("pipeline", {"c0": 1}))
    assert [g.records for g in reader.read({}, max_groups=1)] == [[]]


@pytest.fixture(params=["sqlite", "memory", "together"])
def letters(request: pytest.FixtureRequest, tmp_path: Path) -> DeadLetters:
    return MemoryDeadLetters(3) if request.param == "memory" else SqliteDeadLetters(tmp_path / "d.db", max_letters=3)


def a_letter(hit: str, site: str = "s1", detail: str = "") -> DeadLetter:
    return DeadLetter(at_ms=1, site=site, hit=hit, n=0, reason="body_unreadable", step="", detail=detail, body=b"\xff{")


def test_the_oldest_letters_go_when_there_are_too_many(letters: DeadLetters) -> None:
    letters.add([a_letter(f"h{n}") for n in range(5)])
    assert [x.hit for x in letters.find()] == ["h4", "h3", "h2"]
    assert letters.count() == 3


def test_a_letter_about_the_same_sighting_replaces_the_first(letters: DeadLetters) -> None:
    letters.add([a_letter("h1", detail="first"), a_letter("h1", detail="second")])
    assert [x.detail for x in letters.find()] == ["second"]


def test_letters_are_found_by_site(letters: DeadLetters) -> None:
    letters.add([a_letter("h1", site="s1"), a_letter("h2", site="s2")])
    assert [x.hit for x in letters.find(site="s2")] == ["h2"]
