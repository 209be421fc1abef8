"""Credits: the conversions of many paths, shared among channels by a model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.attribution import markov, shapley
from onebyone.reports.attribution.named import ByRule, Markov, Model, ShapleyRate
from onebyone.reports.attribution.paths import Path, channels_of, conversions_of
from onebyone.reports.attribution.rules import Rule, in_proportion

NOT_CAUSAL = "None of these models proves a cause: they share out what happened. Only an experiment measures an effect."


class Credit(Struct, frozen=True):
    """Credits and `unattributed` add up to `conversions`. Every channel of the paths is there, be it with 0."""

    model: str
    credits: dict[str, float]
    conversions: int
    unattributed: int  # conversions of paths without a touch
    nulls: int
    base_conversion_probability: float | None = None  # Markov: from the start
    removal_effect: dict[str, float] | None = None
    phi: dict[str, float] | None = None  # Shapley rates: before clipping and scaling
    standard_errors: dict[str, float] | None = None  # of values that were sampled
    warnings: list[str] = []
    note: str = NOT_CAUSAL


def credit(model: Model, paths: Sequence[Path], *, random: Random) -> Credit:
    """Randomness is used by Shapley rates of more than 12 channels alone. Raises NoAges."""
    total = conversions_of(paths)
    match model:
        case ByRule(rule=rule):
            return _of(model, paths, shared(paths, rule))
        case Markov(order=order, shares=shares):
            found = markov.effects(paths, order)
            at_once = shares == "global"
            credits = scaled(found.removed, total) if at_once else shared(paths, in_proportion(found.removed))
            plain, warnings = _of(model, paths, credits), markov.warnings(paths)
            return replace(
                plain, base_conversion_probability=found.base, removal_effect=found.removed, warnings=warnings
            )
        case ShapleyRate():
            rates = shapley.rate_values(paths, random)
            clipped = {channel: max(0.0, value) for channel, value in rates.values.items()}
            plain = _of(model, paths, scaled(clipped, total))
            return replace(plain, phi=rates.values, standard_errors=rates.errors)


def shared(paths: Sequence[Path], rule: Rule) -> dict[str, float]:
    """By channel; the same however the paths come. Raises NoAges."""
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for path in paths:
        if path.channels and path.conversions:
            for channel, share in zip(path.channels, rule(path.channels, path.hours_before), strict=True):
                parts[channel].append(share * path.conversions)
    return {channel: math.fsum(parts[channel]) for channel in channels_of(paths)}


def scaled(weights: Mapping[str, float], total: float) -> dict[str, float]:
    """In proportion, adding up to the total; all 0 without any weight."""
    whole = math.fsum(weights.values())
    return {channel: total * weight / whole if whole else 0.0 for channel, weight in weights.items()}


def _of(model: Model, paths: Sequence[Path], credits: dict[str, float]) -> Credit:
    conversions = sum(path.conversions for path in paths)
    return Credit(
        model=model.name,
        credits=credits,
        conversions=conversions,
        unattributed=conversions - conversions_of(paths),
        nulls=sum(path.nulls for path in paths),
    )
