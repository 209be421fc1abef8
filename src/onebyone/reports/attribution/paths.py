"""Paths: the channels that people touched, in order, and how often that ended in a conversion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct, field

DIRECT = "Direct"

Channel = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0, le=10**15)]
Hours = Annotated[float, Meta(ge=0, le=1e8)]


class Path(Struct, frozen=True, forbid_unknown_fields=True):
    """`hours_before` is each touch's age at the conversion. A path without touches can be given no credit.

    Raises ValueError if the hours are not those of these touches.
    """

    channels: tuple[Channel, ...] = field(name="path")
    conversions: Count
    nulls: Count = 0
    hours_before: tuple[Hours, ...] | None = None

    def __post_init__(self) -> None:
        hours = self.hours_before
        if hours is None:
            return
        if len(hours) != len(self.channels):
            raise ValueError(f"{len(self.channels)} touches but {len(hours)} hours_before")
        if any(later > earlier for earlier, later in pairwise(hours)):
            raise ValueError("hours_before must not grow along the path: the first touch is the oldest")


def channels_of(paths: Iterable[Path]) -> list[str]:
    return sorted({channel for path in paths for channel in path.channels})


def conversions_of(paths: Iterable[Path]) -> int:
    """Of paths with a touch."""
    return sum(path.conversions for path in paths if path.channels)


def merge(paths: Sequence[Path]) -> list[Path]:
    """One path for each sequence of channels, sorted: the same however they come. Ages and empty paths are left out."""
    converted: Counter[tuple[str, ...]] = Counter()
    lost: Counter[tuple[str, ...]] = Counter()
    for path in paths:
        converted[path.channels] += path.conversions
        lost[path.channels] += path.nulls
    return [Path(one, converted[one], lost[one]) for one in sorted(converted) if one]
