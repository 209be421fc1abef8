"""What the console must know of the logs, and asks of whoever owns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from onebyone.log import DeadLetter
from onebyone.state.sites import Site


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


class Opened(Struct, frozen=True):
    """A dead letter on the desk: its text, whole, and why it cannot be sent again; "" if it can."""

    letter: DeadLetter
    text: str  # "" where nothing of it may be corrected
    why_not: str


class Unmendable(Exception):
    """Says in words why a dead letter was not sent again. Nothing was changed."""


class Mending(Protocol):
    """What a person does with dead letters. Every call blocks, and raises LogUnavailable."""

    def reasons(self, site: str) -> dict[str, int]:
        """How many a site has for each reason, the most first."""

    def open(self, site: str, hit: str, n: int) -> Opened | None: ...

    def can_send(self, site: str, reason: str) -> int:
        """How many of that reason can be sent again as they came."""

    def send(self, site: Site, hit: str, n: int, text: str | None) -> str:
        """As if it came at its own moment, once; with another text if one is given. The UUID of the new hit.

        Raises Unmendable: it cannot be sent, or could not be read any better than before.
        """

    def send_all(self, site: Site, reason: str) -> int:
        """As they came; how many were sent. The others stay."""

    def discard(self, site: str, hit: str, n: int) -> int: ...

    def discard_all(self, site: str, reason: str) -> int: ...


class Waiting(Protocol):
    """Every call may block on a file."""

    def counts(self) -> Counts:
        """Raises LogUnavailable."""

    def find_waiting(self, hit: str) -> WaitingHit | None:
        """The hit with that UUID if it waits. Raises LogUnavailable."""

    def dead_letters(self, site: str, limit: int) -> Sequence[DeadLetter]:
        """The newest of a site first."""

    def processes(self) -> Sequence[Process]: ...
