"""A rule on a page: its lines with how many people each holds for, and why it holds for one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from onebyone.reports.segment.rule import (
    All,
    Amount,
    Any,
    Condition,
    Days,
    InOrder,
    InSegment,
    Not,
    Regular,
    Rule,
    Times,
    conditions,
    of_nobody,
    rows,
)
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import in_line
from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.desk import Answer
from onebyone.web.desk import Row as Asked


class Line(Struct, frozen=True):
    """One row of the rule, and how many people it holds for alone."""

    text: str
    people: int


class Why(Struct, frozen=True):
    """One row for one person."""

    text: str
    holds: bool
    found: str


class Told(Struct, frozen=True):
    """Whether somebody is in a segment, and how each of its conditions stands; or the answer that did not come."""

    answer: Answer
    inside: bool = False
    whys: list[Why] = []


class Wrong(Struct, frozen=True):
    """A text that is no rule: why, where, and the line with a mark under the place."""

    why: str
    where: str
    shown: str


def wrong(error: RuleUnreadable) -> Wrong:
    where = f"line {error.line}, letter {error.column}" if error.text else ""
    return Wrong(str(error), where, error.shown if error.text else "")


def lines(rule: Rule, found: Sequence[Asked]) -> list[Line]:
    """From the rows of `segment_sizes`: none where nobody is kept at all."""
    sizes = {row["part"]: row for row in found}
    return [Line(in_line(part), sizes[n]["people"]) for n, part in enumerate(rows(rule), 1) if n in sizes]


def says(found: Sequence[Asked]) -> str:
    """How many people are in, in a sentence."""
    if not found:
        return "Nobody is kept here yet, so nobody is in it."
    whole = found[0]
    people, everybody = whole["people"], whole["everybody"]
    who = "person is" if people == 1 else "people are"
    of = f"{numbers.share(people, everybody)} of the {numbers.count(everybody)} seen in 540 days"
    return f"{numbers.count(people)} {who} in it now, {of}."


def told(rule: Rule, answer: Answer, site: Site, today: date) -> Told:
    """From the answer of `segment_why`; without any row, the person did nothing that the rule asks for."""
    found: Mapping[int, Asked] = {row["number"]: row for row in answer.rows}
    deeds = [_deed(one, found.get(n), site, today) for n, one in enumerate(conditions(rule), 1)]
    rest = iter(deeds)
    lines = []
    for part in rows(rule):
        own = [next(rest) for _ in conditions(part)]
        text = "; ".join(one.found for one in own)
        lines.append(Why(in_line(part), holds_of(part, [one.holds for one in own]), text))
    return Told(answer, holds_of(rule, [one.holds for one in deeds]), lines)


def holds_of(rule: Rule, held: Sequence[bool]) -> bool:
    """The whole, of how its conditions stand in the order of the text."""
    rest = iter(held)

    def of(part: Rule) -> bool:
        match part:
            case Not():
                return not of(part.rule)
            case InSegment():
                return part.rule is not None and of(part.rule)
            case All():
                return all([of(one) for one in part.rules])
            case Any():
                return any([of(one) for one in part.rules])
            case _:
                return next(rest)

    return of(rule)


def _deed(one: Condition, row: Asked | None, site: Site, today: date) -> Why:
    if row is None:
        return Why(in_line(one), of_nobody(one), "nothing of it")
    if not row["events"]:
        return Why(in_line(one), bool(row["holds"]), "nothing of it")
    first, last = (numbers.when(datetime.fromisoformat(row[key]), site.zone, today) for key in ("first_at", "last_at"))
    when = first if row["events"] == 1 else f"{first} to {last}"
    return Why(in_line(one), bool(row["holds"]), f"{_counted(one, row, site)}, {when}")


def _counted(one: Condition, row: Asked, site: Site) -> str:
    if isinstance(one, InOrder):
        return f"{int(row['counted'])} of {_times(len(one.steps), 'step')} in order"
    match one.measure:
        case Amount(key="", how=how):
            return f"{how} {numbers.money(row['counted'], site.currency)}"
        case Amount(how=how):
            return f"{how} {row['counted']:,g}"
        case Regular(every=every):
            return _times(int(row["counted"]), every)
        case Days():
            return _times(int(row["counted"]), "day")
        case Times(in_session=True):
            return f"{_times(int(row['counted']), 'time')} in one session"
        case _:
            return _times(row["events"], "time")


def _times(count: int, word: str) -> str:
    return f"{numbers.count(count)} {word}{'' if count == 1 else 's'}"
