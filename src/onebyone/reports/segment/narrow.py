"""A rule as a condition of the store: who did, counted person by person, then all browsers of those people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from onebyone.money import exponent_of
from onebyone.reports.segment.rule import (
    COMPARED,
    DAYS_OF,
    MATCHED,
    MOST_DAYS,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Days,
    Did,
    Last,
    Measure,
    Not,
    Predicate,
    Regular,
    Rule,
    Times,
    Window,
    conditions,
    of_nobody,
    rows,
)
from onebyone.store import Param
from onebyone.store.parts import with_parts

_SQL = tomllib.loads(Path(__file__).with_name("narrow.toml").read_text(encoding="utf-8"))
_DAY_S = 86_400
_BITS = 6  # of an event of one browser: which conditions it fits


class Compiled(Struct, frozen=True):
    """`member` narrows rows by their visitor; `places` are those of the reports about a rule. Nothing that was typed
    is in a text: `params` binds it. All of them want the site, the traffic and `now`, some the zone and the currency.
    """

    member: str
    places: dict[str, str]
    params: dict[str, Param]


def compiled(rule: Rule, currency: str) -> Compiled:
    """`currency`: of the site, in whose whole units a rule writes money."""
    writer = _Writer(list(dict.fromkeys(part for one in conditions(rule) for part in _parts(one))), currency)
    deeds = writer.deeds()
    whole = writer.holds(rule)
    opposite = of_nobody(rule)
    asked = (rule, *rows(rule))
    member = _put(
        "members", "condition", {
            "in": _SQL["members"]["not_in" if opposite else "in"],
            "rule": _put("members", "unlike", {"rule": whole}) if opposite else whole,
            "deeds": deeds,
        },
    )  # fmt: skip
    places = {
        "rule_deeds": deeds,
        "rule_parts": "[" + ", ".join(writer.part(one) for one in asked) + "]",
        "rule_opposites": "[" + ", ".join(str(int(of_nobody(one))) for one in asked) + "]",
        "rule_measured": "[" + ", ".join(writer.measured(n, one) for n, one in enumerate(conditions(rule), 1)) + "]",
    }
    return Compiled(member, places, writer.params)


class _Writer:
    """Every value it meets becomes a parameter of its own."""

    def __init__(self, asked: Sequence[Did], currency: str) -> None:
        self._numbers = {one: n for n, one in enumerate(asked, 1)}
        self._currency = currency
        self.params: dict[str, Param] = {}

    def deeds(self) -> str:
        """One row an event that some condition asks for: whose, when, and which conditions it fits."""
        plain = [one for one in self._numbers if not _of_sessions(one)]
        visits = [one for one in self._numbers if _of_sessions(one)]
        found = [self._plain(plain)] if plain else []
        found += [self._in_sessions(visits[n : n + _BITS]) for n in range(0, len(visits), _BITS)]
        return "\nUNION ALL\n".join(found)

    def _plain(self, asked: Sequence[Did]) -> str:
        columns = ", ".join(
            f"is_{n}, of_{n}" if one in asked else _put("deeds", "other", {"n": str(n)})
            for one, n in self._numbers.items()
        )
        return _put("deeds", "plain", {"columns": columns, "events": self._events(asked)})

    def _in_sessions(self, asked: Sequence[Did]) -> str:
        columns = ", ".join(
            _put("deeds", "one_of", {"n": str(n)}) if one in asked else _put("deeds", "other", {"n": str(n)})
            for one, n in self._numbers.items()
        )
        numbers = [self._numbers[one] for one in asked]
        given = {
            "columns": columns,
            "bits": " + ".join(
                _put("deeds", "bit", {"n": str(n), "bit": str(2**bit)}) for bit, n in enumerate(numbers)
            ),
            "asking": _put("deeds", "asking", {"numbers": ", ".join(map(str, numbers))}),
            "events": self._events(asked),
            "back": self._bind(max(_back(one) for one in asked), "UInt16"),
        }
        return _put("deeds", "in_sessions", given | _SQL["begins"]).replace(
            _SQL["deeds"]["until"], _SQL["deeds"]["until_now"]
        )

    def _events(self, asked: Sequence[Did]) -> str:
        given = {
            "columns": ", ".join(self._flags(self._numbers[one], one) for one in asked),
            "asked": " OR ".join(dict.fromkeys(self._asked(one) for one in asked)),
            "any": " OR ".join(f"is_{self._numbers[one]}" for one in asked),
        }
        return _put("deeds", "events", given)

    def _asked(self, one: Did) -> str:
        """Of which name and days it needs events: a day is UTC, and a zone is a day away at most."""
        window = _window(one)
        if isinstance(window, Between):
            first, last = self._bind(window.first, "Date"), self._bind(window.last, "Date")
            days = _put("deeds", "span", {"first": first, "last": last})
        else:
            days = _put("deeds", "back", {"back": self._bind(_back(one), "UInt16")})
        return _put("deeds", "asked", {"event": self._named(one), "days": days})

    def holds(self, rule: Rule) -> str:
        match rule:
            case Not():
                return _put("members", "unlike", {"rule": self.holds(rule.rule)})
            case All():
                return self._joined("both", rule.rules)
            case Any():
                return self._joined("either", rule.rules)
            case Did():
                return self._holds(rule)

    def part(self, rule: Rule) -> str:
        """1 of somebody for whom the rule says something else than for who did nothing of it."""
        text = self.holds(rule)
        return _put("said", "part", {"rule": _put("members", "unlike", {"rule": text}) if of_nobody(rule) else text})

    def measured(self, number: int, one: Did) -> str:
        n = str(self._numbers[_parts(one)[0]])
        given = {"number": str(number), "holds": self._holds(one), "measure": self._measure(_parts(one)[0]), "n": n}
        return _put("said", "measured", given)

    def _joined(self, how: str, rules: Sequence[Rule]) -> str:
        text = self.holds(rules[0])
        for one in rules[1:]:
            text = _put("members", how, {"left": text, "right": self.holds(one)})
        return text

    def _holds(self, one: Did) -> str:
        if one.silent:
            core, since = map(self._holds, _parts(one))
            return _put("members", "both", {"left": core, "right": _put("members", "unlike", {"rule": since})})
        n = str(self._numbers[one])
        if one.which:
            edge = _put("measures", one.which, {"n": n})
            return _put("bounds", "edge", {"n": n, "window": self._window(one.window, edge)})
        given = {"measure": self._measure(one), "number": self._wanted(one.measure)}
        return _put("bounds", one.measure.bound, given)

    def _measure(self, one: Did) -> str:
        match one.measure:
            case Times(in_session=True):
                name = "session"
            case Days():
                name = "days"
            case Amount(how=how):
                name = how
            case Regular(every=every):
                span = self._bind(DAYS_OF[every] * _DAY_S * 1000, "UInt64")
                return _put("measures", "regular", {"n": str(self._numbers[one]), "span": span})
            case _:
                name = "times"
        return _put("measures", name, {"n": str(self._numbers[one])})

    def _wanted(self, measure: Measure) -> str:
        if isinstance(measure, Amount):
            number = Decimal(measure.number)
            scaled = number if measure.key else number.scaleb(exponent_of(self._currency))
            return self._bind(float(scaled), "Float64")
        return self._bind(measure.count, "UInt64")

    def _flags(self, n: int, one: Did) -> str:
        parts = [self._named(one)]
        parts += [self._predicate(each) for each in one.where]
        parts.append(self._window(_window(one), "at"))
        amount = one.measure
        kind = ("property" if amount.key else "value") if isinstance(amount, Amount) else "none"
        key = {"key": self._bind(amount.key, "String")} if isinstance(amount, Amount) and amount.key else {}
        given = {"condition": " AND ".join(parts), "amount": _put("amounts", kind, key), "n": str(n)}
        return _put("deeds", "flags", given)

    def _named(self, one: Did) -> str:
        return (
            _put("event", "named", {"name": self._bind(one.event, "String")})
            if one.event
            else _SQL["event"]["anything"]
        )

    def _predicate(self, one: Predicate) -> str:
        key = {"key": self._bind(one.key, "String")} if one.key else {}
        if one.field == "value":
            number = Decimal(one.values[0]).scaleb(exponent_of(self._currency))
            return _put("predicates", "value", {"op": one.op, "number": self._bind(float(number), "Float64")})
        if one.key and one.op in ("is set", "is not set"):
            return _put("predicates", f"property_{one.op.replace(' ', '_')}", key)
        column = _put("columns", one.field, key)
        if one.op in COMPARED:
            given = {"column": column, "op": one.op, "number": self._bind(float(one.values[0]), "Float64")}
            return _put("predicates", "compared", given)
        if one.op in MATCHED:
            each = [
                _put("predicates", "pattern", {"column": column, "pattern": self._bind(x, "String")})
                for x in one.values
            ]
            return _put("predicates", one.op, {"column": column, "patterns": " OR ".join(each)})
        values = {"values": self._bind(list(one.values), "Array(String)")} if one.values else {}
        return _put("predicates", one.op, {"column": column, **values})

    def _window(self, one: Window, at: str) -> str:
        """`at` is the moment that has to be in it."""
        match one:
            case None:
                text = _SQL["windows"]["ever"]
            case Last():
                text = _put("windows", "last", {"days": self._bind(one.days * _DAY_S, "UInt32")})
            case Ago():
                far, near = (self._bind(days * _DAY_S, "UInt32") for days in (one.far, one.near))
                text = _put("windows", "ago", {"far": far, "near": near})
            case Between():
                first, last = self._bind(one.first, "Date"), self._bind(one.last, "Date")
                text = _put("windows", "between", {"first": first, "last": last})
        return text if at == "at" else _of_moment(text, at)

    def _bind(self, value: Param, kind: str) -> str:
        """The place of a parameter; the same value of the same type has the same."""
        for name, known in self.params.items():
            if known == value and type(known) is type(value) and name.endswith(_kind(kind)):
                return f"{{{name}:{kind}}}"
        name = f"rule_{len(self.params) + 1}_{_kind(kind)}"
        self.params[name] = value
        return f"{{{name}:{kind}}}"


def _kind(kind: str) -> str:
    return kind.lower().replace("(", "_").replace(")", "")


def _of_moment(text: str, moment: str) -> str:
    """A window's text about another moment than the event's own."""
    return (
        text.replace("toDate(at,", f"toDate({moment},").replace("at >=", f"{moment} >=").replace("at <", f"{moment} <")
    )


def _of_sessions(one: Did) -> bool:
    return isinstance(one.measure, Times) and one.measure.in_session


def _parts(one: Did) -> tuple[Did, ...]:
    """What is counted of it, and what must not be since."""
    if not one.silent:
        return (one,)
    return replace(one, silent=0), replace(one, measure=Times(), window=Last(one.silent), silent=0)


def _window(one: Did) -> Window:
    """Of the events that fit it."""
    match one:
        case Did(measure=Regular(of=of, every=every)):
            return Last(of * DAYS_OF[every])
        case Did(which=""):
            return one.window
        case _:
            return None


def _back(one: Did) -> int:
    """Days before today whose events it may need."""
    match _window(one):
        case Last(days=days) | Ago(far=days):
            return days + 1
        case _:
            return MOST_DAYS + 1


def _put(table: str, name: str, given: Mapping[str, str]) -> str:
    return with_parts(_SQL[table][name].strip(), given)
