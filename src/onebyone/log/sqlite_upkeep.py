"""Retention: whole files go, and none that a reader still needs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from onebyone.log import Position
from onebyone.log.files import LogFile, bytes_of, day_of, list_files, list_partitions

_DAY_MS = 86_400_000


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    keep_days: int = 7
    keep_bytes: int = 10 * 1024**3


def expire(directory: Path, passed: Position, *, now_ms: int, retention: Retention) -> list[Path]:
    """Delete the files that are too old or too many, oldest first; returns them.

    `passed` is what every reader has taken: a file with a group behind it stays, and so does each partition's
    newest file, which its writer has open.
    """
    oldest_day = day_of(now_ms - retention.keep_days * _DAY_MS)
    free = [file for p in list_partitions(directory) for file in _passed_files(directory / p, passed.get(p, 0))]
    gone: list[Path] = []
    for file in sorted(free, key=lambda file: (file.day, file.first)):
        if file.day >= oldest_day and bytes_of(directory) <= retention.keep_bytes:
            continue
        for path in (file.path, Path(f"{file.path}-wal"), Path(f"{file.path}-shm")):
            path.unlink(missing_ok=True)
        gone.append(file.path)
    return gone


def _passed_files(home: Path, passed: int) -> list[LogFile]:
    files = list_files(home)
    return [file for file, following in pairwise(files) if following.first <= passed + 1]
