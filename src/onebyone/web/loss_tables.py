"""The Loss page's rates by browser, device, country and host, and by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup
from msgspec import Struct

from onebyone.reports.loss import Interval
from onebyone.reports.missed import ENOUGH, ENOUGH_PEOPLE, PRIOR_DAYS, Breakdown, Day, Group
from onebyone.state.sites import Site
from onebyone.web import countries, numbers
from onebyone.web.address import View
from onebyone.web.loss_chart import Dot, by_day, on_a_line
from onebyone.web.loss_view import range_of, rate_of
from onebyone.web.loss_words import GROUPS, noun

_MOST_SHOWN = 20


class Line(Struct, frozen=True, kw_only=True):
    name: str
    label: str  # as the report names it
    server: str
    missed: str
    rate: str
    interval: str
    drawing: Markup
    faint: bool = False


class Hidden(Struct, frozen=True):
    """The groups that one reason keeps from the table, in one row."""

    name: str
    server: str
    missed: str
    why: str
    label: str | None = None  # of the group, where it is one alone


class Rates(Struct, frozen=True, kw_only=True):
    """The table of one breakdown, or why it is not shown."""

    head: str
    lines: list[Line]
    hidden: tuple[Hidden, ...] = ()
    why_not: str = ""


class Drawn(Struct, frozen=True, kw_only=True):
    svg: Markup
    rows: list[tuple[str, str, str, str, str, tuple[str, ...], dict[str, str]]]  # the last are notes, and its days
    outside: list[str]


def rates(shown: Breakdown, by: str, event: str, centre: float | None) -> Rates:
    head, _ = GROUPS[by]
    if not shown.is_told:
        return Rates(head=head, lines=[], why_not=why_untold(shown, by, event))
    largest = sorted(shown.shown, key=lambda group: -group.seen.server)[:_MOST_SHOWN]
    lines = [_line(group, by, centre) for group in shown.shown if group in largest]
    rest = [group for group in shown.shown if group not in largest]
    return Rates(head=head, lines=lines, hidden=(*_smaller(rest), *_hidden(shown, event)))


def why_untold(shown: Breakdown, by: str, event: str) -> str:
    """Why no rate of a group may be stated where too many of the missed belong to none; "" where they tell theirs."""
    head, needed = GROUPS[by]
    if shown.is_told:
        return ""
    if shown.withheld > shown.unknown:
        return (
            f"{numbers.count(shown.withheld)} {noun(event)} are of people who declined statistics, so nobody knows "
            f"their {head.lower()}: with them among the missed each rate would be too high."
        )
    share = numbers.share(shown.unknown, shown.missed)
    return (
        f"{numbers.count(shown.unknown)} of the {numbers.count(shown.missed)} missed {noun(event)} ({share}) do not "
        f"tell their {head.lower()}, so each rate would be too low. Send {needed} with what your server reports."
    )


def draw(
    days: Sequence[Day],
    view: View,
    site: Site,
    *,
    centre: float | None,
    step: str,
    now: datetime,
    notes: Mapping[date, Sequence[str]] = {},
) -> Drawn | None:
    """None where no step has enough to be shown. `notes` are what happened on a day."""
    if not any(day.group.block_rate is not None for day in days):
        return None
    dots = [_dot(day, view, site, step, now, notes) for day in days]
    outside = [_outside(day, step) for day in days if day.is_outside]
    title = f"Share of what the server reported that browsers missed, by {step}, with intervals."
    rows = [
        (dot.long, numbers.count(day.group.seen.server), numbers.count(day.group.seen.server_only), rate_of(day.group),
         range_of(day.group.block_rate_95), dot.notes, _days_of(day, view, step))
        for dot, day in zip(dots, days, strict=True)
    ]  # fmt: skip
    return Drawn(svg=by_day(dots, centre=centre, title=title), rows=rows, outside=outside)


def steps(first: date, last: date, step: str) -> list[str]:
    """The days of a period, or the first days of its weeks or months, as the report names them."""
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return list(dict.fromkeys(_first_of(day, step).isoformat() for day in every))


def _first_of(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def _last_of(first: date, step: str) -> date:
    if step == "month":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first + timedelta(days=6) if step == "week" else first


def _days_of(day: Day, view: View, step: str) -> dict[str, str]:
    """Those that were counted: the period's end cuts a week, its beginning does not."""
    first = date.fromisoformat(day.group.label)
    last = min(_last_of(first, step), view.period.last)
    return {"from": max(first, since(view.period.first)).isoformat(), "to": last.isoformat()}


def since(first: date) -> date:
    """From a Monday on, so that the first week is whole, and four weeks before it to hold it against."""
    return max(date(1971, 1, 4), first - timedelta(days=first.weekday() + PRIOR_DAYS))


def _named(first: date, step: str) -> str:
    if step == "month":
        return f"{first:%B %Y}"
    return f"Week of {numbers.day(first)}" if step == "week" else numbers.week_day(first)


def _line(group: Group, by: str, centre: float | None) -> Line:
    interval = group.block_rate_95 or Interval(low=0.0, high=1.0)
    return Line(
        name=_name(group.label, by),
        label=group.label,
        server=numbers.count(group.seen.server),
        missed=numbers.count(group.seen.server_only),
        rate=rate_of(group),
        interval=range_of(interval),
        drawing=on_a_line(group.block_rate or 0.0, interval, centre),
    )


def _smaller(rest: Sequence[Group]) -> list[Hidden]:
    """Groups with a rate of their own, beyond those that have a line."""
    name = "One more, smaller" if len(rest) == 1 else f"{len(rest)} more, smaller"
    return _in_one(rest, name, f"the {_MOST_SHOWN} largest are shown")


def _hidden(shown: Breakdown, event: str) -> list[Hidden]:
    """Groups too small for a rate, a row for each of the two reasons."""
    found = []
    for refused, least in (("too_few", f"{ENOUGH} {noun(event)}"), ("too_few_people", f"{ENOUGH_PEOPLE} people")):
        small = [group for group in shown.hidden if group.refused == refused]
        found += _in_one(
            small, "One more, hidden" if len(small) == 1 else f"{len(small)} more, hidden", f"under {least}"
        )
    return found


def _in_one(groups: Sequence[Group], name: str, why: str) -> list[Hidden]:
    if not groups:
        return []
    server = sum(group.seen.server for group in groups)
    missed = sum(group.seen.server_only for group in groups)
    return [
        Hidden(name, numbers.count(server), numbers.count(missed), why, groups[0].label if len(groups) == 1 else None)
    ]


def _name(label: str, by: str) -> str:
    if by == "country":
        return countries.name(label)
    return label.capitalize() if by == "device" else label


def _dot(day: Day, view: View, site: Site, step: str, now: datetime, notes: Mapping[date, Sequence[str]]) -> Dot:
    first = date.fromisoformat(day.group.label)
    last = _last_of(first, step)
    seen = day.group.seen
    text = f"{seen.server_only} of {seen.server}"
    if day.group.block_rate is not None:
        text = f"{text}, {range_of(day.group.block_rate_95)}"
    elif seen.server:
        text = f"{text}, under {ENOUGH}"
    return Dot(
        short=numbers.day(first),
        long=_named(first, step),
        text=text,
        share=day.group.block_rate,
        interval=day.group.block_rate_95,
        limits=Interval(low=day.low, high=day.high) if day.expected is not None else None,
        href=view.link(**{"from": first.isoformat(), "to": last.isoformat()}),
        is_outside=day.is_outside,
        is_open=view.period.is_preliminary(last, site.zone, now),
        notes=tuple(text for when, texts in notes.items() if first <= when <= last for text in texts),
    )


def _outside(day: Day, step: str) -> str:
    group = day.group
    name = _named(date.fromisoformat(group.label), step)
    low, high = 100 * day.low, 100 * day.high
    missed = f"{group.seen.server_only} of {group.seen.server} missed ({rate_of(group)})"
    return (
        f"{name} is outside the normal range: {missed}. "
        f"After the four weeks before it, {low:.1f} – {high:.1f}% would be chance."
    )
