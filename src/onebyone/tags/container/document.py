"""The container document: tags, triggers and variables by their names, which refer to one another by name.

A text may hold `{{Name}}` of a variable; a text that is nothing else gives the variable's own value.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct, field

Scalar = str | int | float | bool | None
On = Literal[
    "consent_init", "init", "page_view", "dom_ready", "window_loaded", "event", "click", "link_click", "form_submit",
    "history_change", "js_error", "timer", "scroll", "visibility", "video", "group",
]  # fmt: skip
Operator = Literal[
    "equals", "contains", "starts_with", "ends_with", "matches_regex", "greater", "greater_or_equals", "less",
    "less_or_equals", "matches_css",
]  # fmt: skip
VariableType = Literal[
    "constant", "data_layer", "global", "cookie", "url", "referrer", "element", "lookup", "regex_table", "random",
    "event", "container_version", "container_id", "undefined", "javascript", "permission",
    "event_id", "event_element", "visibility", "debug",
]  # fmt: skip
PermissionName = Literal["functional", "personalize_site", "analytics", "ads_storage", "ads_share", "ads_personalize"]
VideoStatus = Literal["start", "pause", "complete"]
Component = Literal["url", "protocol", "host", "port", "path", "query", "extension", "fragment"]


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Unknown fields are refused: a misspelt one would be ignored in silence."""


class _Part(_Strict, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in the document under a name: a browser gets neither of these."""

    notes: str = ""
    folder: str = ""


class Condition(_Strict, frozen=True):
    """`value` is to `to` as `is` says."""

    value: str
    operator: Operator = field(name="is")
    to: Scalar = ""
    negated: bool = field(name="not", default=False)
    ignore_case: bool = False


class Trigger(_Part, frozen=True):
    """True on its kind of message when all of its conditions are."""

    on: On
    event: str = ""  # of "event": its name, or with `regex` a pattern; of "timer": what its messages are called
    regex: bool = False
    when: tuple[Condition, ...] = ()
    enable_when: tuple[Condition, ...] = ()  # of listeners: asked once, when they begin
    unless_prevented: bool = False  # of clicks and forms: not where the page itself holds back what would follow
    start: Literal["container", "dom_ready", "window_loaded"] = "container"  # of "scroll" and "video"
    every_ms: int = 0  # of "timer"
    limit: int = 0  # of "timer"; 0 is no limit
    vertical: tuple[float, ...] = ()  # of "scroll"
    horizontal: tuple[float, ...] = ()
    unit: Literal["percent", "pixels", "seconds"] = "percent"  # of "scroll" and of the `progress` of "video"
    selector: str = ""  # of "visibility"
    ratio: float = 50  # per cent of the element
    duration_ms: int = 0  # seen for so long, in all
    frequency: Literal["once", "once_per_element", "many_per_element"] = "once"
    watch_dom: bool = False  # elements that come later count, too; of "visibility" and of YouTube's frames
    capture: tuple[VideoStatus, ...] = ()  # of "video"
    progress: tuple[float, ...] = ()
    add_api: bool = False  # loads YouTube's frames again with `enablejsapi=1`, without which they say nothing
    triggers: tuple[str, ...] = ()  # of "group": all of them, once a page


class Format(_Strict, frozen=True):
    """What becomes of a variable's value at last, in this order."""

    case: Literal["", "lower", "upper"] = ""
    null_to: Scalar | msgspec.UnsetType = msgspec.UNSET
    undefined_to: Scalar | msgspec.UnsetType = msgspec.UNSET
    true_to: Scalar | msgspec.UnsetType = msgspec.UNSET
    false_to: Scalar | msgspec.UnsetType = msgspec.UNSET
    number: bool = False
    boolean: bool = False


class Row(_Strict, frozen=True):
    key: str
    value: Scalar = ""


class Variable(_Part, frozen=True):
    type: VariableType
    value: Any = msgspec.UNSET  # of "constant"
    name: str = ""  # of data_layer, global, cookie and permission
    version: Literal[1, 2] = 2  # of data_layer: 1 is the last message's own key, 2 the merged model by a dotted path
    default: Scalar | msgspec.UnsetType = msgspec.UNSET
    decode: bool = False  # of cookie
    component: Component = "url"
    query: str | tuple[str, ...] = ""  # of several the first one that is there
    strip_www: bool = False
    source: str = ""  # of url: another address than the page's
    selector: str = ""  # of element and visibility
    attribute: str = ""  # of element, and of event_element: the one that was clicked, sent or seen; its text if empty
    ratio: float = 0  # of visibility: whether so much of it is seen; without, how much is, in per cent
    input: str = ""  # of lookup and regex_table
    rows: tuple[Row, ...] = ()
    full_match: bool = True
    ignore_case: bool = True
    replace: bool = True  # of regex_table: `$1` in a value is what the pattern caught
    code: str = ""  # of javascript: the body of a function, which returns the value
    format: Format = Format()


class After(_Strict, frozen=True):
    """A tag before or after another one."""

    tag: str
    must_succeed: bool = False


class Schedule(_Strict, frozen=True):
    start_ms: int = 0  # unix milliseconds by the browser's clock
    end_ms: int = 0


class Consent(_Strict, frozen=True):
    """Which permissions a tag needs, all of them. Without `needs` its template says."""

    needs: tuple[PermissionName, ...] | msgspec.UnsetType = msgspec.UNSET
    wait: bool = False  # fires once after a later grant, with what the message held


class Tag(_Part, frozen=True):
    type: str  # a file of templates/
    fire_on: tuple[str, ...] = ()
    except_on: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    priority: int = 0  # higher ones start first
    limit: Literal["unlimited", "once_per_event", "once_per_page"] = "once_per_event"
    schedule: Schedule = Schedule()
    paused: bool = False
    setup: After | None = None
    teardown: After | None = None
    consent: Consent = Consent()


class Container(_Strict, frozen=True):
    format: Literal[1] = field(name="container", default=1)
    variables: dict[str, Variable] = {}
    triggers: dict[str, Trigger] = {}
    tags: dict[str, Tag] = {}


def schema() -> dict[str, Any]:
    """The document's JSON Schema."""
    made: dict[str, Any] = msgspec.json.schema(Container)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "onebyone container", **made}
