from __future__ import annotations

from collections.abc import Callable

import pytest

from onebyone.reports.attribution import reductions
from onebyone.reports.attribution.paths import Path

Reduce = Callable[[Path], Path]


def _path(channels: str) -> Path:
    names = {"D": "Direct"}
    return Path(tuple(names.get(one, one) for one in channels.split()), 3, 4)


@pytest.mark.parametrize(
    ("reduce", "before", "after"),
    [
        (reductions.exposure, "A A B A A", "A B A"),
        (reductions.unique, "A A B A C", "A B C"),
        (reductions.frequency, "A A B A", "A(3) B(1)"),
        (reductions.without_last_direct, "D A D D", "D A"),
        (reductions.without_last_direct, "D D", "D D"),
        (reductions.without_direct, "D A D B D", "A B"),
        (reductions.without_direct, "D D", "D D"),
        (lambda path: reductions.last_steps(path, 2), "A B C", "B C"),
        (lambda path: reductions.last_steps(path, 5), "A B", "A B"),
    ],
)
def test_a_reduction_shortens_the_path_and_keeps_its_counts(reduce: Reduce, before: str, after: str) -> None:
    assert reduce(_path(before)) == _path(after)


@pytest.mark.parametrize("reduce", [reductions.exposure, reductions.unique, reductions.without_direct])
def test_nothing_comes_of_nothing(reduce: Reduce) -> None:
    assert reduce(Path((), 3, 4)) == Path((), 3, 4)


def test_ages_stay_with_their_touches() -> None:
    path = Path(("A", "A", "Direct"), 1, 0, (9.0, 5.0, 1.0))
    assert reductions.exposure(path).hours_before == (9.0, 1.0)
    assert reductions.without_last_direct(path).hours_before == (9.0, 5.0)


def test_no_steps_are_no_path() -> None:
    with pytest.raises(ValueError, match="0 steps"):
        reductions.last_steps(_path("A"), 0)
