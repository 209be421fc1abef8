from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onebyone.log import LogUnavailable
from onebyone.log.rewriting import rewrite
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_writer import Settings, SqliteWriter

SECRET = b"a-person-who-wants-to-be-forgotten"
DAY_MS = 86_400_000


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteWriter]:
    now = [1_796_000_000_000]
    found = SqliteWriter(tmp_path / "hits", "c0", now_ms=lambda: now[0], settings=Settings())
    for number in range(100):
        found.append([b"x" * 200, SECRET * 40 if number % 10 == 0 else b"y"], count=2)
        now[0] += DAY_MS // 40
    yield found
    found.close()


def without_secret(records: list[bytes]) -> list[bytes] | None:
    kept = [b"" if SECRET in record else record for record in records]
    return None if kept == records else kept


def bytes_of(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in directory.rglob("*") if file.is_file())


def test_what_is_taken_out_is_in_no_file_any_more_and_groups_keep_their_numbers(
    writer: SqliteWriter, tmp_path: Path
) -> None:
    reader = SqliteReader(tmp_path / "hits")
    before = reader.read({}, max_groups=1000)
    assert SECRET in bytes_of(tmp_path)
    assert sum(rewrite(tmp_path / "hits", without_secret)) == 10
    assert SECRET not in bytes_of(tmp_path)
    after = reader.read({}, max_groups=1000)
    assert [group.seq for group in after] == [group.seq for group in before]
    assert [group.records[0] for group in after] == [group.records[0] for group in before]
    assert [n for n, group in enumerate(after) if group.records[1] == b""] == list(range(0, 100, 10))
    assert reader.tail()["c0"].total == 200
    reader.close()


def test_the_writer_goes_on_in_between(writer: SqliteWriter, tmp_path: Path) -> None:
    for changed in rewrite(tmp_path / "hits", without_secret):
        writer.append([b"new"], count=1)
        assert changed >= 0
    reader = SqliteReader(tmp_path / "hits")
    groups = reader.read({"c0": 100}, max_groups=1000)
    assert groups and {tuple(group.records) for group in groups} == {(b"new",)}
    reader.close()


def test_it_may_be_stopped_and_begun_again(writer: SqliteWriter, tmp_path: Path) -> None:
    next(iter(rewrite(tmp_path / "hits", without_secret)))
    assert sum(rewrite(tmp_path / "hits", without_secret)) < 10
    assert sum(rewrite(tmp_path / "hits", without_secret)) == 0
    assert SECRET not in bytes_of(tmp_path)


def test_a_damaged_file_is_the_logs_own_error(writer: SqliteWriter, tmp_path: Path) -> None:
    first = min((tmp_path / "hits" / "c0").glob("*.db"))
    first.write_bytes(b"no database" * 500)
    with pytest.raises(LogUnavailable, match=first.name):
        list(rewrite(tmp_path / "hits", without_secret))
