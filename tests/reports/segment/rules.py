"""Rules to try, and what they mean said a second time: in Python, event by event."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from onebyone.event import Event
from onebyone.reports.segment.rule import (
    DAYS_OF,
    MOST_DAYS,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Bound,
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

_BOUNDS = st.sampled_from(("at least", "at most", "exactly"))
_NAMES = st.sampled_from(("page_view", "purchase", "refund", "odd name", "and"))
_TEXTS = st.sampled_from(
    ("DE", "AT", "shoes", "/", "/checkout", "gold", 'a "b" \\', "'; DROP TABLE events --", "{{x}} {x:String}", "ü")
)
_NUMBERS = st.sampled_from(("0", "1", "2.5", "40", "89.9"))
_COUNTS = st.integers(0, 4)
_DAYS = st.integers(1, 40)
_FIELDS = st.sampled_from(("page", "host", "campaign", "source", "device", "country", "region", "order"))
_LISTED = st.sampled_from(("is", "is not", "contains", "does not contain", "starts with", "ends with"))
_MATCHED = st.sampled_from(("matches", "does not match"))
_PATTERNS = st.lists(
    st.sampled_from(("^/check", "^$", "[a-z]{2,5}$", "^(DE|AT)$", "\\.\\d", 'b"? \\\\')),
    min_size=1,
    max_size=2,
    unique=True,
).map(tuple)
_BARE = st.sampled_from(("is set", "is not set"))
_COMPARED = st.sampled_from(("<", "<=", ">", ">="))
_VALUES = st.lists(_TEXTS, min_size=1, max_size=3, unique=True).map(tuple)
_KEYS = st.sampled_from(("plan", "number", "two words", "set"))

predicates = st.one_of(
    st.builds(Predicate, _FIELDS, _LISTED, _VALUES),
    st.builds(Predicate, _FIELDS, _BARE),
    st.builds(Predicate, _FIELDS, _MATCHED, _PATTERNS),
    st.builds(Predicate, st.just("property"), _MATCHED, _PATTERNS, _KEYS),
    st.builds(Predicate, st.just("property"), _LISTED, _VALUES, _KEYS),
    st.builds(Predicate, st.just("property"), _BARE, st.just(()), _KEYS),
    st.builds(Predicate, st.just("property"), _COMPARED, _NUMBERS.map(lambda one: (one,)), _KEYS),
    st.builds(Predicate, st.just("value"), _COMPARED, _NUMBERS.map(lambda one: (one,))),
)
_betweens = st.tuples(st.dates(date(2026, 10, 15), date(2026, 11, 25)), st.integers(0, 20)).map(
    lambda one: Between(one[0], one[0] + timedelta(days=one[1]))
)
_agos = st.tuples(st.integers(0, 20), _DAYS).map(lambda one: Ago(one[0], one[0] + one[1]))
windows = st.one_of(st.none(), st.builds(Last, _DAYS), _agos, _betweens)
measures = st.one_of(
    st.builds(Times, _BOUNDS, _COUNTS),
    st.builds(Times, st.just("at least"), _COUNTS, st.just(True)),
    st.builds(Days, _BOUNDS, _COUNTS),
    st.builds(
        Amount,
        st.sampled_from(("sum", "average", "smallest", "largest")),
        _BOUNDS,
        _NUMBERS,
        st.sampled_from(("", "number")),
    ),
)
_regulars = st.builds(Regular, _BOUNDS, st.integers(0, 3), st.integers(3, 8), st.sampled_from(("day", "week", "month")))
_where = st.lists(predicates, max_size=2).map(tuple)
deeds = st.one_of(
    st.builds(Did, st.one_of(_NAMES, st.just("")), _where, measures, windows),
    st.builds(Did, _NAMES, _where, _regulars),
    st.builds(
        lambda name, where, measure, days: Did(name, where, measure, Ago(*sorted(days)), "", min(days)),
        _NAMES,
        _where,
        measures,
        st.lists(_DAYS, min_size=2, max_size=2, unique=True),
    ),
    st.builds(Did, _NAMES, _where, st.just(Times()), windows, st.sampled_from(("first", "last"))),
)
_steps = st.builds(Step, st.one_of(_NAMES, st.just("")), st.lists(predicates, max_size=1).map(tuple))
_maybe = st.one_of(st.none(), _steps)
in_orders = st.builds(
    lambda steps, within_s, one, two, since, window: InOrder(
        tuple(steps), within_s, one is None, two, one or None, since, window
    ),
    st.lists(_steps, min_size=2, max_size=5),
    st.sampled_from((0, 90, 3_600, 86_400, 864_000)),
    st.one_of(st.just(Step("refund")), _maybe),
    st.booleans(),
    _maybe,
    windows,
) | st.builds(lambda one, since, window: InOrder((one,), since=since, window=window), _steps, _steps, windows)


def _grouped(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    turned = inner.map(lambda one: one if isinstance(one, Not) else Not(one))
    known = st.builds(InSegment, st.sampled_from(("buyers", 'a "b"')), inner)
    return st.one_of(st.builds(All, parts), st.builds(Any, parts), turned, known)


rules: st.SearchStrategy[Rule] = st.recursive(st.one_of(deeds, in_orders), _grouped, max_leaves=5)


def holds(rule: Rule, events: Sequence[Event], now: datetime, zone: str) -> bool:
    """For one person with these events."""
    match rule:
        case Not():
            return not holds(rule.rule, events, now, zone)
        case All():
            return all(holds(one, events, now, zone) for one in rule.rules)
        case Any():
            return any(holds(one, events, now, zone) for one in rule.rules)
        case InSegment():
            return rule.rule is not None and holds(rule.rule, events, now, zone)
        case InOrder():
            return _in_order(rule, [e for e in events if e.at < now], now, zone)
    fits = [e for e in events if e.at < now and rule.event in ("", e.name) and all(_fits(p, e) for p in rule.where)]
    if rule.which:
        kept = [e.at for e in fits if _within(None, e.at, now, zone)]
        edge = {"first": min, "last": max}[rule.which]
        return bool(kept) and _within(rule.window, edge(kept), now, zone)
    if rule.silent and any(_within(Last(rule.silent), e.at, now, zone) for e in fits):
        return False
    if isinstance(rule.measure, Regular):
        span = timedelta(days=DAYS_OF[rule.measure.every])
        spans = [(now - span * (n + 1), now - span * n) for n in range(rule.measure.of)]
        found = sum(any(begin <= e.at < end for e in fits) for begin, end in spans)
        return _bounded(found, rule.measure.bound, rule.measure.count)
    return _enough(rule.measure, [e for e in fits if _within(rule.window, e.at, now, zone)], events, zone)


def _in_order(one: InOrder, events: Sequence[Event], now: datetime, zone: str) -> bool:
    """Every way to choose the steps is tried."""
    inside = sorted((e for e in events if _within(one.window, e.at, now, zone)), key=lambda e: (e.at, e.seq))
    rows = _visits(inside, events) if one.in_session else [inside]
    ends = [end for row in rows for end in _ends(one, row)]
    since = [e.at for e in events if one.since and _is(one.since, e) and e.at >= now - timedelta(days=MOST_DAYS)]
    return bool(ends) and max(ends) >= max(since, default=max(ends))


def _ends(one: InOrder, row: Sequence[Event]) -> list[datetime]:
    """When the last step was done."""
    between = Step("") if one.directly else one.between
    found = [[n] for n, event in enumerate(row) if _is(one.steps[0], event)]
    for step in one.steps[1:]:
        found = [
            [*done, n]
            for done in found
            for n in range(done[-1] + 1, len(row))
            if _is(step, row[n]) and not any(between and _is(between, each) for each in row[done[-1] + 1 : n])
        ]
    spans = [(row[done[0]].at, row[done[-1]].at) for done in found]
    return [end for begin, end in spans if not one.within_s or end - begin <= timedelta(seconds=one.within_s)]


def _is(step: Step, event: Event) -> bool:
    return step.event in ("", event.name) and all(_fits(one, event) for one in step.where)


def _enough(measure: Measure, fits: Sequence[Event], events: Sequence[Event], zone: str) -> bool:
    match measure:
        case Times(in_session=True):
            found: float | None = max(map(len, _visits(fits, events)), default=0)
            number = float(measure.count)
        case Times():
            found, number = len(fits), float(measure.count)
        case Days():
            found, number = len({e.at.astimezone(ZoneInfo(zone)).date() for e in fits}), float(measure.count)
        case Amount():
            amounts = [a for e in fits if (a := _amount(measure.key, e)) is not None]
            number = float(measure.number)
            empty = 0.0 if measure.how == "sum" else None
            reduce: dict[str, Callable[[list[float]], float]] = {
                "sum": sum, "average": lambda of: sum(of) / len(of), "smallest": min, "largest": max,
            }  # fmt: skip
            found = round(reduce[measure.how](amounts), 6) if amounts else empty
    if found is None:
        return False
    return _bounded(found, measure.bound, number)


def _bounded(found: float, bound: Bound, number: float) -> bool:
    return {"at least": found >= number, "at most": found <= number, "exactly": found == number}[bound]


def _amount(key: str, event: Event) -> float | None:
    if key:
        return _number(event.properties.get(key, ""))
    return event.value / 100 if event.currency in ("", "EUR") else None


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


def _fits(one: Predicate, event: Event) -> bool:
    if one.field == "value":
        return event.currency in ("", "EUR") and _compare(one.op, Decimal(event.value) / 100, Decimal(one.values[0]))
    names = {"page": "path", "order": "order_id"}
    said = str(event.properties.get(one.key, "") if one.key else getattr(event, names.get(one.field, one.field)))
    if one.op in ("<", "<=", ">", ">="):
        number = _number(said)
        return number is not None and _compare(one.op, Decimal(str(number)), Decimal(one.values[0]))
    if one.op in ("matches", "does not match"):
        matches = said != "" and any(re.search(value, said, re.ASCII) for value in one.values)
        return matches == (one.op == "matches")
    there = one.key in event.properties if one.key else said != ""
    found = {
        "is": said in one.values,
        "is not": said not in one.values,
        "contains": any(value.lower() in said.lower() for value in one.values),
        "does not contain": not any(value.lower() in said.lower() for value in one.values),
        "starts with": any(said.startswith(value) for value in one.values),
        "ends with": any(said.endswith(value) for value in one.values),
        "is set": there,
        "is not set": not there,
    }
    return found[one.op]


def _compare(op: str, left: Decimal, right: Decimal) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


def _within(window: Window, at: datetime, now: datetime, zone: str) -> bool:
    match window:
        case None:
            return at >= now - timedelta(days=MOST_DAYS)
        case Last():
            return now - timedelta(days=window.days) <= at < now
        case Ago():
            return now - timedelta(days=window.far) <= at < now - timedelta(days=window.near)
        case Between():
            return window.first <= at.astimezone(ZoneInfo(zone)).date() <= window.last


def _visits(some: Sequence[Event], events: Sequence[Event]) -> list[list[Event]]:
    """Of the sessions of all events, what is among some. More than 30 minutes without an event end one."""
    found: list[list[Event]] = []
    for event in sorted(events, key=lambda e: (e.at, e.seq)):
        if found and event.at - found[-1][-1].at <= timedelta(minutes=30):
            found[-1].append(event)
        else:
            found.append([event])
    return [[e for e in visit if e in some] for visit in found]
