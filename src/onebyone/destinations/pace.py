"""How fast a destination may be asked, and how long it is left alone after it failed. Pure: the clock comes in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from msgspec import Struct
from msgspec.structs import astuple

_DAY_S = 86_400
BASE_S = 1.0
LONGEST_S = 900.0


class Bucket:
    """So many a second, evenly, after a burst. A rate of 0: as many as one likes."""

    def __init__(self, now: float) -> None:
        self._rate = self._burst = self._tokens = 0.0
        self._at = now

    def limit(self, rate: float, burst: float) -> None:
        """From now on. What was taken stays taken."""
        if (rate, burst) != (self._rate, self._burst):
            self._tokens = min(self._tokens, burst) if self._rate else burst
            self._rate, self._burst = rate, burst

    def wait_s(self, now: float, count: int) -> float:
        """Takes some, and says how long to wait before using them."""
        if not self._rate:
            return 0.0
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= count
        return max(0.0, -self._tokens / self._rate)


class Limits(Struct, frozen=True):
    """0: none."""

    requests_per_minute: int = 0
    requests_per_day: int = 0
    events_per_minute: int = 0

    def least(self, other: Limits) -> Limits:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Limits(*(min((one for one in pair if one), default=0) for pair in pairs))


class Pace:
    """How fast one account at a platform may be asked, whoever asks for it."""

    def __init__(self, now: float) -> None:
        self._requests, self._daily, self._events = Bucket(now), Bucket(now), Bucket(now)

    def limit(self, limits: Limits) -> None:
        """Half of a day's requests may go at once; the other half comes evenly, so that no day has more than all."""
        by_second, events = limits.requests_per_minute / 60, limits.events_per_minute / 60
        self._requests.limit(by_second, max(1.0, by_second))
        self._events.limit(events, max(1.0, events))
        self._daily.limit(limits.requests_per_day / 2 / _DAY_S, limits.requests_per_day / 2)

    def wait_s(self, now: float, events: int) -> float:
        """Before a request of so many events."""
        return max(
            self._requests.wait_s(now, 1),
            self._daily.wait_s(now, 1),
            self._events.wait_s(now, events),
        )


class Paces:
    """One for each account: two sites, or two destinations of a site, share it where they name the same."""

    def __init__(self) -> None:
        self._held: dict[Hashable, Pace] = {}

    def of(self, account: Hashable, now: float) -> Pace:
        return self._held.setdefault(account, Pace(now))

    def agree(self, said: Iterable[tuple[Hashable, Limits]], now: float) -> None:
        """Where they want different limits the lowest holds for all."""
        found: dict[Hashable, Limits] = {}
        for account, limits in said:
            found[account] = limits.least(found.get(account, limits))
        for account, limits in found.items():
            self.of(account, now).limit(limits)


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
