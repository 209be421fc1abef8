"""The table of the page Attribution: models as columns, channels as rows, every sum written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from onebyone.reports.attribution.side_by_side import MODELS, Share, Table
from onebyone.web import numbers
from onebyone.web.desk import Row

NAMES = {
    "first_touch": ("First", "The first session of the path"),
    "last_touch": ("Last", "The last session before the order, direct or not"),
    "last_non_direct": ("Last non-direct", "The last session that was not direct; if all were, the last"),
    "linear": ("Linear", "Every session the same"),
    "position_40_20_40": ("Position", "40% the first, 40% the last, the rest between them"),
    "time_decay_half_life_168h": ("Time decay", "Half as much for every 7 days before the order"),
    "markov_order1_global": ("Markov", "By how many orders fewer there would be without the channel"),
    "shapley_set": ("Shapley", "Every channel of a path the same, however often it came"),
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


def heads() -> list[Head]:
    return [Head(*NAMES[model], css="n" if model == "last_non_direct" else "n p2") for model in MODELS]


def bodies(table: Table, show: str, currency: str) -> list[Body]:
    """The lines, then unattributed, then the total: under each model they add up."""
    write = _writer(show, currency)
    lines = [Body(line.label, [write(line.shares[model]) for model in MODELS]) for line in table.lines[:SHOWN]]
    if rest := table.lines[SHOWN:]:
        sums = [_sum([line.shares[model] for line in rest]) for model in MODELS]
        lines.append(Body(f"{numbers.count(len(rest))} more", [write(share) for share in sums], "mut"))
    lines.append(Body("Unattributed", [write(table.unattributed)] * len(MODELS), "unattr"))
    lines.append(Body("Total", [write(table.total)] * len(MODELS), "sum"))
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
    found = [row for row in rows if row["path"] and row["orders"]]
    return [
        (
            _steps(row["path"]),
            numbers.count(row["orders"]),
            numbers.money(row["revenue_minor"], currency),
            "same day" if row["days"] < 1 else f"{row['days']:.0f} days",
        )
        for row in found[:show]
    ]


def _steps(path: Sequence[str]) -> list[str]:
    """Repeats in one step: Email ×3."""
    steps: list[tuple[str, int]] = []
    for label in path:
        if steps and steps[-1][0] == label:
            steps[-1] = (label, steps[-1][1] + 1)
        else:
            steps.append((label, 1))
    return [f"{label} ×{times}" if times > 1 else label for label, times in steps]


def _writer(show: str, currency: str) -> Callable[[Share], str]:
    if show == "orders":
        return lambda share: f"{share.orders:,.1f}" if share.orders else numbers.NONE
    return lambda share: numbers.money(share.money, currency) if share.money else numbers.NONE


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(share.orders for share in shares), sum(share.money for share in shares))


def _orders(orders: float) -> str:
    return "One order" if orders == 1 else f"{numbers.count(orders)} orders"
