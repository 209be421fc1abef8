"""Models by their names: `linear`, `position_40_20_40`, `markov_order2_per_path`."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from onebyone.reports.attribution import rules
from onebyone.reports.attribution.rules import Rule

SHORT = {
    "first": "first_touch",
    "last": "last_touch",
    "position": "position_40_20_40",
    "time_decay": "time_decay_half_life_168h",
    "markov": "markov_order1_global",
    "shapley": "shapley_set",
}
PATTERNS = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "linear",
    "position_A_B_C",
    "time_decay_half_life_Nh",
    "markov_orderK_global",
    "markov_orderK_per_path",
    "shapley_set",
    "shapley_rate_scaled",
)
_RULES: dict[str, Rule] = {
    "first_touch": rules.first,
    "last_touch": rules.last,
    "last_non_direct": rules.last_non_direct,
    "linear": rules.linear,
    "shapley_set": rules.each_channel_once,
}
_POSITION = re.compile(r"position_(\d{1,3})_(\d{1,3})_(\d{1,3})", re.ASCII)
_TIME_DECAY = re.compile(r"time_decay_half_life_(\d{1,6})h", re.ASCII)
_MARKOV = re.compile(r"markov_order([123])_(global|per_path)", re.ASCII)


class UnknownModel(ValueError):
    """No model has this name."""


class ByRule(Struct, frozen=True):
    """Every path is shared by itself."""

    name: str
    rule: Rule


class Markov(Struct, frozen=True):
    """`global`: all conversions in proportion to removal effects. `per_path`: each path's own in that proportion."""

    name: str
    order: int
    shares: Literal["global", "per_path"]


class ShapleyRate(Struct, frozen=True):
    name: str = "shapley_rate_scaled"


Model = ByRule | Markov | ShapleyRate


def get_model(name: str) -> Model:
    """By its full or short name. Raises UnknownModel, which says what there is."""
    full = SHORT.get(name, name)
    if full in _RULES:
        return ByRule(full, _RULES[full])
    if full == "shapley_rate_scaled":
        return ShapleyRate()
    if found := _MARKOV.fullmatch(full):
        return Markov(full, int(found[1]), "global" if found[2] == "global" else "per_path")
    if found := _POSITION.fullmatch(full):
        return ByRule(full, _position(*(int(part) for part in found.groups())))
    if (found := _TIME_DECAY.fullmatch(full)) and int(found[1]):
        return ByRule(full, rules.time_decay(int(found[1])))
    short = ", ".join(("linear", *SHORT))
    raise UnknownModel(f"there is no model {name!r}: say {short}, or in full {', '.join(PATTERNS)}")


def get_rule(name: str) -> Rule:
    """What shares out single orders, by name. Raises UnknownModel, also for a model that learns from all paths."""
    model = get_model(name)
    if not isinstance(model, ByRule):
        raise UnknownModel(f"{name} learns from all paths; here say one that shares out single orders")
    return model.rule


def _position(first: int, middle: int, last: int) -> Rule:
    if first + middle + last != 100 or first + last == 0:
        raise UnknownModel(
            f"position {first}/{middle}/{last}: the parts must add up to 100, and not all be the middle's"
        )
    return rules.position(first, middle, last)
