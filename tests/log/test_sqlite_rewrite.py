from __future__ import annotations

from pathlib import Path

import pytest

from onebyone.log import LogUnavailable
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_rewrite import Rewritten, rewrite
from onebyone.log.sqlite_writer import Settings, SqliteWriter

NAME = b"ada@lovelace.example"


def a_writer(home: Path, partition: str = "a") -> SqliteWriter:
    return SqliteWriter(home, partition, now_ms=lambda: 1_800_000_000_000, settings=Settings())


def without_name(record: bytes) -> bytes:
    return b"gone" if NAME in record else record


def found(home: Path) -> list[str]:
    return [file.name for file in sorted(home.rglob("*")) if file.is_file() and NAME in file.read_bytes()]


def records(home: Path) -> list[bytes]:
    return [record for group in SqliteReader(home).read({}, max_groups=999) for record in group.records]


def fill(writer: SqliteWriter) -> None:
    for number in range(20):
        writer.append([b"before %d" % number, NAME * 400, b"behind %d" % number], count=3)


def test_a_record_is_replaced_and_no_file_holds_what_it_said(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    fill(writer)
    assert found(tmp_path)  # the search can find it
    assert rewrite(tmp_path, without_name) == Rewritten(records=20, groups=20, files=1)
    assert found(tmp_path) == []
    assert records(tmp_path)[:3] == [b"before 0", b"gone", b"behind 0"]
    writer.close()


def test_the_writer_and_a_reader_go_on_beside_it(tmp_path: Path) -> None:
    writer, reader = a_writer(tmp_path), SqliteReader(tmp_path)
    fill(writer)
    read = reader.read({}, max_groups=5)
    rewrite(tmp_path, without_name)
    assert writer.append([b"after"], count=1) == 21
    rest = reader.read({"a": read[-1].seq}, max_groups=999)
    assert [group.seq for group in rest] == list(range(6, 22)) and rest[-1].records == [b"after"]
    assert reader.tail()["a"].total == 61
    assert found(tmp_path) == []
    writer.close()


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    fill(writer)
    rewrite(tmp_path, without_name)
    assert rewrite(tmp_path, without_name) == Rewritten(0, 0, 0)
    writer.close()


def test_every_partition_is_rewritten(tmp_path: Path) -> None:
    writers = [a_writer(tmp_path, name) for name in ("a", "b")]
    for writer in writers:
        fill(writer)
        writer.close()
    assert rewrite(tmp_path, without_name).files == 2
    assert found(tmp_path) == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    writer = a_writer(tmp_path)
    fill(writer)
    writer.close()
    (broken,) = (tmp_path / "a").glob("*.db")
    broken.write_bytes(b"not a database, and longer than a header " * 100)
    with pytest.raises(LogUnavailable, match=broken.name):
        rewrite(tmp_path, without_name)
