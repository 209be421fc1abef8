"""Thousands of expressions on one string, most of them never tried.

An expression that needs a certain text is asked only where three letters of that text stand in the string, so a browser
costs some set operations instead of a thousand searches. The answers are those of searching with every expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537 Edg/",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; rv:150.0) Gecko/20100101 Firefox/150.0 OPR/",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) Version/26.1 Mobile/15E148 Safari/604.1 CriOS/ FxiOS/ GSA/",
    "Mozilla/5.0 (Linux; U; Android 10; K; SM-G998B Build/) SamsungBrowser/30.0 Mobile",
)

Letters = tuple[str, str, str]


class Expression(Protocol):
    def search(self, string: str, /) -> object: ...


class Patterns:
    """`compile` makes an expression of a text; it is called the first time that the text may match."""

    def __init__(
        self, texts: Sequence[str], compile: Callable[[str], Expression], *, ignores_case: bool = False
    ) -> None:
        self._texts = texts
        self._compile = compile
        self._ignores_case = ignores_case
        self._compiled: dict[int, Expression] = {}
        self._always: list[int] = []
        self._by_letters: dict[Letters, list[tuple[str, int]]] = {}
        common = letters_of("".join(_BROWSERS))
        for number, text in enumerate(texts):
            each = [needed_text(part) for part in alternatives(text)]
            each = [needed.lower() for needed in each] if ignores_case else each
            if not all(map(letters_of, each)):
                self._always.append(number)
                continue
            for needed in each:
                found = sorted(letters_of(needed))
                key = next((letters for letters in found if letters not in common), found[0])
                self._by_letters.setdefault(key, []).append((needed, number))
        self._keys = frozenset(self._by_letters)
        self._any_always = (
            compile("|".join(f"(?:{texts[number]})" for number in self._always)) if self._always else None
        )

    def matching(self, string: str, letters: frozenset[Letters]) -> Iterator[int]:
        """Numbers of the expressions that are found in it, in their order. `letters` are the string's."""
        asked = string.lower() if self._ignores_case else string
        maybe = list(self._always) if self._any_always is not None and self._any_always.search(string) else []
        for three in self._keys & letters:
            maybe += [number for needed, number in self._by_letters[three] if needed in asked]
        for number in sorted(set(maybe)) if len(maybe) > 1 else maybe:
            expression = self._compiled.get(number)
            if expression is None:
                expression = self._compiled[number] = self._compile(self._texts[number])
            if expression.search(string):
                yield number


def letters_of(text: str) -> frozenset[Letters]:
    """Every three letters in a row, small."""
    text = text.lower()
    return frozenset(zip(text, text[1:], text[2:], strict=False))


def alternatives(expression: str) -> list[str]:
    """What stands between the bars that are in no group: one of these has to match."""
    parts, start, at = [], 0, 0
    while at < len(expression):
        letter = expression[at]
        if letter == "|":
            parts.append(expression[start:at])
            start = at + 1
        at = _after_class(expression, at) if letter == "[" else at + (2 if letter == "\\" else 1)
        if letter == "(":
            at = _after_group(expression, at - 1)
    return [*parts, expression[start:]]


def needed_text(expression: str) -> str:
    """A text without which the expression cannot match, the longest that is easy to see; "" if there is none."""
    best, run, at = "", "", 0
    while at < len(expression):
        letter, end = expression[at], at + 1
        literal = ""
        if letter == "|":
            return ""
        if letter == "\\":
            end = at + 2
            escaped = expression[at + 1 : end]
            literal = "" if escaped.isalnum() else escaped
        elif letter == "[":
            end = _after_class(expression, at)
        elif letter == "(":
            end = _after_group(expression, at)
        elif letter not in ".^$":
            literal = letter
        quantifier = expression[end : end + 1]
        if quantifier and quantifier in "?*{+":
            run = run + literal if quantifier == "+" else run
            best, run = max(best, run, key=len), ""
            end = (expression.find("}", end) if quantifier == "{" else end) + 1 or end + 1
            if expression[end : end + 1] in ("?", "+"):
                end += 1
        elif literal:
            run += literal
        else:
            best, run = max(best, run, key=len), ""
        at = end
    return max(best, run, key=len)


def _after_class(expression: str, at: int) -> int:
    at += 2 if expression[at + 1] == "^" else 1
    at += 1  # a bracket that comes first is a letter
    while expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at + 1


def _after_group(expression: str, at: int) -> int:
    depth = 0
    while True:
        letter = expression[at]
        if letter == "\\":
            at += 2
            continue
        if letter == "[":
            at = _after_class(expression, at)
            continue
        depth += (letter == "(") - (letter == ")")
        at += 1
        if not depth:
            return at
