"""Lift: what an experiment says a campaign added, which no model can."""

from __future__ import annotations

import hashlib
import math

from msgspec import Struct

from onebyone.reports.loss import Z_95, Interval, wilson

UNFAIR_P = 0.001  # of a split: by chance less than once in a thousand times
_POWER_80_AT_5 = 7.85  # (1.96 + 0.84)²


class Arm(Struct, frozen=True):
    """People of one arm, whatever they saw in the end. Raises ValueError unless 0 <= converted <= people > 0."""

    converted: int
    people: int

    def __post_init__(self) -> None:
        if self.people < 1 or not 0 <= self.converted <= self.people:
            raise ValueError(f"{self.converted} of {self.people}")

    @property
    def rate(self) -> float:
        return self.converted / self.people


class Lift(Struct, frozen=True):
    """Test against control. None where there is nothing to divide by."""

    absolute: float
    wald_95: Interval
    newcombe_95: Interval  # the one to show
    relative: float | None
    relative_95: Interval | None
    z: float | None
    p_value: float | None
    incremental: float  # conversions of the test arm that would not have been


def lift(control: Arm, test: Arm) -> Lift:
    difference = test.rate - control.rate
    relative = difference / control.rate if control.converted else None
    z = _two_proportions(control, test)
    return Lift(
        absolute=difference,
        wald_95=_wald(control, test),
        newcombe_95=newcombe(control, test),
        relative=relative,
        relative_95=_relative_interval(control, test),
        z=z,
        p_value=None if z is None else math.erfc(abs(z) / math.sqrt(2)),
        incremental=difference * test.people,
    )


def newcombe(control: Arm, test: Arm) -> Interval:
    """The interval of test minus control, from the two intervals of Wilson."""
    first, second = wilson(control.converted, control.people), wilson(test.converted, test.people)
    difference = test.rate - control.rate
    return Interval(
        low=difference - math.hypot(test.rate - second.low, first.high - control.rate),
        high=difference + math.hypot(second.high - test.rate, control.rate - first.low),
    )


def people_needed(control_rate: float, test_rate: float) -> int:
    """In each arm, to see such a difference four times in five, at 5 %. Raises ValueError if there is none."""
    if control_rate == test_rate:
        raise ValueError("no number of people shows a difference of 0")
    noise = control_rate * (1 - control_rate) + test_rate * (1 - test_rate)
    return math.ceil(_POWER_80_AT_5 * noise / (control_rate - test_rate) ** 2)


def incremental_95(found: Lift, test: Arm) -> Interval:
    """Of the conversions of the test arm that would not have been."""
    return Interval(low=found.newcombe_95.low * test.people, high=found.newcombe_95.high * test.people)


def cost_per_incremental(spend_minor: int, incremental: float) -> float | None:
    """None where nothing was added."""
    return spend_minor / incremental if incremental > 0 else None


def is_held_out(person: str, experiment: str, share: float) -> bool:
    """Always the same for a person and experiment, and independent between experiments."""
    drawn = hashlib.sha256(f"{len(experiment)}:{experiment}:{person}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") < share * 2**64


def calibration(incremental: float, attributed: float) -> float | None:
    """What an experiment says of a model's credit: to be shown beside it, never applied in silence."""
    return incremental / attributed if attributed else None


def _wald(control: Arm, test: Arm) -> Interval:
    variance = sum(arm.rate * (1 - arm.rate) / arm.people for arm in (control, test))
    middle, half = test.rate - control.rate, Z_95 * math.sqrt(variance)
    return Interval(low=middle - half, high=middle + half)


def _relative_interval(control: Arm, test: Arm) -> Interval | None:
    if not (control.converted and test.converted):
        return None
    variance = sum(1 / arm.converted - 1 / arm.people for arm in (control, test))
    ratio, factor = test.rate / control.rate, math.exp(Z_95 * math.sqrt(variance))
    return Interval(low=ratio / factor - 1, high=ratio * factor - 1)


def _two_proportions(control: Arm, test: Arm) -> float | None:
    pooled = (control.converted + test.converted) / (control.people + test.people)
    variance = pooled * (1 - pooled) * (1 / control.people + 1 / test.people)
    return (test.rate - control.rate) / math.sqrt(variance) if variance else None
