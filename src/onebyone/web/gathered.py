"""The record of a conversion on its Fate page: what its copies say together, and which of them gave what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from onebyone.event import Conversion
from onebyone.pipeline.conversions.merging import origins
from onebyone.pipeline.conversions.records import read_record
from onebyone.state.conversions import Conversions
from onebyone.web import numbers, words
from onebyone.web.desk import Row

_MERGED = (
    "value", "currency", "tax", "shipping", "coupon", "event_id", "host", "path", "title", "referrer", "channel",
    "source", "medium", "campaign", "properties", "language", "country",
)  # fmt: skip
_FIELDS: Mapping[str, str] = {
    "value": "value", "items": "items", "coupon": "coupon", "order_id": "order id", "host": "page",
    "referrer": "referrer", "language": "language", "channel": "channel and campaign", "browser": "browser and device",
    "country": "country", "visitor": "visitor", "event_id": "event id", "user_agent": "user agent",
    "user_id": "user id", "permissions": "consent",
}  # fmt: skip
_MOST = 12  # names in one sentence


class Gathered(Struct, frozen=True):
    """`merged`: the record's own words by column. `since`: what became of it, as name and text. `gave`: words by the
    sighting that gave them."""

    merged: dict[str, Any]
    since: list[tuple[str, str]]
    gave: dict[str, list[str]]
    copies: frozenset[str]

    def of(self, row: Row) -> str:
        """What this copy added, in a sentence; "" for what is none of several."""
        sighting = f"{row['hit']}/{row['n']}"
        if sighting not in self.copies or len(self.copies) < 2:
            return ""
        names = list(dict.fromkeys(map(_name, self.gave.get(sighting, []))))
        if not names:
            return "It added nothing to the record."
        more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        return f"The record has its {_listed(names[:_MOST], closed=not more)}{more} from here."


def gather(conversions: Conversions, site: str, events: Iterable[Row]) -> Gathered | None:
    """The record of the first of these events that has one. Raises StateUnavailable."""
    id = next((row["conversion"] for row in events if row.get("conversion")), "")
    found, body = (conversions.get(site, id), conversions.body(site, id)) if id else (None, None)
    if found is None or body is None:
        return None
    copies = read_record(body).copies
    return Gathered(
        merged={name: getattr(found.event, name) for name in _MERGED},
        since=_since(found),
        gave=origins(copies),
        copies=frozenset(copy.sighting for copy in copies),
    )


def _since(one: Conversion) -> list[tuple[str, str]]:
    currency = one.event.currency
    changed = one.refunded or one.net != one.event.value
    pairs = [
        ("Refunded", numbers.money(one.refunded, currency) if one.refunded else ""),
        ("Net", numbers.money(one.net, currency) if changed else ""),
        ("Status", one.status if one.status != "counted" else ""),
        ("Noticed", ", ".join(dict.fromkeys(words.of_flag(flag.partition(":")[0]).title for flag in one.flags))),
    ]
    return [(name, text) for name, text in pairs if text]


def _name(field: str) -> str:
    room, _, key = field.partition(".")
    if not key:
        return _FIELDS.get(field, field)
    return f"hashed {key}" if room == "identifiers" else key


def _listed(names: Sequence[str], *, closed: bool) -> str:
    if len(names) < 2 or not closed:
        return ", ".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
