"""Truth beside measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from onebyone.simulate.truth import Day, Truth

_METRICS = ("views", "visitors", "sessions", "orders", "revenue_minor")
_LABELS = {
    "views": "Page views",
    "visitors": "Visitors, summed over the days",
    "sessions": "Sessions",
    "orders": "Orders",
    "revenue_minor": "Revenue in {currency}, minor units",
}


class Row(Struct, frozen=True):
    label: str
    truth: int
    measured: int

    @property
    def is_equal(self) -> bool:
        return self.truth == self.measured


def compare(
    truth: Truth, measured: Sequence[Mapping[str, Any]], order_copies: Mapping[str, int] | None = None
) -> list[Row]:
    """One row per figure of the whole period, then one for each figure of a day that differs.

    `measured` are the rows of the report "overview"; `order_copies` what the report "copies" counts per
    reason, if that is to be compared too. A day that only one side knows is 0 on the other.
    """
    real = {day.day: _figures(day) for day in truth.per_day}
    seen = _by_day(measured, truth.currency)
    rows = [
        Row(_LABELS[metric].format(currency=truth.currency), _sum(real, metric), _sum(seen, metric))
        for metric in _METRICS
    ]
    if order_copies is not None:
        kinds = sorted({*truth.order_copies, *order_copies})
        rows += [Row(f"Copies: {kind}", truth.order_copies.get(kind, 0), order_copies.get(kind, 0)) for kind in kinds]
    none = dict.fromkeys(_METRICS, 0)
    for day in sorted({*real, *seen}):
        pairs = [(metric, real.get(day, none)[metric], seen.get(day, none)[metric]) for metric in _METRICS]
        rows += [
            Row(f"{day}: {metric}", happened, counted) for metric, happened, counted in pairs if happened != counted
        ]
    return rows


def _figures(day: Day) -> dict[str, int]:
    return {metric: getattr(day, metric) for metric in _METRICS}


def _by_day(measured: Sequence[Mapping[str, Any]], currency: str) -> dict[str, dict[str, int]]:
    """A day may have a row for each currency; money is never added across them."""
    days: dict[str, dict[str, int]] = {}
    for row in measured:
        day = days.setdefault(str(row["day"]), dict.fromkeys(_METRICS, 0))
        for metric in _METRICS:
            if metric != "revenue_minor" or row["currency"] == currency:
                day[metric] += int(row[metric])
    return days


def _sum(days: Mapping[str, Mapping[str, int]], metric: str) -> int:
    return sum(day[metric] for day in days.values())
