"""A lift test beside the models of Attribution: what they credit a channel with, and what the test says it added."""

from __future__ import annotations

from msgspec import Struct

from onebyone.reports.attribution.lift import calibration
from onebyone.reports.attribution.side_by_side import Table
from onebyone.reports.loss import Interval
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.credit_table import name_of

KEYS = ("lifted", "added", "low", "high")
MOST_ADDED = 10**9


class Tested(Struct, frozen=True):
    """Orders that the test says `label` added, with the interval. "" for a label that nobody chose yet."""

    label: str
    added: float
    interval: Interval


class Factor(Struct, frozen=True):
    """Orders added for each that the model credits, with the interval; None where it credits none."""

    model: str
    credited: float
    value: float | None
    low: float | None
    high: float | None


class Line(Struct, frozen=True):
    name: str
    credited: str
    factor: str
    factor_95: str


def read_tested(view: View) -> Tested | None:
    """None where nobody said how many were added. Raises NotUnderstood."""
    given = view.given
    if not given.get("added"):
        return None
    try:
        added, low, high = (float(given.get(key) or given["added"]) for key in ("added", "low", "high"))
    except ValueError:
        added, low, high = 0.0, 1.0, 0.0
    if not -MOST_ADDED <= low <= added <= high <= MOST_ADDED:
        raise NotUnderstood(
            "A lift test is three numbers of orders: what was added, at least (low) and at most (high). ",
            "Show the page without it", view.link(**dict.fromkeys(KEYS, "")), ".",
        )  # fmt: skip
    return Tested(given.get("lifted", ""), added, Interval(low=low, high=high))


def factors(table: Table, tested: Tested | None) -> list[Factor]:
    """Of each model; nothing for a label that is not in the table."""
    shares = next((line.shares for line in table.lines if tested and line.label == tested.label), None)
    if tested is None or shares is None:
        return []
    return [_factor(model, shares[model].orders, tested) for model in table.models]


def _factor(model: str, credited: float, tested: Tested) -> Factor:
    value, low, high = (calibration(one, credited) for one in (tested.added, tested.interval.low, tested.interval.high))
    return Factor(model, credited, value, low, high)


def lines(found: list[Factor]) -> list[Line]:
    return [
        Line(
            name_of(one.model)[0],
            f"{one.credited:,.1f}",
            _two(one.value),
            numbers.NONE if one.low is None else f"{_two(one.low)} to {_two(one.high)}",
        )
        for one in found
    ]


def _two(value: float | None) -> str:
    return numbers.NONE if value is None else f"{value:,.2f}".replace("-", numbers.MINUS)
