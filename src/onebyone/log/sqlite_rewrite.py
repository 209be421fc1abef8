"""Erasure from a log: records are replaced where they lie, and what they said is not readable behind it.

Numbers, counts and cursors of the groups stay, so no reader notices. May run beside a writer and readers.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone.log import LogUnavailable
from onebyone.log.files import connect, list_files, list_partitions

_DECODER = msgspec.msgpack.Decoder(list[bytes])
_GROUPS_AT_ONCE = 256
_LOCK_S = 5.0
_PATIENCE_S = 10.0  # for readers to let go of the write-ahead file, which still holds what was replaced
_PAUSE_S = 0.05


class Rewritten(Struct, frozen=True):
    records: int
    groups: int
    files: int


def rewrite(directory: Path, change: Callable[[bytes], bytes]) -> Rewritten:
    """Replace each record of a log by what `change` makes of it; an equal one is left alone.

    When it returns, no file of the log holds what was replaced, not even in free pages. May run twice.
    Raises LogUnavailable: some groups may then be changed already; run it again.
    """
    done = Rewritten(0, 0, 0)
    for partition in list_partitions(directory):
        for file in list_files(directory / partition):
            try:
                records, groups = _rewrite_file(file.path, change)
            except sqlite3.Error as error:
                if not file.path.exists():  # retention took it meanwhile
                    continue
                raise LogUnavailable(f"{file.path.name}: {error}") from error
            done = Rewritten(done.records + records, done.groups + groups, done.files + (groups > 0))
    return done


def _rewrite_file(path: Path, change: Callable[[bytes], bytes]) -> tuple[int, int]:
    connection = connect(path, read_only=False, timeout_s=_LOCK_S)
    try:
        connection.execute("PRAGMA secure_delete=ON")  # what is freed is overwritten
        records = groups = 0
        for seq, before in _groups(connection):
            after = [change(record) for record in before]
            if changed := sum(a != b for a, b in zip(after, before, strict=True)):
                connection.execute("UPDATE groups SET body = ? WHERE seq = ?", (msgspec.msgpack.encode(after), seq))
                records, groups = records + changed, groups + 1
        if groups:
            _empty_write_ahead(connection)
        return records, groups
    finally:
        connection.close()


def _groups(connection: sqlite3.Connection) -> Iterator[tuple[int, list[bytes]]]:
    """All of them, a few at a time: a reader that stays open would keep the write-ahead file from being emptied."""
    after = 0
    while True:
        sql = "SELECT seq, body FROM groups WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = connection.execute(sql, (after, _GROUPS_AT_ONCE)).fetchall()
        if not rows:
            return
        for seq, body in rows:
            yield seq, _DECODER.decode(body)
        after = rows[-1][0]


def _empty_write_ahead(connection: sqlite3.Connection) -> None:
    end = time.monotonic() + _PATIENCE_S
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > end:
            raise sqlite3.OperationalError("a reader holds the write-ahead file: run the erasure again")
        time.sleep(_PAUSE_S)
