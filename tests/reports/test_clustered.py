from __future__ import annotations

from typing import Any

import pytest

from onebyone.reports.clustered import design_effect, gap_share, log_share
from onebyone.reports.loss import wilson


def a_day(*pages: tuple[int, int]) -> dict[str, Any]:
    """What each page numbered, and how many of it are missing."""
    return {
        "numbers": sum(numbered for numbered, _ in pages),
        "lost": sum(lost for _, lost in pages),
        "lost_squares": sum(lost**2 for _, lost in pages),
        "lost_products": sum(lost * numbered for numbered, lost in pages),
        "number_squares": sum(numbered**2 for numbered, _ in pages),
    }


def test_clusters_of_one_change_nothing() -> None:
    assert design_effect(10, 40, 10, 10, 40) == pytest.approx(1.0)


def test_clusters_that_go_wholly_one_way_count_as_one_each() -> None:
    assert design_effect(100, 400, 25 * 16, 25 * 16, 100 * 16) == pytest.approx(4.0)


@pytest.mark.parametrize(("part", "of"), [(0, 50), (50, 50)])
def test_where_all_go_one_way_nothing_is_known_of_clusters(part: int, of: int) -> None:
    assert design_effect(part, of, part * 5, part * 5, of * 5) == 1.0


def test_gaps_of_all_days_are_one_share_of_the_numbers() -> None:
    found = gap_share([a_day((6, 2), (2, 0)), a_day(*[(4, 0)] * 98)])
    assert (found.part, found.of, found.share) == (2, 400, 0.005)
    assert found.share_95 is not None and found.share_95.high > wilson(2, 400).high


def test_pages_without_a_view_are_a_share_of_those_delivered_to_browsers() -> None:
    found = log_share([{"styled": 60, "views": 50, "delivered": 90}, {"styled": 40, "views": 30, "delivered": 40}])
    assert (found.part, found.of, found.share, found.share_95) == (20, 100, 0.2, wilson(20, 100))


@pytest.mark.parametrize("rows", [[], [{"styled": 0, "views": 9}], [{"styled": 40, "views": 41}]])
def test_a_log_that_is_not_of_all_pages_has_no_share(rows: list[dict[str, Any]]) -> None:
    assert log_share(rows).share is None


def test_without_numbers_there_is_no_share() -> None:
    found = gap_share([])
    assert (found.part, found.of, found.share, found.share_95) == (0, 0, None, None)
