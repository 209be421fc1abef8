"""Whether a document is one that a browser can execute: every reason against it, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import regex
from msgspec import Struct

from onebyone.tags.container.builtin import TRIGGERS, VARIABLES
from onebyone.tags.container.document import Condition, Container, Tag, Trigger, Variable
from onebyone.tags.container.javascript import script_fault
from onebyone.tags.container.reading import Path, Problem, Text, Unreadable, read_text
from onebyone.tags.container.templates import templates

REFERENCE = re.compile(r"\{\{([^{}]+)\}\}")
_KINDS: Mapping[str, type[Struct]] = {"variables": Variable, "triggers": Trigger, "tags": Tag}
_NOT_JAVASCRIPT = re.compile(r"\(\?(?![:=!]|<[=!A-Za-z_$])|[*+?}]\+|(?:[\^$]|\\[bB])(?:[*+?]|\{\d+(?:,\d*)?\})")
_PIECE = re.compile(r"\\[^bB]|\[(?:\\.|[^\]\\])*\]", re.S)  # of a pattern: an escape, or a class
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "data_layer": ("name",), "global": ("name",), "cookie": ("name",), "permission": ("name",),
    "element": ("selector",), "visibility": ("selector",), "lookup": ("input",), "regex_table": ("input",),
    "javascript": ("code",),
    "event": (), "timer": ("every_ms",), "group": ("triggers",),
}  # fmt: skip
_ONLY_OF: Mapping[str, tuple[str, ...]] = {
    "unless_prevented": ("click", "link_click", "form_submit"), "start": ("scroll", "video"),
    "capture": ("video",), "progress": ("video",), "add_api": ("video",),
}  # fmt: skip


class Refused(Exception):
    """The document is refused for these reasons."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def read_container(text: str) -> Container:
    """Raises Refused."""
    try:
        read = read_text(text)
    except Unreadable as error:
        raise Refused([error.problem]) from error
    made, problems = _convert(read)
    if not problems:
        problems = [Problem(read.line_of(path), _dotted(path), why) for path, why in _wrong(made)]
        problems += _wrong_scripts(read, made)
    if problems:
        raise Refused(sorted(set(problems)))
    return made


def references(value: object) -> Iterator[str]:
    """Names of the variables in every text of it."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from references(each)
    elif isinstance(value, Struct):
        yield from references([getattr(value, name) for name in value.__struct_fields__])


def _convert(read: Text) -> tuple[Container, list[Problem]]:
    """Part by part, so that each mistake is told, with its own line."""
    problems: list[Problem] = []
    parts: dict[str, Any] = {}
    whole = read.value if isinstance(read.value, dict) else {"": read.value}
    for key, value in whole.items():
        if key in _KINDS and isinstance(value, dict):
            parts[key] = {}
            for name, raw in value.items():
                made, problem = _one(read, (key, name), raw)
                problems += problem
                parts[key][name] = made
        elif value is not None if key in _KINDS else (key, value) != ("container", 1):
            reason = "a document holds `container: 1`, and `variables`, `triggers` and `tags` by name"
            problems.append(Problem(read.line_of((key,)), key, reason))
    return (Container() if problems else Container(**parts)), problems


def _one(read: Text, path: Path, raw: object) -> tuple[Struct | None, list[Problem]]:
    try:
        return msgspec.convert(raw, _KINDS[str(path[0])]), []
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `")
        inside: list[str | int] = [
            int(number) if number else name for name, number in re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", place)
        ]
        full = (*path, *inside)
        if unknown := re.search(r"unknown field `(.*)`", reason):
            full = (*full, unknown[1])
        return None, [Problem(read.line_of(full), _dotted(full), reason)]


def _wrong(made: Container) -> Iterator[tuple[Path, str]]:
    for name, variable in made.variables.items():
        yield from _wrong_variable(name, variable, made)
    for name, trigger in made.triggers.items():
        yield from _wrong_trigger(name, trigger, made)
    for name, tag in made.tags.items():
        yield from _wrong_tag(name, tag, made)
    yield from _cycles(
        "variables", {name: _used(each) + _used_in_code(each, made) for name, each in made.variables.items()}
    )
    yield from _cycles("triggers", {name: list(each.triggers) for name, each in made.triggers.items()})
    yield from _cycles("tags", {name: _sequence(each) for name, each in made.tags.items()})


def scripts_of(made: Container) -> Iterator[tuple[Path, str]]:
    """The document's own scripts: each is the body of a function."""
    for name, variable in made.variables.items():
        if variable.type == "javascript":
            yield ("variables", name, "code"), variable.code
    for name, tag in made.tags.items():
        if tag.type == "custom":
            yield ("tags", name, "settings", "code"), str(tag.settings.get("code") or "")


def _wrong_scripts(read: Text, made: Container) -> Iterator[Problem]:
    for path, code in scripts_of(made):
        known = REFERENCE.sub(lambda found: "v(0)" if found[1] in {**VARIABLES, **made.variables} else found[0], code)
        if fault := script_fault(known):
            lost = [f"; there is no variable {name!r}" for name in references(known)][:1]
            reason = f"line {fault.line} of the script: {fault.reason}{''.join(lost)}"
            yield Problem(read.line_in(path, fault.line), _dotted(path), reason)


def _used(variable: Variable) -> list[str]:
    """In code only what is there: other braces are JavaScript's."""
    return list(references([variable.value, variable.source, variable.input, [r.value for r in variable.rows]]))


def _used_in_code(variable: Variable, made: Container) -> list[str]:
    return [name for name in references(variable.code) if name in made.variables]


def _sequence(tag: Tag) -> list[str]:
    return [after.tag for after in (tag.setup, tag.teardown) if after is not None]


def _wrong_variable(name: str, variable: Variable, made: Container) -> Iterator[tuple[Path, str]]:
    path: Path = ("variables", name)
    yield from _missing(path, variable.type, variable)
    if "{" in name or "}" in name:
        yield path, "a name has no braces"
    yield from _unknown(path, _used(variable), made)
    if variable.type == "regex_table":
        for place, row in enumerate(variable.rows):
            if reason := regex_problem(row.key):
                yield (*path, "rows", place, "key"), reason


def _wrong_trigger(name: str, trigger: Trigger, made: Container) -> Iterator[tuple[Path, str]]:
    path: Path = ("triggers", name)
    yield from _missing(path, trigger.on, trigger)
    if trigger.on == "event" and not trigger.event:
        yield path, "an event trigger needs `event`"
    if trigger.on == "scroll" and not (trigger.vertical or trigger.horizontal):
        yield path, "a scroll trigger needs `vertical` or `horizontal`"
    if trigger.on == "video" and not (trigger.capture or trigger.progress):
        yield path, "a video trigger needs `capture` or `progress`"
    for key in msgspec.to_builtins(trigger):
        if trigger.on not in _ONLY_OF.get(key, (trigger.on,)):
            yield (*path, key), f"{trigger.on} has no `{key}`: it is of {', '.join(_ONLY_OF[key])}"
    if trigger.unit == {"scroll": "seconds", "video": "pixels"}.get(trigger.on):
        yield (*path, "unit"), f"{trigger.on} is not measured in {trigger.unit}"
    if trigger.on == "timer" and 0 < trigger.every_ms < 50:
        yield (*path, "every_ms"), "a timer of less than 50 ms would be in the page's way"
    if trigger.regex and (reason := regex_problem(trigger.event)):
        yield (*path, "event"), reason
    for key in ("when", "enable_when"):
        for place, condition in enumerate(getattr(trigger, key)):
            yield from _wrong_condition((*path, key, place), condition, made)
    for place, each in enumerate(trigger.triggers):
        if each not in made.triggers and each not in TRIGGERS:
            yield (*path, "triggers", place), f"there is no trigger {each!r}"


def _wrong_condition(path: Path, condition: Condition, made: Container) -> Iterator[tuple[Path, str]]:
    yield from _unknown((*path, "value"), references(condition.value), made)
    yield from _unknown((*path, "to"), references(condition.to), made)
    fixed = not list(references(condition.to))
    if condition.operator == "matches_regex" and fixed and (reason := regex_problem(str(condition.to))):
        yield (*path, "to"), reason


def _wrong_tag(name: str, tag: Tag, made: Container) -> Iterator[tuple[Path, str]]:
    path: Path = ("tags", name)
    template = templates().get(tag.type)
    if template is None:
        yield (*path, "type"), f"there is no template {tag.type!r}"
    else:
        for key in template.required:
            if tag.settings.get(key) in (None, ""):
                yield (*path, "settings"), f"{template.title} needs the setting `{key}`"
        for key in tag.settings:
            if key not in (*template.required, *template.optional):
                yield (*path, "settings", key), f"{template.title} has no setting `{key}`"
    for key in ("fire_on", "except_on"):
        for place, each in enumerate(getattr(tag, key)):
            if each not in made.triggers and each not in TRIGGERS:
                yield (*path, key, place), f"there is no trigger {each!r}"
    for part, after in (("setup", tag.setup), ("teardown", tag.teardown)):
        if after is not None and after.tag not in made.tags:
            yield (*path, part, "tag"), f"there is no tag {after.tag!r}"
    for key, value in tag.settings.items():
        if (tag.type, key) != ("custom", "code"):  # its braces are JavaScript
            yield from _unknown((*path, "settings", key), references(value), made)


def _missing(path: Path, kind: str, part: Struct) -> Iterator[tuple[Path, str]]:
    for key in _NEEDED.get(kind, ()):
        if hasattr(part, key) and not getattr(part, key):
            yield path, f"{kind} needs `{key}`"


def _unknown(path: Path, names: Iterator[str] | list[str], made: Container) -> Iterator[tuple[Path, str]]:
    for name in names:
        if name not in made.variables and name not in VARIABLES:
            yield path, f"there is no variable {name!r}"


def _cycles(kind: str, edges: Mapping[str, list[str]]) -> Iterator[tuple[Path, str]]:
    """One for each part that leads back to itself."""
    for start in edges:
        waiting: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
        seen: set[str] = set()
        while waiting:
            at, way = waiting.pop()
            for following in edges.get(at, ()):
                if following == start:
                    yield (kind, start), f"a cycle: {' → '.join((*way, start))}"
                    waiting = []
                    break
                if following not in seen:
                    seen.add(following)
                    waiting.append((following, (*way, following)))


def regex_problem(pattern: str) -> str:
    """Why a browser would not take it as a regular expression, or ""."""
    if found := _NOT_JAVASCRIPT.search(_PIECE.sub("x", pattern)):
        return f"invalid regex: {found[0]!r} is not of JavaScript"
    try:
        regex.compile(pattern)
    except regex.error as error:
        return f"invalid regex: {error}"
    return ""


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
