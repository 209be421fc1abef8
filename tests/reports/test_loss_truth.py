"""Simulated truths: intervals hold what they promise, and known losses come out (specs/measurement.md 2.4)."""

from __future__ import annotations

import os
from random import Random

import pytest

from onebyone.reports.loss import wilson
from onebyone.reports.missed import Group, whole
from reports.test_missed import a_row

PROVE = bool(os.environ.get("PROVE"))
RUNS = 2_000
# all there were, seen by the browser, seen by the server
CASES = [(60, 0.80, 0.90), (200, 0.75, 0.90), *([(1_000, 0.78, 0.95), (5_000, 0.70, 0.98)] if PROVE else [])]


def simulated(random: Random, all_: int, browser: float, server: float) -> tuple[Group, int]:
    """What is read of conversions that each list saw or missed by itself, and how many the browser truly missed."""
    seen = [(random.random() < browser, random.random() < server) for _ in range(all_)]
    both, only = seen.count((True, True)), seen.count((False, True))
    return whole([a_row(both=both, server_only=only, browser_only=seen.count((True, False)))]), only


@pytest.mark.slow
@pytest.mark.parametrize(("all_", "browser", "server"), CASES)
def test_nominal_95_percent_hold_in_93_to_98(all_: int, browser: float, server: float) -> None:
    random, held = Random(20), {"all": 0, "missed": 0, "gain": 0}
    for _ in range(RUNS):
        found, _ = simulated(random, all_, browser, server)
        interval, rate = found.estimate.interval_95, found.block_rate_95 or wilson(0, 0)
        if interval is None:  # both lists are equal: then no more than they are is claimed
            held["all"] += found.seen.union == all_
        else:
            held["all"] += interval.low <= all_ <= interval.high
        held["missed"] += rate.low <= 1 - browser <= rate.high
        true_gain = (1 - browser) * server / browser  # of what the server adds
        high = found.rates.uplift_high
        held["gain"] += found.rates.uplift_low <= true_gain and (high is None or true_gain <= high)
    shares = {name: count / RUNS for name, count in held.items()}
    print(f"N={all_:,} browser {browser} server {server}, {RUNS:,} runs: {shares}")
    assert all(0.93 <= share <= 0.98 for share in shares.values()), shares


def test_21875_percent_of_a_complete_server_are_shown_as_28() -> None:
    """32,000 orders, all on the server, a browser that misses 7 of 32."""
    random = Random(28)
    only = sum(random.random() < 0.21875 for _ in range(32_000))
    found = whole([a_row(both=32_000 - only, server_only=only)])
    assert found.rates.uplift is not None and found.rates.uplift_high is not None
    assert f"{100 * found.rates.uplift:.0f}" == "28"
    assert found.rates.uplift_low < 0.28 < found.rates.uplift_high
    assert found.block_rate == pytest.approx(found.rates.uplift / (1 + found.rates.uplift))


def test_an_imported_order_table_lies_in_the_interval_of_both_lists() -> None:
    """The table holds all there were; two lists alone come to it."""
    random = Random(4)
    seen = [(random.random() < 0.75, random.random() < 0.92) for _ in range(2_000)]
    both, browser, server = (seen.count(one) for one in ((True, True), (True, False), (False, True)))
    row = a_row(both=both, browser_only=browser, server_only=server) | {
        "third_only": seen.count((False, False)), "third_and_both": both, "third_and_browser": browser,
        "third_and_server": server,
    }  # fmt: skip
    found = whole([row])
    assert found.estimate.interval_95 is not None
    assert found.estimate.interval_95.low <= found.third <= found.estimate.interval_95.high
    assert found.third_shared / found.third == pytest.approx(0.98, abs=0.01)  # both lists together, of the table
