"""A rule from its text. What cannot be read says where, and what to write there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NoReturn

from onebyone.reports.segment.pattern import PatternRefused, check
from onebyone.reports.segment.rule import (
    BARE,
    COMPARED,
    DAYS_OF,
    FIELDS,
    LISTED,
    LONGEST,
    MATCHED,
    MOST_CONDITIONS,
    MOST_DAYS,
    MOST_DEPTH,
    MOST_LETTERS,
    MOST_PREDICATES,
    MOST_STEPS,
    MOST_TIMES,
    MOST_VALUES,
    SECONDS_OF,
    Ago,
    All,
    Amount,
    Any,
    Between,
    Bound,
    Days,
    Did,
    How,
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
    depth,
)
from onebyone.reports.segment.tokens import RuleUnreadable, Token, tokens
from onebyone.reports.segment.write import RESERVED

BEGINS = "people who"
_TOO_DEEP = f"Groups stand in groups, {MOST_DEPTH} deep at most."
_MOST_NUMBER = Decimal(10) ** 12
_BOUNDS: tuple[Bound, ...] = ("at least", "at most", "exactly")
_HOWS: tuple[How, ...] = ("sum", "average", "smallest", "largest")


def read(text: str) -> Rule:
    """`people who` and a rule. Raises RuleUnreadable."""
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise RuleUnreadable(f"A rule has at most {LONGEST:,} letters.", text[:LONGEST], LONGEST - 1)
    reader = _Reader(text)
    reader.take("people", f"A rule begins with `{BEGINS}`.")
    reader.take("who", f"A rule begins with `{BEGINS}`.")
    rule = reader.rule(0)
    if reader.now.kind != "end":
        reader.fail("Here the rule should end, or go on with `and` or `or`.")
    if sum(1 for _ in conditions(rule)) > MOST_CONDITIONS:
        reader.fail(f"A rule has at most {MOST_CONDITIONS} conditions.")
    return rule


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0
        self._tokens = list(tokens(text))

    @property
    def now(self) -> Token:
        return self._tokens[self._place]

    def fail(self, why: str, token: Token | None = None) -> NoReturn:
        raise RuleUnreadable(why, self._text, min((token or self.now).at, max(0, len(self._text.rstrip()))))

    def sees(self, *words: str) -> bool:
        """Whether these come next, one after the other."""
        ahead = self._tokens[self._place : self._place + len(words)]
        return [one.said.lower() if one.kind in ("word", "mark") else "" for one in ahead] == list(words)

    def skip(self, *words: str) -> bool:
        found = self.sees(*words)
        self._place += len(words) if found else 0
        return found

    def take(self, word: str, why: str) -> None:
        if not self.skip(word):
            self.fail(why)

    def next(self) -> Token:
        token = self.now
        self._place += token.kind != "end"
        return token

    def rule(self, deep: int) -> Rule:
        """Parts joined by one of `and` and `or`."""
        first = self._part(deep)
        if not (self.sees("and") or self.sees("or")):
            return first
        begin = self.now
        word, rules = self.now.said.lower(), [first]
        while self.skip(word):
            rules.append(self._part(deep))
        if self.sees("or" if word == "and" else "and"):
            self.fail("`and` and `or` side by side mean two things: put one of them in ( ).")
        found: Rule = All(tuple(rules)) if word == "and" else Any(tuple(rules))
        if depth(found) > MOST_DEPTH:
            self.fail(_TOO_DEEP, begin)
        return found

    def _part(self, deep: int) -> Rule:
        begin = self.now
        if self.skip("not"):
            found = self._part(deep)
            if isinstance(found, Not):
                self.fail("`not` twice says nothing: take both away.", begin)
            return Not(found)
        if self.skip("("):
            if deep > 2 * MOST_DEPTH:  # before the depth of what is in them is known
                self.fail(_TOO_DEEP, begin)
            found = self.rule(deep + 1)
            self.take(")", "Close the group with `)`, or go on with `and` or `or`.")
            return found
        if any(self.sees(*words) for words in (("are",), ("in", "segment"))):
            return self._in_segment(deep)
        return self._did()

    def _in_segment(self, deep: int) -> Rule:
        """Behind its slug may stand in ( ) what it is: then it is asked as that."""
        self.skip("are")
        turned = self.skip("not")
        if not self.skip("in", "segment"):
            self.fail('Write `are in segment` or `are not in segment` and its name in an address: "buyers".')
        slug, rule = self._text_value(), None
        if self.skip("("):
            if deep > 2 * MOST_DEPTH:
                self.fail(_TOO_DEEP)
            rule = self.rule(deep + 1)
            self.take(")", "Close the group with `)`, or go on with `and` or `or`.")
        found = InSegment(slug, rule)
        return Not(found) if turned else found

    def _did(self) -> Rule:
        which = "first" if self.skip("first") else "last" if self.skip("last") else ""
        self.take(
            "did",
            "Write `did` and an event, such as `did purchase`, or `not`, `first did`, `last did` or a group in ( ).",
        )
        refused = self.now
        turned = self.skip("not")
        if turned and which:
            self.fail(f"Write `not {which} did ...`.", refused)
        first = self._step()
        if self.sees("then") or self.sees("without"):
            if turned or which:
                self.fail(
                    "Of steps in order say `did` or `not did`: of a first or last time there is no order.", refused
                )
            return self._in_order(first)
        event, where = first.event, first.where
        measure = Times() if which else self._measure()
        window = None if isinstance(measure, Regular) else self._window()
        silence = self.now
        silent = self._silent(window) if not which and self.sees("but") else 0
        if silent and turned:
            self.fail("Write `not did ...`: of such a condition the whole is turned.", silence)
        one = Did(event, where, measure, window, which, silent)  # type: ignore[arg-type]
        return Not(one) if turned else one

    def _step(self) -> Step:
        event = "" if self.skip("anything") else self._name("the name of an event, or `anything`")
        return Step(event, self._where())

    def _in_order(self, first: Step) -> InOrder:
        begin, steps = self.now, [first]
        while self.skip("then"):
            steps.append(self._step())
        if len(steps) > MOST_STEPS:
            self.fail(f"At most {MOST_STEPS} steps.", begin)
        directly = self.skip("directly")
        in_session = self.skip("in", "one", "session")
        within_s = self._within() if self.skip("within") else 0
        between = since = None
        while self.sees("without"):
            clause = self.next()
            step = self._step()
            if self.skip("since") and since is None:
                since = step
            elif self.skip("between") and not (between or since or directly or len(steps) == 1):
                between = step
            else:
                self.fail(
                    "Write `without refund between` (of two steps or more, and not beside `directly`), then `without "
                    "purchase since`, each once.",
                    clause,
                )
        if len(steps) == 1 and since is None:
            self.fail("Write `then` and the next step, or `without purchase since`.")
        return InOrder(tuple(steps), within_s, directly, in_session, between, since, self._window())

    def _within(self) -> int:
        number = self.now
        count = self._count("seconds, minutes, hours or days", least=1)
        unit = next((one for one in SECONDS_OF if self.skip(one) or self.skip(f"{one}s")), None)
        if unit is None:
            self.fail("Write `seconds`, `minutes`, `hours` or `days` after the number.")
        if count * SECONDS_OF[unit] > MOST_DAYS * SECONDS_OF["day"]:
            self.fail(f"At most {MOST_DAYS} days.", number)
        return count * SECONDS_OF[unit]

    def _silent(self, window: Window) -> int:
        """`but not in the last 60 days`, of a window that ends before."""
        begin = self.next()
        if not self.skip("not", "in", "the", "last"):
            self.fail("Write `but not in the last 60 days`, or `and` and another condition.")
        if not isinstance(window, Ago | Between):
            self.fail("Say before when they did it, such as `60 to 180 days ago`, to go on with `but not`.", begin)
        silent = self._count("days", least=1, most=MOST_DAYS)
        if isinstance(window, Ago) and silent > window.near:
            self.fail(f"They did it up to {window.near} days ago, so they were not silent for {silent}.", begin)
        self._one_of("day", "days")
        return silent

    def _name(self, what: str) -> str:
        token = self.now
        if token.kind == "text":
            return self._text_value()
        if token.kind != "word":
            self.fail(f"Here stands {what}.")
        if token.said.lower() in RESERVED:
            self.fail(
                f'`{token.said}` is a word of the rule. Write {what}; such a name stands in quotes: "{token.said}".'
            )
        if len(token.said) > MOST_LETTERS:
            self.fail(f"At most {MOST_LETTERS} letters.")
        return self.next().said

    def _where(self) -> tuple[Predicate, ...]:
        if not self.skip("where"):
            return ()
        found = [self._predicate()]
        while self.skip("also"):
            found.append(self._predicate())
        if len(found) > MOST_PREDICATES:
            self.fail(f"One condition asks at most {MOST_PREDICATES} things of its event.")
        return tuple(found)

    def _predicate(self) -> Predicate:
        token, key = self.next(), ""
        field = token.said.lower()
        if token.kind != "word" or field not in FIELDS:
            near = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.6)
            guess = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(FIELDS)}."
            own = f"One of your own is `property {token.said or 'plan'}`."
            self.fail(
                f"An event has no `{token.said}` to ask for. {guess} {own}",
                token,
            )
        if field == "property":
            key = self._name("the name of the property")
        op = self._op(field)
        if op in COMPARED:
            return Predicate(field, op, (self._number(negative=True),), key)
        return Predicate(
            field, op, () if op in BARE else self._values(self._pattern if op in MATCHED else self._text_value), key
        )

    def _op(self, field: str) -> str:
        begin = self.now
        ops = COMPARED if field == "value" else (*BARE, *LISTED, *MATCHED, *COMPARED)
        for op in sorted(ops, key=len, reverse=True):
            if self.skip(*op.split()):
                return op
        said = ", ".join(f"`{op}`" for op in (COMPARED if field == "value" else (*LISTED, *MATCHED, *BARE, *COMPARED)))
        self.fail(f"Compare with one of {said}.", begin)

    def _values(self, one: Callable[[], str]) -> tuple[str, ...]:
        found = [one()]
        while self.sees("or") and self._tokens[self._place + 1].kind == "text":
            self.next()
            found.append(one())
        if len(found) > MOST_VALUES:
            self.fail(f"At most {MOST_VALUES} values.")
        return tuple(dict.fromkeys(found))

    def _pattern(self) -> str:
        token = self.now
        found = self._text_value()
        try:
            check(found)
        except PatternRefused as error:
            self.fail(str(error), token)
        return found

    def _text_value(self) -> str:
        token = self.now
        if token.kind != "text":
            self.fail('Write the value in quotes: "gold". Several are joined by `or`.')
        found = re.sub(r'\\(["\\])', r"\1", token.said[1:-1])
        if not found:
            self.fail("Nothing is in the quotes. What an event does not have is `is not set`.")
        if len(found) > MOST_LETTERS or not found.isprintable():
            self.fail(f"A value has at most {MOST_LETTERS} letters, all of which can be printed.")
        self.next()
        return found

    def _measure(self) -> Measure:
        if any(self.sees("in", *bound.split()) for bound in _BOUNDS):
            self.next()
            return self._regular()
        if self.skip("on"):
            bound, count = self._bound(), self._count("days")
            self._one_of("day", "days")
            return Days(bound, count)
        if self.skip("with"):
            return self._amount()
        if not any(self.sees(*bound.split()) for bound in _BOUNDS):
            return Times()
        bound, count = self._bound(), self._count("times")
        self._one_of("time", "times")
        session = self.now
        in_session = self.skip("in", "one", "session")
        if in_session and bound != "at least":
            self.fail("Of one session only `at least` is counted.", session)
        return Times(bound, count, in_session)

    def _regular(self) -> Regular:
        bound, count = self._bound(), self._count("days, weeks or months")
        how = "Write `of the last` and a number: `in at least 3 of the last 4 weeks`."
        if not self.skip("of", "the", "last"):
            self.fail(how)
        number = self.now
        of = self._count("days, weeks or months", least=1, most=MOST_DAYS)
        every = next((one for one in DAYS_OF if self.skip(one) or self.skip(f"{one}s")), None)
        if every is None:
            self.fail("Write `days`, `weeks` or `months` after the number.")
        if of * DAYS_OF[every] > MOST_DAYS or count > of:
            self.fail(f"At most {MOST_DAYS // DAYS_OF[every]} {every}s, and no more of them than there are.", number)
        return Regular(bound, count, of, every)

    def _bound(self) -> Bound:
        for bound in _BOUNDS:
            if self.skip(*bound.split()):
                return bound
        self.fail("Write `at least`, `at most` or `exactly`.")

    def _amount(self) -> Amount:
        how = next((one for one in _HOWS if self.skip(one)), None)
        if how is None:
            self.fail("Write `sum`, `average`, `smallest` or `largest`, such as `with sum of value at least 100`.")
        self.take("of", f"Write `{how} of value`, or `{how} of property` and its name.")
        key = ""
        if self.skip("property"):
            key = self._name("the name of the property")
        else:
            self.take("value", f"Write `{how} of value`, or `{how} of property` and its name.")
        bound = self._bound()
        return Amount(how, bound, self._number(negative=bool(key)), key)

    def _window(self) -> Window:
        begin = self.now
        if self.skip("ever"):
            return None
        if self.skip("in", "the", "last"):
            days = self._count("days", least=1, most=MOST_DAYS)
            self._one_of("day", "days")
            return Last(days)
        if self.skip("between"):
            first = self._date()
            self.take("and", "Write `and` and the last day: `between 2026-10-01 and 2026-10-31`.")
            last = self._date()
            if not first <= last or (last - first).days >= MOST_DAYS:
                self.fail(f"The first day comes first, and there are at most {MOST_DAYS} days.", begin)
            return Between(first, last)
        if self.now.kind != "number":
            return None
        near = self._count("days", most=MOST_DAYS)
        self.take("to", "Write `30 to 60 days ago`, or before the number `in the last`.")
        far = self._count("days", most=MOST_DAYS)
        self._one_of("day", "days")
        self.take("ago", "Write `ago`: `30 to 60 days ago`.")
        if near >= far:
            self.fail("The smaller number comes first: `30 to 60 days ago`.", begin)
        return Ago(near, far)

    def _count(self, what: str, *, least: int = 0, most: int = MOST_TIMES) -> int:
        token = self.now
        if (
            token.kind != "number"
            or not token.said.isdigit()
            or len(token.said) > 7
            or not least <= int(token.said) <= most
        ):
            self.fail(f"Write how many {what}, a number from {least} to {most:,}.")
        return int(self.next().said)

    def _number(self, *, negative: bool) -> str:
        token = self.now
        if token.kind != "number" or len(token.said) > 20 or abs(Decimal(token.said)) >= _MOST_NUMBER:
            self.fail("Write a number, such as 100 or 99.90, without quotes or a currency.")
        number = Decimal(self.next().said)
        if number < 0 and not negative:
            self.fail("A value is not below 0.", token)
        return plain_number(number)

    def _date(self) -> date:
        token = self.now
        try:
            found = date.fromisoformat(token.said)
        except ValueError:
            self.fail("Write a day as 2026-10-01.")
        if not 2000 <= found.year <= 2100:
            self.fail("Write a day from 2000 to 2100.")
        self.next()
        return found

    def _one_of(self, *words: str) -> None:
        if not any(self.skip(word) for word in words):
            self.fail(f"Write `{words[-1]}` after the number.")


def plain_number(number: Decimal) -> str:
    """Without an exponent, and without zeros that say nothing."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
