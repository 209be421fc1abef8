from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution.money import split

shares = st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=12).filter(lambda found: sum(found) > 0)


@given(minor=st.integers(-(10**15), 10**15), shares=shares)
def test_parts_add_up_to_the_cent_and_are_within_one_of_what_is_due(minor: int, shares: list[float]) -> None:
    parts = split(minor, shares)
    assert sum(parts) == minor
    whole = sum(shares)
    assert all(abs(one - minor * share / whole) < 1.001 for one, share in zip(parts, shares, strict=True))
    assert all(one == 0 for one, share in zip(parts, shares, strict=True) if share == 0)


@pytest.mark.parametrize(
    ("minor", "shares", "parts"),
    [
        (1000, [1 / 3, 1 / 3, 1 / 3], [334, 333, 333]),
        (999, [0.4, 0.1, 0.1, 0.4], [400, 100, 100, 399]),
        (2501, [0.5, 0.5], [1251, 1250]),
        (700, [1 / 7, 2 / 7, 4 / 7], [100, 200, 400]),
        (1, [0.0, 0.3, 0.3, 0.4], [0, 0, 0, 1]),
        (0, [0.2, 0.8], [0, 0]),
        (3, [5, 5], [2, 1]),
    ],
)
def test_the_largest_remainder_gets_the_cent_and_of_equals_the_earlier(
    minor: int, shares: list[float], parts: list[int]
) -> None:
    assert split(minor, shares) == parts


@pytest.mark.parametrize("shares", [[], [0.0, 0.0], [2.0, -1.0]])
def test_there_must_be_someone_to_share_with(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="cannot share 5"):
        split(5, shares)
