"""What is left of a record when its details are over."""

from __future__ import annotations

from typing import Any

import msgspec

from onebyone.event import Conversion
from onebyone.pipeline.conversions.copies import Copy
from onebyone.pipeline.conversions.details import MARKS, without_details
from onebyone.pipeline.conversions.records import read_record, settle, write_record
from store.rows import an_event

HELD: dict[str, Any] = {
    "click_ids": {"gclid": "a-click"}, "browser_ids": {"fbp": "fb.1.2.3", "ga": "1.2", "ttp": "t"},
    "user_agent": "Mozilla/5.0",
}  # fmt: skip


def test_click_ids_ids_of_ad_platforms_and_the_browsers_words_go_and_the_rest_stays() -> None:
    event = an_event(1, name="purchase", order_id="A", value=500, currency="EUR", **HELD)
    (record,) = settle([], Copy(event=event))
    conversion = Conversion(
        site=event.site, first_day=event.day, id=record.seat.id, version=3, first_received_at=event.received_at,
        updated_at=event.received_at, event=event, copies=1,
    )  # fmt: skip
    line = msgspec.json.encode(conversion)
    assert all(mark in line for mark in MARKS)
    light, body = without_details(line, write_record(record))
    for gone in (b"a-click", b"fb.1.2.3", b"Mozilla"):
        assert gone not in light and gone not in body
    after = msgspec.json.decode(light, type=Conversion)
    assert (after.version, after.event.order_id, after.event.browser_ids) == (3, "A", {"ga": "1.2"})
    assert read_record(body).copies[0].event.value == 500
    assert without_details(light, body) == (light, body)
