"""What a browser did just before: how fast it views pages, how evenly, and whether somebody moved in between.

Kept in memory, bounded, made from event times alone: the same hits in the same order give the same answers. After a
start the worker shows it the hits before its cursor again (docs/decisions/0023).
"""

from __future__ import annotations

from bisect import bisect_right, insort

VIEWS = 30  # a minute
PAGES = 20  # in a row without a sign of life
EQUAL = 10  # distances between page views in a row
_MINUTE_MS = 60_000
_PAUSE_MS = 30 * 60_000  # after it a visit is a new one
_SHORTEST_MS = 500  # distances below it are a page that views itself in parts
_MOST_KEYS = 20_000

MANY_VIEWS, EQUAL_INTERVALS, NO_ENGAGEMENT, TRAPPED, NEW = 1, 2, 4, 8, 16  # what is remarkable; NEW: never seen
VIEW, ALIVE, TRAP = 1, 2, 4  # what an event is: a page view; somebody moves on the page; a page nobody can find


class _Track:
    """Of one visitor, or of one network and agent."""

    __slots__ = ("distance_ms", "equal", "last_ms", "quiet", "trapped_ms", "views_ms")

    def __init__(self) -> None:
        self.views_ms: list[int] = []  # in order, the last VIEWS + 1 of them
        self.last_ms = 0
        self.distance_ms = 0
        self.equal = 0
        self.quiet = 0
        self.trapped_ms = 0


class Behaviour:
    """One thread. Twice `most_keys` tracks at most: those that were not asked for lately go first."""

    def __init__(self, most_keys: int = _MOST_KEYS) -> None:
        self._most = most_keys
        self._young: dict[object, _Track] = {}
        self._old: dict[object, _Track] = {}
        self.lively: set[str] = set()  # sites where a move can be seen at all, because somebody was seen to move

    def forget(self) -> None:
        self._young, self._old = {}, {}
        self.lively.clear()

    def see(self, key: object, at_ms: int, what: int) -> int:
        """Note one event and say what is remarkable about it; both are bits of those above."""
        track = self._young.get(key) or self._moved(key)
        said = 0 if track.views_ms else NEW
        if what & TRAP:
            track.trapped_ms = at_ms
        if track.trapped_ms and abs(at_ms - track.trapped_ms) <= _PAUSE_MS:
            said |= TRAPPED
        if what & ALIVE:
            track.quiet = track.equal = 0
        return said | self._view(track, at_ms, what & ALIVE) if what & VIEW else said

    def _moved(self, key: object) -> _Track:
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        track = self._young[key] = self._old.pop(key) if key in self._old else _Track()
        return track

    def _view(self, track: _Track, at_ms: int, alive: int) -> int:
        distance = at_ms - track.last_ms
        if distance > _PAUSE_MS:
            track.quiet = track.equal = 0
        elif distance < 0:
            track.equal = 0
        elif distance >= _SHORTEST_MS and abs(distance - track.distance_ms) <= max(20, distance // 100):
            track.equal += 1
        else:
            track.equal, track.distance_ms = 1, distance
        views = track.views_ms
        if distance < 0:
            insort(views, at_ms)
        else:
            views.append(at_ms)
            track.last_ms = at_ms
        if not alive:
            track.quiet += 1
        said = EQUAL_INTERVALS if track.equal >= EQUAL else 0
        if track.quiet > PAGES:
            said |= NO_ENGAGEMENT
        if len(views) <= VIEWS:
            return said
        if len(views) > VIEWS + 1:
            del views[0]
        first = bisect_right(views, at_ms) - VIEWS - 1
        return said | MANY_VIEWS if first >= 0 and views[first] > at_ms - _MINUTE_MS else said
