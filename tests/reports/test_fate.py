from __future__ import annotations

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.reports.fate import Fate, find_fate
from onebyone.store.engine import Embedded
from store.rows import a_drop, a_hit, an_event, put

ORDER = an_event(1, name="purchase", order_id="o1", value=100)
COPY = a_drop(1, order_id="o1", of_hit=a_hit(1), event_id="theirs")
RETRY = a_drop(2, reason="duplicate_event", of_hit=a_hit(1))
BESIDE = an_event(2, order_id="o2")


def hits(fate: Fate) -> tuple[list[str], list[str]]:
    return [row["hit"] for row in fate.events], [row["hit"] for row in fate.drops]


@pytest.mark.parametrize("id", ["o1", a_hit(1), f"{a_hit(1)}/0", "e1", ORDER.id, COPY.hit, f"{RETRY.hit}/0", "theirs"])
def test_any_id_of_an_order_or_its_copies_tells_the_whole_story(store: Embedded, id: str) -> None:
    put(store, [ORDER, COPY, RETRY, BESIDE])
    assert hits(find_fate(Reports(store), "s1", id)) == ([ORDER.hit], [COPY.hit, RETRY.hit])


@pytest.mark.parametrize("id", ["", "nothing", "/", "x/y", "'; DROP TABLE events", f"{a_hit(1)}/1", a_hit(0)])
def test_an_id_nobody_knows_is_an_empty_story(store: Embedded, id: str) -> None:
    put(store, [ORDER, COPY, RETRY, BESIDE])
    assert hits(find_fate(Reports(store), "s1", id)) == ([], [])


def test_a_story_does_not_cross_sites(store: Embedded) -> None:
    put(store, [ORDER, COPY])
    assert hits(find_fate(Reports(store), "s2", "o1")) == ([], [])


def test_all_sightings_of_one_hit_belong_to_it(store: Embedded) -> None:
    put(store, [an_event(1), an_event(2, hit=a_hit(1), n=1), a_drop(1, hit=a_hit(1), n=2, reason="name_missing")])
    found = find_fate(Reports(store), "s1", a_hit(1))
    assert [row["n"] for row in (*found.events, *found.drops)] == [0, 1, 2]
