"""The filters that are on, in words, and the link that takes each away."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.reports.filters import PERSONS, ROWS, SESSIONS, Condition
from onebyone.web.address import View

FIELD_NAMES: Mapping[str, str] = {
    "channel": "Channel", "source": "Source", "medium": "Medium", "campaign": "Campaign", "referrer": "Referrer",
    "landing": "Landing page", "page": "Page", "host": "Host", "event": "Event", "device": "Device",
    "browser": "Browser", "os": "System", "country": "Country", "region": "Region", "language": "Language",
    "consent": "Consent", "did": "Visitor did", "saw": "Visitor saw page",
}  # fmt: skip
OPERATOR_NAMES: Mapping[str, str] = {"=": "is", "!=": "is not", "~=": "contains", "!~=": "does not contain"}


class FilterChip(Struct, frozen=True):
    name: str
    op: str
    value: str
    without: str  # the address without it


def chips(view: View) -> list[FilterChip]:
    return [_chip(view, one) for one in view.filters]


def note(view: View) -> str:
    """What a reader must know of numbers that are narrowed by the visitor, "" without any such filter."""
    if any(one.field in SESSIONS for one in view.filters):
        return "Views and orders are of visitors with such a session; tables of sessions count an order with its own."
    if any(one.field in ROWS for one in view.filters):
        return "Sessions are those of visitors seen so in the period."
    if any(one.field in PERSONS for one in view.filters):
        return "Only what has a visitor is counted."
    return ""


def _chip(view: View, one: Condition) -> FilterChip:
    values = " or ".join(value or "not set" for value in one.values)
    return FilterChip(FIELD_NAMES[one.field], OPERATOR_NAMES[one.op], values, view.widened(one))
