"""What the console asks of the logs (web.waiting.Waiting)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from uuid import UUID

import msgspec

from onebyone.app.settings import Place
from onebyone.event import Hit, hit_uuid
from onebyone.log import DeadLetter, Mark
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.pipeline.worker import CURSOR
from onebyone.state.bounds import Bounds
from onebyone.telemetry import process_starts
from onebyone.web.waiting import Counts, Process, WaitingHit

_COMMIT_WINDOW_MS = 60_000  # how long after its arrival a hit's group may have been committed
_STALE_S = 15.0  # a process writes its numbers every second


class LogWaiting:
    """Reads the logs of one place. Calls may come from any thread."""

    def __init__(self, place: Place, bounds: Bounds) -> None:
        self._place = place
        self._bounds = bounds
        self._hits = SqliteReader(place.hits)
        self._events = SqliteReader(place.events)
        self._letters = SqliteDeadLetters(place.letters)
        self._lock = threading.Lock()

    def counts(self) -> Counts:
        """The readings are taken from the end backwards, so that what moves on meanwhile waits rather than vanishes."""
        with self._lock:
            stored = self._bounds.position()
            loaded = _total(self._events.mark_at(stored))
            written = _total(self._events.tail())
            read = self._events.cursor(CURSOR)
            processed = _total(self._hits.mark_at(read))
            received = _total(self._hits.tail())
            since = [
                log.waits_since_ms(position)
                for log, position, waits in (
                    (self._events, stored, written > loaded),
                    (self._hits, read, received > processed),
                )
                if waits
            ]
        return Counts(
            received=received,
            in_pipeline=received - processed,
            in_loader=written - loaded,
            waits_since_ms=min(filter(None, since), default=0),
        )

    def find_hit(self, hit: str) -> Hit | None:
        """The hit as received, while the log still holds it."""
        try:
            wanted = UUID(hit).bytes
        except ValueError:
            return None
        at_ms = int.from_bytes(wanted[:6], "big")
        decoder = msgspec.msgpack.Decoder(Hit)
        with self._lock:
            for group in self._hits.around(at_ms - 1000, at_ms + _COMMIT_WINDOW_MS):
                for record in group.records:
                    if wanted in record:
                        found = decoder.decode(record)
                        if found.id == wanted:
                            return found
        return None

    def find_waiting(self, hit: str) -> WaitingHit | None:
        found = self.find_hit(hit)
        if found is None:
            return None
        return WaitingHit(
            hit=hit_uuid(found.id), site=found.site, received_ms=found.received_ms, via=found.via, count=found.count
        )

    def dead_letters(self, site: str, limit: int) -> Sequence[DeadLetter]:
        return self._letters.find(site=site, limit=limit)

    def letter_count(self) -> int:
        return self._letters.count()

    def held(self) -> int:
        """How many sightings the log "hits" still holds, which is how far back a replay goes."""
        with self._lock:
            tail = self._hits.tail()
            start = self._hits.mark_at(dict.fromkeys(tail, 0))
        return _total(tail) - _total(start)

    def close(self) -> None:
        with self._lock:
            self._hits.close()
            self._events.close()

    def processes(self) -> Sequence[Process]:
        return [
            Process(name=name, started_ms=int(started * 1000) if time.time() - written < _STALE_S else 0)
            for name, started, written in process_starts(self._place.metrics)
        ]


def _total(marks: dict[str, Mark]) -> int:
    return sum(mark.total for mark in marks.values())
