"""How fast a destination may be asked, and how long it is left alone after it failed. Pure: the clock comes in."""

from __future__ import annotations

from collections.abc import Callable

BASE_S = 1.0
LONGEST_S = 900.0


class Bucket:
    """So many requests a minute, evenly, with a short burst. 0: as many as one likes."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._rate = per_minute / 60
        self._burst = max(1.0, self._rate)
        self._tokens = self._burst
        self._at = now

    def wait_s(self, now: float) -> float:
        """Takes one, and says how long to wait before using it."""
        if not self._rate:
            return 0.0
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)


class Breaker:
    """Open after a failure until its time is over; then one request is a probe, and its answer decides."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self.failures = 0
        self.closed_at = 0.0  # until then nothing is sent

    def wait_s(self, now: float) -> float:
        return max(0.0, self.closed_at - now)

    @property
    def probing(self) -> bool:
        return self.failures > 0

    def fail(self, now: float, after_s: float = 0) -> float:
        """Full jitter over a doubling time; what the platform said is the least. Returns the time to wait."""
        longest = min(LONGEST_S, BASE_S * float(2 ** min(self.failures, 20)))
        self.failures += 1
        wait = float(max(after_s, longest * self._random()))
        self.closed_at = now + wait
        return wait

    def succeed(self) -> None:
        self.failures = 0
        self.closed_at = 0.0
