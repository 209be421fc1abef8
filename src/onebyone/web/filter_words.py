"""The filters that are on, in words, and the link that takes each away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from onebyone.reports.filters import AMOUNT, FIELDS, ORDERS, PERSONS, ROWS, SESSIONS, Condition, own_name, takes
from onebyone.reports.own import OWN
from onebyone.reports.segment.write import in_line
from onebyone.web import countries
from onebyone.web.address import View

FIELD_NAMES: Mapping[str, str] = {
    "channel": "Channel", "source": "Source", "medium": "Medium", "campaign": "Campaign", "term": "Term",
    "content": "Content", "referrer": "Referrer",
    "landing": "Landing page", "page": "Page", "host": "Host", "event": "Event", "device": "Device",
    "browser": "Browser", "os": "System", "country": "Country", "region": "Region", "language": "Language",
    "consent": "Consent", "did": "Person did", "saw": "Person saw page",
    "order": "Order", "currency": "Currency of the order", "value": "Order net", "via": "Order seen by",
    "matched": "Order joined by", "flag": "Noticed on the order",
    "destination": "Order accepted by", "delivery": "State of a delivery", "visitor": "Visitor", "person": "Person",
}  # fmt: skip
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "How they came": ("channel", "source", "medium", "campaign", "term", "content", "referrer", "landing"),
    "What they did": ("page", "host", "event", "did", "saw"),
    "What they ordered": tuple(ORDERS),
    "Who they are": ("device", "browser", "os", "country", "region", "language", "consent", "visitor", "person"),
}
_OF_PEOPLE = "Counted are these people on every browser known as theirs; what names nobody is left out."
OPERATOR_NAMES: Mapping[str, str] = {"=": "is", "!=": "is not", "~=": "contains", "!~=": "does not contain"}
BOUND_NAMES: Mapping[str, str] = {">=": "is at least", "<=": "is at most"}


class FilterChip(Struct, frozen=True):
    name: str
    op: str
    value: str
    without: str  # the address without it
    condition: Condition


def chips(view: View) -> list[FilterChip]:
    return [_chip(view, one) for one in view.filters]


def field_name(field: str) -> str:
    """As a reader calls it: a property by what it says of a person."""
    return FIELD_NAMES.get(field) or f"Person told {own_name(field)}"


def _are_deeds(fields: Collection[str]) -> bool:
    return any(one in PERSONS or one == "person" or own_name(one) for one in fields)


def field_groups(fields: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The fields with their names, in groups that a reader can find one in."""
    groups = {name: [(one, FIELD_NAMES[one]) for one in members if one in fields] for name, members in _GROUPS.items()}
    if takes(fields, f"{OWN}x"):
        groups["What they did"] = [*groups["What they did"], (OWN, "Own property")]
    return {name: members for name, members in groups.items() if members}


def note(view: View) -> str:
    """What a reader must know of numbers that are narrowed by the visitor, "" without any such filter."""
    fields = {one.field for one in view.conditions}
    if set(FIELDS) - set(view.narrows.fields):
        return ""  # of pages without sessions
    if fields & ORDERS.keys():
        return "Orders are those alone; whatever else is counted is of the people who placed them."
    if fields & SESSIONS.keys():
        return "Views and orders are of visitors with such a session; tables of sessions count an order with its own."
    if fields & ROWS.keys():
        return "Sessions are those of visitors seen so in the period."
    if _are_deeds(fields) or view.rule is not None:
        return _OF_PEOPLE
    return ""


def note_of_orders(view: View) -> str:
    """The same where only orders and the like are counted."""
    fields = {one.field for one in view.conditions}
    if fields & SESSIONS.keys():
        return "Those of visitors with such a session in the period."
    return _OF_PEOPLE if _are_deeds(fields) or view.rule is not None else ""


def segment_words(view: View) -> str:
    """What the segment of the address narrows by, "" without one."""
    if view.rule is not None:
        return f"People who {in_line(view.rule)}"
    return in_words(view.segment.filters) if view.segment else ""


def in_words(conditions: Collection[Condition]) -> str:
    return ", ".join(f"{field_name(one.field)} {_operator(one)} {_values(one)}" for one in conditions)


def operators(fields: Collection[str]) -> Mapping[str, str]:
    """Those of a form: amounts are compared with one number."""
    return {**OPERATOR_NAMES, **(BOUND_NAMES if AMOUNT in fields else {})}


def _operator(one: Condition) -> str:
    return OPERATOR_NAMES.get(one.op) or BOUND_NAMES[one.op]


def _chip(view: View, one: Condition) -> FilterChip:
    return FilterChip(field_name(one.field), _operator(one), _values(one), view.widened(one), one)


def _values(one: Condition) -> str:
    named = countries.NAMES if one.field == "country" and "~" not in one.op else {}
    return " or ".join(named.get(value, value) or "not set" for value in one.values)
