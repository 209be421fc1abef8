"""The chance that a Markov chain ends in one of its absorbing states.

It is solved by eliminating states (Grassmann, Taksar and Heyman 1985), which is Gaussian elimination of (I - Q)x = r
without a single subtraction: nothing cancels, so cycles that hardly ever end lose no digits, and no iteration has to
converge. Rows stay sparse, because states with the fewest links go first.

A chain of very many states is walked first: state by state, all mass moves on, again and again. What is still on the
way bounds the error, so that the walk counts only if next to nothing is left; a chain that goes in circles is
eliminated. Past each of several groups it is walked once for each, where the groups are few for so many states.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Generic, TypeVar

from msgspec import Struct

State = TypeVar("State", bound=Hashable)
Name = TypeVar("Name", bound=Hashable)

_MANY_STATES, _MANY_OF_A_GROUP, _MAX_ROUNDS = 500, 5, 400
_LOST_ON_THE_WAY, _NOTHING = 1e-16, 1e-24


def chance(rows: Mapping[State, Mapping[State, float]], *, start: State, goal: State) -> float:
    """Rows hold positive weights and need not add up to 1; a state without a row absorbs.

    Every state with a row must be able to reach one without.
    """
    walked = _walk(_number(rows, start, goal), frozenset()) if len(rows) > _MANY_STATES else None
    return _solve(rows, start, goal) if walked is None else walked


def chances_without(
    rows: Mapping[State, Mapping[State, float]], groups: Mapping[Name, Set[State]], *, start: State, goal: State
) -> dict[Name, float]:
    """For each group the chance to come to the goal past none of its states. The start is in no group, nothing leads
    to it, and every other state with a row is in one.

    Half of the groups is eliminated for all of the other half at once, and so on: as much work as a few of `chance`.
    """
    if len(rows) > _MANY_OF_A_GROUP * max(len(groups), 20):
        numbered = _number(rows, start, goal)
        walked: dict[Name, float] = {}
        for name, states in groups.items():
            if (arrived := _walk(numbered, states)) is None:
                break
            walked[name] = arrived
        else:
            return walked
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


class _Numbered(Struct, Generic[State], frozen=True):
    """States that the start leads to, by their numbers in the order in which they are come upon."""

    numbers: dict[State, int]
    ahead: list[list[tuple[int, float]]]  # where each leads to, with the chance
    won: list[float]  # the chance to come straight to the goal


def _number(rows: Mapping[State, Mapping[State, float]], start: State, goal: State) -> _Numbered[State]:
    numbers, order = {start: 0}, [start]
    for state in order:
        for following in rows.get(state, {}):
            if following in rows and following not in numbers:
                numbers[following] = len(order)
                order.append(following)
    wholes = [math.fsum(rows.get(state, {}).values()) for state in order]
    ahead = [
        [(numbers[to], weight / whole) for to, weight in rows.get(state, {}).items() if to in numbers]
        for state, whole in zip(order, wholes, strict=True)
    ]
    won = [rows[state].get(goal, 0.0) / whole if whole else 0.0 for state, whole in zip(order, wholes, strict=True)]
    return _Numbered(numbers, ahead, won)


def _walk(chain: _Numbered[State], past: Set[State]) -> float | None:
    """The chance to come to the goal past none of these states; None if too much is still on the way."""
    shut = {chain.numbers[state] for state in past if state in chain.numbers}
    steps = [(place, chain.ahead[place], won) for place, won in enumerate(chain.won) if place not in shut]
    mass, arrived = [0.0] * len(chain.won), 0.0
    mass[0] = 1.0
    for _ in range(_MAX_ROUNDS):
        moved = 0.0
        for place, ahead, won in steps:
            here = mass[place]
            if here > _NOTHING:
                mass[place] = 0.0
                moved += here
                arrived += here * won
                for following, part in ahead:
                    mass[following] += here * part
        if moved < _LOST_ON_THE_WAY:
            return arrived
    return None


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
