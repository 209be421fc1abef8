"""The chance that a Markov chain ends in one of its absorbing states.

It is solved by eliminating states (Grassmann, Taksar and Heyman 1985), which is Gaussian elimination of (I - Q)x = r
without a single subtraction: nothing cancels, so cycles that hardly ever end lose no digits, and no iteration has to
converge. Rows stay sparse, because states with the fewest links go first.

A chain of very many states is walked first: step by step, all mass moves on. What has not arrived yet bounds the error,
so that the walk counts only if next to nothing is left on the way; a chain that goes in circles is eliminated.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence, Set
from typing import TypeVar

State = TypeVar("State", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)

_MANY_STATES, _MAX_STEPS = 500, 400
_LOST_ON_THE_WAY = 1e-16


def chance(rows: Mapping[State, Mapping[State, float]], *, start: State, goal: State) -> float:
    """Rows hold positive weights and need not add up to 1; a state without a row absorbs.

    Every state with a row must be able to reach one without.
    """
    walked = _walk(rows, start, goal) if len(rows) > _MANY_STATES else None
    return _solve(rows, start, goal) if walked is None else walked


def chances_without(
    rows: Mapping[State, Mapping[State, float]], groups: Mapping[Name, Set[State]], *, start: State, goal: State
) -> dict[Name, float]:
    """For each group the chance to come to the goal past none of its states. The start is in no group, nothing leads
    to it, and every other state with a row is in one.

    Half of the groups is eliminated for all of the other half at once, and so on: as much work as a few of `chance`.
    """
    found: dict[Name, float] = {}

    def halve(ahead: dict[State, dict[State, float]], names: Sequence[Name]) -> None:
        if len(names) == 1:
            row = ahead.get(start, {})
            leaving = math.fsum(row.values())
            found[names[0]] = row.get(goal, 0.0) / leaving if leaving else 0.0
            return
        middle = len(names) // 2
        for kept, gone in ((names[:middle], names[middle:]), (names[middle:], names[:middle])):
            left = {state: dict(row) for state, row in ahead.items()}
            _eliminate(left, frozenset().union(*(groups[name] for name in gone)))
            halve(left, kept)

    if groups:
        halve({state: dict(row) for state, row in rows.items()}, list(groups))
    return found


def _walk(rows: Mapping[State, Mapping[State, float]], start: State, goal: State) -> float | None:
    """None if too much is still on the way."""
    parts = {state: _normal(row) for state, row in rows.items()}
    going, arrived = {start: 1.0}, 0.0
    for _ in range(_MAX_STEPS):
        reached: defaultdict[State, float] = defaultdict(float)
        for state, mass in going.items():
            for following, part in parts[state]:
                reached[following] += mass * part
        arrived += reached.get(goal, 0.0)
        going = {state: mass for state, mass in reached.items() if state in parts}
        if sum(going.values()) < _LOST_ON_THE_WAY:
            return arrived
    return None


def _normal(row: Mapping[State, float]) -> list[tuple[State, float]]:
    whole = math.fsum(row.values())
    return [(following, weight / whole) for following, weight in row.items()]


def _solve(rows: Mapping[State, Mapping[State, float]], start: State, goal: State) -> float:
    ahead = {state: dict(row) for state, row in rows.items()}
    _eliminate(ahead, ahead.keys() - {start})
    row = ahead.get(start, {})
    leaving = math.fsum(weight for following, weight in row.items() if following != start)
    return row.get(goal, 0.0) / leaving if leaving else 0.0


def _eliminate(ahead: dict[State, dict[State, float]], states: Set[State]) -> None:
    behind: dict[State, set[State]] = {state: set() for state in ahead}
    for state, row in ahead.items():
        for following in row.keys() & behind.keys():
            behind[following].add(state)

    def links(state: State) -> int:
        return len(ahead[state]) * len(behind[state])

    queue = [(links(state), number, state) for number, state in enumerate(ahead) if state in states]
    heapq.heapify(queue)
    while queue:
        known, number, state = heapq.heappop(queue)
        if (now := links(state)) > known:
            heapq.heappush(queue, (now, number, state))
        else:
            _bypass(state, ahead, behind)


def _bypass(state: State, ahead: dict[State, dict[State, float]], behind: dict[State, set[State]]) -> None:
    """Whoever led to the state leads to where the state led."""
    row = ahead.pop(state)
    row.pop(state, None)  # going round in circles only takes time
    sources = behind.pop(state) - {state}
    leaving = math.fsum(row.values())
    for source in sources:
        own = ahead[source]
        weight = own.pop(state) / leaving
        for following, part in row.items():
            own[following] = own.get(following, 0.0) + weight * part
    for following in row.keys() & behind.keys():
        behind[following].discard(state)
        behind[following] |= sources
