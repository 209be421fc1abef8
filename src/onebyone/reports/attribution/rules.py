"""Rules: the shares of a path's touches, told from that path alone. They add up to 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from onebyone.reports.attribution.paths import DIRECT

Rule = Callable[[Sequence[str], Sequence[float] | None], list[float]]
"""From channels and their hours before the conversion to shares. There is at least one touch."""


class NoAges(ValueError):
    """The rule needs to know how long before the conversion each touch was."""


def first(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
    return _only(0, len(channels))


def last(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
    return _only(len(channels) - 1, len(channels))


def last_non_direct(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
    """Where all are Direct, the last."""
    named = [place for place, channel in enumerate(channels) if channel != DIRECT]
    return _only(named[-1] if named else len(channels) - 1, len(channels))


def linear(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
    return [1 / len(channels)] * len(channels)


def each_channel_once(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
    """The Shapley value of sets in closed form: the same for each distinct channel, shared by its touches."""
    times = Counter(channels)
    return [1 / (len(times) * times[channel]) for channel in channels]


def position(first: float, middle: float, last: float) -> Rule:
    """Parts of 100. Of two touches, the first and the last in their proportion."""

    def rule(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
        between = len(channels) - 2
        if between < 0:
            return [1.0]
        if between == 0:
            return [first / (first + last), last / (first + last)]
        return [first / 100, *([middle / 100 / between] * between), last / 100]

    return rule


def time_decay(half_life_h: float) -> Rule:
    """Raises NoAges where no hours are given."""

    def rule(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
        if hours is None:
            raise NoAges(f"{' > '.join(channels)}: no hours_before, which time decay needs")
        youngest = min(hours)  # relative to it, so that a path of old touches does not underflow to nothing
        return _scaled([2 ** ((youngest - age) / half_life_h) for age in hours])

    return rule


def in_proportion(weights: Mapping[str, float]) -> Rule:
    """By the weight of each touch's channel. A path of channels without any weight is shared equally."""

    def rule(channels: Sequence[str], hours: Sequence[float] | None = None) -> list[float]:
        own = [weights.get(channel, 0.0) for channel in channels]
        return _scaled(own) if any(own) else linear(channels)

    return rule


def _only(place: int, of: int) -> list[float]:
    return [float(one == place) for one in range(of)]


def _scaled(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights]
