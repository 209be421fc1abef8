"""All models beside one another, over the rows of the reports `credits_by_rule` and `paths`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from msgspec import Struct

from onebyone.reports.attribution import money
from onebyone.reports.attribution.credit import credit, touch_rule
from onebyone.reports.attribution.named import get_model
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.rules import Rule

BY_RULE = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "linear",
    "position_40_20_40",
    "time_decay_half_life_168h",
)
LEARNED = ("markov_order1_global", "shapley_set")  # told from all paths together
MODELS = BY_RULE + LEARNED
_PER_PATH = {"markov_order1_global": "markov_order1_per_path"}  # what shares out single orders, and so their money

Row = Mapping[str, Any]


class Share(Struct, frozen=True):
    orders: float = 0.0
    money: int = 0  # minor units


class Line(Struct, frozen=True):
    """A channel, source or campaign, with its share under each of MODELS."""

    label: str
    shares: dict[str, Share]


class Table(Struct, frozen=True):
    """Under every model the lines and `unattributed` add up to `total`."""

    lines: list[Line]
    unattributed: Share
    total: Share
    warnings: list[str]


def side_by_side(by_rule: Sequence[Row], paths: Sequence[Row], *, random: Random) -> Table:
    """Lines by money under last_non_direct, the largest first."""
    found: defaultdict[str, dict[str, Share]] = defaultdict(dict)
    for row in by_rule:
        found[row["label"]][row["model"]] = Share(row["orders"], row["revenue_minor"])
    unattributed = found.pop("", {}).get("last_touch", Share())
    warnings: list[str] = []
    for name in LEARNED:
        shares, said = _learned(name, paths, random)
        warnings += said
        for label, share in shares.items():
            found[label][name] = share
    lines = [Line(label, {model: shares.get(model, Share()) for model in MODELS}) for label, shares in found.items()]
    lines.sort(key=lambda line: (-line.shares["last_non_direct"].money, line.label))
    orders = sum(line.shares["last_touch"].orders for line in lines) + unattributed.orders
    whole = sum(line.shares["last_touch"].money for line in lines) + unattributed.money
    return Table(lines, unattributed, Share(orders, whole), warnings)


def _learned(name: str, rows: Sequence[Row], random: Random) -> tuple[dict[str, Share], list[str]]:
    paths = [Path(tuple(row["path"]), row["orders"], row["nulls"]) for row in rows]
    answer = credit(get_model(name), paths, random=random)
    rule = touch_rule(get_model(_PER_PATH.get(name, name)), paths)
    amounts = _money(rows, rule)
    return {label: Share(orders, amounts.get(label, 0)) for label, orders in answer.credits.items()}, answer.warnings


def _money(rows: Sequence[Row], rule: Rule) -> dict[str, int]:
    """The money of all paths, adding up to the cent: each path's in proportion, rounded once at the end."""
    sums: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        if row["path"] and row["revenue_minor"]:
            for label, share in zip(row["path"], rule(row["path"], None), strict=True):
                sums[label] += share * row["revenue_minor"]
    if not any(part > 0 for part in sums.values()):
        return {}
    whole = sum(row["revenue_minor"] for row in rows if row["path"])
    return dict(zip(sums, money.split(whole, list(sums.values())), strict=True))
