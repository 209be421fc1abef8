"""The nouns of a rule. Its text is the only form that is kept (`read`, `write`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

MOST_CONDITIONS = 25
MOST_DEPTH = 4  # groups in groups, the outermost included
MOST_STEPS = 5  # one after the other
MOST_DAYS = 540  # of a window; `ever` looks as far back
MOST_PREDICATES = 10  # of one condition
MOST_VALUES = 50
MOST_LETTERS = 500  # of one value
MOST_TIMES = 1_000_000
LONGEST = 8_000  # letters of a text

Bound = Literal["at least", "at most", "exactly"]
How = Literal["sum", "average", "smallest", "largest"]
Every = Literal["day", "week", "month"]
SECONDS_OF: dict[str, int] = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
DAYS_OF: dict[Every, int] = {"day": 1, "week": 7, "month": 30}
FIELDS: dict[str, str] = {  # of a predicate: its name in a text, and in words
    "page": "page", "host": "host", "campaign": "campaign", "source": "source", "medium": "medium",
    "referrer": "referrer", "device": "device", "browser": "browser", "os": "system", "country": "country",
    "region": "region", "language": "language", "user": "user id", "order": "order id", "coupon": "coupon",
    "value": "value", "property": "property",
}  # fmt: skip
LISTED = ("is", "is not", "contains", "does not contain", "starts with", "ends with")
MATCHED = ("matches", "does not match")  # a regular expression; what an event does not have matches none
BARE = ("is set", "is not set")
COMPARED = ("<", "<=", ">", ">=")


class Predicate(Struct, frozen=True):
    """Of the event itself. `key` names a property; `values` are texts, or one number of COMPARED."""

    field: str
    op: str
    values: tuple[str, ...] = ()
    key: str = ""


class Last(Struct, frozen=True):
    """[now - days, now), a day being 86,400 seconds."""

    days: int


class Ago(Struct, frozen=True):
    """[now - far, now - near), in days of 86,400 seconds."""

    near: int
    far: int


class Between(Struct, frozen=True):
    """Whole days of the site's zone, both included."""

    first: date
    last: date


Window = Last | Ago | Between | None  # None: as long as events are kept, MOST_DAYS at most


class Times(Struct, frozen=True):
    """How often; `in_session`: within one session, of which the fullest decides."""

    bound: Bound = "at least"
    count: int = 1
    in_session: bool = False


class Days(Struct, frozen=True):
    """On how many days of the site's zone."""

    bound: Bound
    count: int


class Amount(Struct, frozen=True):
    """Of `value`, in whole units of the site's currency, or of a property that is a number. A sum of nothing is 0."""

    how: How
    bound: Bound
    number: str
    key: str = ""  # of a property; "" is the value


class Regular(Struct, frozen=True):
    """In how many of the last `of` spans, each so many days of 86,400 seconds, counted back from now."""

    bound: Bound
    count: int
    of: int
    every: Every


class Did(Struct, frozen=True):
    """Somebody did something. `event` "" is anything; `which`: only the first, or only the last, ever is asked.

    `silent`: and did none of it in so many days up to now. A Regular measure has no window of its own.
    """

    event: str
    where: tuple[Predicate, ...] = ()
    measure: Measure = Times()
    window: Window = None
    which: Literal["", "first", "last"] = ""
    silent: int = 0


Measure = Times | Days | Amount | Regular


class Step(Struct, frozen=True):
    event: str
    where: tuple[Predicate, ...] = ()


class InOrder(Struct, frozen=True):
    """Somebody did one step after the other, all within the window.

    `within`: seconds from the first step to the last, 0 for any. `directly`: nothing else of theirs lies between, or
    nothing that is `between`; `since`: nor, after the last step, that. One step alone has a `since`.
    """

    steps: tuple[Step, ...]
    within_s: int = 0
    directly: bool = False
    in_session: bool = False
    between: Step | None = None
    since: Step | None = None
    window: Window = None


class InSegment(Struct, frozen=True):
    """Who a segment of the site holds for. `rule` is what it says; without it nobody can be asked (`refer`)."""

    slug: str
    rule: Rule | None = None


Condition = Did | InOrder


class Not(Struct, frozen=True):
    rule: All | Any | InSegment | Condition


class All(Struct, frozen=True):
    rules: tuple[Rule, ...]


class Any(Struct, frozen=True):
    rules: tuple[Rule, ...]


Rule = All | Any | Not | InSegment | Condition


def conditions(rule: Rule) -> Iterator[Condition]:
    """In the order of the text, equal ones as often as they stand there."""
    match rule:
        case Did() | InOrder():
            yield rule
        case Not(rule=one) | InSegment(rule=one):
            yield from conditions(one) if one else ()
        case All() | Any():
            for one in rule.rules:
                yield from conditions(one)


def depth(rule: Rule) -> int:
    """Of groups in groups; one condition alone has none."""
    match rule:
        case Did() | InOrder():
            return 0
        case Not(rule=one) | InSegment(rule=one):
            return depth(one) if one else 0
        case All() | Any():
            return 1 + max(depth(one) for one in rule.rules)


def rows(rule: Rule) -> Iterator[Rule]:
    """What stands in a line of its own, in the order of the text: all but groups; what is turned by `not`, and a
    segment, whole."""
    match rule:
        case All() | Any():
            for one in rule.rules:
                yield from rows(one)
        case _:
            yield rule


def of_nobody(rule: Rule) -> bool:
    """Whether it holds for somebody who did nothing of what it asks."""
    match rule:
        case Not():
            return not of_nobody(rule.rule)
        case All():
            return all(of_nobody(one) for one in rule.rules)
        case Any():
            return any(of_nobody(one) for one in rule.rules)
        case InSegment():
            return rule.rule is not None and of_nobody(rule.rule)
        case InOrder() | Did(which="first" | "last"):
            return False
        case Did(measure=Amount(how="average" | "smallest" | "largest")):
            return False
        case Did(measure=measure):
            number = float(measure.number) if isinstance(measure, Amount) else measure.count
            return _bounded(0, measure.bound, number)


def _bounded(value: float, bound: Bound, number: float) -> bool:
    return {"at least": value >= number, "at most": value <= number, "exactly": value == number}[bound]
