"""Segments in segments: what a rule refers to, put in as it is now, so that a report can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from onebyone.reports.segment.read import read
from onebyone.reports.segment.rule import MOST_CONDITIONS, All, Any, InSegment, Not, Rule
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import write


class ReferenceBroken(ValueError):
    """A rule refers to what cannot be asked. The message says to what, and why."""


def resolved(rule: Rule, find: Callable[[str], Rule], slug: str = "") -> Rule:
    """With the rules of all segments that it refers to; `slug` is its own. `find` may raise ReferenceBroken.

    Raises ReferenceBroken, also where they say more together than one rule may.
    """
    if next(references(rule), None) is None:
        return rule
    found = _resolved(rule, find, (slug,) if slug else (), [0])
    try:
        return read(write(found))
    except RuleUnreadable as error:
        raise ReferenceBroken(f"With the segments that it refers to, the rule says too much. {error}") from None


def bare(rule: Rule) -> Rule:
    """Without the rules of the segments that it refers to: as it is kept."""
    return _each(rule, lambda one: InSegment(one.slug))


def references(rule: Rule) -> Iterator[InSegment]:
    """In the order of the text; those of a segment that it refers to are not among them."""
    match rule:
        case InSegment():
            yield rule
        case Not():
            yield from references(rule.rule)
        case All() | Any():
            for one in rule.rules:
                yield from references(one)


def _resolved(rule: Rule, find: Callable[[str], Rule], trail: tuple[str, ...], put: list[int]) -> Rule:
    def put_in(one: InSegment) -> InSegment:
        put[0] += 1
        if put[0] > MOST_CONDITIONS:  # before they are put in: those of those may be millions
            raise ReferenceBroken(f"With the segments that it refers to, it refers to more than {MOST_CONDITIONS}.")
        if one.slug in trail:
            way = " → ".join(f"“{slug}”" for slug in (*trail[trail.index(one.slug) :], one.slug))
            raise ReferenceBroken(f"The segments refer to each other in a circle: {way}.")
        return InSegment(one.slug, _resolved(find(one.slug), find, (*trail, one.slug), put))

    return _each(rule, put_in)


def _each(rule: Rule, change: Callable[[InSegment], InSegment]) -> Rule:
    match rule:
        case InSegment():
            return change(rule)
        case Not():
            return Not(_each(rule.rule, change))  # type: ignore[arg-type]
        case All() | Any():
            return replace(rule, rules=tuple(_each(one, change) for one in rule.rules))
        case _:
            return rule
