"""The filter language that every report shares: read from an address, written back, and made into bound parameters.

A condition is a field, an operator and values any of which will do; conditions are joined by and. What a row carries
itself decides about it. What it does not carry narrows by the visitor: an event has no landing page, but its visitor's
sessions of the period have; then what has no visitor is left out. By what somebody did it narrows by the person: all
browsers and user ids that are known to be theirs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from msgspec import Struct

from onebyone.money import exponent_of
from onebyone.reports.own import OWN, own_named
from onebyone.reports.segment.read import BEGINS, read
from onebyone.reports.segment.refer import references
from onebyone.reports.segment.rule import Rule
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.store import BadParameter, Param
from onebyone.store.parts import NOT_NARROWED, with_parts

_SQL = tomllib.loads(Path(__file__).with_name("filters.toml").read_text(encoding="utf-8"))
ROWS: dict[str, str] = _SQL["rows"]
DROPS: dict[str, str] = _SQL["drops"]
SESSIONS: dict[str, str] = _SQL["sessions"]
PERSONS: dict[str, str] = _SQL["persons"]
SENT: dict[str, str] = _SQL["sent"]
ORDERS: dict[str, str] = _SQL["orders"] | SENT
WHOM: dict[str, str] = _SQL["whom"]
FIELDS = (*SESSIONS, *ROWS, *PERSONS, *ORDERS, *WHOM)
AMOUNT = "value"  # the one field that is a number
MOST_LETTERS_OF_NAME = 100
OPERATORS = ("=", "!=", "~=", "!~=")
BOUNDS = (">=", "<=")  # of AMOUNT
NOT_SET = "-"
MOST_VALUES = 50
MOST_CONDITIONS = 10
MOST_LETTERS = 500  # of one value
MOST_AMOUNT = 10**12
MARKS = "!~<>"  # of operators, behind a key
_NO_CHANNEL = ("", "Unassigned", "Unattributed")  # how reports call an empty one
_WRITTEN = re.compile(r"([a-z]+|prop\.[^=!~<>]+)(!~=|!=|~=|>=|<=|=)(.+)", re.DOTALL)


class FilterUnreadable(ValueError):
    """The text is no filter; the message says why."""


class Condition(Struct, frozen=True, order=True):
    """`values` are as they are stored, "" for not set."""

    field: str
    op: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """As an ordinary query parser reads it: `channel!` of `channel!=Direct`."""
        return self.field + self.op[:-1]

    @property
    def text(self) -> str:
        """The values as an address has them."""
        return ",".join(escaped(value) for value in self.values)

    def __str__(self) -> str:
        return f"{self.field}{self.op}{self.text}"


def own_name(field: str) -> str:
    """Of a property that sites send themselves; "" of any other field."""
    return field.removeprefix(OWN) if field.startswith(OWN) else ""


def takes(fields: Collection[str], field: str) -> bool:
    """Whether what is narrowed by `fields` is by this one too: by properties wherever by what somebody did."""
    return field in fields or (bool(own_name(field)) and set(PERSONS) <= set(fields))


def read_condition(key: str, text: str) -> Condition:
    """One pair of a query. Raises FilterUnreadable."""
    field = key.rstrip(MARKS)
    op = key[len(field) :] + "="
    name = own_name(field)
    if field == OWN:
        raise FilterUnreadable(f"Say which property: {OWN}plan, say, for one that is called plan.")
    if field not in FIELDS and not name:
        raise FilterUnreadable(f"`{field}` is no filter.")
    if len(name) > MOST_LETTERS_OF_NAME or not name.isprintable() or set(name) & set("=!~<>"):
        raise FilterUnreadable(
            f"A property is named by at most {MOST_LETTERS_OF_NAME} letters, all printable and none of them = ! ~ < >."
        )
    allowed = _operators(field)
    if op not in allowed:
        raise FilterUnreadable(f"`{op}` compares no `{field}`. Use {' '.join(allowed)}.")
    values = _values(text)
    if field == AMOUNT and (len(values) != 1 or not _is_amount(values[0])):
        raise FilterUnreadable(f"`{text}` is no amount. Write one like 49.90, without a currency.")
    if field in WHOM and not all(value.isascii() and value.isdigit() and len(value) <= 20 for value in values):
        raise FilterUnreadable(f"A {field} is a number, as the address of their page ends with.")
    if not 0 < len(values) <= MOST_VALUES:
        raise FilterUnreadable(f"`{field}` takes 1 to {MOST_VALUES} values.")
    if any(len(value) > MOST_LETTERS or not value.isprintable() for value in values):
        raise FilterUnreadable(f"A value of `{field}` is longer than {MOST_LETTERS} letters or holds unprintable ones.")
    if "~" in op and "" in values:
        raise FilterUnreadable(f"`{field}{op}` needs a text to look for.")
    return Condition(field, op, tuple(dict.fromkeys(values)))


def _operators(field: str) -> tuple[str, ...]:
    return BOUNDS if field == AMOUNT else OPERATORS[:2] if field in (*WHOM, *SENT) else OPERATORS


def _is_amount(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and abs(value) < MOST_AMOUNT


def read_written(texts: Sequence[str]) -> tuple[Condition, ...]:
    """Conditions as `str` writes them. Raises FilterUnreadable."""
    found = [_WRITTEN.fullmatch(text) for text in texts]
    wrong = next((text for text, match in zip(texts, found, strict=True) if match is None), None)
    if wrong is not None:
        raise FilterUnreadable(f"“{wrong}” is no filter. Filters are written like channel=Email or page~=/checkout.")
    if len(texts) > MOST_CONDITIONS:
        raise FilterUnreadable(f"At most {MOST_CONDITIONS} filters at once.")
    return tuple(sorted({read_condition(m[1] + m[2][:-1], m[3]) for m in found if m}))


def _values(text: str) -> list[str]:
    """Parts between commas; `\\,` is a comma, `\\\\` a backslash, and a lone `-` not set."""
    parts = re.findall(r"((?:\\.|[^\\,]|\\$)*)(?:,|$)", text, re.DOTALL)[: text.count(",") + 1]
    parts = [part for part in parts if part]
    return ["" if part == NOT_SET else re.sub(r"\\([\\,-])", r"\1", part) for part in parts]


def escaped(value: str) -> str:
    """As an address has one of several values."""
    if value in ("", NOT_SET):
        return NOT_SET if not value else "\\-"
    return value.replace("\\", "\\\\").replace(",", "\\,")


class Narrowed(Struct, frozen=True):
    """Texts for the places of a report, and the parameters they name."""

    places: dict[str, str]
    params: dict[str, Param]


def narrowed(
    conditions: Sequence[Condition], *, currency: str = "", credits: bool = False, members: Sequence[str] = ()
) -> Narrowed:
    """Nothing of a condition's values or of a property's name enters the texts.

    `currency`: of the site, in whose whole units an amount is written.

    `credits`: orders are counted by the session they belong to.

    `members` are conditions on whose a row is that a rule was made into.
    """
    numbered = list(enumerate(conditions, 1))
    rows = [_said(ROWS[one.field], one, n) for n, one in numbered if one.field in ROWS]
    sessions = [_said(SESSIONS[one.field], one, n) for n, one in numbered if one.field in SESSIONS]
    bought = [_ordered(one, n) for n, one in numbered if one.field in ORDERS]
    deeds = [
        *(_deed(one, n) for n, one in numbered if one.field in PERSONS or own_name(one.field)),
        *(_whom(one, n) for n, one in numbered if one.field in WHOM),
        *members,
    ]
    of_rows, of_sessions = ([_of(whose, one) for one in deeds] for whose in ("rows", "sessions"))
    buyers = [_through("orders", bought)[0]] if bought else []
    rows_of, sessions_of = ([_of(whose, one) for one in buyers] for whose in ("rows", "sessions"))
    drops = [_said(DROPS[one.field], one, n) for n, one in numbered if one.field in DROPS]
    seen, came = _through("rows", rows), _through("sessions", sessions)
    beside = [*seen, *sessions_of]
    return Narrowed(
        places={
            "and_own": _joined(rows),
            "and_drops": _joined(drops),
            "and_visitors": _joined([*seen, *came, *of_sessions, *sessions_of]),
            "and_rows": _joined(rows if credits else [*rows, *came, *of_rows, *rows_of]),
            "and_orders": _joined([*rows, *bought] if credits else [*rows, *came, *of_rows, *bought]),
            "and_sessions": _joined([*sessions, *(map(_of_credits, beside) if credits else beside), *of_sessions]),
        },
        params={
            **{f"filter_{n}": _wanted(one, currency) for n, one in numbered},
            **{f"filter_{n}_key": _own(one, n)[1] for n, one in numbered if own_name(one.field)},
        },
    )


def _said(column: str, one: Condition, n: int, op: str = "") -> str:
    text: str = _SQL["operators"][op or one.op]
    return text.replace("{{column}}", column).replace("{{values}}", f"{{filter_{n}:Array(String)}}")


def _ordered(one: Condition, n: int) -> str:
    """Of an order's own row."""
    if one.field in SENT:
        sent = SENT[one.field].replace("{{values}}", f"{{filter_{n}:Array(String)}}")
        return f"{'NOT ' * (one.op == '!=')}id {sent}"
    kind, place = ("numbers", "{{number}}") if one.field == AMOUNT else ("lists", "{{values}}")
    text: str = _SQL[kind][one.op]
    bound = f"{{filter_{n}:{'Int64' if one.field == AMOUNT else 'Array(String)'}}}"
    return with_parts(text.replace("{{column}}", ORDERS[one.field]).replace(place, bound))


def _whom(one: Condition, n: int) -> str:
    text = WHOM[one.field].replace("{{values}}", f"{{filter_{n}:Array(String)}}")
    put = with_parts(text, {"whose": "{{whose}}"})
    return f"NOT ({put})" if one.op == "!=" else put


def _deed(one: Condition, n: int) -> str:
    """Who did not is everybody but those who did."""
    plain = one.op.removeprefix("!")
    if own_name(one.field):
        column = _own(one, n)[0]
        told: str = _SQL["property"]["told"].replace("{{column}}", column)
        did = _through("people", [_said(column, one, n, plain), told])[0]
        if "" in one.values:  # who never told it
            did = f"({did} OR NOT ({_through('people', [told])[0]}))"
    else:
        did = _through("people", [_said(PERSONS[one.field], one, n, plain)])[0]
    return f"NOT ({did})" if one.op.startswith("!") else did


def _own(one: Condition, n: int) -> tuple[str, str]:
    return own_named(own_name(one.field), f"filter_{n}_key")


def _through(kind: str, conditions: Sequence[str]) -> list[str]:
    if not conditions:
        return []
    given = {**NOT_NARROWED, "whose": "{{whose}}", "conditions": " AND ".join(conditions)}
    if kind in _SQL["deeds"]:
        return [
            with_parts(_SQL["through"]["people"].strip(), given | {"deeds": with_parts(_SQL["deeds"][kind], given)})
        ]
    return [with_parts(_SQL["through"][kind].strip(), given)]


def _of(whose: str, condition: str) -> str:
    return with_parts(condition, {"whose": with_parts(_SQL["whose"][whose])})


def _of_credits(condition: str) -> str:
    text: str = _SQL["credits"]["session"]
    return text.replace("{{conditions}}", condition)


def _joined(conditions: Sequence[str]) -> str:
    return "".join(f"\n    AND {one}" for one in conditions)


def _wanted(one: Condition, currency: str) -> list[str] | int:
    """An empty channel has names in some reports; an amount is in minor units."""
    if one.field == AMOUNT:
        return int(Decimal(one.values[0]).scaleb(exponent_of(currency)))
    more = _NO_CHANNEL if one.field == "channel" and set(_NO_CHANNEL) & set(one.values) else ()
    return list(dict.fromkeys([*one.values, *more]))


def conditions_of(value: object) -> tuple[tuple[Condition, ...], Rule | None]:
    """The parameter `filters` of a report: its conditions, and its rule if it has one. Raises BadParameter."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise BadParameter("filters: a list of texts such as channel=Email")
    rules = [one for one in value if one.startswith(BEGINS)]
    if len(rules) > 1:
        raise BadParameter("filters: one rule at most")
    try:
        conditions = read_written([one for one in value if one not in rules])
        rule = read(rules[0]) if rules else None
    except FilterUnreadable as error:
        raise BadParameter(f"filters: {error}") from error
    except RuleUnreadable as error:
        raise BadParameter(f"filters: line {error.line}, letter {error.column}: {error}") from error
    open_ = [one.slug for one in (references(rule) if rule else ()) if one.rule is None]
    if open_:
        raise BadParameter(f"filters: say in ( ) behind it what segment {open_[0]!r} is")
    return conditions, rule
