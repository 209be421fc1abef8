"""The table of the page Attribution: models as columns, channels as rows, every sum written out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from onebyone.reports.attribution.side_by_side import MOST_CHANNELS_TO_CHOOSE, MOST_TO_CHOOSE, Share, Table
from onebyone.web import numbers
from onebyone.web.desk import Row

NAMES = {
    "first_touch": ("First", "The first session of the path"),
    "last_touch": ("Last", "The last session before the order, direct or not"),
    "last_non_direct": ("Last non-direct", "The last session that was not direct; if all were, the last"),
    "linear": ("Linear", "Every session the same"),
    "position_40_20_40": ("Position", "40% the first, 40% the last, the rest between them"),
    "time_decay_half_life_168h": ("Time decay", "Half as much for every 7 days before the order"),
    "global": ("Markov, all", "All orders by how many fewer there would be without the channel"),
    "per_path": ("Markov, each", "Each order among its own channels, by how many fewer there would be without each"),
    "shapley_rate_scaled": ("Shapley, rates", "By what the channel adds to the share of paths that end in an order"),
    "shapley_set": ("Shapley, sets", "Every channel of a path the same, however often it came"),
}
SHOWN = 25


class Head(Struct, frozen=True):
    name: str
    about: str
    css: str


class Body(Struct, frozen=True):
    label: str
    cells: list[str]
    kind: str = ""


def name_of(model: str) -> tuple[str, str]:
    """What a model is called, and what it does. Those of Markov are named the same whatever their order."""
    return NAMES[model.partition("_order")[2][2:] or model]


def heads(table: Table, always: Collection[str]) -> list[Head]:
    """Those of `always` stay where there is no room for all."""
    return [Head(*name_of(model), css="n" if model in always else "n p2") for model in table.models]


def notes(table: Table) -> list[str]:
    """How Markov's order was chosen, and how exact sampled values are."""
    if not any(model.startswith("markov") for model in table.models):
        return table.warnings
    looks = "last touch alone" if table.order == 1 else f"last {table.order} touches"
    if table.losses:
        losses = ", ".join(f"{loss:.3f}" for _, loss in sorted(table.losses.items()))
        why = (
            f"of one, two and three that tells best what people did next who were not learned from (log-loss {losses})"
        )
    elif table.warnings:
        why = "with so few orders no other is tried"
    else:
        why = f"with more than {MOST_TO_CHOOSE:,} paths or {MOST_CHANNELS_TO_CHOOSE} rows no other is tried"
    found = [*table.warnings, f"Markov looks at the {looks}: {why}."]
    if table.errors:
        found.append(
            f"Shapley rates are sampled: a row’s standard error is {max(table.errors.values()):,.2f} orders or less."
        )
    return found


def bodies(table: Table, show: str, currency: str) -> list[Body]:
    """The lines, then unattributed, then the total: under each model they add up."""
    write = writer(show, currency)
    lines = [Body(line.label, [write(line.shares[model]) for model in table.models]) for line in table.lines[:SHOWN]]
    if rest := table.lines[SHOWN:]:
        sums = [_sum([line.shares[model] for line in rest]) for model in table.models]
        lines.append(Body(f"{numbers.count(len(rest))} more", [write(share) for share in sums], "mut"))
    lines.append(Body("Unattributed", [write(table.unattributed)] * len(table.models), "unattr"))
    lines.append(Body("Total", [write(table.total)] * len(table.models), "sum"))
    return lines


def says(table: Table, currency: str) -> str:
    if not table.total.orders:
        return "No order in this period, so there is no credit to share."
    text = f"{_orders(table.total.orders)} worth {numbers.money(table.total.money, currency)}"
    if not table.lines:
        return f"{text}, none of which has a session before it."
    first = max(table.lines, key=lambda line: line.shares["first_touch"].money)
    last = max(table.lines, key=lambda line: line.shares["last_non_direct"].money)
    if first.label == last.label:
        return f"{text}. {first.label} is both the first touch and the last non-direct one of most of it."
    return f"{text}. {first.label} is the first touch of most of it, {last.label} the last non-direct one."


def path_lines(rows: Sequence[Row], currency: str, show: int = 10) -> list[tuple[list[str], str, str, str]]:
    """Steps, orders, money, days, of the paths that led to the most orders."""
    found = sorted((row for row in rows if row["path"] and row["orders"]), key=lambda row: -row["orders"])
    return [
        (
            _steps(row["path"]),
            numbers.count(row["orders"]),
            numbers.money(row["revenue_minor"], currency),
            "same day" if row["days"] < 1 else f"{row['days']:.0f} days",
        )
        for row in found[:show]
    ]


def cut(rows: Sequence[Row], table: Table) -> str:
    """What the learned models do not know, "" if they know all."""
    if not rows or len(rows) == rows[0]["all_paths"]:
        return ""
    orders = sum(row["orders"] for row in rows)
    nulls = sum(row["nulls"] for row in rows)
    return (
        f"Markov and Shapley learn from the {len(rows):,} most frequent of {rows[0]['all_paths']:,} paths: "
        f"{numbers.share(orders, table.total.orders)} of orders and {numbers.share(nulls, rows[0]['all_nulls'])} of "
        "paths without one. The rest is shared as these are."
    )


def _steps(path: Sequence[str]) -> list[str]:
    """Repeats in one step: Email ×3."""
    steps: list[tuple[str, int]] = []
    for label in path:
        if steps and steps[-1][0] == label:
            steps[-1] = (label, steps[-1][1] + 1)
        else:
            steps.append((label, 1))
    return [f"{label} ×{times}" if times > 1 else label for label, times in steps]


def writer(show: str, currency: str) -> Callable[[Share], str]:
    """How a share is written where orders or money is shown."""
    if show == "orders":
        return lambda share: f"{share.orders:,.1f}" if share.orders else numbers.NONE
    return lambda share: numbers.money(share.money, currency) if share.money else numbers.NONE


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(share.orders for share in shares), sum(share.money for share in shares))


def _orders(orders: float) -> str:
    return "One order" if orders == 1 else f"{numbers.count(orders)} orders"
