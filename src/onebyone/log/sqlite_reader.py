"""Reads all partitions of one log, while other processes write them."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from onebyone.log import Group, LogUnavailable, Mark, Position
from onebyone.log.files import LogFile, connect, list_files, list_partitions

_DECODER = msgspec.msgpack.Decoder(list[bytes])


class SqliteReader:
    """The log.Reader of one directory. One thread at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: dict[Path, sqlite3.Connection] = {}

    def read(self, after: Position, *, max_groups: int) -> list[Group]:
        partitions = list_partitions(self._directory)
        share = max(1, max_groups // max(1, len(partitions)))
        groups: list[Group] = []
        for partition in partitions:
            groups += self._read_partition(partition, after.get(partition, 0), share)
        return groups

    def read_range(self, partition: str, first: int, last: int) -> list[Group]:
        groups = self._read_partition(partition, first - 1, last - first + 1)
        if not groups or groups[0].seq != first or groups[-1].seq != last:
            raise LogUnavailable(f"{self._directory.name}/{partition}: groups {first} to {last} are not there")
        return groups

    def tail(self) -> dict[str, Mark]:
        marks = {}
        for partition in list_partitions(self._directory):
            marks[partition] = Mark(seq=0, total=0)
            for file in reversed(self._files(partition)):
                row = self._one(file, "SELECT seq, total FROM groups ORDER BY seq DESC LIMIT 1")
                if row is not None:
                    marks[partition] = Mark(seq=row[0], total=row[1])
                    break
        return marks

    def mark_at(self, position: Position) -> dict[str, Mark]:
        return {partition: self._mark(partition, seq) for partition, seq in position.items()}

    def cursor(self, name: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for partition in list_partitions(self._directory):
            for file in reversed(self._files(partition)):
                row = self._one(file, "SELECT position FROM cursors WHERE name = ?", name)
                if row is not None:
                    found.update(json.loads(row[0]))
                    break
        return found

    def around(self, from_ms: int, to_ms: int) -> Iterator[Group]:
        """Groups appended in that time, both ends included: to find one record whose moment is known."""
        for partition in list_partitions(self._directory):
            for file in self._files(partition):
                for seq, body in self._rows(
                    file, "SELECT seq, body FROM groups WHERE at_ms BETWEEN ? AND ? ORDER BY seq", from_ms, to_ms
                ):
                    yield Group(partition=partition, seq=seq, records=_DECODER.decode(body))

    def first_ms(self, partition: str) -> int:
        """When the oldest group that is left of it was appended, unix milliseconds; 0 if none is."""
        return self._next_ms(partition, 0)

    def waits_since_ms(self, position: Position) -> int:
        """When the oldest group behind that position was appended, unix milliseconds; 0 if none is."""
        found = [self._next_ms(partition, position.get(partition, 0)) for partition in list_partitions(self._directory)]
        return min(filter(None, found), default=0)

    def _next_ms(self, partition: str, after: int) -> int:
        for file in self._files(partition):
            row = self._one(file, "SELECT at_ms FROM groups WHERE seq > ? ORDER BY seq LIMIT 1", after)
            if row is not None:
                return int(row[0])
        return 0

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _read_partition(self, partition: str, after: int, limit: int) -> list[Group]:
        files = self._files(partition)
        groups: list[Group] = []
        for at, file in enumerate(files):
            if at + 1 < len(files) and files[at + 1].first <= after + 1:
                continue  # the wanted group is in a later file
            sql = "SELECT seq, body FROM groups WHERE seq > ? ORDER BY seq LIMIT ?"
            for seq, body in self._rows(file, sql, after, limit - len(groups)):
                groups.append(Group(partition=partition, seq=seq, records=_DECODER.decode(body)))
            if len(groups) >= limit:
                break
        return groups

    def _mark(self, partition: str, seq: int) -> Mark:
        """Before the oldest group that is left, the total is what that group started from."""
        for file in self._files(partition):
            sql = "SELECT seq, count, total FROM groups WHERE seq >= ? ORDER BY seq LIMIT 1"
            row = self._one(file, sql, seq)
            if row is not None:
                found, count, total = row
                return Mark(seq=seq, total=total if found == seq else total - count)
        return Mark(seq=seq, total=self.tail().get(partition, Mark(seq=0, total=0)).total)

    def _files(self, partition: str) -> list[LogFile]:
        return list_files(self._directory / partition)

    def _one(self, file: LogFile, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._rows(file, sql, *values)
        return rows[0] if rows else None

    def _rows(self, file: LogFile, sql: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            connection = self._open.get(file.path)
            if connection is None:
                connection = self._open[file.path] = connect(file.path, read_only=True)
                self._close_gone()
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            self._drop(file.path)
            if "no such table" in str(error) or not file.path.exists():  # just created, or just expired
                return []
            raise LogUnavailable(f"{file.path.name}: {error}") from error
        except sqlite3.Error as error:
            self._drop(file.path)
            raise LogUnavailable(f"{file.path.name}: {error}") from error

    def _close_gone(self) -> None:
        for path in [p for p in self._open if not p.exists()]:
            self._drop(path)

    def _drop(self, path: Path) -> None:
        connection = self._open.pop(path, None)
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
