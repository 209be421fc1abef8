"""A document as the one file that browsers get: its data, its functions, and the parts that are in use.

The same document gives the same bytes. What no tag leads to is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.tags.container.builtin import TRIGGERS, VARIABLES
from onebyone.tags.container.check import REFERENCE, references
from onebyone.tags.container.document import Condition, Container, Tag, Trigger, Variable
from onebyone.tags.container.templates import templates

NAME = "onebyone_container"  # where the script takes the container
_DIST = Path(__file__).parents[1] / "dist"
_MESSAGES = {
    "consent_init": "gtm.init_consent", "init": "gtm.init", "page_view": "gtm.js", "dom_ready": "gtm.dom",
    "window_loaded": "gtm.load", "click": "gtm.click", "link_click": "gtm.linkClick",
    "form_submit": "gtm.formSubmit", "history_change": "gtm.historyChange", "js_error": "gtm.pageError",
    "timer": "gtm.timer", "scroll": "gtm.scrollDepth", "visibility": "gtm.elementVisibility",
    "video": "gtm.video", "group": "gtm.triggerGroup",
}  # fmt: skip
_LISTENERS = {
    "click": "clicks", "link_click": "clicks", "form_submit": "clicks", "history_change": "history",
    "js_error": "errors", "timer": "timer", "scroll": "scroll", "visibility": "visibility",
    "video": "video",
}  # fmt: skip
_ORIGIN = re.compile(r"https?://[^/?#\\{}@\s;,']+(?=[/?#]|$)", re.I)
_KINDS = {
    "url": "kind_url", "referrer": "kind_url", "visibility": "kind_visibility", "regex_table": "kind_regex_table",
}  # fmt: skip


class Compiled(Struct, frozen=True):
    hash: str
    file: bytes
    parts: tuple[str, ...]  # files of dist/ that are in it


class _Places(Struct, frozen=True):
    """Where each part that is in use stands in its list."""

    tags: Mapping[str, int]
    triggers: Mapping[str, int]
    variables: Mapping[str, int]


def compile_container(made: Container, *, site: str, number: int, layer: str = "dataLayer") -> Compiled:
    """Of a document that was checked."""
    tags = _tags_in_use(made)
    triggers = _triggers_in_use(made, tags)
    variables = _variables_in_use(made, tags, triggers)
    places = _Places(_places(tags), _places(triggers), _places(variables))
    code: list[str] = []
    types = sorted({tag.type for tag in tags.values()})
    data: dict[str, Any] = {
        "name": NAME,
        "id": site,
        "version": number,
        "layer": layer,
        "scripts": sorted({script for each in types for script in templates()[each].scripts}),
        "variables": [_variable(name, each, places, code) for name, each in variables.items()],
        "triggers": [_trigger(name, each, places) for name, each in triggers.items()],
        "tags": [_tag(name, each, places, code) for name, each in tags.items()],
        "listeners": [[_LISTENERS[t.on], i] for i, t in enumerate(triggers.values()) if t.on in _LISTENERS],
    }
    listeners = sorted({f"listen_{part}" for part, _ in data["listeners"]})
    kinds = sorted({_KINDS[each.type] for each in variables.values() if each.type in _KINDS})
    parts = (*listeners, *kinds, *types, "container_runtime")
    head = f"const CONTAINER={_script_json(data)},TEMPLATES={{}},LISTENERS={{}},KINDS={{}},CODE=[{','.join(code)}];"
    file = f"{{{head}{''.join(map(_built, parts))}}}\n".encode()
    return Compiled(hashlib.sha256(file).hexdigest()[:20], file, parts)


def integrity_of(file: bytes) -> str:
    """What an element's `integrity` says of it (W3C Subresource Integrity)."""
    return f"sha256-{b64encode(hashlib.sha256(file).digest()).decode()}"


def csp_of(made: Container) -> dict[str, list[str]]:
    """What the tags of a document add to a page's policy, by directive."""
    found: dict[str, set[str]] = {}
    for tag in _tags_in_use(made).values():
        for directive, sources in templates()[tag.type].csp.items():
            found.setdefault(f"{directive}-src", set()).update(sources)
        if tag.type == "image" and (origin := _origin(str(tag.settings["url"]), made)):
            found.setdefault("img-src", set()).add(origin)
    return {directive: sorted(found[directive]) for directive in sorted(found)}


def _origin(url: str, made: Container) -> str:
    """Where an image comes from; "" where only a browser knows, or where it is the page's own."""
    constants = {name: each.value for name, each in made.variables.items() if each.type == "constant"}
    known = REFERENCE.sub(lambda found: str(constants.get(found[1], found[0])), url)
    start = _ORIGIN.match(known)
    return start[0].lower() if start else ""


def needs_of(tag: Tag) -> tuple[str, ...]:
    """The permissions without which it does not run."""
    needs = tag.consent.needs
    return templates()[tag.type].consent if needs is msgspec.UNSET else tuple(needs)


def _tags_in_use(made: Container) -> dict[str, Tag]:
    """In the order in which they start."""
    live = {name: tag for name, tag in made.tags.items() if not tag.paused}
    reached: set[str] = set()
    waiting = [name for name, tag in live.items() if tag.fire_on]
    while waiting:
        name = waiting.pop()
        if name in live and name not in reached:
            reached.add(name)
            waiting += [after.tag for after in (live[name].setup, live[name].teardown) if after is not None]
    return {name: live[name] for name in sorted(reached, key=lambda n: (-live[n].priority, list(live).index(n)))}


def _triggers_in_use(made: Container, tags: Mapping[str, Tag]) -> dict[str, Trigger]:
    known = {**TRIGGERS, **made.triggers}
    names = [name for tag in tags.values() for name in (*tag.fire_on, *tag.except_on)]
    reached: dict[str, Trigger] = {}
    while names:
        name = names.pop(0)
        if name not in reached:
            reached[name] = known[name]
            names += known[name].triggers
    return reached


def _variables_in_use(made: Container, tags: Mapping[str, Tag], triggers: Mapping[str, Trigger]) -> dict[str, Variable]:
    known = {**VARIABLES, **made.variables}
    names = list(references([tag.settings for tag in tags.values()]))
    names += references([[*each.when, *each.enable_when] for each in triggers.values()])
    reached: dict[str, Variable] = {}
    while names:
        name = names.pop(0)
        if name not in reached and name in known:
            reached[name] = known[name]
            names += references(known[name])
    return reached


def _places(parts: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(parts)}


def _variable(name: str, variable: Variable, places: _Places, code: list[str]) -> dict[str, Any]:
    made = _without_words(msgspec.to_builtins(variable))
    made["title"] = name
    for key in ("value", "input", "source"):
        if key in made:
            made[key] = _text(made[key], places)
    for row in made.get("rows", ()):
        row["value"] = _text(row.get("value", ""), places)
    if variable.type == "javascript":
        made["code"] = _add_code(variable.code, places, code)
    return made


def _trigger(name: str, trigger: Trigger, places: _Places) -> dict[str, Any]:
    made = _without_words(msgspec.to_builtins(trigger))
    made |= {"title": name, "event": trigger.event or _MESSAGES.get(trigger.on, "")}
    if trigger.on == "video":
        made["capture"] = trigger.capture
    for key in ("when", "enable_when"):
        if key in made:
            made[key] = [_condition(each, places) for each in getattr(trigger, key)]
    if trigger.triggers:
        made["members"] = [places.triggers[each] for each in trigger.triggers]
        del made["triggers"]
    if trigger.on in _LISTENERS or trigger.on == "group":
        made["own"] = True
    return made


def _without_words(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if key not in ("notes", "folder")}


def _condition(condition: Condition, places: _Places) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(condition)
    return {**made, "value": _text(condition.value, places), "to": _text(condition.to, places)}


def _tag(name: str, tag: Tag, places: _Places, code: list[str]) -> dict[str, Any]:
    settings = dict(tag.settings)
    if tag.type == "custom":
        script = str(settings["code"])
        settings["code"] = _add_code(script, places, code)
        if tag.consent.wait:  # asked for when its message is there, not when the script runs at last
            settings["uses"] = [f"{{{{{each}}}}}" for each in references(script) if each in places.variables]
    made: dict[str, Any] = {
        "title": name,
        "type": tag.type,
        "vendor": templates()[tag.type].vendor,
        "fire_on": [places.triggers[each] for each in tag.fire_on],
        "except_on": [places.triggers[each] for each in tag.except_on],
        "settings": _text(settings, places),
        "limit": {"once_per_event": "", "once_per_page": "page", "unlimited": "unlimited"}[tag.limit],
        "consent": needs_of(tag),
    }
    if tag.consent.wait:
        made["wait"] = True
    if tag.schedule.start_ms or tag.schedule.end_ms:
        made["schedule"] = {"start": tag.schedule.start_ms, "end": tag.schedule.end_ms}
    for key, after in (("setup", tag.setup), ("teardown", tag.teardown)):
        if after is not None and after.tag in places.tags:
            made[key] = [places.tags[after.tag], after.must_succeed]
    return made


def _text(value: Any, places: _Places) -> Any:
    """Texts with references become `{"$": [text, number of a variable, …]}`."""
    if isinstance(value, str):
        parts = list(_cut(value, places))
        return {"$": parts} if any(isinstance(part, int) for part in parts) else value
    if isinstance(value, Mapping):
        return {key: _text(each, places) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_text(each, places) for each in value]
    return value


def _cut(text: str, places: _Places) -> Iterator[str | int]:
    for place, part in enumerate(REFERENCE.split(text)):
        if place % 2:
            yield places.variables[part]
        elif part:
            yield part


def _add_code(text: str, places: _Places, code: list[str]) -> int:
    """The number of a function of that body, in which `{{Name}}` is the variable's value."""
    body = REFERENCE.sub(
        lambda found: f"value({places.variables[found[1]]})" if found[1] in places.variables else found[0], text
    )
    code.append(f"function(value){{{body}\n}}")
    return len(code) - 1


@cache
def _built(name: str) -> str:
    return (_DIST / f"{name}.js").read_text(encoding="ascii").strip()


def _script_json(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
