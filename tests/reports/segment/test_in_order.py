"""Steps in order, over lists of events that one can read: whom the store finds is whom the sentence means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onebyone.event import Event
from onebyone.reports.catalogue import Reports
from onebyone.reports.segment.read import read
from reports.segment.rules import holds
from reports.segment.test_segment import END, PARAMS, ZONE
from store.engine_fixture import holding
from store.rows import an_event, put

DONE = {  # what each did, and how many minutes after midnight
    1: "a0 b5", 2: "b0 a5", 3: "a0 x1 b5", 4: "a0 x1 a2 b5", 5: "a0 b5 x9", 6: "a0 b90", 7: "a0", 8: "a0 y1 b5",
    9: "a0 b1 c2", 10: "a0 c1 b2 c3", 11: "a0 b5 x9 a50 b55",
}  # fmt: skip


def events_of(visitor: int) -> list[Event]:
    return [
        an_event(
            100 * visitor + n,
            name=said[0],
            visitor=visitor,
            at=END - timedelta(hours=12) + timedelta(minutes=int(said[1:])),
        )
        for n, said in enumerate(DONE[visitor].split())
    ]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("did a then b", {1, 3, 4, 5, 6, 8, 9, 10, 11}),
        ("did b then a", {2, 11}),
        ("did a then b then c", {9, 10}),
        ("did a then b within 4 minutes", {4, 9, 10}),
        ("did a then b in one session", {1, 3, 4, 5, 8, 9, 10, 11}),
        ("did a then b without x between", {1, 4, 5, 6, 8, 9, 10, 11}),
        ("did a then b directly", {1, 4, 5, 6, 9, 11}),
        ("did a then b without x since", {1, 3, 4, 6, 8, 9, 10, 11}),
        ("did a without b since", {2, 7}),
        ("did a then b without x between without x since", {1, 4, 6, 8, 9, 10, 11}),
        ("did a then anything then c in one session within 2 minutes", {9}),
        ("did a then a", {4, 11}),
    ],
)
def test_whom_a_sentence_means(text: str, who: set[int]) -> None:
    rule = read(f"people who {text}")
    assert {visitor for visitor in DONE if holds(rule, events_of(visitor), END, ZONE)} == who
    everything = [event for visitor in DONE for event in events_of(visitor)]
    store = holding("people in order", lambda store: put(store, everything))
    span = {"from": END - timedelta(days=2), "to": END}
    rows = Reports(store).run_dicts(
        "people", **PARAMS, **span, text="", persons=[], limit=50, filters=[f"people who {text}"]
    )
    assert {int(row["person"]) for row in rows} == who
