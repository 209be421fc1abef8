"""The builder's rows: a rule as fields, and fields as a rule. What the fields cannot say stays a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from litestar.datastructures import FormMultiDict
from msgspec import Struct

from onebyone.reports.segment.read import read
from onebyone.reports.segment.rule import (
    BARE,
    COMPARED,
    LISTED,
    MATCHED,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Days,
    Did,
    InSegment,
    Last,
    Not,
    Predicate,
    Regular,
    Rule,
    Times,
    Window,
)
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import quoted, write

MOST_ROWS = 25
GROUPS = ("", "1", "2", "3")
VERBS: Mapping[str, str] = {
    "did": "did", "not": "did not do", "first": "did first", "last": "did last",
    "in": "are in segment", "out": "are not in segment",
}  # fmt: skip
MEASURES: Mapping[str, str] = {
    "times": "times", "session": "times in one session", "days": "days with it", "sum": "as sum of",
    "average": "on average of", "smallest": "as smallest", "largest": "as largest",
}  # fmt: skip
WINDOWS: Mapping[str, str] = {
    "ever": "ever",
    "last": "in the last … days",
    "ago": "… to … days ago",
    "lapsed": "… to … days ago, not since",
    "between": "from day to day",
}
OPS = (*LISTED, *MATCHED, *BARE, *COMPARED)
_LONGEST = 600  # of a field


class Row(Struct, frozen=True, kw_only=True):
    """Fields as they were typed. Without an event a row is empty, and says nothing."""

    group: str = ""
    verb: str = "did"
    event: str = ""
    bound: str = "at least"
    number: str = "1"
    measure: str = "times"
    of: str = ""  # the property whose numbers are added; "" is the value
    window: str = "ever"
    one: str = ""  # days or the first day
    two: str = ""  # the farther days or the last day
    field: str = ""
    key: str = ""  # of a property
    op: str = "is"
    values: str = ""  # with commas between


def typed(form: FormMultiDict) -> tuple[str, list[Row]]:
    """How the rows are joined, `all` or `any`, and the rows that name an event."""
    names = Row.__struct_fields__
    columns = {name: [str(text).strip()[:_LONGEST] for text in form.getall(name, [])] for name in names}
    count = min(MOST_ROWS, *(len(texts) for texts in columns.values()))
    rows = [Row(**{name: columns[name][n] for name in names}) for n in range(count)]
    return "any" if form.get("join") == "any" else "all", arranged([row for row in rows if row.event])


def arranged(rows: Sequence[Row]) -> list[Row]:
    """Those of a group beside its first one, as they stand in the rule."""
    places = {row.group: n for n, row in reversed(list(enumerate(rows))) if row.group in GROUPS[1:]}
    return [row for _, row in sorted(enumerate(rows), key=lambda one: (places.get(one[1].group, one[0]), one[0]))]


def rule_of(join: str, rows: Sequence[Row]) -> Rule:
    """Raises RuleUnreadable; its place is in the text of the row that it names."""
    parts: dict[str, list[Rule]] = {}
    for number, row in enumerate(rows, 1):
        key = f"group {row.group}" if row.group in GROUPS[1:] else f"row {number}"
        parts.setdefault(key, []).append(_of_row(row, number))
    outer, inner = (Any, All) if join == "any" else (All, Any)
    joined = [found[0] if len(found) == 1 else inner(tuple(found)) for found in parts.values()]
    if not joined:
        raise RuleUnreadable("Name an event in at least one row.", "", 0)
    return read(write(joined[0] if len(joined) == 1 else outer(tuple(joined))))


def _of_row(row: Row, number: int) -> Rule:
    try:
        return read(f"people who {_text(row)}")
    except RuleUnreadable as error:
        raise RuleUnreadable(f"Row {number}: {error}", error.text, error.at) from None


def _text(row: Row) -> str:
    """As the text form says it; every text in quotes, so that none can say more than itself."""
    if row.verb in ("in", "out"):
        return f"are {'not ' if row.verb == 'out' else ''}in segment {quoted(row.event)}"
    turned = "not did" if row.window == "lapsed" else "did not"
    verb = {"did": "did", "not": turned, "first": "first did", "last": "last did"}.get(row.verb, "did")
    event = "anything" if row.event.lower() == "anything" else quoted(row.event)
    return " ".join(filter(None, (verb, event, _where(row), _measure(row), _window(row))))


def _where(row: Row) -> str:
    if not row.field:
        return ""
    field = f"property {quoted(row.key)}" if row.field == "property" else _word(row.field)
    op = row.op if row.op in OPS else "is"
    if op in BARE:
        return f"where {field} {op}"
    if op in COMPARED:
        return f"where {field} {op} {_number(row.values)}"
    if op in MATCHED:  # a comma may be part of a pattern
        return f"where {field} {op} {quoted(row.values)}"
    values = [text.strip() for text in row.values.split(",") if text.strip()] or [""]
    return f"where {field} {op} {' or '.join(quoted(value) for value in values)}"


def _measure(row: Row) -> str:
    bound = row.bound if row.bound in ("at most", "exactly") else "at least"
    if row.verb in ("first", "last"):
        return ""
    if row.measure in ("sum", "average", "smallest", "largest"):
        of = f"property {quoted(row.of)}" if row.of else "value"
        return f"with {row.measure} of {of} {bound} {_number(row.number)}"
    if row.measure == "days":
        return f"on {bound} {_number(row.number)} days"
    return f"{bound} {_number(row.number)} times{' in one session' if row.measure == 'session' else ''}"


def _window(row: Row) -> str:
    match row.window:
        case "last":
            return f"in the last {_number(row.one)} days"
        case "ago":
            return f"{_number(row.one)} to {_number(row.two)} days ago"
        case "lapsed":
            near, far = _number(row.one), _number(row.two)
            return f"{near} to {far} days ago but not in the last {near} days"
        case "between":
            return f"between {_number(row.one)} and {_number(row.two)}"
        case _:
            return ""


def _number(text: str) -> str:
    """What is none stands in quotes, where the reader says what should stand there instead."""
    return text if text and all(letter in "0123456789.-" for letter in text) else quoted(text)


def _word(text: str) -> str:
    return text if text.isascii() and text.isalpha() else quoted(text)


def rows_of(rule: Rule) -> tuple[str, list[Row]] | None:
    """The fields that say this rule; None where they cannot."""
    join = "any" if isinstance(rule, Any) else "all"
    outer = rule.rules if isinstance(rule, All | Any) else (rule,)
    found: list[Row] = []
    groups = iter(GROUPS[1:])
    for part in outer:
        members: Sequence[Rule] = (part,)
        group = ""
        if isinstance(part, All | Any):
            if isinstance(part, type(rule)):
                return None
            members, group = part.rules, next(groups, "-")
        rows = [_row(one, group) for one in members]
        if group == "-" or any(row is None for row in rows):
            return None
        found += [row for row in rows if row is not None]
    return (join, found) if _says(join, found) == rule else None


def _says(join: str, rows: Sequence[Row]) -> Rule | None:
    try:
        return rule_of(join, rows)
    except RuleUnreadable:
        return None


def _row(rule: Rule, group: str) -> Row | None:
    verb = "did"
    if isinstance(rule, Not):
        verb, rule = "not", rule.rule
    if isinstance(rule, InSegment):
        return None if rule.rule else Row(group=group, verb="out" if verb == "not" else "in", event=rule.slug)
    if not isinstance(rule, Did) or len(rule.where) > 1 or (verb == "not" and rule.which):
        return None
    verb = rule.which or verb
    where = _where_fields(rule.where[0]) if rule.where else {}
    if where is None:
        return None
    if isinstance(rule.measure, Regular) or (rule.silent and rule.window != Ago(rule.silent, _far(rule.window))):
        return None
    fields = {**_measure_fields(rule.measure), **_window_fields(rule.window), **where}
    if rule.silent:
        fields["window"] = "lapsed"
    return Row(group=group, verb=verb, event=rule.event or "anything", **fields)


def _far(window: Window) -> int:
    return window.far if isinstance(window, Ago) else 0


def _where_fields(one: Predicate) -> dict[str, str] | None:
    alone = one.op in MATCHED and len(one.values) == 1
    parted = one.op in MATCHED or any("," in value for value in one.values)
    if (parted and not alone) or any(value != value.strip() for value in one.values):
        return None
    return {"field": one.field, "key": one.key, "op": one.op, "values": ", ".join(one.values)}


def _measure_fields(measure: Times | Days | Amount) -> dict[str, str]:
    match measure:
        case Times():
            kind = "session" if measure.in_session else "times"
            return {"bound": measure.bound, "number": str(measure.count), "measure": kind}
        case Days():
            return {"bound": measure.bound, "number": str(measure.count), "measure": "days"}
        case Amount():
            return {"bound": measure.bound, "number": measure.number, "measure": measure.how, "of": measure.key}


def _window_fields(window: Window) -> dict[str, str]:
    match window:
        case Last():
            return {"window": "last", "one": str(window.days)}
        case Ago():
            return {"window": "ago", "one": str(window.near), "two": str(window.far)}
        case Between():
            return {"window": "between", "one": _day(window.first), "two": _day(window.last)}
        case _:
            return {"window": "ever"}


def _day(day: date) -> str:
    return day.isoformat()
