"""Shapley values: what each player adds, on average over all orders in which they could have come."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from msgspec import Struct

from onebyone.reports.attribution.paths import Path, channels_of, merge

MAX_EXACT = 12
SAMPLES = 2000


class Values(Struct, frozen=True):
    """`errors` are the standard errors of sampled values, None where they are exact."""

    values: dict[str, float]
    errors: dict[str, float] | None = None


class Group(Struct, frozen=True):
    """People whose paths hold just these channels, by their places among all."""

    members: frozenset[int]
    conversions: int
    nulls: int


def shapley(players: Sequence[str], worth: Sequence[float]) -> dict[str, float]:
    """`worth` has an entry for each of the 2^n sets: player i is in set s if bit i of s is 1."""
    n = len(players)
    share = [math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) for size in range(n)]

    def value(bit: int) -> float:
        without = (one for one in range(1 << n) if not one & bit)
        return math.fsum(share[one.bit_count()] * (worth[one | bit] - worth[one]) for one in without)

    return {player: value(1 << place) for place, player in enumerate(players)}


def rate_values(paths: Sequence[Path], random: Random, *, most: int | None = None) -> Values:
    """A set of channels is worth the conversion rate of the paths within it. Exact up to 12 channels, then sampled.

    `most` is how often at most a set of channels is looked at: with many sets fewer orders are drawn, at least 2.
    """
    players = channels_of(paths)
    groups = _groups(paths, players)
    if len(players) <= MAX_EXACT:
        return Values(shapley(players, _rates(groups, len(players))))
    samples = SAMPLES if most is None else min(SAMPLES, max(2, most // len(groups)))
    return _sampled(players, groups, random, samples)


def _groups(paths: Sequence[Path], players: Sequence[str]) -> list[Group]:
    places = {player: place for place, player in enumerate(players)}
    counts: defaultdict[frozenset[int], list[int]] = defaultdict(lambda: [0, 0])
    for path in merge(paths):
        count = counts[frozenset(places[channel] for channel in path.channels)]
        count[0] += path.conversions
        count[1] += path.nulls
    return [Group(members, won, gone) for members, (won, gone) in counts.items()]


def _rates(groups: Sequence[Group], n: int) -> list[float]:
    converted, lost = [0] * (1 << n), [0] * (1 << n)
    for group in groups:
        own = sum(1 << member for member in group.members)
        converted[own] += group.conversions
        lost[own] += group.nulls
    for counts in (converted, lost):
        _add_subsets(counts, n)
    return [_rate(won, gone) for won, gone in zip(converted, lost, strict=True)]


def _add_subsets(counts: list[int], n: int) -> None:
    """Each set's count becomes that of all sets within it."""
    for bit in (1 << place for place in range(n)):
        for one in range(1 << n):
            if one & bit:
                counts[one] += counts[one ^ bit]


def _rate(converted: int, lost: int) -> float:
    return converted / (converted + lost) if converted + lost else 0.0


def _sampled(players: Sequence[str], groups: Sequence[Group], random: Random, samples: int) -> Values:
    n = len(players)
    sums, squares = [0.0] * n, [0.0] * n
    order = list(range(n))
    for _ in range(samples):
        random.shuffle(order)
        for member, added in zip(order, _added(order, groups), strict=True):
            sums[member] += added
            squares[member] += added * added
    means = [one / samples for one in sums]
    spreads = [max(0.0, square / samples - mean * mean) for square, mean in zip(squares, means, strict=True)]
    errors = [math.sqrt(spread / (samples - 1)) for spread in spreads]
    return Values(dict(zip(players, means, strict=True)), dict(zip(players, errors, strict=True)))


def _added(order: Sequence[int], groups: Sequence[Group]) -> list[float]:
    """What each adds when it comes. A group is in the set once its last member has come."""
    turn = {member: place for place, member in enumerate(order)}
    converted, lost = [0] * len(order), [0] * len(order)
    for group in groups:
        complete = max(turn[member] for member in group.members)
        converted[complete] += group.conversions
        lost[complete] += group.nulls
    rates, won, gone = [0.0], 0, 0
    for here, away in zip(converted, lost, strict=True):
        won, gone = won + here, gone + away
        rates.append(_rate(won, gone))
    return [after - before for before, after in pairwise(rates)]
