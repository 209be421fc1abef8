"""What a record gives up when its details are over, as the store's rows do: click ids, ids of ad platforms, and the
browser's own words (specs/consent-and-privacy.md 9)."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from onebyone.event import Conversion, Event
from onebyone.pipeline.conversions.copies import Copy
from onebyone.pipeline.conversions.records import read_record, write_record

MARKS = (b'"click_ids":', b'"browser_ids":', b'"user_agent":')  # of a conversion's line that holds any
_OF_STATISTICS = ("ga", "ga_session")  # as store/upkeep/clear_details_of_events.sql keeps
_LINE = msgspec.json.Decoder(Conversion)


def without_details(line: bytes, body: bytes) -> tuple[bytes, bytes]:
    """A conversion as JSON and what it is made of, both without them."""
    conversion = _LINE.decode(line)
    fresh = replace(conversion, event=_stripped(conversion.event))
    record = read_record(body)
    held = replace(
        record,
        copies=[_lighter(copy) for copy in record.copies],
        adjustments=[_lighter(copy) for copy in record.adjustments],
    )
    return msgspec.json.encode(fresh), write_record(held)


def _lighter(copy: Copy) -> Copy:
    return replace(copy, event=_stripped(copy.event))


def _stripped(event: Event) -> Event:
    ids = {name: id for name, id in event.browser_ids.items() if name in _OF_STATISTICS}
    return replace(event, click_ids={}, browser_ids=ids, user_agent="")
