"""A YAML or JSON text as plain values, with the line of each: JSON is read as the YAML that it is.

Only what JSON has too: no anchors, no tags, no dates, and `on` is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from msgspec import Struct

Path = tuple[str | int, ...]
MAX_BYTES = 1_000_000
_MAX_DEPTH = 40
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Problem(Struct, frozen=True, order=True):
    """Why a document is refused. `where` names the part as a path, like `tags.Purchase.settings`."""

    line: int
    where: str
    reason: str


class Unreadable(Exception):
    """Has one Problem."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(line, "", reason)


class Text(Struct, frozen=True):
    """A document as it was read."""

    value: Any
    lines: Mapping[Path, int]
    blocks: frozenset[Path] = frozenset()  # texts that were written with `|`: a line each for theirs

    def line_of(self, path: Path) -> int:
        """Of the part itself, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def line_in(self, path: Path, line: int) -> int:
        """Of a line of that text: where it stands in the document, or where the text begins."""
        return self.line_of(path) + (line if path in self.blocks else 0)


def read_text(text: str) -> Text:
    """Raises Unreadable."""
    if len(text) > MAX_BYTES:
        raise Unreadable(1, f"a container document has at most {MAX_BYTES:,} characters")
    lines: dict[Path, int] = {}
    blocks: set[Path] = set()
    try:
        _look(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = {} if node is None else _value(node, (), lines, blocks)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, error.problem or "this is no YAML") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(1, "this is no YAML, or it is nested too deeply") from error
    return Text(value=value, lines=lines, blocks=frozenset(blocks))


def _look(text: str) -> None:
    """Refuses what would be large or deep only once it is put together."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(line, "anchors and aliases are not read: write the value again")
        if depth > _MAX_DEPTH:
            raise Unreadable(line, f"nested deeper than {_MAX_DEPTH} levels")


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], blocks: set[Path]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, place), lines, blocks) for place, each in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, lines, blocks))
    if getattr(node, "style", None) == "|":
        blocks.add(path)
    return _scalar(node)


def _pairs(node: yaml.MappingNode, path: Path, lines: dict[Path, int], blocks: set[Path]) -> Iterator[tuple[str, Any]]:
    seen = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(line, "a name is a text")
        if key.value in seen:
            raise Unreadable(line, f"{key.value!r} stands here twice")
        seen.add(key.value)
        lines[*path, key.value] = line
        yield key.value, _value(value, (*path, key.value), lines, blocks)


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if node.tag.startswith("!") or getattr(node, "style", None) is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if re.search(r"[.eE]", text) else int(text)
    return text
