"""The vectors of attribution, and random paths, as Python values."""

from __future__ import annotations

import json
from pathlib import Path as File
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st

from onebyone.reports.attribution.credit import Credit, credit
from onebyone.reports.attribution.named import get_model
from onebyone.reports.attribution.paths import Path

VECTORS: dict[str, Any] = json.loads((File(__file__).parents[2] / "golden/vectors/attribution.json").read_text())
PATH_SETS: list[dict[str, Any]] = VECTORS["path_sets"]
NAMES = sorted({name for one in PATH_SETS for name in one["expected"]})
CLOSE = 1e-9

_channel = st.sampled_from(["Direct", "Email", "Paid Search", "Display"])
_count = st.integers(0, 50)
any_paths = st.lists(
    st.builds(Path, channels=st.lists(_channel, max_size=4).map(tuple), conversions=_count, nulls=_count), max_size=7
)


def paths_of(one: dict[str, Any]) -> list[Path]:
    return msgspec.convert(one["rows"], list[Path])


def path_set(id: str) -> dict[str, Any]:
    return next(one for one in PATH_SETS if one["id"] == id)


def credited(name: str, paths: list[Path]) -> Credit:
    return credit(get_model(name), paths, random=Random(1))


def aged(paths: list[Path]) -> list[Path]:
    """With a touch a day, the last at the conversion."""
    return [
        Path(path.channels, path.conversions, path.nulls, tuple(24.0 * n for n in reversed(range(len(path.channels)))))
        for path in paths
    ]
