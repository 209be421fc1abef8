"""Appends to one partition: a row per group, an fsync per row, a file per day."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone.log import LogFull, LogUnavailable, Mark, Position
from onebyone.log.files import bytes_of, bytes_of_file, connect, day_of, file_path, list_files, make_durable_directory

_SIZE_CHECK_MS = 5_000


class PartitionTaken(Exception):
    """Another process writes to this partition."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    max_bytes: int = 20 * 1024**3  # of the whole log; beyond it nothing is accepted until retention made room
    max_file_bytes: int = 512 * 1024**2
    lock_timeout_s: float = 2.0


class SqliteWriter:
    """The log.Writer of `directory/partition`. Holds a lock on it until closed, or until its process ends."""

    def __init__(self, directory: Path, partition: str, *, now_ms: Callable[[], int], settings: Settings) -> None:
        """Raises PartitionTaken, or LogUnavailable if the place cannot be read."""
        self.partition = partition
        self._log = directory
        self._home = directory / partition
        self._now_ms = now_ms
        self._settings = settings
        self._connection: sqlite3.Connection | None = None
        self._day = ""
        self._size_at_ms = 0
        self._too_large = False
        try:
            make_durable_directory(self._home)
            self._lock = os.open(self._home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LogUnavailable(str(error)) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise PartitionTaken(str(self._home)) from error
        try:
            self._end: Mark | None = find_end(self._home)
        except LogUnavailable:
            os.close(self._lock)
            raise

    def append(self, records: Sequence[bytes], *, count: int, cursor: tuple[str, Position] | None = None) -> int:
        if self._end is None:
            self._end = find_end(self._home)
        seq, total = self._end.seq + 1, self._end.total + count
        body = msgspec.msgpack.encode(records)
        with self._transaction(alone=cursor is None) as (connection, at_ms):
            connection.execute("INSERT INTO groups VALUES(?,?,?,?,?)", (seq, at_ms, count, total, body))
            if cursor is not None:
                name, position = cursor
                connection.execute("INSERT OR REPLACE INTO cursors VALUES(?,?)", (name, json.dumps(dict(position))))
        self._end = Mark(seq=seq, total=total)
        return seq

    def check(self) -> None:
        """Try a write, which leaves nothing behind that a reader sees. Raises LogUnavailable."""
        with self._transaction(alone=True) as (connection, at_ms):
            connection.execute("INSERT OR REPLACE INTO cursors VALUES('', ?)", (json.dumps({"at_ms": at_ms}),))

    def close(self) -> None:
        self._forget_connection()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @contextlib.contextmanager
    def _transaction(self, *, alone: bool) -> Iterator[tuple[sqlite3.Connection, int]]:
        """`alone`: of one statement, which SQLite makes a transaction itself. Each more would release the interpreter
        and wait for it again, a millisecond of a busy collector."""
        at_ms = self._now_ms()
        try:
            self._refuse_if_too_large(at_ms)
            connection = self._open(at_ms)
            if not alone:
                connection.execute("BEGIN IMMEDIATE")
            yield connection, at_ms
            if not alone:
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            self._forget_connection()  # which rolls back
            self._end = None  # an fsync that failed may have kept the group after all: look before the next one
            raise LogUnavailable(f"{self._log.name}: {error}") from error

    def _open(self, at_ms: int) -> sqlite3.Connection:
        """Today's file: the one that is open, the newest on the disk if it is of today, or a new one."""
        day = day_of(at_ms)
        if self._connection is not None and day == self._day:
            return self._connection
        self._forget_connection()
        files = list_files(self._home)
        if files and files[-1].day >= day and bytes_of_file(files[-1].path) < self._settings.max_file_bytes:
            path = files[-1].path  # also when the clock went back a day
        else:
            path = file_path(self._home, (self._end or find_end(self._home)).seq + 1, day)
        self._connection = connect(path, read_only=False, timeout_s=self._settings.lock_timeout_s)
        self._day = day
        return self._connection

    def _refuse_if_too_large(self, at_ms: int) -> None:
        if abs(at_ms - self._size_at_ms) >= _SIZE_CHECK_MS:
            self._size_at_ms = at_ms
            self._too_large = bytes_of(self._log) > self._settings.max_bytes
            files = list_files(self._home)
            if files and bytes_of_file(files[-1].path) >= self._settings.max_file_bytes:
                self._day = ""  # the next append opens another file
        if self._too_large:
            raise LogFull(f"{self._log.name} holds more than {self._settings.max_bytes} bytes that are still needed")

    def _forget_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def find_end(home: Path) -> Mark:
    """The last group of a partition. A file without groups (a crash after its creation) is passed over."""
    for file in reversed(list_files(home)):
        try:
            connection = connect(file.path, read_only=False)
            try:
                row = connection.execute("SELECT seq, total FROM groups ORDER BY seq DESC LIMIT 1").fetchone()
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise LogUnavailable(f"{file.path.name}: {error}") from error
        if row is not None:
            return Mark(seq=row[0], total=row[1])
    return Mark(seq=0, total=0)
