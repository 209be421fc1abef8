"""The text of a rule as tokens, and what is said where one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<date>\d{4}-\d{2}-\d{2}(?![\w.-]))|(?P<number>-?\d+(?:\.\d+)?(?![\w.-]))'
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*)|(?P<mark><=|>=|[<>()]))",
    re.ASCII,
)


class RuleUnreadable(ValueError):
    """`at` is the place in the text, counted from 0."""

    def __init__(self, why: str, text: str, at: int) -> None:
        super().__init__(why)
        self.text, self.at = text, at

    @property
    def line(self) -> int:
        """From 1."""
        return self.text.count("\n", 0, self.at) + 1

    @property
    def column(self) -> int:
        """From 1."""
        return self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1

    @property
    def shown(self) -> str:
        """The line, and a mark under the place."""
        return f"{self.text.splitlines()[self.line - 1] if self.text else ''}\n{' ' * (self.column - 1)}^"


class Token(Struct, frozen=True):
    kind: str  # text, date, number, word, mark, or end
    said: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """The last is of the kind `end`. Raises RuleUnreadable."""
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at] == '"':
                raise RuleUnreadable(
                    'This text has no end: close it with ". Inside, \\" is a quote and \\\\ a backslash.', text, at
                )
            raise RuleUnreadable(
                f"`{text[at]}` says nothing here. Texts and names with such letters stand in quotes.", text, at
            )
        kind = str(found.lastgroup)
        yield Token(kind, found[kind], found.start(kind))
        at = found.end()
    yield Token("end", "", end)
