"""All models beside one another, over the rows of the reports `credits_by_rule` and `paths`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from msgspec import Struct

from onebyone.reports.attribution import markov, money, shapley
from onebyone.reports.attribution.credit import scaled, shared
from onebyone.reports.attribution.paths import Path, channels_of, conversions_of
from onebyone.reports.attribution.rules import Rule, each_channel_once, in_proportion

BY_RULE = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "linear",
    "position_40_20_40",
    "time_decay_half_life_168h",
)
MOST_STEPS = 500_000  # of Markov, all channels together: with more, a page would wait for a higher order
MOST_CHANNELS = 200  # of Markov and Shapley rates, for the same reason
_MOST_SETS = 500_000  # looked at for sampled Shapley values: a third of a second

Row = Mapping[str, Any]


def learned(order: int) -> tuple[str, ...]:
    """Models told from all paths together, by name."""
    return (f"markov_order{order}_global", f"markov_order{order}_per_path", "shapley_rate_scaled", "shapley_set")


MODELS = BY_RULE + learned(1)  # where nothing speaks for another order of Markov


class Share(Struct, frozen=True):
    orders: float = 0.0
    money: int = 0  # minor units


class Line(Struct, frozen=True):
    """A channel, source or campaign, with its share under each of the table's models."""

    label: str
    shares: dict[str, Share]


class Table(Struct, frozen=True, kw_only=True):
    """Under every model the lines and `unattributed` add up to `total`."""

    lines: list[Line]
    unattributed: Share
    total: Share
    models: tuple[str, ...] = MODELS
    warnings: list[str] = []
    order: int = 1  # of Markov: how many of the last touches it looks at
    losses: dict[int, float] = {}  # mean log-loss of held-out steps by order; empty where none was chosen by it
    errors: dict[str, float] = {}  # standard errors of `shapley_rate_scaled`, in orders; empty where it is exact


class Known(Struct, frozen=True):
    """What the learned models say."""

    shares: dict[str, dict[str, Share]] = {}  # model -> label
    warnings: list[str] = []
    order: int = 1
    losses: dict[int, float] = {}
    errors: dict[str, float] = {}


def side_by_side(by_rule: Sequence[Row], paths: Sequence[Row], *, random: Random) -> Table:
    """Lines by money under last_non_direct, the largest first.

    Where `paths` are not all that there are, what the learned models say of these is said of all.
    """
    found: defaultdict[str, dict[str, Share]] = defaultdict(dict)
    for row in by_rule:
        found[row["label"]][row["model"]] = Share(row["orders"], row["revenue_minor"])
    unattributed = found.pop("", {}).get("last_touch", Share())
    last = [shares.get("last_touch", Share()) for shares in found.values()]
    credited = Share(round(sum(share.orders for share in last)), sum(share.money for share in last))
    known = _learn([row for row in paths if row["path"]], credited, random)
    for name, shares in known.shares.items():
        for label, share in shares.items():
            found[label][name] = share
    models = BY_RULE + tuple(known.shares)
    lines = [Line(label, {model: shares.get(model, Share()) for model in models}) for label, shares in found.items()]
    lines.sort(key=lambda line: (-line.shares["last_non_direct"].money, line.label))
    return Table(
        lines=lines,
        unattributed=unattributed,
        total=Share(credited.orders + unattributed.orders, credited.money + unattributed.money),
        models=models,
        warnings=known.warnings,
        order=known.order,
        losses=known.losses,
        errors=known.errors,
    )


def _learn(rows: Sequence[Row], credited: Share, random: Random) -> Known:
    paths = [Path(tuple(row["path"]), row["orders"], row["nulls"]) for row in rows]
    once = {"shapley_set": _by_path(rows, paths, each_channel_once, credited)}
    if (channels := len(channels_of(paths))) > MOST_CHANNELS:
        why = f"Markov and Shapley rates are left out: {channels:,} rows, and they weigh {MOST_CHANNELS} at most."
        return Known(shares=once, warnings=[why])
    chosen = _order(paths, random)
    removed = markov.effects(paths, chosen.order).removed
    rates = shapley.rate_values(paths, random, most=_MOST_SETS)
    clipped = {channel: max(0.0, value) for channel, value in rates.values.items()}
    whole = sum(clipped.values())
    of_one = credited.orders / whole if whole else 0.0
    answers = (
        _at_once(removed, credited),
        _by_path(rows, paths, in_proportion(removed), credited),
        _at_once(clipped, credited),
    )
    return Known(
        shares=dict(zip(learned(chosen.order), answers, strict=False)) | once,
        warnings=markov.warnings(paths),
        order=chosen.order,
        losses=chosen.log_loss,
        errors={channel: error * of_one for channel, error in (rates.errors or {}).items()},
    )


def _order(paths: Sequence[Path], random: Random) -> markov.OrderChoice:
    if conversions_of(paths) < markov.FEW_CONVERSIONS:
        return markov.OrderChoice(1, {})
    return markov.choose_order(paths, random=random, most=MOST_STEPS)


def _at_once(weights: Mapping[str, float], credited: Share) -> dict[str, Share]:
    """All orders, and their money, in one proportion."""
    amounts = _split(weights, credited.money)
    return {label: Share(orders, amounts[label]) for label, orders in scaled(weights, credited.orders).items()}


def _by_path(rows: Sequence[Row], paths: Sequence[Path], rule: Rule, credited: Share) -> dict[str, Share]:
    """Each path's own orders and money by the rule; money is rounded once, at the end."""
    of_paths = conversions_of(paths)
    orders = shared(paths, rule)
    if of_paths != credited.orders:
        orders = scaled(orders, credited.orders)
    sums: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        if row["revenue_minor"]:
            for label, share in zip(row["path"], rule(row["path"], None), strict=True):
                sums[label] += share * row["revenue_minor"]
    amounts = _split(sums, credited.money)
    return {label: Share(share, amounts.get(label, 0)) for label, share in orders.items()}


def _split(weights: Mapping[str, float], whole: int) -> dict[str, int]:
    """To the cent; all 0 without any weight."""
    if not any(weight > 0 for weight in weights.values()):
        return dict.fromkeys(weights, 0)
    return dict(zip(weights, money.split(whole, list(weights.values())), strict=True))
