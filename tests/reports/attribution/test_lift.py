from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import pytest

from onebyone.reports.attribution.lift import (
    Arm,
    calibration,
    cost_per_incremental,
    is_held_out,
    lift,
    people_needed,
)

LIFT = json.loads((File(__file__).parents[2] / "golden/vectors/loss.json").read_text())["lift"]


@pytest.mark.parametrize("case", LIFT, ids=lambda case: f"{case['test']} against {case['control']}")
def test_lifts_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    found = lift(Arm(*case["control"]), Arm(*case["test"]))
    assert found.relative_95 is not None
    got = {
        "abs_lift": found.absolute,
        "abs_lift_ci95_wald": [found.wald_95.low, found.wald_95.high],
        "abs_lift_ci95_newcombe": [found.newcombe_95.low, found.newcombe_95.high],
        "rel_lift": found.relative,
        "rel_lift_ci95": [found.relative_95.low, found.relative_95.high],
        "z": found.z,
        "p_value": found.p_value,
        "incremental_conversions": found.incremental,
    }
    for name, value in got.items():
        assert value == pytest.approx(case[name], abs=1e-6), name


def test_without_conversions_nothing_is_claimed() -> None:
    found = lift(Arm(0, 100), Arm(0, 100))
    assert (found.absolute, found.relative, found.relative_95, found.z, found.p_value) == (0, None, None, None, None)
    assert found.newcombe_95.low < 0 < found.newcombe_95.high
    assert lift(Arm(5, 100), Arm(0, 100)).relative == -1.0


@pytest.mark.parametrize("numbers", [(1, 0), (-1, 5), (6, 5)])
def test_an_arm_of_more_than_all_is_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"{numbers[0]} of {numbers[1]}"):
        Arm(*numbers)


def test_a_tenth_more_of_two_percent_needs_eighty_thousand_people() -> None:
    assert people_needed(0.02, 0.022) == pytest.approx(80_700, rel=0.002)
    with pytest.raises(ValueError, match="difference of 0"):
        people_needed(0.02, 0.02)


def test_money_is_divided_by_what_was_added_and_by_nothing_else() -> None:
    assert cost_per_incremental(10_000, 50.0) == pytest.approx(200)
    assert cost_per_incremental(10_000, -50.0) is None
    assert (calibration(30.0, 40.0), calibration(30.0, 0.0)) == (0.75, None)


def test_the_held_out_are_the_share_and_another_experiment_holds_out_others() -> None:
    people = [f"person-{n}" for n in range(10_000)]
    first = {one for one in people if is_held_out(one, "spring", 0.2)}
    second = {one for one in people if is_held_out(one, "summer", 0.2)}
    assert 1880 < len(first) < 2120 and 1880 < len(second) < 2120  # three standard errors
    assert 340 < len(first & second) < 460
    assert first == {one for one in people if is_held_out(one, "spring", 0.2)}
    assert not is_held_out("anyone", "spring", 0.0) and is_held_out("anyone", "spring", 1.0)
