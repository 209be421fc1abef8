from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onebyone.pipeline.behaviour import (
    ALIVE,
    EQUAL_INTERVALS,
    MANY_VIEWS,
    NEW,
    NO_ENGAGEMENT,
    TRAP,
    TRAPPED,
    VIEW,
    Behaviour,
)

_UNEVEN = [0, 900, 2_600, 3_100, 5_300, 9_000, 9_700, 13_000]


def test_the_thirty_first_view_of_a_minute_is_one_too_many_and_so_is_no_other() -> None:
    wide, close = Behaviour(), Behaviour()
    assert not any(wide.see("a", n * 2_000 + n % 2 * 90, VIEW) & MANY_VIEWS for n in range(31))
    said = [close.see("a", n * 1_900 + n % 3 * 90, VIEW) & MANY_VIEWS for n in range(31)]
    assert [bool(one) for one in said] == [False] * 30 + [True]


def test_views_that_come_out_of_order_are_counted_by_their_own_minute() -> None:
    book = Behaviour()
    for n in range(30):
        book.see("a", 600_000 + n * 1_000, VIEW)
    assert not book.see("a", 10, VIEW) & MANY_VIEWS


def test_equal_distances_end_with_the_first_that_differs() -> None:
    book = Behaviour()
    said = [book.see("a", at, VIEW) & EQUAL_INTERVALS for at in (*range(0, 550_000, 50_000), 530_000, 580_000)]
    assert [bool(one) for one in said] == [False] * 10 + [True, False, False]


def test_a_page_that_views_itself_in_parts_is_no_machine() -> None:
    book = Behaviour()
    assert not any(book.see("a", n * 100, VIEW) & EQUAL_INTERVALS for n in range(20))


def test_one_move_or_a_long_pause_begins_the_pages_anew() -> None:
    for sign, pause in ((ALIVE, 0), (0, 31 * 60_000)):
        book, at = Behaviour(), 0
        for n in range(20):
            at = n * 10_000 + _UNEVEN[n % 8]
            assert not book.see("a", at, VIEW) & NO_ENGAGEMENT
        assert not book.see("a", at + pause + 1, VIEW | sign) & NO_ENGAGEMENT


def test_twenty_one_pages_without_a_move_are_too_many() -> None:
    book = Behaviour()
    said = [book.see("a", n * 10_000 + _UNEVEN[n % 8], VIEW) & NO_ENGAGEMENT for n in range(21)]
    assert [bool(one) for one in said] == [False] * 20 + [True]


def test_a_trap_holds_for_half_an_hour() -> None:
    book = Behaviour()
    assert book.see("a", 1_000_000, VIEW | TRAP) & TRAPPED
    assert book.see("a", 2_800_000, 0) & TRAPPED and not book.see("a", 2_800_001, 0) & TRAPPED
    assert not book.see("b", 1_000_000, VIEW) & TRAPPED


def test_memory_is_bounded_and_keeps_those_who_come_again() -> None:
    book = Behaviour(most_keys=10)
    book.see("a", 1, VIEW | TRAP)
    for n in range(200):
        book.see(n, n, VIEW)
        assert book.see("a", n, 0) & TRAPPED
    assert len(book._young) + len(book._old) <= 20
    book.forget()
    assert book.see("a", 2, 0) == NEW


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200_000), st.integers(0, 7)), max_size=60), st.integers(0, 60)
)
def test_what_is_seen_again_after_a_crash_is_answered_as_before(events: list[tuple[int, int, int]], at: int) -> None:
    whole = Behaviour()
    answers = [whole.see(*event) for event in events]
    again = Behaviour()
    for event in events[:at]:
        again.see(*event)
    assert [again.see(*event) for event in events[at:]] == answers[at:]
