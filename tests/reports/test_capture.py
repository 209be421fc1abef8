from __future__ import annotations

import json
import math
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.capture import (
    Seen,
    Status,
    Summed,
    add,
    chapman,
    estimate,
    rates,
    three_lists,
    transformed_logit,
)
from onebyone.reports.loss import Interval

VECTORS = json.loads((Path(__file__).parents[1] / "golden/vectors/loss.json").read_text())
RUNS = 2000 if os.environ.get("PROVE") else 500


def _seen(case: dict[str, Any]) -> Seen:
    return Seen(browser=case["n_browser"], server=case["n_server"], both=case["n_both"])


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _id(case: dict[str, Any]) -> str:
    return f"{case['n_both']} on both of {case['n_browser']} and {case['n_server']}"


@pytest.mark.parametrize("case", VECTORS["two_source"], ids=_id)
def test_estimates_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    found = estimate(_seen(case))
    got = {
        "union": found.union,
        "lincoln_petersen": found.lincoln_petersen,
        "chapman": found.chapman,
        "chapman_var": found.variance,
        "ci95_lognormal": _ends(found.log_normal_95),
        "ci95_transformed_logit": _ends(found.interval_95),
        "estimated_unseen": found.unseen,
        "completeness_union": found.completeness,
    }
    assert found.status == case["status"]
    for name, value in got.items():
        assert value == (None if case[name] is None else pytest.approx(case[name], rel=1e-6, abs=1e-6)), name


@pytest.mark.parametrize("case", VECTORS["two_source"], ids=_id)
def test_rates_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    found = rates(_seen(case))
    assert found.uplift is not None and found.uplift_high is not None and found.block_rate is not None
    got = {
        "block_rate": found.block_rate,
        "browser_coverage_vs_server": 1 - found.block_rate,
        "block_rate_ci95_wilson": _ends(found.block_rate_95),
        "server_miss_rate": found.server_miss_rate,
        "server_miss_ci95_wilson": _ends(found.server_miss_rate_95),
        "uplift_percent": 100 * found.uplift,
        "uplift_ci95": [100 * found.uplift_low, 100 * found.uplift_high],
    }
    for name, value in got.items():
        assert value == pytest.approx(case[name], rel=1e-6, abs=1e-6), name


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (Seen(10, 12, 6), "low_overlap"),
        (Seen(10, 12, 7), "ok"),
        (Seen(6, 12, 6), "low_overlap"),  # that few are the greater worry
        (Seen(7, 12, 7), "one_source_contains_other"),
        (Seen(3, 3, 3), "identical"),
        (Seen(0, 12, 0), "no_overlap"),
        (Seen(12, 0, 0), "no_server_source"),
        (Seen(0, 0, 0), "no_server_source"),
    ],
)
def test_a_status_says_how_far_an_estimate_can_be_trusted(seen: Seen, status: Status) -> None:
    found = estimate(seen)
    assert found.status == status
    assert (found.chapman is None) == (status in ("no_overlap", "no_server_source"))


def test_an_event_that_only_browsers_send_is_no_loss() -> None:
    found = rates(Seen(browser=500, server=0, both=0))
    assert (found.block_rate, found.uplift) == (None, 0.0)


def test_a_server_that_only_steps_in_is_refused() -> None:
    found = estimate(Seen(browser=900, server=100, both=20), server_mode="fallback")
    assert (found.status, found.chapman, found.interval_95) == ("server_is_fallback", None, None)


@pytest.mark.parametrize("numbers", [(5, 9, 6), (9, 5, 6), (5, 5, -1)])
def test_more_on_both_than_on_one_is_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="on both lists"):
        Seen(*numbers)


@given(both=st.integers(1, 10**6), browser_only=st.integers(0, 10**6), server_only=st.integers(0, 10**6))
def test_nobody_who_was_seen_is_estimated_away(both: int, browser_only: int, server_only: int) -> None:
    seen = Seen(both + browser_only, both + server_only, both)
    found = estimate(seen)
    assert found.chapman is not None and found.chapman >= seen.union
    inside = transformed_logit(seen)
    assert seen.union <= inside.low <= inside.high
    uplift, block = rates(seen).uplift, rates(seen).block_rate
    assert uplift is not None and block is not None and uplift >= 0
    if not browser_only:
        assert uplift == pytest.approx(block / (1 - block))


def test_lists_that_missed_next_to_nothing_have_no_upper_end() -> None:
    found = estimate(Seen(1_000_001, 1_000_000, 1_000_000)).interval_95
    assert found is not None and (found.low, found.high) == (1_000_001, math.inf)


def test_groups_that_are_missed_differently_are_estimated_one_by_one() -> None:
    strict, plain, silent = Seen(30, 60, 18), Seen(950, 950, 902), Seen(4, 5, 0)  # of 100, 1000 and who knows
    found = add(estimate(one) for one in (strict, plain))
    assert found.total == pytest.approx(1100, abs=3)
    assert chapman(Seen(980, 1010, 920)) < 1077
    assert found.interval_95.low < 1100 < found.interval_95.high and found.interval_95.low >= 72 + 998
    alone = Interval(low=9, high=9)
    assert add([estimate(silent)]) == Summed(total=9, variance=0.0, not_estimated=1, interval_95=alone)


def test_a_sum_over_one_group_has_the_interval_of_that_group() -> None:
    one = estimate(Seen(640, 700, 450))
    assert one.interval_95 is not None
    assert _ends(add([one]).interval_95) == pytest.approx(_ends(one.interval_95))


@pytest.mark.parametrize("case", VECTORS["three_source"], ids=lambda case: case["best_by_AIC"])
def test_models_of_three_lists_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    found = three_lists(case["cells"])
    got = {
        one.model: {"n000": one.unseen, "N": one.total, "G2": one.g2, "df": one.df, "AIC": one.aic}
        for one in found.fits
    }
    assert got.keys() == case["models"].keys()
    for model, numbers in case["models"].items():
        assert got[model] == pytest.approx(numbers, rel=1e-6, abs=1e-6), model
    assert {model: got[model]["n000"] for model in case["closed_forms"]} == pytest.approx(
        case["closed_forms"], rel=1e-6, abs=1e-6
    )
    assert (found.union, found.fits[0].model) == (case["union"], case["best_by_AIC"])
    assert found.chao_lower_bound == pytest.approx(case["chao_lower_bound"], rel=1e-6, abs=1e-6)


def test_the_range_is_that_of_models_about_as_good_as_the_best() -> None:
    found = three_lists(VECTORS["three_source"][0]["cells"])
    near = [one.total for one in found.fits if one.aic - found.fits[0].aic <= 2]
    assert 1 < len(near) < len(found.fits)
    assert _ends(found.likely) == [min(near), max(near)]


def test_models_that_need_an_empty_cell_are_left_out() -> None:
    cells = {"111": 5, "110": 9, "101": 0, "100": 20, "011": 4, "010": 30, "001": 10}
    assert {one.model for one in three_lists(cells).fits} == {"B,S,E", "BS,E", "BE,S", "SE,B", "BS,BE", "BE,SE"}


@pytest.mark.parametrize("cells", [{}, {"100": 4, "010": 7, "001": 2}, {"111": 8}])
def test_lists_that_say_nothing_have_no_range(cells: dict[str, int]) -> None:
    found = three_lists(cells)
    assert (found.fits, found.likely) == ([], None)
    assert found.chao_lower_bound >= found.union


@pytest.mark.parametrize("cells", [{"000": 3}, {"11": 3}, {"111": -1}])
def test_strange_cells_are_refused(cells: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cells must be counts"):
        three_lists(cells)


def test_three_independent_lists_tell_how_many_there_were() -> None:
    cells = {"111": 48, "110": 192, "101": 48, "100": 192, "011": 16, "010": 64, "001": 16}  # odds 3, 1 and a quarter
    fit = next(one for one in three_lists(cells).fits if one.model == "B,S,E")
    assert fit.unseen == pytest.approx(64, rel=1e-9) and fit.g2 == pytest.approx(0, abs=1e-9)


def _simulated(random: Random, people: int, browser: float, server: float) -> Seen:
    on = [(random.random() < browser, random.random() < server) for _ in range(people)]
    return Seen(sum(b for b, _ in on), sum(s for _, s in on), sum(b and s for b, s in on))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "browser", "server"),
    [(60, 0.80, 0.90), (200, 0.75, 0.90), (1000, 0.78, 0.95), (5000, 0.70, 0.98)],
)
def test_nominal_95_percent_intervals_hold_the_truth_that_often(people: int, browser: float, server: float) -> None:
    random = Random(people)
    runs = [_simulated(random, people, browser, server) for _ in range(RUNS)]
    for name, covered in {
        "all conversions": [_holds(transformed_logit(seen), people) for seen in runs],
        "block rate": [_holds(rates(seen).block_rate_95, 1 - browser) for seen in runs],
        "server miss rate": [_holds(rates(seen).server_miss_rate_95, 1 - server) for seen in runs],
    }.items():
        assert 0.93 <= sum(covered) / RUNS <= 0.98, name


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


@pytest.mark.slow
def test_with_a_complete_server_and_21875_of_100000_blocked_the_uplift_is_28_percent() -> None:
    random, hits = Random(28), 0
    for _ in range(RUNS):
        found = rates(_simulated(random, 2000, 1 - 0.21875, 1.0))
        assert found.uplift_high is not None
        hits += found.uplift_low <= 0.28 <= found.uplift_high
    assert 0.93 <= hits / RUNS <= 0.98
