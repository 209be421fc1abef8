"""What is called unusual, and what is not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.unusual import LEAST_DAYS, Kind, Unusual, alike, unusual_days, unusual_values

FIRST = date(2026, 10, 1)
WEEKS = [100, 104, 98, 101, 99, 40, 38] * 4  # quiet weekends


def days(counts: list[int], name: str = "purchase") -> list[Unusual]:
    came = [((FIRST + timedelta(days=n)).isoformat(), count) for n, count in enumerate(counts) if count]
    row = {"name": name, "total": sum(counts), "days": came}
    return unusual_days([row], first=FIRST, last=FIRST + timedelta(days=len(counts) - 1))


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([*WEEKS, 0], [Unusual(Kind.STOPPED, "purchase", 0, 100)]),
        ([*WEEKS, 12], [Unusual(Kind.FEWER, "purchase", 12, 100)]),
        ([*WEEKS, 400], [Unusual(Kind.MORE, "purchase", 400, 100)]),
        ([*WEEKS, 70], []),
        ([100, 104, 98, 101, 99, 40, 38] * 4 + [100, 104, 98, 101, 99, 40], []),  # a Saturday as Saturdays are
        ([0] * 25 + [5, 9, 7], [Unusual(Kind.NEW, "purchase", 21)]),
        ([3, 0, 2, 4, 1, 0, 3, 2, 0], []),  # too few for a day to say anything
        ([100] * (LEAST_DAYS - 2) + [0], []),  # too few days
        ([100] * (LEAST_DAYS - 1) + [0], [Unusual(Kind.STOPPED, "purchase", 0, 100)]),
        ([], []),
    ],
)
def test_a_day_that_falls_out_of_the_others(counts: list[int], found: list[Unusual]) -> None:
    assert days(counts) == found


@given(st.integers(10, 10_000), st.lists(st.floats(-1, 1), min_size=LEAST_DAYS, max_size=60))
def test_counts_that_move_by_chance_alone_are_usual(usual: int, moves: list[float]) -> None:
    """Within two roots of the mean, as counts are."""
    assert not days([round(usual + 2 * move * usual**0.5) for move in moves])


def test_names_that_a_reader_takes_for_one() -> None:
    found = alike({"purchase": 900, "Purchase": 12, "add_to_cart": 50, "addToCart": 60, "refund": 1, "!": 1, "?": 1})
    assert found == [
        Unusual(Kind.ALIKE, "Purchase", 12, 900, "purchase"),
        Unusual(Kind.ALIKE, "add_to_cart", 50, 60, "addToCart"),
    ]


def values(**columns: Any) -> list[Unusual]:
    row = {"name": "e", "key": "k", "seen": 2_000, "different": 3, "numbers": 0, "addresses": 0, "examples": []}
    return unusual_values([row | columns])


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({}, []),
        ({"numbers": 2_000}, []),
        ({"numbers": 1_000}, []),  # half are no numbers: it is a text
        ({"numbers": 1_990}, [Unusual(Kind.MIXED, "e", 10, 2_000, "k")]),
        ({"different": 1_990}, [Unusual(Kind.ALL_DIFFERENT, "e", 1_990, 2_000, "k")]),
        ({"different": 1_990, "numbers": 2_000}, []),  # a price, a time
        ({"seen": 50, "different": 50}, []),
        ({"addresses": 3}, [Unusual(Kind.ADDRESS, "e", 3, 2_000, "k")]),
    ],
)
def test_values_that_somebody_did_not_mean(columns: dict[str, Any], found: list[Unusual]) -> None:
    assert values(**columns) == found
