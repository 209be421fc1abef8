"""A conversion as a row: the columns of its table, from the line of the log."""

from __future__ import annotations

from typing import Any

import msgspec

from onebyone.event import Conversion, Via

_CONVERSION = msgspec.json.Decoder(Conversion)
_JSON = msgspec.json.Encoder()
_OF_RECORD = (
    "site", "first_day", "id", "version", "first_received_at", "updated_at", "status", "joined_to", "vias", "copies",
    "matched_by", "gross", "refunded", "net",
)  # fmt: skip
_OF_EVENT = (
    "at", "hit", "n", "name", "event_id", "visitor", "user_id", "host", "path", "referrer_host", "language", "channel",
    "source", "medium", "campaign", "term", "content", "click_ids", "browser", "browser_version", "os", "device",
    "country", "actor", "reasons", "order_id", "value", "currency", "coupon", "tax", "shipping", "permissions",
    "consent_source", "region",
)  # fmt: skip


def flat(line: bytes) -> bytes:
    """Raises msgspec.DecodeError or UnicodeDecodeError for what is no conversion."""
    one = _CONVERSION.decode(line)
    row: dict[str, Any] = {name: getattr(one, name) for name in _OF_RECORD}
    row |= {name: getattr(one.event, name) for name in _OF_EVENT}
    row["flags"] = sorted({*one.flags, *one.event.flags})
    row["in_browser"] = Via.TAG in one.vias or Via.IMAGE in one.vias
    row["in_server"] = Via.SERVER in one.vias
    if one.confirmed_at is not None:
        row["confirmed_at"] = one.confirmed_at
    if one.booked:
        row["booked"] = one.booked  # else the table books it all on its own day
    return _JSON.encode(row)
