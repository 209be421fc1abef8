"""An experiment on the site: its variants against a control, and what may be said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from onebyone.reports.attribution.lift import UNFAIR_P, Arm, Lift, lift, people_needed
from onebyone.reports.loss import Z_95, Interval, wilson

MOST_VARIANTS = 10
SMALLEST_LIFT = 0.1  # to be seen, relative to the control, where nobody planned otherwise
_ENOUGH_FOR_MONEY = 30  # people of an arm: below, a mean of money has no interval that holds
_SURE = 0.05

Verdict = Literal["control", "early", "better", "worse", "open"]
Refusal = Literal["", "none", "one", "many", "no_control", "unplanned", "uneven"]


class Variant(Struct, frozen=True):
    """People of an arm, by the report. `waiting` are those whose time is not over; money is in minor units."""

    name: str
    people: int
    converted: int
    waiting: int = 0
    goals: int = 0
    net_minor: int = 0
    net_squares: float = 0.0

    @property
    def arm(self) -> Arm:
        return Arm(self.converted, self.people)


class Compared(Struct, frozen=True):
    """One variant. `against` is None of the control; `p_value` is corrected for how many are compared with it."""

    variant: Variant
    share: float  # planned, of all people
    expected: float  # people, as it was planned
    rate_95: Interval
    verdict: Verdict
    against: Lift | None = None
    p_value: float | None = None
    net_each: float | None = None
    net_more: float | None = None  # a person, than the control
    net_more_95: Interval | None = None


class Experiment(Struct, frozen=True):
    """`refused` says why nothing is compared. `unplanned`: people came into a variant that has no share. `uneven`:
    they did not come into the arms as planned, so these differ in more than what is tested, and no difference
    between them means anything.
    """

    refused: Refusal
    variants: list[Compared] = []  # the control first; without any figure but people where it is refused
    split_p: float | None = None  # how often so uneven a split comes by chance
    needed: int | None = None  # people of each arm, before anything is said
    people: int = 0
    several: int = 0  # people who saw more than one variant
    nobody: int = 0  # views that name no person

    @property
    def is_enough(self) -> bool:
        return self.needed is not None and all(one.variant.people >= self.needed for one in self.variants)


def experiment(
    rows: Sequence[Mapping[str, Any]],
    *,
    control: str,
    shares: Mapping[str, float] | None = None,
    planned: int | None = None,
    smallest_lift: float = SMALLEST_LIFT,
) -> Experiment:
    """Of the rows of the report. `shares` are the planned parts of all people, in any unit; the same for each if None.

    `planned` is how many people each arm was to have. Without it they are counted from the control's rate so far and
    the smallest lift that is to be seen four times in five.
    """
    arms = [_variant(row) for row in rows if row["kind"] == "arm"]
    apart = {
        "people": sum(one.people for one in arms),
        "several": sum(row["people"] for row in rows if row["kind"] == "several"),
        "nobody": sum(row["seen"] for row in rows if row["kind"] == "nobody"),
    }
    planned_shares = _shares(arms, shares)
    refused: Refusal = ""
    if len(arms) < 2:
        refused = "one" if arms else "none"
    elif len(arms) > MOST_VARIANTS:
        refused = "many"
    elif all(one.name != control for one in arms):
        refused = "no_control"
    if refused or planned_shares is None:
        return Experiment(refused=refused or "unplanned", **apart)
    arms.sort(key=lambda one: (one.name != control, one.name))
    came = {one.name: one.people for one in arms}
    split_p = split_p_value([came.get(name, 0) for name in planned_shares], list(planned_shares.values()))
    if split_p < UNFAIR_P:
        alone = [_compared(one, planned_shares[one.name], apart["people"], "early") for one in arms]
        return Experiment(refused="uneven", variants=alone, split_p=split_p, **apart)
    needed = planned or _needed(arms[0], smallest_lift)
    enough = needed is not None and all(one.people >= needed for one in arms)
    found = [_compared(arms[0], planned_shares[control], apart["people"], "control")]
    for one in arms[1:]:
        found.append(_against(arms[0], one, planned_shares[one.name], apart["people"], len(arms) - 1, enough))
    return Experiment(refused="", variants=found, split_p=split_p, needed=needed, **apart)


def split_p_value(people: Sequence[int], shares: Sequence[float]) -> float:
    """How often chance alone splits people at least so unevenly; by the chi-square of the planned shares."""
    total = sum(people)
    chi_square = sum(
        (found - total * share) ** 2 / (total * share) for found, share in zip(people, shares, strict=True)
    )
    return _chi_square_tail(chi_square, len(people) - 1)


def _chi_square_tail(value: float, freedom: int) -> float:
    """The share of a chi-square distribution beyond a value, two degrees of freedom more with each term."""
    half = value / 2
    tail, at = (math.erfc(math.sqrt(half)), 1) if freedom % 2 else (math.exp(-half), 2)
    while at < freedom:
        tail += math.exp(at / 2 * math.log(half) - half - math.lgamma(at / 2 + 1)) if half else 0.0
        at += 2
    return min(1.0, tail)


def _variant(row: Mapping[str, Any]) -> Variant:
    return Variant(
        name=row["variant"], people=row["people"], converted=row["converted"], waiting=row["waiting"],
        goals=row["goals_done"], net_minor=row["net_minor"], net_squares=row["net_squares"],
    )  # fmt: skip


def _shares(arms: Sequence[Variant], planned: Mapping[str, float] | None) -> dict[str, float] | None:
    """Of 1. None where people came into a variant that was not planned: then nothing came as planned."""
    if planned is None:
        return {one.name: 1 / len(arms) for one in arms}
    if any(planned.get(one.name, 0) <= 0 for one in arms):
        return None
    whole = sum(planned.values())
    return {name: part / whole for name, part in planned.items()}


def _needed(control: Variant, smallest_lift: float) -> int | None:
    """None while nobody of the control did it: then nothing tells how rare it is."""
    rate = control.arm.rate
    wanted = min(1.0, rate * (1 + smallest_lift))
    return people_needed(rate, wanted) if 0 < rate < wanted else None


def _compared(one: Variant, share: float, people: int, verdict: Verdict) -> Compared:
    return Compared(
        variant=one,
        share=share,
        expected=share * people,
        rate_95=wilson(one.converted, one.people),
        verdict=verdict,
        net_each=one.net_minor / one.people,
    )


def _against(control: Variant, one: Variant, share: float, people: int, compared: int, enough: bool) -> Compared:
    found = lift(control.arm, one.arm)
    p_value = None if found.p_value is None else min(1.0, found.p_value * compared)
    verdict: Verdict = "open"
    if not enough:
        verdict = "early"
    elif p_value is not None and p_value < _SURE:
        verdict = "better" if found.absolute > 0 else "worse"
    plain = _compared(one, share, people, verdict)
    more = one.net_minor / one.people - control.net_minor / control.people
    return Compared(
        variant=one, share=share, expected=plain.expected, rate_95=plain.rate_95, verdict=verdict, against=found,
        p_value=p_value, net_each=plain.net_each, net_more=more, net_more_95=_money_interval(control, one, more),
    )  # fmt: skip


def _money_interval(control: Variant, one: Variant, more: float) -> Interval | None:
    if min(control.people, one.people) < _ENOUGH_FOR_MONEY:
        return None
    half = Z_95 * math.sqrt(sum(_variance(arm) / arm.people for arm in (control, one)))
    return Interval(low=more - half, high=more + half)


def _variance(arm: Variant) -> float:
    """Of the money of a person; never below 0, where rounding would leave that."""
    mean = arm.net_minor / arm.people
    return max(0.0, arm.net_squares - arm.people * mean * mean) / (arm.people - 1)
