"""Changing what a log holds already: only to take out what must not be kept any more."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from onebyone.log import LogUnavailable
from onebyone.log.files import LogFile, connect, list_files, list_partitions

_AT_ONCE = 32  # groups of one look
_DECODER = msgspec.msgpack.Decoder(list[bytes])
Change = Callable[[list[bytes]], list[bytes] | None]  # the records of a group -> other records, or None for the same


def rewrite(directory: Path, change: Change) -> Iterator[int]:
    """Give each group of a log what `change` makes of its records; yields how many groups changed, at short intervals.
    Groups that are appended meanwhile are left alone.

    Writers and readers go on meanwhile; a group keeps its number and what it counts. Old bytes are overwritten where
    they stood, also in the write-ahead file. May be stopped and begun again. Raises LogUnavailable.
    """
    for partition in list_partitions(directory):
        for file in list_files(directory / partition):
            yield from _rewrite_file(file, change)


def _rewrite_file(file: LogFile, change: Change) -> Iterator[int]:
    try:
        with contextlib.closing(connect(file.path, read_only=False, timeout_s=10)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            after, last = 0, connection.execute("SELECT coalesce(max(seq), 0) FROM groups").fetchone()[0]
            while after < last:
                asked = "SELECT seq, body FROM groups WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
                rows: Sequence[tuple[int, bytes]] = connection.execute(asked, (after, last, _AT_ONCE)).fetchall()
                after = rows[-1][0]
                yield _change_groups(connection, rows, change)
            yield from _empty_ahead(connection)
    except (sqlite3.Error, OSError) as error:
        if file.path.exists():  # else it has just expired
            raise LogUnavailable(f"{file.path.name}: {error}") from error


def _change_groups(connection: sqlite3.Connection, rows: Sequence[tuple[int, bytes]], change: Change) -> int:
    fresh = [(seq, after) for seq, body in rows if (after := change(_DECODER.decode(body))) is not None]
    if fresh:
        connection.execute("BEGIN IMMEDIATE")
        for seq, records in fresh:
            body = msgspec.msgpack.encode(records)
            connection.execute("UPDATE groups SET body = ? WHERE seq = ?", (body, seq))
        connection.execute("COMMIT")
    return len(fresh)


def _empty_ahead(connection: sqlite3.Connection, tries: int = 200) -> Iterator[int]:
    """The write-ahead file still holds what was there before. A reader in the middle of a look makes it wait."""
    for _ in range(tries):
        if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
            return
        yield 0
    raise LogUnavailable("a reader keeps the write-ahead file busy")
