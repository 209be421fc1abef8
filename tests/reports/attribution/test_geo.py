from __future__ import annotations

from random import Random

import pytest

from onebyone.reports.attribution.geo import geo_lift

REGIONS = [f"R{n:02}" for n in range(10)]
BEFORE = 10


def _totals(lifted: set[str], factor: float, *, regions: list[str] = REGIONS, seed: int = 4) -> dict[str, list[int]]:
    """All regions grow by a fifth; some by a factor more. Half a percent of noise."""
    random = Random(seed)
    return {
        region: [round(1000 * place * random.gauss(1, 0.005)) for _ in range(BEFORE)]
        + [round(1200 * place * random.gauss(1, 0.005) * (factor if region in lifted else 1)) for _ in range(5)]
        for place, region in enumerate(regions, start=1)
    }


def test_a_campaign_that_adds_a_tenth_is_found_whatever_all_regions_do() -> None:
    test = {"R02", "R05", "R09"}
    found = geo_lift(_totals(test, 1.1), test, before=BEFORE, random=Random(1))
    assert found.effect == pytest.approx(0.1, abs=0.01)
    assert found.incremental == pytest.approx(5 * 1200 * 0.1 * (3 + 6 + 10), rel=0.1)
    assert (found.p_value, found.placebos) == (1 / 120, 119)


def test_without_an_effect_the_p_value_is_anything() -> None:
    test = {"R02", "R05", "R09"}
    found = [geo_lift(_totals(test, 1.0, seed=seed), test, before=BEFORE, random=Random(1)) for seed in range(40)]
    assert sum(one.p_value <= 0.05 for one in found) <= 6
    assert 12 <= sum(one.p_value <= 0.5 for one in found) <= 28


def test_too_many_choices_are_drawn_from() -> None:
    regions = [f"R{n:02}" for n in range(30)]
    test = set(regions[:15])
    found = geo_lift(_totals(test, 1.1, regions=regions), test, before=BEFORE, random=Random(1))
    assert found.placebos == 2000 and found.p_value == pytest.approx(1 / 2001)


@pytest.mark.parametrize(
    ("test", "before", "said"),
    [
        ({"R01"}, 7, "at least 8"),
        ({"R01"}, 15, "more than the 15 before"),
        (set(), 8, "regions without"),
        (set(REGIONS), 8, "regions without"),
        ({"elsewhere"}, 8, "all of them with totals"),
    ],
)
def test_what_cannot_be_compared_is_refused(test: set[str], before: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        geo_lift(_totals(set(), 1), test, before=before, random=Random(1))


def test_regions_of_other_lengths_or_without_conversions_are_refused() -> None:
    totals = _totals(set(), 1)
    with pytest.raises(ValueError, match="the same periods"):
        geo_lift(totals | {"R00": [1]}, {"R01"}, before=8, random=Random(1))
    with pytest.raises(ValueError, match="R00 has no conversions"):
        geo_lift(totals | {"R00": [0] * 15}, {"R01"}, before=8, random=Random(1))
