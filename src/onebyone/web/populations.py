"""Populations: who is new, back, back after a pause, or gone, unit by unit; and on how many days people are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape
from msgspec import Struct

from onebyone.reports.filters import ROWS
from onebyone.web import numbers
from onebyone.web.address import Narrows
from onebyone.web.desk import Row
from onebyone.web.retention import age, cohort_name

NARROWS = Narrows(
    tuple(ROWS),
    "Who was here before the period is counted too, and sessions and deeds are known of the period alone.",
)
SERIES = (  # column, its name, its class
    ("returning", "Returning", "s-a"),
    ("resurrected", "Resurrected", "s-k"),
    ("fresh", "New", "s-c"),
)
GONE = ("dormant", "Dormant", "s-o")
ABOUT = {
    "fresh": "never seen before",
    "returning": "seen in the {unit} before too",
    "resurrected": "seen before, not in the {unit} before",
    "dormant": "seen in the {unit} before, not in this one",
}
COLUMNS = ("seen", "fresh", "returning", "resurrected", "dormant")
MOST_BARS = 92
MOST_NUMBERS = 13  # of bars that say how many they are: more would touch
_TOP, _HEIGHT, _FOOT = 16, 220, 24  # pixels: above the bars, of them, and below for the days
_GAP = 0.14  # of a bar's place


class Unit(Struct, frozen=True):
    """`dormant` is None while the unit runs: who is not back yet may still come."""

    starts: date
    seen: int
    fresh: int
    returning: int
    resurrected: int
    dormant: int | None


class Line(Struct, frozen=True):
    """`cells` are numbers, each with the address of the list behind it, "" where there is none."""

    name: str
    cells: list[tuple[str, str]]
    running: bool


def units(rows: Sequence[Row], unit: str, today: date) -> list[Unit]:
    found = []
    for row in rows:
        starts = date.fromisoformat(row["starts"])
        dormant = row["dormant"] if age(starts, today, unit) > 0 else None
        found.append(Unit(starts, row["seen"], row["fresh"], row["returning"], row["resurrected"], dormant))
    return found


def lines(found: Sequence[Unit], unit: str, behind: Callable[[date, str], str]) -> list[Line]:
    return [
        Line(
            cohort_name(one.starts, unit),
            [*(_counted(one, column, behind) for column in COLUMNS), (_change(one), "")],
            one.dormant is None,
        )
        for one in reversed(found)
    ]


def _counted(one: Unit, column: str, behind: Callable[[date, str], str]) -> tuple[str, str]:
    people = getattr(one, column)
    return numbers.count(people), behind(one.starts, column) if people and not numbers.hides(people) else ""


def says(found: Sequence[Unit], unit: str) -> str:
    """Of the last unit that is over."""
    over = [one for one in found if one.dormant is not None]
    if not found:
        return "Nobody was seen in this period."
    if not over:
        return f"The first {unit} is not over yet, so nobody can be said to be gone."
    last = over[-1]
    came, gone = last.fresh + last.resurrected, last.dormant or 0
    change = came - gone
    more = "as many as" if not change else f"{numbers.count(abs(change))} {'more' if change > 0 else 'fewer'} than"
    when = cohort_name(last.starts, unit)
    return (
        f"{numbers.count(last.seen)} people were seen in the {unit} of {when}, {more} in the one before: "
        f"{numbers.count(last.fresh)} new, {numbers.count(last.resurrected)} resurrected, "
        f"{numbers.count(gone)} dormant."
    )


def chart(found: Sequence[Unit], unit: str) -> Markup:
    """A bar a unit: who was seen above the line, who was no more below it. A unit that runs is faint."""
    shown = found[-MOST_BARS:]
    if shown and all(numbers.hides(one.seen) for one in shown):
        return Markup('<p class="note plain">{}</p>').format(numbers.SOME_HIDDEN)
    up, down = max((one.seen for one in shown), default=0), max((one.dormant or 0 for one in shown), default=0)
    person = _HEIGHT / ((up + down) or 1)  # pixels, above as below
    base, height = _TOP + up * person, _TOP + _HEIGHT + _FOOT
    width = 100 / max(1, len(shown))
    title = f"People by {unit}: seen, and dormant below the line, {len(shown)} {unit}s."
    parts = [f'<svg class="chart" width="100%" height="{height}" role="img" aria-label="{escape(title)}">']
    parts += [_bar(n * width, width * (1 - _GAP), one, unit, person, base) for n, one in enumerate(shown)]
    if len(shown) <= MOST_NUMBERS:
        parts += [
            f'<text x="{(n + (1 - _GAP) / 2) * width:.2f}%" y="{base - one.seen * person - 4:.1f}" class="ax mid">'
            f"{numbers.count(one.seen)}</text>"
            for n, one in enumerate(shown)
            if not numbers.hides(one.seen)
        ]
    parts.append(f'<line x1="0" x2="100%" y1="{base:.1f}" y2="{base:.1f}" class="base"/>')
    for at, place, css in ((0, "0", ""), (len(shown) // 2, "50%", " mid"), (len(shown) - 1, "100%", " end")):
        if shown and (at == 0 or len(shown) > 2):
            name = cohort_name(shown[at].starts, unit)
            parts.append(f'<text x="{place}" y="{height - 4}" class="ax{css}">{name}</text>')
    return Markup("".join([*parts, "</svg>"]))


def _bar(x: float, width: float, one: Unit, unit: str, person: float, base: float) -> str:
    if numbers.hides(one.seen):
        return ""
    parts, y, spot = [], base, f'x="{x:.3f}%" width="{width:.3f}%"'
    for column, _, css in SERIES:
        height = getattr(one, column) * person
        if height:
            y -= height
            parts.append(f'<rect {spot} y="{y:.2f}" height="{max(0.5, height - 0.5):.2f}" class="{css}"/>')
    gone = (one.dormant or 0) * person
    if gone:
        parts.append(f'<rect {spot} y="{base + 1:.2f}" height="{gone:.2f}" class="{GONE[2]}"/>')
    named = SERIES if one.dormant is None else (*SERIES, GONE)
    told = ", ".join(f"{name} {numbers.count(getattr(one, column))}" for column, name, _ in named)
    faint = ' opacity="0.6"' if one.dormant is None else ""
    return f"<g{faint}><title>{escape(f'{cohort_name(one.starts, unit)}: {told}')}</title>{''.join(parts)}</g>"


def _change(one: Unit) -> str:
    if one.dormant is None:
        return numbers.NONE
    change = one.fresh + one.resurrected - one.dormant
    if numbers.hides(change):
        return numbers.count(change)
    return f"+{numbers.count(change)}" if change > 0 else numbers.count(change)


class DayLine(Struct, frozen=True):
    name: str
    share: float  # of the longest bar
    people: str
    href: str  # who they are, "" where that is not told
    of_all: str
    at_least: str  # share of people who were there on so many days or more
    events: str  # a person


class Days(Struct, frozen=True):
    lines: list[DayLine]
    says: str
    nobody: int  # events that name nobody
    more: int = 0  # lines that are not shown


MOST_DAYS = 31


def days(rows: Sequence[Row], length: int, behind: Callable[[int], str]) -> Days:
    """`length` is how many days of the period have come."""
    known = [row for row in rows if row["days"]]
    people = sum(row["people"] for row in known)
    most = max((row["people"] for row in known), default=0)
    left, found = people, []
    for row in known[:MOST_DAYS]:
        found.append(
            DayLine(
                f"{row['days']} day{'' if row['days'] == 1 else 's'}",
                row["people"] / most,
                numbers.count(row["people"]),
                "" if numbers.hides(row["people"]) else behind(row["days"]),
                numbers.share(row["people"], people),
                numbers.share(left, people),
                f"{row['events'] / row['people']:,.1f}",
            )
        )
        left -= row["people"]
    nobody = sum(row["events"] for row in rows if not row["days"])
    return Days(found, numbers.said(_days_say(known, people, length)), nobody, max(0, len(known) - MOST_DAYS))


def _days_say(known: Sequence[Row], people: int, length: int) -> str:
    if not people:
        return "Nobody was seen in this period."
    once = sum(row["people"] for row in known if row["days"] == 1)
    mean = sum(row["people"] * row["days"] for row in known) / people
    return (
        f"{numbers.count(people)} people were here on {mean:.1f} of {length} days each, as a mean; "
        f"{numbers.share(once, people)} on one day alone."
    )


def come(first: date, last: date, today: date) -> int:
    """Days of a period that have begun."""
    return max(0, (min(last, today) - first + timedelta(days=1)).days)
