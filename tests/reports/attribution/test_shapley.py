from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution.credit import shared
from onebyone.reports.attribution.paths import Path, channels_of, conversions_of
from onebyone.reports.attribution.rules import each_channel_once
from onebyone.reports.attribution.shapley import MAX_EXACT, rate_values, shapley
from reports.attribution.vectors import VECTORS, any_paths


@pytest.mark.parametrize("game", VECTORS["shapley_games"], ids=lambda game: game["id"])
def test_games_of_the_textbooks(game: dict[str, Any]) -> None:
    players = game["players"]
    worth = [0.0] * (1 << len(players))
    for members, value in game["v"].items():
        worth[sum(1 << players.index(one) for one in members.split(","))] = value
    assert shapley(players, worth) == pytest.approx(game["expected"], abs=1e-9)


@given(worth=st.lists(st.integers(-50, 50).map(float), min_size=16, max_size=16))
def test_it_is_the_mean_over_all_orders_of_coming(worth: list[float]) -> None:
    sums = dict.fromkeys("ABCD", 0.0)
    for order in permutations(range(4)):
        there = 0
        for player in order:
            sums["ABCD"[player]] += (worth[there | 1 << player] - worth[there]) / 24
            there |= 1 << player
    assert shapley("ABCD", worth) == pytest.approx(sums, abs=1e-9)


@given(paths=any_paths)
def test_sharing_a_path_among_its_channels_is_the_shapley_value_of_sets(paths: list[Path]) -> None:
    players = channels_of(paths)
    worth = [0.0] * (1 << len(players))
    for inside in range(len(worth)):
        names = {one for place, one in enumerate(players) if inside >> place & 1}
        worth[inside] = conversions_of([path for path in paths if set(path.channels) <= names])
    assert shared(paths, each_channel_once) == pytest.approx(shapley(players, worth), abs=1e-9)


def _many(channels: int) -> list[Path]:
    random = Random(3)
    names = [f"C{n:02}" for n in range(channels)]
    every = [Path((name,), random.randint(0, 9), random.randint(1, 30)) for name in names]
    return [*every, *(Path(tuple(random.sample(names, 3)), random.randint(0, 9), 5) for _ in range(60))]


def test_values_of_many_channels_are_sampled_within_their_errors() -> None:
    paths = _many(MAX_EXACT)
    exact = rate_values(paths, Random(1))
    extra = [*paths, Path(("Never seen to matter",), 0, 0)]  # a thirteenth, which adds nothing
    sampled = rate_values(extra, Random(1))
    assert exact.errors is None and sampled.errors is not None
    assert all(abs(sampled.values[one] - exact.values[one]) <= 4 * sampled.errors[one] for one in exact.values)
    assert sampled.values["Never seen to matter"] == 0.0
    assert sum(sampled.values.values()) == pytest.approx(sum(exact.values.values()))


def test_the_same_randomness_gives_the_same_values() -> None:
    assert rate_values(_many(14), Random(5)) == rate_values(_many(14)[::-1], Random(5))
