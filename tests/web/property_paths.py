"""What property paths answer for the shop's month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onebyone.store import Param

_PAGES = (
    (["/"], 18_204, 12, 61_000),
    (["/", "/leuchten/halo-pendant"], 6_120, 204, 411_000),
    (["/", "/leuchten/halo-pendant", "/warenkorb"], 2_011, 602, 930_000),
    (["/leuchten/halo-pendant"], 1_904, 31, 0),
    (["/leuchten/halo-pendant", "/warenkorb", "/kasse/adresse", "/kasse/zahlung", "/kasse/pruefen"],
     1_102, 811, 302_000),
)  # fmt: skip


def rows(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    """Whatever the property: paths, all others, and those without a value."""
    found = [_row("path", path, people, converted, took) for path, people, converted, took in _PAGES]
    return [*found, _row("others", [], 9_310, 702, 1_204_000, 3_204), _row("none", [], 143, 99, 0)]


def _row(kind: str, path: list[str], people: int, converted: int, took: int, paths: int = 1) -> dict[str, Any]:
    sums = {"people": people, "converted": converted, "waiting": (people - converted) // 3}
    return {"kind": kind, "path": path} | sums | {"median_ms": took, "paths": paths}
