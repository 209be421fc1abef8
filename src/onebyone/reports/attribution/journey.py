"""One person's journey: touches, conversions, and who gets the credit for each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from onebyone.reports.attribution.money import split
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.rules import Rule
from onebyone.reports.attribution.windows import Moment, Touch, Window, eligible


class Conversion(Struct, frozen=True):
    """`value_minor` is net of refunds: money follows it, shares do not."""

    id: str
    at: Moment
    value_minor: int = 0


class Journey(Struct, frozen=True):
    """Touches in the order of their arrival, which decides between those of the same instant."""

    touches: tuple[Touch, ...]
    conversions: tuple[Conversion, ...] = ()


class TouchCredit(Struct, frozen=True):
    touch: int  # its number in the journey
    channel: str
    credit: float
    value_minor: int


class Attributed(Struct, frozen=True):
    """Credits add up to 1 and to the conversion's value; without any the conversion is unattributed."""

    conversion: str
    credits: tuple[TouchCredit, ...]

    @property
    def unattributed(self) -> bool:
        return not self.credits


def attribute(journey: Journey, window: Window, rule: Rule) -> list[Attributed]:
    """One answer for each conversion, in the order given. Touches without any credit are left out."""
    return [_attributed(journey, conversion, window, rule) for conversion in journey.conversions]


def observe(journeys: Iterable[Journey], window: Window) -> list[Path]:
    """The paths that models learn from: one for each conversion, or the last window of who did not convert.

    That window ends with the person's last touch.
    """
    return [path for journey in journeys for path in _paths(journey, window)]


def _paths(journey: Journey, window: Window) -> list[Path]:
    touches = journey.touches
    if journey.conversions:
        ends = [(one.at, _touches_of(journey, one, window), 1) for one in journey.conversions]
    else:
        last = max((touch.at for touch in touches), default=None)
        ends = [(last, eligible(touches, last, window), 0)] if last else []
    return [
        Path(
            channels=tuple(touches[number].channel for number in numbers),
            conversions=converted,
            nulls=1 - converted,
            hours_before=tuple(_hours(touches[number].at, at) for number in numbers),
        )
        for at, numbers, converted in ends
    ]


def _touches_of(journey: Journey, conversion: Conversion, window: Window) -> list[int]:
    """Conversions of the same instant do not take touches from each other."""
    before = (other.at for other in journey.conversions if other.at < conversion.at)
    return eligible(journey.touches, conversion.at, window, after=max(before, default=None))


def _attributed(journey: Journey, conversion: Conversion, window: Window, rule: Rule) -> Attributed:
    numbers = _touches_of(journey, conversion, window)
    if not numbers:
        return Attributed(conversion.id, ())
    channels = [journey.touches[number].channel for number in numbers]
    hours = [_hours(journey.touches[number].at, conversion.at) for number in numbers]
    held = [one for one in zip(numbers, channels, rule(channels, hours), strict=True) if one[2] > 0]
    money = split(conversion.value_minor, [share for _, _, share in held])
    return Attributed(
        conversion.id,
        tuple(TouchCredit(*one, value_minor=minor) for one, minor in zip(held, money, strict=True)),
    )


def _hours(then: datetime, now: datetime) -> float:
    return (now - then).total_seconds() / 3600
