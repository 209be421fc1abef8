"""The logs: what was accepted, in the order it was accepted, until every reader has passed it.

Owns:  append a group, read from a cursor, commit a cursor, retention, dead letters.
Takes: bytes.
Gives: groups of bytes with their positions.
Never: what the bytes mean.

A log has partitions; a partition has one writer at a time and its groups are numbered 1, 2, 3, … without gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

Position = Mapping[str, int]  # partition -> number of the last group taken; a partition not named: nothing taken


class LogUnavailable(Exception):
    """The log cannot be written or read now: full or read-only disk, locked or damaged file. Nothing was stored."""


class LogFull(LogUnavailable):
    """The log reached its own size limit, and a reader still needs all of it."""


class Group(Struct, frozen=True):
    """What one append stored."""

    partition: str
    seq: int
    records: list[bytes]


class Mark(Struct, frozen=True):
    """Where a partition stands: its last group and how many it counted from the beginning, deleted groups included."""

    seq: int
    total: int


class Writer(Protocol):
    """The one writer of one partition. Blocks; not for two threads at once."""

    partition: str

    def append(self, records: Sequence[bytes], *, count: int, cursor: tuple[str, Position] | None = None) -> int:
        """Store a group and return its number, after fsync. `count` is what the group adds to the running total.

        `cursor` = (name, position) moves that reader's cursor in the same transaction.
        Raises LogUnavailable, and then nothing of the group is stored.
        """

    def check(self) -> None:
        """Try a write that adds no group. Raises LogUnavailable."""

    def close(self) -> None: ...


class Reader(Protocol):
    """Reads all partitions of one log. Sees groups another process has just committed."""

    def read(self, after: Position, *, max_groups: int) -> list[Group]:
        """The next groups behind that position, in order within each partition, fair between them."""

    def read_range(self, partition: str, first: int, last: int) -> list[Group]:
        """Groups first..last of a partition, both included. Raises LogUnavailable if one is no longer there."""

    def tail(self) -> dict[str, Mark]:
        """Where each partition ends now."""

    def mark_at(self, position: Position) -> dict[str, Mark]:
        """The marks at that position: their totals against tail()'s say how much waits behind it."""

    def cursor(self, name: str) -> dict[str, int]:
        """The position committed under that name with Writer.append; {} if none."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A sighting somebody should look at, cut to a limit."""

    at_ms: int
    site: str
    hit: str  # UUID
    n: int
    reason: str
    step: str
    detail: str  # a traceback for a failure
    body: bytes


class DeadLetters(Protocol):
    def add(self, letters: Sequence[DeadLetter]) -> None:
        """Keep them; the oldest beyond the limit go. A letter with the same hit and n replaces the earlier one."""

    def find(self, *, site: str | None = None, limit: int = 100) -> list[DeadLetter]: ...

    def count(self) -> int: ...
