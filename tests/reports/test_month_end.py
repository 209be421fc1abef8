"""A copy behind midnight or the end of a month is merged at once: the partition is that of the first sight."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from onebyone.event import Conversion
from onebyone.reports.catalogue import Reports
from onebyone.store import Param
from onebyone.store.engine import Embedded
from onebyone.store.flat import flat
from store.rows import an_event, conversions_of

_AROUND: dict[str, Param] = {"site": "s1", "traffic": "people", "from": datetime(2026, 11, 1, tzinfo=UTC)}
BEFORE, AFTER = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, 0, 0, 2, tzinfo=UTC)


def put(store: Embedded, one: Conversion, token: str) -> None:
    store.insert("conversions", [flat(msgspec.json.encode(one))], token)


def test_versions_on_both_sides_of_a_months_end_are_one_record_at_once(store: Embedded) -> None:
    """The copy that arrives second happened before midnight, so the record moves into the month before."""
    late = an_event(1, name="purchase", via="server", at=AFTER, order_id="A", value=500, currency="EUR")
    (first,) = conversions_of([late])
    second = replace(first, version=2, copies=2, event=replace(late, at=BEFORE, day=BEFORE.date()))
    put(store, first, "one")
    put(store, second, "two")
    put(store, first, "one again")
    reports = Reports(store)
    whole = _AROUND | {"to": datetime(2027, 1, 1, tzinfo=UTC)}
    assert [row["counted"] for row in reports.run_dicts("conversion_totals", **whole)] == [1]
    december = whole | {"from": datetime(2026, 12, 1, tzinfo=UTC)}
    assert reports.run_dicts("conversion_totals", **december) == []
    assert first.first_day == second.first_day == AFTER.date()
