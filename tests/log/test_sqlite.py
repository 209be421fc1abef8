"""What is particular to the log on SQLite: files, locks, a bad disk, retention."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from onebyone.log import LogFull, LogUnavailable, Mark
from onebyone.log.files import list_files
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_upkeep import Retention, expire
from onebyone.log.sqlite_writer import PartitionTaken, Settings, SqliteWriter

DAY_MS = 86_400_000


class Clock:
    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


def a_writer(home: Path, clock: Clock | None = None, **settings: float) -> SqliteWriter:
    return SqliteWriter(home, "a", now_ms=clock or Clock(), settings=Settings(**settings))  # type: ignore[arg-type]


def test_a_second_writer_of_a_partition_is_refused(tmp_path: Path) -> None:
    first = a_writer(tmp_path)
    with pytest.raises(PartitionTaken):
        a_writer(tmp_path)
    first.close()
    a_writer(tmp_path).close()


def test_a_new_writer_continues_the_numbers_and_the_total(tmp_path: Path) -> None:
    first = a_writer(tmp_path)
    first.append([b"x"], count=5)
    first.close()
    assert a_writer(tmp_path).append([b"y"], count=1) == 2
    assert SqliteReader(tmp_path).tail() == {"a": Mark(seq=2, total=6)}


def test_what_waits_longest_is_known_over_files_and_partitions(tmp_path: Path) -> None:
    clock = Clock()
    writers = {name: SqliteWriter(tmp_path, name, now_ms=clock, settings=Settings()) for name in ("a", "b")}
    start, reader = clock.ms, SqliteReader(tmp_path)
    for name in ("a", "b", "a"):
        writers[name].append([b"x"], count=1)
        clock.ms += DAY_MS  # and so in a file of its own
    assert reader.waits_since_ms({}) == start
    assert reader.waits_since_ms({"a": 1}) == start + DAY_MS
    assert reader.waits_since_ms({"a": 1, "b": 1}) == start + 2 * DAY_MS
    assert reader.waits_since_ms({"a": 2, "b": 1}) == 0


def test_each_day_and_each_large_file_starts_a_new_one(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_writer(tmp_path, clock, max_file_bytes=20_000)
    writer.append([b"x" * 30_000], count=1)
    clock.ms += 6_000
    writer.append([b"y"], count=1)
    clock.ms += DAY_MS
    writer.append([b"z"], count=1)
    assert [file.first for file in list_files(tmp_path / "a")] == [1, 2, 3]
    assert [g.records[0][:1] for g in SqliteReader(tmp_path).read({}, max_groups=9)] == [b"x", b"y", b"z"]


def test_a_clock_that_goes_back_a_day_keeps_the_order(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_writer(tmp_path, clock)
    writer.append([b"1"], count=1)
    clock.ms -= DAY_MS
    writer.append([b"2"], count=1)
    assert [g.seq for g in SqliteReader(tmp_path).read({}, max_groups=9)] == [1, 2]
    assert len(list_files(tmp_path / "a")) == 1


def test_a_cursor_survives_the_change_of_files(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_writer(tmp_path, clock)
    writer.append([b"x"], count=1, cursor=("pipeline", {"c0": 7}))
    clock.ms += DAY_MS
    writer.append([b"y"], count=1)
    assert SqliteReader(tmp_path).cursor("pipeline") == {"c0": 7}


def test_a_file_without_groups_left_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append([b"x"], count=1)
    writer.close()
    (tmp_path / "a" / "0000000000000002-20270116.db").touch()
    assert a_writer(tmp_path).append([b"y"], count=1) == 2
    assert [g.seq for g in SqliteReader(tmp_path).read({}, max_groups=9)] == [1, 2]


def test_a_locked_file_stores_nothing_and_the_next_append_works(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, lock_timeout_s=0.05)
    writer.append([b"x"], count=1)
    other = sqlite3.connect(list_files(tmp_path / "a")[0].path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable, match="locked"):
        writer.append([b"y"], count=1)
    other.execute("ROLLBACK")
    other.close()
    assert writer.append([b"z"], count=1) == 2
    assert [g.records for g in SqliteReader(tmp_path).read({}, max_groups=9)] == [[b"x"], [b"z"]]


def test_a_full_disk_stores_nothing_and_recovers_without_a_restart(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append([b"x"], count=1)
    assert writer._connection is not None
    pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
    writer._connection.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own answer to a full disk
    with pytest.raises(LogUnavailable, match="full"):
        writer.append([b"y" * 100_000], count=1)
    assert writer.append([b"z"], count=1) == 2
    assert [g.records for g in SqliteReader(tmp_path).read({}, max_groups=9)] == [[b"x"], [b"z"]]


def test_a_group_that_a_failed_commit_kept_after_all_is_not_written_over(tmp_path: Path) -> None:
    writer = a_writer(tmp_path, lock_timeout_s=0.05)
    writer.append([b"x"], count=1)
    other = sqlite3.connect(list_files(tmp_path / "a")[0].path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO groups SELECT 2, at_ms, 5, 6, body FROM groups")  # what recovery may bring back
    with pytest.raises(LogUnavailable):
        writer.append([b"y"], count=1)
    other.execute("COMMIT")
    other.close()
    assert writer.append([b"z"], count=1) == 3
    assert SqliteReader(tmp_path).tail() == {"a": Mark(seq=3, total=7)}


def test_a_damaged_file_is_unavailable_and_not_empty(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.append([b"x"], count=1)
    writer.close()
    list_files(tmp_path / "a")[0].path.write_bytes(b"not a database" * 1000)
    with pytest.raises(LogUnavailable):
        a_writer(tmp_path)
    with pytest.raises(LogUnavailable):
        SqliteReader(tmp_path).read({}, max_groups=1)


def test_a_log_over_its_size_limit_accepts_nothing_until_there_is_room(tmp_path: Path) -> None:
    clock = Clock()
    writer = a_writer(tmp_path, clock, max_bytes=50_000)
    writer.append([b"x" * 60_000], count=1)
    clock.ms += 10_000
    with pytest.raises(LogFull):
        writer.append([b"y"], count=1)
    with pytest.raises(LogFull):
        writer.check()


def test_a_check_leaves_no_group_and_no_cursor(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    writer.check()
    reader = SqliteReader(tmp_path)
    assert (reader.read({}, max_groups=9), reader.cursor("pipeline")) == ([], {})


def three_days(tmp_path: Path) -> Clock:
    clock = Clock()
    writer = a_writer(tmp_path, clock)
    for n in range(3):
        writer.append([b"%d" % n * 1000], count=2)
        clock.ms += DAY_MS
    writer.close()
    return clock


def test_old_files_go_once_every_reader_has_passed_them(tmp_path: Path) -> None:
    clock = three_days(tmp_path)
    retention = Retention(keep_days=1)
    assert expire(tmp_path, {}, now_ms=clock.ms + 9 * DAY_MS, retention=retention) == []
    assert len(expire(tmp_path, {"a": 1}, now_ms=clock.ms + 9 * DAY_MS, retention=retention)) == 1
    reader = SqliteReader(tmp_path)
    assert [g.seq for g in reader.read({}, max_groups=9)] == [2, 3]
    assert reader.mark_at({"a": 1}) == {"a": Mark(seq=1, total=2)}


def test_the_newest_file_stays_whatever_its_age(tmp_path: Path) -> None:
    clock = three_days(tmp_path)
    expire(tmp_path, {"a": 3}, now_ms=clock.ms + 900 * DAY_MS, retention=Retention(keep_days=1))
    assert [file.first for file in list_files(tmp_path / "a")] == [3]


def test_too_many_bytes_free_the_oldest_files_first(tmp_path: Path) -> None:
    clock = three_days(tmp_path)
    expire(tmp_path, {"a": 3}, now_ms=clock.ms, retention=Retention(keep_days=30, keep_bytes=20_000))
    assert [file.first for file in list_files(tmp_path / "a")][-1] == 3
    assert len(list_files(tmp_path / "a")) < 3
