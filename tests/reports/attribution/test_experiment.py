"""An experiment: whether it may be read at all, when, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from onebyone.reports.attribution.experiment import experiment, split_p_value
from onebyone.reports.attribution.lift import Arm, lift, people_needed


def arm(variant: str, people: int, converted: int, **more: Any) -> dict[str, Any]:
    row = {"kind": "arm", "variant": variant, "people": people, "seen": people, "waiting": 0, "converted": converted}
    return row | {"goals_done": converted, "net_minor": 0, "net_squares": 0.0} | more


def apart(kind: str, people: int, seen: int) -> dict[str, Any]:
    return arm("", people, 0) | {"kind": kind, "seen": seen}


def test_two_arms_are_those_of_the_lift_the_control_first() -> None:
    found = experiment([arm("b", 10_000, 260), arm("a", 10_100, 202)], control="a", planned=10_000)
    control, test = found.variants
    assert (control.variant.name, control.verdict, control.against) == ("a", "control", None)
    assert test.against == lift(Arm(202, 10_100), Arm(260, 10_000)) and test.p_value == test.against.p_value
    assert test.verdict == "better"
    assert (
        experiment([arm("b", 10_000, 200), arm("a", 10_000, 260)], control="a", planned=9_999).variants[1].verdict
        == "worse"
    )


def test_nothing_is_won_before_each_arm_has_the_planned_people() -> None:
    rows = [arm("a", 1000, 100), arm("b", 999, 400)]
    assert experiment(rows, control="a", planned=1000).variants[1].verdict == "early"
    assert experiment(rows, control="a", planned=999).variants[1].verdict == "better"


def test_without_a_plan_the_rate_so_far_says_how_many_are_needed() -> None:
    found = experiment([arm("a", 1000, 20), arm("b", 1000, 40)], control="a")
    assert found.needed == people_needed(0.02, 0.022) and not found.is_enough
    assert found.variants[1].verdict == "early"
    assert experiment([arm("a", 50, 0), arm("b", 50, 0)], control="a").needed is None
    assert experiment([arm("a", 50, 50), arm("b", 50, 50)], control="a").needed is None


def test_no_difference_seen_is_no_winner() -> None:
    found = experiment([arm("a", 5000, 500), arm("b", 5000, 510)], control="a", planned=5000)
    assert found.variants[1].verdict == "open" and found.is_enough
    same = experiment([arm("a", 50, 0), arm("b", 50, 0)], control="a", planned=50)
    assert (same.variants[1].verdict, same.variants[1].p_value) == ("open", None)


def test_an_uneven_split_stops_the_report() -> None:
    found = experiment([arm("a", 5170, 100), arm("b", 4830, 400)], control="a", planned=100)
    assert found.refused == "uneven" and found.split_p == pytest.approx(0.00067, abs=1e-5)
    assert [(one.variant.people, one.expected, one.against) for one in found.variants] == [
        (5170, 5000, None), (4830, 5000, None),
    ]  # fmt: skip
    planned = experiment([arm("a", 9000, 1), arm("b", 1000, 1)], control="a", shares={"a": 90, "b": 10})
    assert planned.refused == ""


def test_a_variant_that_nobody_planned_stops_it_too() -> None:
    assert experiment([arm("a", 10, 1), arm("c", 10, 1)], control="a", shares={"a": 1, "b": 1}).refused == "unplanned"


def test_a_planned_variant_that_nobody_saw_is_uneven() -> None:
    """All of a third arm is missing: 1,000 people where 667 were to come."""
    found = experiment([arm("a", 500, 1), arm("b", 500, 1)], control="a", shares={"a": 1, "b": 1, "c": 1})
    assert found.refused == "uneven"


@pytest.mark.parametrize(("first", "p_value"), [(5160, 0.00137), (5170, 0.00067), (5000, 1.0)])
def test_the_split_of_two_has_the_p_of_the_tables(first: int, p_value: float) -> None:
    """The chi-square of these is 10.24, 11.56 and 0."""
    assert split_p_value([first, 10_000 - first], [0.5, 0.5]) == pytest.approx(p_value, abs=1e-5)


@pytest.mark.parametrize(
    ("value", "arms", "tail"), [(13.8155, 3, 0.001), (16.2662, 4, 0.001), (18.4668, 5, 0.001), (9.4877, 5, 0.05)]
)
def test_the_tail_of_a_chi_square_is_that_of_the_tables(value: float, arms: int, tail: float) -> None:
    """Of equal shares: one arm has x more and one x fewer, which is 2 x² / expected."""
    expected = 10_000_000.0
    x = (value * expected / 2) ** 0.5
    people = [expected + x, expected - x, *[expected] * (arms - 2)]
    found = split_p_value(people, [1 / arms] * arms)
    assert found == pytest.approx(tail, rel=1e-3)
    assert split_p_value([5, 5, 5], [1 / 3] * 3) == pytest.approx(1.0)


def test_of_three_arms_each_is_held_to_twice_the_proof() -> None:
    rows = [arm("a", 10_000, 500), arm("b", 10_000, 565), arm("c", 10_000, 500)]
    (_, second, third) = experiment(rows, control="a", planned=1).variants
    assert second.against is not None and second.against.p_value is not None
    assert 0.025 < second.against.p_value < 0.05 and second.p_value == 2 * second.against.p_value
    assert (second.verdict, third.verdict, third.p_value) == ("open", "open", 1.0)


def test_money_is_compared_by_person() -> None:
    """Of 100 people one half spent 200 and one half nothing: 100 each, variance 10,000 · 100 / 99."""
    rows = [arm("a", 100, 0), arm("b", 100, 50, net_minor=10_000, net_squares=50 * 200.0**2)]
    test = experiment(rows, control="a", planned=100).variants[1]
    assert (test.net_each, test.net_more) == (100, 100)
    assert test.net_more_95 is not None
    assert test.net_more_95.high - 100 == pytest.approx(1.959964 * (10_000 / 99) ** 0.5, abs=1e-4)
    few = experiment([arm("a", 29, 0), arm("b", 29, 1)], control="a", planned=10)
    assert few.variants[1].net_more_95 is None


@pytest.mark.parametrize(
    ("rows", "refused"),
    [([], "none"), ([arm("a", 5, 1)], "one"), ([arm("b", 5, 1), arm("c", 5, 1)], "no_control"),
     ([arm(f"v{n}", 5, 1) for n in range(11)], "many")],
)  # fmt: skip
def test_what_is_no_experiment_is_not_compared(rows: list[dict[str, Any]], refused: str) -> None:
    found = experiment(rows, control="a")
    assert (found.refused, found.variants) == (refused, [])


def test_who_is_in_no_arm_is_counted() -> None:
    rows = [arm("a", 50, 5), arm("b", 50, 5), apart("several", 3, 9), apart("nobody", 0, 12)]
    found = experiment(rows, control="a")
    assert (found.people, found.several, found.nobody) == (100, 3, 12)
