"""What is unusual about events, in sentences with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from onebyone.reports.unusual import LATELY, Kind, Unusual
from onebyone.web import numbers

SHOWN = 8
_FIRST = (Kind.ADDRESS, Kind.STOPPED, Kind.FEWER, Kind.MORE, Kind.ALIKE, Kind.MIXED, Kind.ALL_DIFFERENT, Kind.NEW)


class Line(Struct, frozen=True):
    event: str
    text: str


def lines(found: Sequence[Unusual], *, last: date, today: date) -> list[Line]:
    """What needs somebody first. `last` is the day that the findings about days are of."""
    day = numbers.days(last, last, today)
    ordered = sorted(found, key=lambda one: (_FIRST.index(one.kind), -one.usual, -one.seen, one.event, one.other))
    return [Line(one.event, _text(one, day)) for one in ordered]


def _text(one: Unusual, day: str) -> str:
    seen, usual = numbers.count(one.seen), numbers.count(one.usual)
    match one.kind:
        case Kind.STOPPED:
            return f"“{one.event}” did not come on {day}; {usual} on a usual day."
        case Kind.FEWER | Kind.MORE:
            times = "once" if one.seen == 1 else f"{seen} times"
            return f"“{one.event}” came {times} on {day}; {usual} on a usual day."
        case Kind.NEW:
            return f"“{one.event}” is new: first sent in the last {LATELY} days of this period, {seen} so far."
        case Kind.ALIKE:
            return (
                f"“{one.event}” ({seen}) and “{one.other}” ({usual}) differ in capitals and signs alone. They count "
                "apart: send one of them."
            )
        case Kind.MIXED:
            return f"{seen} of {usual} values of “{one.other}” in “{one.event}” are no numbers, so no sum holds them."
        case Kind.ALL_DIFFERENT:
            return (
                f"Nearly every value of “{one.other}” in “{one.event}” is another, {seen} of {usual}. An id makes no "
                "groups, and may stand for a person."
            )
        case Kind.ADDRESS:
            return (
                f"{seen} of {usual} values of “{one.other}” in “{one.event}” look like e-mail addresses. Send those as "
                "user data, which is hashed, and never as a property."
            )
