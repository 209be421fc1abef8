"""Any order of arrival, any repetition and any cut into batches gives the same records."""

from __future__ import annotations

import os
import random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.shelf import MemoryShelf
from onebyone.event import Event
from pipeline.conversions.examples import Outcome, a_copy, count, plain

EXAMPLES = 5_000 if os.environ.get("PROVE") else 250
few = st.sampled_from
# Few ids and times, so that copies meet in every way there is.
copies = st.fixed_dictionaries(
    {"via": few(["tag", "server", "image"]), "at_s": few([0, 10, 100, 290, 310, 600, 1_700, 1_900])},
    optional={
        "order_id": few(["A", "B", "C"]),
        "event_id": few(["e", "f"]),
        "sent_id": few(["m1", "m2", "m3"]),
        "visitor": few([1, 2]),
        "value": few([0, 500, 700]),
        "currency": few(["EUR", "USD"]),
        "nav": few(["reload", "navigate", "back_forward"]),
        "path": few(["/thanks", "/"]),
        "identifiers": few([{"email": "h1"}, {"external": "x"}]),
        "flags": few([["currency_missing"], ["not_an_id"]]),
        "consent_source": few(["user", "region_default"]),
        "permissions": few([0, 3, 5]),
        "not_by": few([["weak"], ["event_id", "reload"]]),  # a site may have thought otherwise in between
    },
)
adjustments = st.fixed_dictionaries(
    {"name": few(["refund", "refund", "cancel", "order_edit"]), "via": few(["server", "server", "tag"]),
     "order_id": few(["A", "B"]), "at_s": few([0, 700, 90_000])},
    optional={"adjustment_id": few(["r1", "r2"]), "value": few([100, 650]), "currency": few(["EUR", "USD"])},
)  # fmt: skip
arrivals = st.lists(st.one_of(copies, copies, copies, adjustments), min_size=1, max_size=9)


def events(rows: list[dict[str, Any]]) -> list[Event]:
    """A tag's event without a given id has the one the tag made."""
    made = []
    for number, row in enumerate(rows, 1):
        if "event_id" not in row and "sent_id" in row:
            row = row | {"event_id": row["sent_id"], "event_id_given": False}
        made.append(a_copy(number, **row))
    return made


def told(outcome: Outcome) -> list[bytes]:
    return sorted(plain(one) for one in outcome.conversions.values() if one.status != "joined")


REUSED = [  # copies without an order id under an event id that two orders have
    {"via": "tag", "at_s": 0, "order_id": "A", "event_id": "e", "value": 500, "currency": "EUR"},
    {"via": "server", "at_s": 600, "order_id": "B", "event_id": "e", "value": 700, "currency": "EUR"},
    {"via": "tag", "at_s": 290, "event_id": "e"},
    {"via": "server", "at_s": 310, "event_id": "e"},
]
_LEAD = {"name": "generate_lead", "via": "tag", "visitor": 1, "path": "/thanks"}
RELOADED = [  # a lead, its page reloaded and then come back to: each time the tag makes another id
    _LEAD | {"at_s": 0, "sent_id": "m1"},
    _LEAD | {"at_s": 100, "sent_id": "m2", "nav": "reload"},
    _LEAD | {"at_s": 1_700, "sent_id": "m3", "nav": "back_forward"},
]


def test_the_two_named_cases_are_what_they_are_named_for() -> None:
    assert [(one.event.order_id, one.copies) for one in count(events(REUSED)).counted()] == [("A", 2), ("B", 2)]
    assert [one.copies for one in count(events(RELOADED)).counted()] == [3]


@given(arrivals, st.randoms(use_true_random=False))
@example(REUSED, random.Random(1))
@example(REUSED + RELOADED, random.Random(2))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not os.environ.get("PROVE"))
def test_shuffled_and_repeated_arrivals_make_the_same_records(
    rows: list[dict[str, Any]], chance: random.Random
) -> None:
    first = events(rows)
    other = [*first, *chance.sample(first, len(first) // 2)]
    chance.shuffle(other)
    once, again = count(first), count(other, at_once=chance.randint(1, 4))
    assert told(once) == told(again)
    assert sum(one.net for one in once.counted()) == sum(one.net for one in again.counted())


@given(arrivals)
@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=not os.environ.get("PROVE"))
def test_the_same_sightings_asking_again_get_the_same_answers_and_make_no_version(rows: list[dict[str, Any]]) -> None:
    shelf = MemoryShelf()
    first = count(events(rows), shelf=shelf)
    versions = dict(shelf.conversions)
    again = count(events(rows), shelf=shelf, at_once=3)
    assert again.told == first.told
    assert shelf.conversions == versions


@given(arrivals)
@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=not os.environ.get("PROVE"))
def test_every_copy_is_in_one_record_and_every_order_has_one_of_its_own(rows: list[dict[str, Any]]) -> None:
    sent = events(rows)
    found = count(sent)
    live = [one for one in found.conversions.values() if one.status != "joined"]
    assert sum(one.copies for one in live) == sum(event.name == "purchase" for event in sent)
    orders = [one.event.order_id for one in live if one.event.order_id]
    assert sorted(orders) == sorted({event.order_id for event in sent if event.name == "purchase"} - {""})
