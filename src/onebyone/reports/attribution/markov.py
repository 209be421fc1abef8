"""Markov chains over the last channels of a path, and what removing a channel does to conversions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from msgspec import Struct

from onebyone.reports.attribution.absorption import chance, chances_without
from onebyone.reports.attribution.paths import Path, channels_of, conversions_of, merge

MAX_ORDER = 3
FEW_CONVERSIONS = 1000  # below this, transitions are told from too few people
_MANY = 1000  # of so many people, a draw is as good as normal
_NOISE = 1e-12  # an effect below this is rounding

State = tuple[str, ...]  # the newest channels, oldest first
Next = State | str
Rows = Mapping[Next, Mapping[Next, int]]
START: State = ()
CONVERSION, NULL = "(conversion)", "(null)"


class Effects(Struct, frozen=True):
    """`removed` is, by channel, the part of conversions that would be lost without it."""

    base: float  # the chance of a conversion from the start
    removed: dict[str, float]


class OrderChoice(Struct, frozen=True):
    """`log_loss` is the mean over held-out transitions, by order: the lowest was chosen."""

    order: int
    log_loss: dict[int, float]


def transitions(paths: Sequence[Path], order: int) -> Rows:
    """How many people went from each state to each."""
    return _count(merge(paths), order)


def effects(paths: Sequence[Path], order: int = 1) -> Effects:
    """All 0 where nobody converts."""
    rows, channels = transitions(paths, order), channels_of(paths)
    base = chance(rows, start=START, goal=CONVERSION)
    past = {channel: frozenset(state for state in rows if state and state[-1] == channel) for channel in channels}
    without = chances_without(rows, past, start=START, goal=CONVERSION)
    return Effects(base, {channel: _effect(without[channel], base) for channel in channels})


def choose_order(paths: Sequence[Path], *, random: Random, folds: int = 5, most: int | None = None) -> OrderChoice:
    """By cross-validation; of equal orders the lower. The same however the paths come.

    `most` is how many steps between states may be weighed for all channels together: an order above 1 with more of them
    is not tried.
    """
    parts, channels = _parts(paths, folds, random), channels_of(paths)
    losses: dict[int, float] = {}
    for order in range(1, MAX_ORDER + 1):
        held = [_count(part, order) for part in parts]
        whole = _together(held)
        if order > 1 and most is not None and len(channels) * sum(map(len, whole.values())) > most:
            break
        losses[order] = _held_out_loss(whole, held, len(channels) + 2)
    return OrderChoice(min(losses, key=lambda order: (losses[order], order)), losses)


def warnings(paths: Sequence[Path]) -> list[str]:
    found = conversions_of(paths)
    if found >= FEW_CONVERSIONS:
        return []
    return [f"Only {found:,} conversions: below {FEW_CONVERSIONS:,}, a Markov model follows chance as much as people."]


def _steps(channels: State, order: int) -> Iterator[tuple[State, State]]:
    for end in range(len(channels)):
        yield channels[max(0, end - order) : end], channels[max(0, end + 1 - order) : end + 1]


def _effect(without: float, base: float) -> float:
    effect = 1 - without / base if base else 0.0
    return min(1.0, effect) if effect > _NOISE else 0.0


def _parts(paths: Sequence[Path], folds: int, random: Random) -> list[list[Path]]:
    """People are drawn one by one: dealt out evenly, those held out would be too much like the others."""
    parts: list[list[Path]] = [[] for _ in range(folds)]
    for path in merge(paths):
        counts = zip(_draw(path.conversions, folds, random), _draw(path.nulls, folds, random), strict=True)
        for part, (converted, lost) in zip(parts, counts, strict=True):
            part.append(Path(path.channels, converted, lost))
    return parts


def _draw(people: int, folds: int, random: Random) -> list[int]:
    drawn: list[int] = []
    for left in range(folds, 1, -1):
        drawn.append(_binomial(people - sum(drawn), 1 / left, random))
    return [*drawn, people - sum(drawn)]


def _binomial(people: int, chance: float, random: Random) -> int:
    if people <= _MANY:
        return sum(random.random() < chance for _ in range(people))
    normal = random.gauss(people * chance, math.sqrt(people * chance * (1 - chance)))
    return min(people, max(0, round(normal)))


def _held_out_loss(whole: Rows, parts: Sequence[Rows], outcomes: int) -> float:
    """With half a person added to each possible step, or an unseen one would cost infinitely much."""
    loss, steps = 0.0, 0
    for part in parts:
        for state, row in part.items():
            seen, held = whole[state], sum(row.values())
            total = sum(seen.values()) - held + outcomes / 2
            loss -= sum(n * math.log((seen[following] - n + 0.5) / total) for following, n in row.items())
            steps += held
    return loss / steps if steps else 0.0


def _together(parts: Sequence[Rows]) -> Rows:
    whole: defaultdict[Next, Counter[Next]] = defaultdict(Counter)
    for part in parts:
        for state, row in part.items():
            whole[state].update(row)
    return dict(whole)


def _count(paths: Sequence[Path], order: int) -> Rows:
    counts: defaultdict[Next, Counter[Next]] = defaultdict(Counter)
    for path in paths:
        if people := path.conversions + path.nulls:
            for state, following in _steps(path.channels, order):
                counts[state][following] += people
            counts[path.channels[-order:]][CONVERSION] += path.conversions
            counts[path.channels[-order:]][NULL] += path.nulls
    return {state: {following: n for following, n in row.items() if n} for state, row in counts.items()}
