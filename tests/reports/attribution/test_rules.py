from __future__ import annotations

import pytest

from onebyone.reports.attribution import rules


def test_one_touch_gets_everything() -> None:
    every = (rules.first, rules.last, rules.linear, rules.last_non_direct, rules.each_channel_once)
    made = (rules.position(40, 20, 40), rules.time_decay(1), rules.in_proportion({}))
    assert all(rule(["Direct"], [5000.0]) == [1.0] for rule in (*every, *made))


def test_two_touches_share_by_the_first_and_last_part_of_a_position() -> None:
    assert rules.position(60, 20, 20)(["A", "B"], None) == [0.75, 0.25]
    assert rules.position(40, 20, 40)(["A", "B", "C", "D"], None) == pytest.approx([0.4, 0.1, 0.1, 0.4])


def test_time_decay_goes_by_age_not_by_rank() -> None:
    assert rules.time_decay(24)(["A", "B"], [24.0, 0.0]) == pytest.approx([1 / 3, 2 / 3])
    assert rules.time_decay(24)(["A", "B"], [0.0, 0.0]) == [0.5, 0.5]


def test_touches_a_century_old_still_share() -> None:
    assert rules.time_decay(1)(["A", "B"], [900_001.0, 900_000.0]) == pytest.approx([1 / 3, 2 / 3])


def test_direct_is_skipped_only_if_something_else_is_there() -> None:
    assert rules.last_non_direct(["Email", "Direct", "Direct"]) == [1.0, 0.0, 0.0]
    assert rules.last_non_direct(["Direct", "Direct"]) == [0.0, 1.0]


def test_a_channel_counts_once_however_often_it_was_touched() -> None:
    assert rules.each_channel_once(["A", "B", "A"]) == [0.25, 0.5, 0.25]


def test_channels_without_any_weight_share_equally() -> None:
    rule = rules.in_proportion({"A": 0.3, "B": 0.1})
    assert rule(["A", "B", "C"], None) == pytest.approx([0.75, 0.25, 0.0])
    assert rule(["C", "D"], None) == [0.5, 0.5]
