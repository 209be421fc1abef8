"""A regular expression that may be asked: what is the same in RE2, and small enough to be tried on every event."""

from __future__ import annotations

import re
from typing import NoReturn

MOST_LETTERS = 200  # of a pattern
MOST_SIZE = 1_000  # letters that it stands for, what is repeated as often as it may be
_MARKS = frozenset(".^$*+?()[]{}|\\/-_ :;,=&%#@!~'\"<>")  # may stand behind a backslash for themselves
_KINDS = frozenset("dDwWsSbB")
_PLACES = ("^", "$", "\\b", "\\B")
_TIMES = re.compile(r"\{(\d{1,4})(,(\d{1,4})?)?\}", re.ASCII)


class PatternRefused(ValueError):
    """The message says why, and names the place."""


def check(pattern: str) -> None:
    """Raises PatternRefused for what the store's RE2 does not know, or what is too large."""
    if len(pattern) > MOST_LETTERS:
        raise PatternRefused(f"A pattern has at most {MOST_LETTERS} letters.")
    walker = _Walker(pattern)
    size = walker.either(0)
    if walker.at < len(pattern):
        walker.fail("This `)` closes nothing: write `\\)` for the letter.")
    if size > MOST_SIZE:
        raise PatternRefused(f"The pattern repeats too much: it may stand for {MOST_SIZE:,} letters at most.")


class _Walker:
    def __init__(self, pattern: str) -> None:
        self._pattern, self.at = pattern, 0

    def fail(self, why: str) -> NoReturn:
        raise PatternRefused(f"Letter {self.at + 1} of the pattern: {why}")

    @property
    def now(self) -> str:
        return self._pattern[self.at : self.at + 1]

    def either(self, deep: int) -> int:
        """How many letters it may stand for, at most."""
        size = self._row(deep)
        while self.now == "|":
            self.at += 1
            size += self._row(deep)
        return size

    def _row(self, deep: int) -> int:
        size = 0
        while self.now not in ("", "|", ")"):
            begin = self.at
            one = self._one(deep)
            if self._pattern[begin : self.at] in _PLACES and self.now and self.now in "*+?{":
                self.fail("A place between letters cannot be repeated.")
            if (
                not self._pattern[begin : self.at].isascii()
                and self.at == begin + 1
                and self.now
                and self.now in "*+?{"
            ):
                self.fail("Before a letter like this is repeated, put it in `(?: )`.")  # the store takes its last byte
            size += self._repeated(one)
        return size

    def _one(self, deep: int) -> int:
        letter = self.now
        if letter in "*+?{":
            self.fail(f"`{letter}` repeats nothing: write `\\{letter}` for the letter.")
        self.at += 1
        if letter == "(":
            return self._group(deep)
        if letter == "[":
            self._set()
        elif letter == "\\":
            self._escaped("")
        elif letter in "]}":
            self.at -= 1
            self.fail(f"This `{letter}` closes nothing: write `\\{letter}` for the letter.")
        return 1

    def _group(self, deep: int) -> int:
        if deep >= 10:
            self.fail("Groups stand in groups, 10 deep at most.")
        if self.now == "?":
            if self._pattern[self.at : self.at + 2] != "?:":
                self.fail("A group begins with `(` or `(?:`. To look ahead or behind is not possible.")
            self.at += 2
        size = self.either(deep + 1)
        if self.now != ")":
            self.fail("A group has no end: close it with `)`.")
        self.at += 1
        return size

    def _repeated(self, size: int) -> int:
        times = 1
        if self.now and self.now in "*+?":
            self.at += 1
        elif self.now == "{":
            found = _TIMES.match(self._pattern, self.at)
            if found is None:
                self.fail("Write how often as `{3}`, `{2,}` or `{2,5}`, or `\\{` for the letter.")
            times = max(int(found[1]), int(found[3] or found[1]), 1)
            if found[3] and int(found[3]) < int(found[1]):
                self.fail("The smaller number comes first.")
            self.at = found.end()
        else:
            return size
        if self.now == "?":
            self.at += 1
        if self.now and self.now in "*+?{":
            self.fail("This is repeated twice: put it in `(?: )` first.")
        return size * times

    def _set(self) -> None:
        if self.now == "^":
            self.at += 1
        first = True
        while self.now != "]" or first:
            if not self.now:
                self.fail("A set of letters has no end: close it with `]`.")
            low = self._of_set()
            if self.now == "-" and self._pattern[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                high = self._of_set()
                if not (len(low) == len(high) == 1 and low <= high):
                    self.fail("A range goes from one letter to a later one, such as `a-z`.")
            first = False
        self.at += 1

    def _of_set(self) -> str:
        """The letter, or the kind of letters, as it is written."""
        letter = self.now
        if letter in "[]":
            self.fail(f"Write `\\{letter}` for the letter in a set.")
        self.at += 1
        return self._escaped("bB") if letter == "\\" else letter

    def _escaped(self, but: str) -> str:
        letter = self.now
        if letter and letter in _MARKS:
            self.at += 1
            return letter
        if not letter or letter not in _KINDS or letter in but:
            self.fail("Behind a backslash stands a mark, or one of d, D, w, W, s, S (and b, B outside of sets).")
        self.at += 1
        return f"\\{letter}"
