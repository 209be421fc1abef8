"""A rule as its canonical text: what `read` understands, one line a condition."""

from __future__ import annotations

import re

from onebyone.reports.segment.rule import (
    COMPARED,
    SECONDS_OF,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Days,
    Did,
    InOrder,
    InSegment,
    Last,
    Measure,
    Not,
    Predicate,
    Regular,
    Rule,
    Step,
    Times,
    Window,
)

_WORDS = """
ago all also and anything are at average between but contains day days did directly does ends ever exactly first in is
largest last least most not of on one or people property segment session set since smallest starts sum the then time
times to value where who with within without
"""
RESERVED = frozenset(_WORDS.split())
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*")


def write(rule: Rule) -> str:
    """On lines of their own: to be read, compared and kept."""
    return f"people who\n  {_rule(rule, '  ')}"


def in_line(rule: Rule) -> str:
    """The same on one line, without the words it begins with. Breaks stand only between the parts of a group."""
    return _rule(rule, None)


def _rule(rule: Rule, indent: str | None) -> str:
    match rule:
        case Did():
            return _did(rule)
        case InOrder():
            return _in_order(rule)
        case InSegment():
            return _segment(rule, "are in segment", indent)
        case Not(rule=InSegment() as one):
            return _segment(one, "are not in segment", indent)
        case Not(rule=Did(which="", silent=0) as one):
            return _did(one, "did not")
        case Not():
            return f"not {_inner(rule.rule, indent)}"
        case All():
            return _joined(rule.rules, "and", indent)
        case Any():
            return _joined(rule.rules, "or", indent)


def _joined(rules: tuple[Rule, ...], word: str, indent: str | None) -> str:
    between = " " if indent is None else f"\n{indent}"
    return f"{between}{word} ".join(_inner(one, indent) for one in rules)


def _inner(rule: Rule, indent: str | None) -> str:
    if not isinstance(rule, All | Any):
        return _rule(rule, indent)
    if indent is None:
        return f"({_rule(rule, None)})"
    return f"(\n{indent}  {_rule(rule, indent + '  ')}\n{indent})"


def _segment(one: InSegment, how: str, indent: str | None) -> str:
    name = f"{how} {quoted(one.slug)}"
    if one.rule is None:
        return name
    if isinstance(one.rule, All | Any):
        return f"{name} {_inner(one.rule, indent)}"
    return f"{name} ({_rule(one.rule, indent)})"


def _did(one: Did, verb: str = "did") -> str:
    parts = [f"{one.which} {verb}" if one.which else verb, _step(Step(one.event, one.where))]
    if one.measure != Times():
        parts.append(measure(one.measure))
    parts.append(window(one.window))
    if one.silent:
        parts.append(f"but not in the last {_days(one.silent)}")
    return " ".join(filter(None, parts))


def _in_order(one: InOrder) -> str:
    parts = ["did " + " then ".join(_step(step) for step in one.steps)]
    if one.directly:
        parts.append("directly")
    if one.in_session:
        parts.append("in one session")
    if one.within_s:
        unit = next(name for name, seconds in SECONDS_OF.items() if one.within_s % seconds == 0)
        count = one.within_s // SECONDS_OF[unit]
        parts.append(f"within {count} {unit}{'' if count == 1 else 's'}")
    parts += [f"without {_step(step)} {where}" for where in ("between", "since") if (step := getattr(one, where))]
    parts.append(window(one.window))
    return " ".join(filter(None, parts))


def _step(one: Step) -> str:
    name = _name(one.event) if one.event else "anything"
    return f"{name} where {' also '.join(predicate(each) for each in one.where)}" if one.where else name


def predicate(one: Predicate) -> str:
    field = f"property {_name(one.key)}" if one.field == "property" else one.field
    if one.op in COMPARED:
        return f"{field} {one.op} {one.values[0]}"
    return " ".join(filter(None, (field, one.op, " or ".join(quoted(value) for value in one.values))))


def measure(one: Measure) -> str:
    match one:
        case Times():
            session = " in one session" if one.in_session else ""
            return f"{one.bound} {one.count} {'time' if one.count == 1 else 'times'}{session}"
        case Days():
            return f"on {one.bound} {_days(one.count)}"
        case Regular():
            return f"in {one.bound} {one.count} of the last {one.of} {one.every}{'' if one.of == 1 else 's'}"
        case Amount():
            return f"with {one.how} of {f'property {_name(one.key)}' if one.key else 'value'} {one.bound} {one.number}"


def window(one: Window) -> str:
    """`ever` is not said."""
    match one:
        case None:
            return ""
        case Last():
            return f"in the last {_days(one.days)}"
        case Ago():
            return f"{one.near} to {one.far} days ago"
        case Between():
            return f"between {one.first.isoformat()} and {one.last.isoformat()}"


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _name(text: str) -> str:
    """Without quotes where nothing else could be meant."""
    return text if _BARE.fullmatch(text) and text.lower() not in RESERVED else quoted(text)
