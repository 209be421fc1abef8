"""What a split funnel answers for the shop's month: its rows add up to the funnel's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onebyone.store import Param

_PARTS = (
    ("value", "DE", (38_120, 2_510, 1_602, 1_390), 1),
    ("value", "AT", (11_044, 911, 540, 431), 1),
    ("value", "CH", (6_204, 320, 201, 164), 1),
    ("others", "", (5_902, 262, 149, 115), 31),
    ("none", "", (210, 7, 0, 0), 1),
)


def rows(params: Mapping[str, Param]) -> list[dict[str, Any]]:
    """Whatever the property: values, all others, and those without one, each by step."""
    steps = params["steps"] if isinstance(params["steps"], list) else []
    return [
        {"kind": kind, "value": value, "step": n, "name": name, "people": people, "counted": counted}
        for kind, value, came, counted in _PARTS
        for n, (name, people) in enumerate(zip(steps, came, strict=False), 1)
    ]
