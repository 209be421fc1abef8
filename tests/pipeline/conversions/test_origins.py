"""What each copy gave to the record it is part of."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.pipeline.conversions.copies import Copy
from onebyone.pipeline.conversions.merging import merge, origins
from pipeline.conversions.examples import a_copy
from pipeline.conversions.test_any_order import copies


def test_the_server_gives_the_money_and_the_browser_the_page() -> None:
    tag = a_copy(1, via="tag", order_id="A", value=900, currency="EUR", visitor=7, host="shop.example", path="/thanks")
    server = a_copy(2, via="server", order_id="A", value=950, currency="EUR", items='[{"id":1}]', properties={"a": "1"})
    image = a_copy(3, via="image", at_s=5, order_id="A", visitor=7, host="shop.example", properties={"b": "2"})
    gave = origins([Copy(one) for one in (tag, server, image)])
    assert gave[server.sighting] == ["value", "items", "order_id", "properties.a"]
    assert gave[tag.sighting] == ["host", "visitor"]
    assert gave[image.sighting] == ["properties.b"]


@given(st.lists(copies, min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=250, deadline=None, derandomize=True)
def test_what_a_copy_gave_is_what_the_record_says(rows: list[dict[str, Any]], chance: Any) -> None:
    held = [Copy(a_copy(number, **row)) for number, row in enumerate(rows, 1)]
    record, gave = merge(held), origins(held)
    for copy in held:
        for name in gave.get(copy.sighting, []):
            room, _, key = name.partition(".")
            mine, theirs = getattr(copy.event, room), getattr(record, room)
            if key:
                assert mine[key] == theirs[key]
            elif room == "permissions":  # the most restrictive of all that say something
                assert theirs & mine == theirs
            else:
                assert mine == theirs
    shuffled = chance.sample(held, len(held))
    assert origins(shuffled) == gave
