from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onebyone.reports.loss import Interval, loss, wilson

WILSON = json.loads((Path(__file__).parents[1] / "golden" / "loss" / "wilson.json").read_text())


@pytest.mark.parametrize("case", WILSON, ids=lambda case: f"{case['x']} of {case['n']}")
def test_the_interval_of_a_share_is_wilsons(case: dict[str, Any]) -> None:
    found = wilson(case["x"], case["n"])
    assert [found.low, found.high] == pytest.approx(case["ci95"], abs=1e-6)


@pytest.mark.parametrize(("hits", "of"), [(-1, 3), (4, 3)])
def test_a_share_of_more_than_all_is_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"{hits} of {of}"):
        wilson(hits, of)


def test_a_complete_server_and_21875_of_100000_missed_is_28_percent_more() -> None:
    found = loss({"both": 78_125, "browser_only": 0, "server_only": 21_875, "other": 0})
    assert found.share == 0.21875 and found.uplift == pytest.approx(0.28)
    assert found.uplift_95[0] < 0.28 < (found.uplift_95[1] or 0)
    assert (found.missed, found.orders) == (21_875, 100_000)


def test_orders_that_only_a_browser_saw_are_no_part_of_the_share() -> None:
    found = loss({"both": 6, "browser_only": 90, "server_only": 2, "other": 5})
    assert found.share == 0.25 and found.share_95 == wilson(2, 8)
    assert found.uplift == pytest.approx(2 / 96)


def test_without_a_server_nothing_is_claimed() -> None:
    found = loss({"both": 0, "browser_only": 40, "server_only": 0, "other": 0})
    assert (found.share, found.share_95, found.uplift) == (None, Interval(low=0.0, high=1.0), 0.0)


def test_without_a_browser_there_is_no_uplift_to_state() -> None:
    found = loss({"both": 0, "browser_only": 0, "server_only": 4, "other": 0})
    assert (found.share, found.uplift, found.uplift_95[1]) == (1.0, None, None)


def test_without_orders_everything_is_open() -> None:
    found = loss({"both": 0, "browser_only": 0, "server_only": 0, "other": 0})
    assert (found.share, found.uplift, found.uplift_95) == (None, None, (0.0, None))
