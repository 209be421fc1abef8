from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from onebyone.reports.attribution.absorption import chance, chances_without

Rows = dict[int, dict[int, float]]
WON, LOST = -1, -2


def _random_chain(random: Random, states: int) -> Rows:
    rows: Rows = {}
    for state in range(states):
        row = {random.randrange(states): random.randint(1, 9) for _ in range(4)}
        rows[state] = {**row, WON: random.randint(0, 3), LOST: random.randint(1, 3)}
    return {state: {following: float(n) for following, n in row.items() if n} for state, row in rows.items()}


def _by_gauss_and_jordan(rows: Rows) -> float:
    """In exact fractions, on the whole of (I - Q)x = r."""
    n = len(rows)
    matrix = []
    for state, row in rows.items():
        whole = sum(Fraction(one) for one in row.values())
        line = [Fraction(state == other) - Fraction(row.get(other, 0)) / whole for other in range(n)]
        matrix.append([*line, Fraction(row.get(WON, 0)) / whole])
    for pivot in range(n):
        matrix[pivot] = [one / matrix[pivot][pivot] for one in matrix[pivot]]
        for other in set(range(n)) - {pivot}:
            factor = matrix[other][pivot]
            matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[pivot], strict=True)]
    return float(matrix[0][n])


@pytest.mark.parametrize("seed", range(25))
def test_it_agrees_with_the_linear_system_in_exact_fractions(seed: int) -> None:
    random = Random(seed)
    rows = _random_chain(random, random.randint(1, 9))
    assert chance(rows, start=0, goal=WON) == pytest.approx(_by_gauss_and_jordan(rows), rel=1e-13)


def test_a_cycle_that_hardly_ever_ends_loses_no_digit() -> None:
    rows: Rows = {0: {1: 1.0}, 1: {2: 1e15, WON: 1.0}, 2: {1: 1e15, LOST: 3.0}}
    assert chance(rows, start=0, goal=WON) == pytest.approx(0.25, rel=1e-14)


def test_a_start_that_is_come_back_to() -> None:
    assert chance({0: {0: 5.0, 1: 1.0}, 1: {0: 2.0, WON: 1.0, LOST: 1.0}}, start=0, goal=WON) == 0.5


def test_without_a_way_there_is_no_chance() -> None:
    assert chance({0: {LOST: 4.0}, 1: {WON: 1.0}}, start=0, goal=WON) == 0.0
    assert chance({}, start=0, goal=WON) == 0.0


def _ladder(states: int, back: float) -> Rows:
    """From rung to rung, or back to the first."""
    ladder: Rows = {n: {n + 1: 1.0, 0: back, LOST: 1.0} for n in range(states - 1)}
    return ladder | {states - 1: {WON: 1.0, 0: back, LOST: 1.0}}


@pytest.mark.parametrize("back", [0.0, 1e-9, 1.0, 1e6])
def test_very_many_states_are_no_less_exact(back: float) -> None:
    rows = {state: {one: n for one, n in row.items() if n} for state, row in _ladder(3, back).items()}
    beside: Rows = {n: {LOST: 1.0} for n in range(100, 1100)}
    assert chance(rows | beside, start=0, goal=WON) == pytest.approx(chance(rows, start=0, goal=WON), rel=1e-13)


def test_very_many_random_states_agree_walked_and_eliminated() -> None:
    walked = _random_chain(Random(5), 600)
    eliminated = walked | {0: {one: 1e9 * n for one, n in walked[0].items()} | {0: 1e12}}  # circles at the start
    whole = chance(walked, start=0, goal=WON)
    assert 0.05 < whole < 0.6 and chance(eliminated, start=0, goal=WON) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_a_chance_past_some_states_is_that_of_a_chain_where_they_lose(seed: int) -> None:
    """Groups of one to three states, as the states of a channel are."""
    random = Random(seed)
    rows = {
        state: {following: n for following, n in row.items() if following != 0} | {LOST: 1.0}
        for state, row in _random_chain(random, 12).items()
    }
    groups = {"a": {1}, "b": {2, 3}, "c": {4, 5, 6}, "d": {7, 8}, "e": {9, 10, 11}}
    found = chances_without(rows, groups, start=0, goal=WON)
    for name, states in groups.items():
        lost = rows | {state: {LOST: 1.0} for state in states}
        assert found[name] == pytest.approx(_by_gauss_and_jordan(lost), abs=1e-12), name


@pytest.mark.parametrize("circles", [1.0, 1e12], ids=["walked", "eliminated"])
def test_with_many_states_a_group_it_is_no_other_chance(circles: float) -> None:
    """A chain that goes in circles is walked in vain, and eliminated."""
    random = Random(11)
    rows = {
        state: {following: n for following, n in row.items() if following != 0} | {LOST: 1.0, state: circles}
        for state, row in _random_chain(random, 140).items()
    }
    rows[0].pop(0)
    groups = {name: {state for state in range(1, 140) if state % 3 == name} for name in range(3)}
    found = chances_without(rows, groups, start=0, goal=WON)
    for name, states in groups.items():
        lost = rows | {state: {LOST: 1.0} for state in states}
        assert found[name] == pytest.approx(chance(lost, start=0, goal=WON), rel=1e-12) and found[name] > 0
