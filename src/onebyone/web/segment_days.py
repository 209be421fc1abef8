"""A segment's people day by day: a line, a sentence, a table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.few import FEW, is_few
from onebyone.state.segment_sizes import Size
from onebyone.web import numbers
from onebyone.web.chart import Point, line_chart

DAYS = 90  # that are counted, also those before the segment was made


class DayLine(Struct, frozen=True):
    name: str
    people: str
    share: str  # of everybody


class Days(Struct, frozen=True):
    """`svg` is None with fewer than two days."""

    says: str
    svg: Markup | None
    lines: list[DayLine]  # newest first


def digest_of(text: str) -> str:
    """Of a rule with all that it refers to: what was counted of another is no history of this one."""
    return hashlib.sha256(text.encode()).hexdigest()


def as_seen(sizes: Sequence[Size], *, sees: bool) -> list[Size]:
    """`sees`: whether who asks may see personal data, so small numbers too."""
    return [one if sees or not is_few(one.people) else replace(one, people=FEW) for one in sizes]


def days(sizes: Sequence[Size]) -> Days:
    """`sizes` by day; those before anybody was seen say nothing."""
    first = next((n for n, one in enumerate(sizes) if one.everybody), len(sizes))
    shown = sizes[first:]
    points = [_point(one) for one in shown]
    known = [one for one in shown if one.people is not None]
    title = "People in the segment by day"
    return Days(
        says=numbers.said(_says(known)),
        svg=line_chart("sizes", points, title=f"{title}, {len(points)} days.", write_axis=numbers.axis)
        if len(known) > 1
        else None,
        lines=[_line(one) for one in reversed(shown)],
    )


def _point(one: Size) -> Point:
    return Point(
        short=numbers.day(one.day),
        long=numbers.week_day(one.day),
        value=one.people,
        text=numbers.count(one.people),
    )


def _line(one: Size) -> DayLine:
    return DayLine(numbers.week_day(one.day), numbers.count(one.people), numbers.share(one.people, one.everybody))


def _says(known: Sequence[Size]) -> str:
    if len(known) < 2:
        return "The days before are being counted, the newest first: come back in a few minutes."
    first, last = known[0].people or 0, known[-1].people or 0
    change = last - first
    more = "as many as" if not change else f"{numbers.count(abs(change))} {'more' if change > 0 else 'fewer'} than"
    return (
        f"{numbers.count(last)} at the end of {numbers.week_day(known[-1].day)}, {more} on "
        f"{numbers.week_day(known[0].day)}."
    )
