"""What each arrival changed: its sums are the record, whatever the order of work, and the past stays as it was read."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.event import Conversion, Event
from onebyone.pipeline.conversions.booking import book
from onebyone.pipeline.conversions.copies import Copy, arrival
from onebyone.pipeline.conversions.merging import merge, winners
from pipeline.conversions.examples import Outcome, a_copy, count
from pipeline.conversions.test_any_order import arrivals, copies, events

EXAMPLES = 3_000 if os.environ.get("PROVE") else 40
DAY_S = 86_400
lateness = st.lists(st.integers(1, 400_000), min_size=9, max_size=9, unique=True)
_shared = settings(max_examples=EXAMPLES, deadline=None, derandomize=not os.environ.get("PROVE"))


def booked(outcome: Outcome, until: datetime | None = None) -> Counter[tuple[str, str]]:
    """Sums by currency of what had arrived by then."""
    sums: Counter[tuple[str, str]] = Counter()
    for one in outcome.conversions.values():
        for row in parts(one):
            if until is None or row[0] <= until:
                for name, amount in zip(("counted", "gross", "refunded", "net"), row[5:], strict=True):
                    sums[name, row[4] if name != "counted" else ""] += amount
    return +sums


def parts(one: Conversion) -> list[tuple[Any, ...]]:
    """As the store reads them: with nothing booked, all of it when it was first seen."""
    if one.status == "joined" or (one.status == "cancelled" and not one.booked):
        return []
    if not one.booked:
        quarter = one.event.at.replace(minute=one.event.at.minute // 15 * 15, second=0, microsecond=0)
        worth = (1, one.gross, one.refunded, one.net)
        return [(one.first_received_at, quarter, quarter, "arrived", one.event.currency, *worth)]
    return [tuple(getattr(row, name) for name in row.__struct_fields__) for row in one.booked]


def said(outcome: Outcome) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for one in outcome.counted():
        sums["counted", ""] += 1
        for name in ("gross", "refunded", "net"):
            sums[name, one.event.currency] += getattr(one, name)
    return +sums


def late(rows: list[dict[str, Any]], seconds: list[int]) -> list[Event]:
    """No two arrive in the same moment."""
    return events([row | {"after_s": after - row["at_s"]} for row, after in zip(rows, seconds, strict=False)])


@given(arrivals, lateness, st.randoms(use_true_random=False))
@_shared
def test_the_sums_are_the_record_and_no_order_of_work_changes_a_booking(
    rows: list[dict[str, Any]], seconds: list[int], chance: random.Random
) -> None:
    sent = late(rows, [each + 100_000 for each in seconds])
    other = [*sent, *chance.sample(sent, len(sent) // 2)]
    chance.shuffle(other)
    once, again = count(sent), count(other, at_once=chance.randint(1, 4))
    assert booked(once) == said(once)
    assert sorted(row for one in once.conversions.values() for row in parts(one)) == sorted(
        row for one in again.conversions.values() for row in parts(one)
    )


@given(arrivals, lateness)
@_shared
def test_what_was_read_at_a_moment_is_what_is_booked_until_then(rows: list[dict[str, Any]], seconds: list[int]) -> None:
    """Where event ids are not used for two orders: those may move a copy from one order to the other."""
    rows = [{key: value for key, value in row.items() if key not in ("event_id", "sent_id")} for row in rows]
    sent = sorted(late(rows, [each + 100_000 for each in seconds]), key=lambda event: event.received_at)
    after_all = count(sent)
    for number in range(1, len(sent) + 1):
        then = count(sent[:number])
        assert booked(after_all, sent[number - 1].received_at) == said(then)


def causes(*copies: Event) -> list[tuple[str, int, int, int]]:
    (one,) = count(copies).counted() or [next(iter(count(copies).conversions.values()))]
    return [(row.cause, row.counted, row.refunded, row.net) for row in one.booked]


def test_a_copy_that_joins_two_records_takes_one_back_on_the_day_it_arrives() -> None:
    browser = a_copy(1, event_id="e", value=500, currency="EUR")
    server = a_copy(2, order_id="A", value=500, currency="EUR", via="server", at_s=20)
    both = a_copy(3, event_id="e", order_id="A", value=500, currency="EUR", via="server", after_s=9 * DAY_S)
    assert causes(browser, server, both) == [("arrived", 1, 0, 500), ("arrived", 1, 0, 500), ("joined", -1, 0, -500)]


def test_a_refund_and_a_cancellation_are_booked_on_their_own_days() -> None:
    order = a_copy(1, order_id="A", value=900, currency="EUR", via="server")
    refund = a_copy(
        2, name="refund", order_id="A", value=300, currency="EUR", via="server", adjustment_id="r", at_s=5 * DAY_S
    )
    cancel = a_copy(3, name="cancel", order_id="A", via="server", adjustment_id="c", at_s=8 * DAY_S)
    (one,) = count([order, refund, cancel]).conversions.values()
    assert [(row.cause, row.at.day, row.order_at.day) for row in one.booked] == [
        ("arrived", 1, 1), ("refund", 6, 1), ("cancel", 9, 1)
    ]  # fmt: skip
    assert causes(order, refund, cancel) == [
        ("arrived", 1, 0, 900),
        ("refund", 0, 300, -300),
        ("cancel", -1, -300, -600),
    ]


def test_a_refund_that_came_before_its_order_is_booked_on_its_day_when_the_order_comes() -> None:
    refund = a_copy(1, name="refund", order_id="A", value=300, currency="EUR", via="server", adjustment_id="r")
    order = a_copy(2, order_id="A", value=900, currency="EUR", via="server", at_s=-DAY_S, after_s=3 * DAY_S)
    (one,) = count([refund, order]).counted()
    assert [(row.cause, row.at.day, row.received_at.day, row.net) for row in one.booked] == [
        ("arrived", 28, 3, 900), ("arrived", 1, 3, -300)
    ]  # fmt: skip


def test_copies_that_agree_book_nothing_of_their_own() -> None:
    assert causes(*(a_copy(n, order_id="A", value=500, currency="EUR", at_s=n) for n in range(1, 5))) == []


@given(
    st.lists(copies, min_size=2, max_size=14), st.lists(st.integers(1, 400_000), min_size=14, max_size=14, unique=True)
)
@_shared
def test_copies_that_are_forgotten_changed_nothing_at_any_time(rows: list[dict[str, Any]], seconds: list[int]) -> None:
    """Of more than 64 a record keeps only those that said something new when they came, or stand before who did."""
    sent = [Copy(event) for event in late([row | {"order_id": "A"} for row in rows], [s + 100_000 for s in seconds])]
    first = min(sent, key=arrival)
    saying = winners(sent) | {first.sighting}
    kept = [copy for copy in sent if copy.sighting in saying]
    assert booked_in_full(sent) == booked_in_full(kept)


def booked_in_full(copies: list[Copy]) -> list[tuple[Any, ...]]:
    """Of copies of one order, with what is not written where it all was booked at once."""
    since = min(copy.event.received_at for copy in copies)
    rows = book(copies, [], ["order_id"] * (len(copies) - 1), known_since=since)
    if rows:
        return [tuple(getattr(row, name) for name in row.__struct_fields__) for row in rows]
    event = merge(copies)
    quarter = event.at.replace(minute=event.at.minute // 15 * 15, second=0, microsecond=0)
    return [(since, quarter, quarter, "arrived", event.currency, 1, event.value, 0, event.value)]
