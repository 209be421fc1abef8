"""Whether a text is the body of a JavaScript function, as a browser would say: nothing of it is executed.

One that does not parse would take the whole compiled file with it, and one that closes the function around it would
change what stands behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import esprima
from msgspec import Struct

_BEFORE, _BEHIND = "(function(value){", "\n})"
_FUNCTIONS = ("FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression")
_SCOPES = ("BlockStatement", "SwitchStatement", "StaticBlock")


class Fault(Struct, frozen=True):
    line: int  # of the body, from 1
    reason: str


def script_fault(body: str) -> Fault | None:
    """The first reason why it is none."""
    lines = body.count("\n") + 1
    try:
        read = esprima.parseScript(_BEFORE + body + _BEHIND, {"range": True, "loc": True})
        if not _is_one_function(read, len(_BEFORE + body + _BEHIND)):
            return Fault(lines, "it closes the function that is around it")
        return next(_twice(read.body[0].expression.body, ["value"]), None)
    except esprima.Error as error:
        reason = str(error.message).partition(": ")[2] or str(error.message)
        if error.lineNumber > lines:
            reason = "at its end something is still open, or was closed once too often"
        return Fault(min(error.lineNumber, lines), reason)
    except RecursionError:
        return Fault(1, "it is nested too deeply")


def _is_one_function(read: Any, length: int) -> bool:
    """Of the whole text."""
    statement, *more = read.body
    found = getattr(statement, "expression", None)
    return not more and found is not None and found.type == "FunctionExpression" and found.range == [1, length - 1]


def _twice(scope: Any, taken: Iterable[str]) -> Iterator[Fault]:
    """What the parser does not look at: names that `let`, `const` and `class` give a second time."""
    seen = {*taken, *_vars(scope), *(each.id.name for each in _statements(scope) if each.type == _FUNCTIONS[0])}
    for name, line in _declared(scope):
        if name in seen:
            yield Fault(line, f"{name!r} is declared twice")
        seen.add(name)
    for inner in _inside(scope):
        if inner.type in _FUNCTIONS:
            yield from _twice(inner.body, [name for each in inner.params for name in _names(each)])
        elif inner.type in _SCOPES:
            yield from _twice(inner, ())


def _inside(scope: Any) -> Iterator[Any]:
    """The nearest functions and blocks below it."""
    waiting = list(_children(scope))
    while waiting:
        node = waiting.pop(0)
        if node.type in (*_FUNCTIONS, *_SCOPES):
            yield node
        else:
            waiting += _children(node)


def _statements(scope: Any) -> list[Any]:
    if scope.type == "SwitchStatement":
        return [each for case in scope.cases for each in case.consequent]
    return list(scope.body) if isinstance(scope.body, list) else []


def _declared(scope: Any) -> Iterator[tuple[str, int]]:
    for node in _statements(scope):
        if node.type == "VariableDeclaration" and node.kind in ("let", "const"):
            for each in node.declarations:
                yield from ((name, node.loc.start.line) for name in _names(each.id))
        elif node.type == "ClassDeclaration":
            yield node.id.name, node.loc.start.line


def _vars(scope: Any) -> Iterator[str]:
    """Of `var`, which rises out of blocks, but not out of functions."""
    waiting = list(_children(scope))
    while waiting:
        node = waiting.pop()
        if node.type == "VariableDeclaration" and node.kind == "var":
            for each in node.declarations:
                yield from _names(each.id)
        if node.type not in _FUNCTIONS:
            waiting += _children(node)


def _names(pattern: Any) -> Iterator[str]:
    match pattern.type:
        case "Identifier":
            yield pattern.name
        case "AssignmentPattern":
            yield from _names(pattern.left)
        case "RestElement":
            yield from _names(pattern.argument)
        case "ArrayPattern":
            for each in pattern.elements:
                yield from _names(each) if each is not None else ()
        case "ObjectPattern":
            for each in pattern.properties:
                yield from _names(each if each.type == "RestElement" else each.value)


def _children(node: Any) -> Iterator[Any]:
    for value in vars(node).values():
        for each in value if isinstance(value, list) else [value]:
            if getattr(each, "type", None) is not None:
                yield each
