"""Where the SQLite log keeps its groups: one directory a partition, one file a day."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from onebyone.log import LogUnavailable

SCHEMA = (
    # total before body: a look at the totals must not read the bodies' overflow pages
    "CREATE TABLE IF NOT EXISTS groups(seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, count INTEGER NOT NULL,"
    " total INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS cursors(name TEXT PRIMARY KEY, position TEXT NOT NULL)",
)


class LogFile(Struct, frozen=True, order=True):
    """One file of a partition: the number of its first group, and the UTC day it was opened on."""

    first: int
    day: str
    path: Path


def day_of(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%d")


def file_path(directory: Path, first: int, day: str) -> Path:
    return directory / f"{first:016d}-{day}.db"


def list_partitions(directory: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LogUnavailable(str(error)) from error


def list_files(directory: Path) -> list[LogFile]:
    """The files of a partition, oldest first."""
    try:
        names = [entry.name for entry in os.scandir(directory) if entry.name.endswith(".db")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LogUnavailable(str(error)) from error
    return sorted(
        LogFile(first=int(name[:16]), day=name[17:25], path=directory / name) for name in names if name[:16].isdigit()
    )


def bytes_of(directory: Path) -> int:
    """What a directory takes on the disk, write-ahead files included."""
    total = 0
    for entry in directory.rglob("*"):
        try:
            total += entry.stat().st_size
        except FileNotFoundError:  # a write-ahead file that a checkpoint has just removed
            continue
    return total


def bytes_of_file(path: Path) -> int:
    """A log file with its write-ahead file."""
    ahead = Path(f"{path}-wal")
    return path.stat().st_size + (ahead.stat().st_size if ahead.exists() else 0)


def make_durable_directory(directory: Path) -> None:
    """Create a directory and its parents so that they survive a power cut."""
    missing = [d for d in (directory, *directory.parents) if not d.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for made in missing:
        handle = os.open(made.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def connect(path: Path, *, read_only: bool, timeout_s: float = 2.0) -> sqlite3.Connection:
    """A connection in WAL mode with an fsync at each commit. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, timeout=timeout_s, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            for statement in SCHEMA:
                connection.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
