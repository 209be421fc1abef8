"""Lift by regions: some get the campaign, the others tell what would have happened without it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from random import Random

from msgspec import Struct

MIN_BEFORE = 8
MAX_PLACEBOS = 2000
SURE = 0.95


class GeoLift(Struct, frozen=True):
    """`effect` is a factor less 1: 0.1 is a tenth more than without the campaign."""

    effect: float
    incremental: float  # conversions of the test regions while it ran
    p_value: float  # how often regions chosen without a campaign differ as much
    placebos: int
    low: float | None = None  # of `incremental`, 95%; None with fewer than 19 placebos, which cannot say so much
    high: float | None = None


def geo_lift(totals: Mapping[str, Sequence[int]], test: Collection[str], *, before: int, random: Random) -> GeoLift:
    """Difference in differences of log totals, by period and region; the first `before` periods came before it.

    The p value compares it with every other choice of as many regions, or with 2,000 of them drawn at random; the
    interval reaches as far as 95 in 100 of these differ, some of which hold part of the campaign, so it is wide.
    Raises ValueError for too few periods or regions, or for a region without conversions before or after.
    """
    chosen = frozenset(test)
    _check(totals, chosen, before)
    change = {region: _change(region, counts, before) for region, counts in totals.items()}
    found = _difference(change, chosen)
    placebos = [other for other in _choices(sorted(totals), len(chosen), random) if other != chosen]
    apart = sorted(abs(_difference(change, other)) for other in placebos)
    extreme = sum(one >= abs(found) * (1 - 1e-9) for one in apart)
    rank = math.ceil(SURE * (len(apart) + 1))
    reach = apart[rank - 1] if rank <= len(apart) else None
    during = sum(sum(totals[region][before:]) for region in chosen)
    return GeoLift(
        effect=math.expm1(found),
        incremental=during * -math.expm1(-found),
        p_value=(1 + extreme) / (1 + len(placebos)),
        placebos=len(placebos),
        low=None if reach is None else during * -math.expm1(reach - found),
        high=None if reach is None else during * -math.expm1(-reach - found),
    )


def _check(totals: Mapping[str, Sequence[int]], test: frozenset[str], before: int) -> None:
    lengths = {len(counts) for counts in totals.values()}
    if before < MIN_BEFORE:
        raise ValueError(f"{before} periods before the campaign: at least {MIN_BEFORE} are needed")
    if len(lengths) != 1 or min(lengths) <= before:
        raise ValueError(f"every region needs the same periods, and more than the {before} before the campaign")
    if not test or not test < totals.keys():
        raise ValueError("there must be regions with the campaign and regions without, all of them with totals")


def _change(region: str, counts: Sequence[int], before: int) -> float:
    """In the log of the mean per period."""
    earlier, later = sum(counts[:before]) / before, sum(counts[before:]) / (len(counts) - before)
    if not (earlier > 0 and later > 0):
        raise ValueError(f"{region} has no conversions before or after: join it with a neighbour")
    return math.log(later / earlier)


def _difference(change: Mapping[str, float], test: frozenset[str]) -> float:
    with_it = [one for region, one in change.items() if region in test]
    without = [one for region, one in change.items() if region not in test]
    return math.fsum(with_it) / len(with_it) - math.fsum(without) / len(without)


def _choices(regions: Sequence[str], size: int, random: Random) -> list[frozenset[str]]:
    if math.comb(len(regions), size) <= MAX_PLACEBOS:
        return [frozenset(chosen) for chosen in combinations(regions, size)]
    return [frozenset(random.sample(regions, size)) for _ in range(MAX_PLACEBOS)]
