"""A rule as a condition of the store: who did, counted person by person, then all browsers of those people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from onebyone.money import exponent_of
from onebyone.reports.own import bound_own, own_column
from onebyone.reports.segment.rule import (
    COMPARED,
    DAYS_OF,
    MATCHED,
    MOST_DAYS,
    MOST_STEPS,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Condition,
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
    conditions,
    of_nobody,
    rows,
)
from onebyone.store import Param
from onebyone.store.parts import with_parts

_SQL = tomllib.loads(Path(__file__).with_name("narrow.toml").read_text(encoding="utf-8"))
_DAY_S = 86_400
_BITS = 5  # of an event of one browser: which conditions it fits


class Compiled(Struct, frozen=True):
    """`member` narrows rows by whose they are, the place `whose`; `places` are those of the reports about a rule.

    Nothing that was typed is in a text: `params` binds it. All of them want the site, the traffic and `now`, some the
    zone and the currency.
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
            "whose": "{{whose}}", "in": _SQL["members"]["not_in" if opposite else "in"],
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

    def __init__(self, asked: Sequence[Condition], currency: str) -> None:
        self._numbers = {one: n for n, one in enumerate(asked, 1)}
        self._currency = currency
        self.params: dict[str, Param] = {}

    def deeds(self) -> str:
        """One row an event that some condition asks for: whose, when, and which conditions it fits.

        Of what is asked session by session or in order, one row a browser.
        """
        plain = [one for one in self._numbers if isinstance(one, Did) and not _of_sessions(one)]
        visits = [one for one in self._numbers if isinstance(one, Did) and _of_sessions(one)]
        found = [self._plain(plain)] if plain else []
        found += [self._in_sessions(visits[n : n + _BITS]) for n in range(0, len(visits), _BITS)]
        found += [self._in_order(one) for one in self._numbers if isinstance(one, InOrder)]
        return "\nUNION ALL\n".join(found)

    def _plain(self, asked: Sequence[Did]) -> str:
        return _put("deeds", "plain", {"columns": self._columns(asked, "found"), "events": self._events(asked)})

    def _in_sessions(self, asked: Sequence[Did]) -> str:
        numbers = [str(self._numbers[one]) for one in asked]
        bits = [_put("walk", "bits", {"condition": f"is_{n}", "bit": str(2**bit)}) for bit, n in enumerate(numbers)]
        given = {
            "columns": self._columns(asked, "one_of"),
            "asking": _put("deeds", "asking", {"numbers": ", ".join(numbers)}),
            "browsers": self._browsers(asked, " + ".join(bits)),
        }
        return _put("deeds", "in_sessions", given)

    def _in_order(self, one: InOrder) -> str:
        bits = f"bits_{self._numbers[one]}"
        key = _put("deeds", "key", {"bits": bits})
        if one.in_session:
            lines = _put("deeds", "of_sessions", {"browsers": self._browsers([one], bits)})
        else:
            lines = _put("deeds", "of_persons", {"key": key, "events": self._events([one])})
        given = {"columns": self._columns([one], "mine"), "lines": lines, "walk": self._walk(one)}
        return _put("deeds", "in_order", given)

    def _walk(self, one: InOrder) -> str:
        found = [_SQL["walk"]["first"]]
        for n in range(1, len(one.steps)):
            soon = "true"
            if one.within_s:
                within = self._bind(one.within_s * 1000, "UInt64")
                soon = _put("walk", "soon", {"before": str(n), "within": within})
            found.append(_put("walk", "next", {"bit": str(n), "before": str(n), "soon": soon}))
        kept = [_put("walk", "kept", {"found": text, "n": str(n)}) for n, text in enumerate(found[:-1], 1)]
        kept += [_SQL["walk"]["none"]] * (MOST_STEPS - 1 - len(kept))
        reached = [_put("walk", "reached", {"found": text, "n": str(n)}) for n, text in enumerate(found, 1)]
        ended = _put("walk", "ended", {"found": found[-1]})
        return ", ".join([*kept, ended, _put("walk", "deepest", {"reached": ", ".join(reached)})])

    def _browsers(self, asked: Sequence[Condition], bits: str) -> str:
        given = {
            "key": _put("deeds", "key", {"bits": bits}),
            "events": self._events(asked),
            "back": self._bind(max(_back(one) for one in asked), "UInt16"),
        }
        text = _put("deeds", "browsers", given | _SQL["begins"])
        return text.replace(_SQL["deeds"]["until"], _SQL["deeds"]["until_now"])

    def _columns(self, asked: Sequence[Condition], how: str) -> str:
        """Of all conditions: those that are asked, and that the row is of no other."""
        return ", ".join(
            _put("deeds", how if one in asked else "other", {"n": str(n)}) for one, n in self._numbers.items()
        )

    def _events(self, asked: Sequence[Condition]) -> str:
        given = {
            "columns": ", ".join(self._flags(self._numbers[one], one) for one in asked),
            "asked": " OR ".join(dict.fromkeys(text for one in asked for text in self._asked(one))),
            "any": " OR ".join(f"is_{self._numbers[one]}" for one in asked),
        }
        return _put("deeds", "events", given)

    def _asked(self, one: Condition) -> list[str]:
        """Of which name and days it needs events: a day is UTC, and a zone is a day away at most."""
        window = _window(one)
        if isinstance(window, Between):
            first, last = self._bind(window.first, "Date"), self._bind(window.last, "Date")
            days = _put("deeds", "span", {"first": first, "last": last})
        else:
            days = _put("deeds", "back", {"back": self._bind(_back(one), "UInt16")})
        events = [step.event for step in _steps(one)] if isinstance(one, InOrder) else [one.event]
        return [_put("deeds", "asked", {"event": self._named(event), "days": days}) for event in events]

    def holds(self, rule: Rule) -> str:
        match rule:
            case Not():
                return _put("members", "unlike", {"rule": self.holds(rule.rule)})
            case All():
                return self._joined("both", rule.rules)
            case Any():
                return self._joined("either", rule.rules)
            case InSegment():
                if rule.rule is None:
                    raise ValueError(f"nobody said what segment {rule.slug!r} is")
                return self.holds(rule.rule)
            case Did() | InOrder():
                return self._holds(rule)

    def part(self, rule: Rule) -> str:
        """1 of somebody for whom the rule says something else than for who did nothing of it."""
        text = self.holds(rule)
        return _put("said", "part", {"rule": _put("members", "unlike", {"rule": text}) if of_nobody(rule) else text})

    def measured(self, number: int, one: Condition) -> str:
        n = str(self._numbers[_parts(one)[0]])
        given = {"number": str(number), "holds": self._holds(one), "measure": self._measure(_parts(one)[0]), "n": n}
        return _put("said", "measured", given)

    def _joined(self, how: str, rules: Sequence[Rule]) -> str:
        text = self.holds(rules[0])
        for one in rules[1:]:
            text = _put("members", how, {"left": text, "right": self.holds(one)})
        return text

    def _holds(self, one: Condition) -> str:
        if isinstance(one, InOrder):
            n, *after = (str(self._numbers[part]) for part in _parts(one))
            return _put("walk", "since" if after else "holds", {"n": n, "since": "".join(after)})
        if one.silent:
            core, later = map(self._holds, _parts(one))
            return _put("members", "both", {"left": core, "right": _put("members", "unlike", {"rule": later})})
        n = str(self._numbers[one])
        if one.which:
            edge = _put("measures", one.which, {"n": n})
            return _put("bounds", "edge", {"n": n, "window": self._window(one.window, edge)})
        given = {"measure": self._measure(one), "number": self._wanted(one.measure)}
        return _put("bounds", one.measure.bound, given)

    def _measure(self, one: Condition) -> str:
        if isinstance(one, InOrder):
            return _put("measures", "in_order", {"n": str(self._numbers[one])})
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

    def _flags(self, n: int, one: Condition) -> str:
        if isinstance(one, InOrder):
            bits = [
                _put("walk", "bits", {"condition": self._fits(step, one), "bit": str(bit)})
                for step, bit in _steps(one).items()
            ]
            return _put("walk", "flags", {"bits": " + ".join(bits), "n": str(n)})
        amount = one.measure
        kind = ("property" if amount.key else "value") if isinstance(amount, Amount) else "none"
        own = {"own": self._own(amount.key)} if isinstance(amount, Amount) and amount.key else {}
        given = {
            "condition": self._fits(Step(one.event, one.where), one),
            "amount": _put("amounts", kind, own),
            "n": str(n),
        }
        return _put("deeds", "flags", given)

    def _fits(self, step: Step, one: Condition) -> str:
        parts = [self._named(step.event), *map(self._predicate, step.where), self._window(_window(one), "at")]
        return " AND ".join(parts)

    def _named(self, event: str) -> str:
        return _put("event", "named", {"name": self._bind(event, "String")}) if event else _SQL["event"]["anything"]

    def _predicate(self, one: Predicate) -> str:
        if one.field == "value":
            number = Decimal(one.values[0]).scaleb(exponent_of(self._currency))
            return _put("predicates", "value", {"op": one.op, "number": self._bind(float(number), "Float64")})
        if one.key and one.op in ("is set", "is not set"):
            key = self._bind(one.key, "String")
            return _put("predicates", f"property_{one.op.replace(' ', '_')}", {"key": key})
        column = _put("columns", one.field, {"own": self._own(one.key)} if one.key else {})
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

    def _own(self, name: str) -> str:
        return own_column(self._bind(*bound_own(name)))

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


def _steps(one: InOrder) -> dict[Step, int]:
    """With the bits that events of theirs have: those that fit several steps have several."""
    found: dict[Step, int] = {}
    for n, step in enumerate(one.steps):
        found[step] = found.get(step, 0) + 2**n
    between = Step("") if one.directly else one.between
    if between is not None:
        found[between] = found.get(between, 0) + 32
    return found


def _parts(one: Condition) -> tuple[Condition, ...]:
    """What is counted of it, and what must not be since."""
    if isinstance(one, InOrder):
        if one.since is None:
            return (one,)
        since = Did(one.since.event, one.since.where, window=Last(min(_back(one), MOST_DAYS)))
        return replace(one, since=None), since
    if not one.silent:
        return (one,)
    return replace(one, silent=0), replace(one, measure=Times(), window=Last(one.silent), silent=0)


def _window(one: Condition) -> Window:
    """Of the events that fit it."""
    match one:
        case InOrder():
            return one.window
        case Did(measure=Regular(of=of, every=every)):
            return Last(of * DAYS_OF[every])
        case Did(which=""):
            return one.window
        case _:
            return None


def _back(one: Condition) -> int:
    """Days before today whose events it may need."""
    match _window(one):
        case Last(days=days) | Ago(far=days):
            return days + 1
        case _:
            return MOST_DAYS + 1


def _put(table: str, name: str, given: Mapping[str, str]) -> str:
    return with_parts(_SQL[table][name].strip(), given)
