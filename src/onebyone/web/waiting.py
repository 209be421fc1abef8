"""What the console must know of the logs, and asks of whoever owns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from onebyone.log import DeadLetter


class Counts(Struct, frozen=True):
    """Sightings of the whole installation, read at one moment."""

    received: int  # accepted since the beginning
    in_pipeline: int  # of them, without an outcome yet
    in_loader: int  # of them, with an outcome that is not in the store yet
    waits_since_ms: int = 0  # when what waits longest came on disk; 0: nothing waits

    @property
    def waiting(self) -> int:
        return self.in_pipeline + self.in_loader

    @property
    def stored(self) -> int:
        return self.received - self.waiting


class WaitingHit(Struct, frozen=True):
    """A hit that is on disk and not in the store yet."""

    hit: str  # UUID
    site: str
    received_ms: int
    via: str
    count: int  # sightings in it


class Process(Struct, frozen=True):
    """One process of this installation. `started_ms` 0: it does not run."""

    name: str
    started_ms: int


class Waiting(Protocol):
    """Every call may block on a file."""

    def counts(self) -> Counts:
        """Raises LogUnavailable."""

    def find_waiting(self, hit: str) -> WaitingHit | None:
        """The hit with that UUID if it waits. Raises LogUnavailable."""

    def dead_letters(self, site: str, limit: int) -> Sequence[DeadLetter]:
        """The newest of a site first."""

    def processes(self) -> Sequence[Process]: ...
