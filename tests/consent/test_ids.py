from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.consent.ids import Ids

some_ids = st.sets(st.integers(1, 400), max_size=60)


@given(some_ids)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_set_is_the_same_by_bits_and_by_ranges(ids: set[int]) -> None:
    by_bits = Ids.of_bits("".join("1" if id in ids else "0" for id in range(1, 401)))
    assert by_bits == Ids.of_ranges((id, id) for id in ids)
    assert [*by_bits] == sorted(ids)
    assert len(by_bits) == len(ids)
    assert {id for id in range(-1, 402) if id in by_bits} == ids


def test_ranges_may_come_in_any_order_and_touch_and_overlap() -> None:
    ids = Ids.of_ranges([(90, 91), (5, 6), (7, 7), (90, 90), (20, 30), (22, 25)])
    assert [*ids.ranges()] == [(5, 7), (20, 30), (90, 91)]


def test_no_bits_are_no_ids() -> None:
    assert Ids.of_bits("") == Ids() == Ids.of_ranges([])
    assert len(Ids()) == 0
