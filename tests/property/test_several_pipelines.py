"""Several pipelines on one state: whoever reads what, and whoever commits when, each conversion counts once."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fakes.state import a_database
from onebyone.event import Conversion, Drop, Event
from onebyone.pipeline.conversions.counting import Counting
from onebyone.state.claims import Claims
from onebyone.state.conversions import Conversions, StateMoved
from pipeline.conversions.examples import count, plain
from pipeline.conversions.test_any_order import RELOADED, REUSED, arrivals, events

EXAMPLES = 1_500 if os.environ.get("PROVE") else 15


class Pipeline:
    """Counts batches into a shared state, in two steps that others may come between."""

    def __init__(self, home: Path) -> None:
        engine = a_database(home)
        self.engine, self.claims, self.conversions = engine, Claims(engine), Conversions(engine)
        self.counting = Counting(self.conversions)
        self.batch: Sequence[Event] = ()
        self.lines: list[bytes] = []
        self.made_again = 0

    def make(self, batch: Sequence[Event]) -> None:
        self.batch = batch
        self.conversions.begin(event.site for event in batch)
        self.counting.prefetch(batch)
        for event in batch:
            outcome = self.counting.sight(event)
            assert isinstance(outcome, Event | Drop)
        self.lines = self.counting.finish()

    def commit(self, now_ms: int = 0) -> list[bytes]:
        """Makes the batch again where another was faster; the lines that it then writes."""
        while True:
            try:
                self.conversions.commit(now_ms, self.claims)
                return self.lines
            except StateMoved:
                self.made_again += 1
                self.conversions.discard()
                self.counting.discard()
                self.make(self.batch)
            finally:
                self.counting.discard()


def newest(lines: Sequence[bytes]) -> dict[str, Conversion]:
    found: dict[str, Conversion] = {}
    for line in lines:
        one = msgspec.json.decode(line[1:], type=Conversion)
        before = found.setdefault(one.id, one)
        assert before.version != one.version or before == one
        found[one.id] = max(before, one, key=lambda each: each.version)
    return found


def told(found: dict[str, Conversion]) -> list[bytes]:
    return sorted(plain(one) for one in found.values() if one.status != "joined")


@given(rows=arrivals, chance=st.randoms(use_true_random=False))
@example(rows=REUSED + RELOADED, chance=random.Random(1))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not os.environ.get("PROVE"),
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@pytest.mark.slow
def test_split_shuffled_and_repeated_arrivals_count_as_if_one_had_seen_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], chance: random.Random
) -> None:
    sent = events(rows)
    shuffled = [*sent, *chance.sample(sent, len(sent) // 2)]
    chance.shuffle(shuffled)
    pipelines = [Pipeline(home) for home in [tmp_path_factory.mktemp("state")] * 3]
    lines: list[bytes] = []
    while shuffled:
        working = chance.sample(pipelines, chance.randint(1, 3))
        for pipeline in working:  # all of them read before anyone writes
            size = chance.randint(1, 3)
            pipeline.make(shuffled[:size])
            del shuffled[:size]
        for pipeline in working:
            lines += pipeline.commit()
    found = newest(lines)
    assert told(found) == told(count(sent).conversions)
    state = pipelines[0].conversions
    assert all(state.get("s1", id) == one for id, one in found.items())
    for pipeline in pipelines:
        pipeline.engine.dispose()


def test_two_pipelines_that_read_before_either_writes_count_an_order_once(tmp_path: Path) -> None:
    first, second = Pipeline(tmp_path), Pipeline(tmp_path)
    tag, server = events([{"via": "tag", "at_s": 0, "order_id": "A"}, {"via": "server", "at_s": 0, "order_id": "A"}])
    first.make([tag])
    second.make([server])
    found = newest([*first.commit(), *second.commit()])
    assert [(one.copies, one.vias) for one in found.values()] == [(2, ["server", "tag"])]
    assert (first.made_again, second.made_again) == (0, 1)


def test_sites_do_not_wait_for_each_other_and_share_nothing(tmp_path: Path) -> None:
    first, second = Pipeline(tmp_path), Pipeline(tmp_path)
    here, there = events([{"via": "tag", "at_s": 0, "order_id": "A"}, {"via": "tag", "at_s": 0, "order_id": "A"}])
    first.make([here])
    second.make([msgspec.structs.replace(there, site="s2")])
    found = newest([*first.commit(), *second.commit()])
    assert len(found) == 2 and second.made_again == 0
    id = next(id for id, one in found.items() if one.site == "s2")
    assert first.conversions.get("s1", id) is None and first.conversions.get("s2", id) is not None
