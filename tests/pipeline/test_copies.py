"""Counted once: the drop_* steps on whole stories, and what holds for all of them."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.seen import MemorySeen
from fakes.shelf import MemoryShelf
from onebyone.event import COPIES, Drop, Event, Reason, event_uuid, hit_uuid
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps.drop_copy import drop_copy
from onebyone.pipeline.steps.drop_duplicate_event import drop_duplicate_event
from pipeline.examples import a_context, an_event

STORIES = sorted((Path(__file__).parents[1] / "golden" / "copies").glob("*.json"))


def the_steps() -> list[Step]:
    seen = MemorySeen()
    return [drop_duplicate_event(seen), drop_copy(seen, Counting(MemoryShelf()))]


def run(steps: list[Step], event: Event) -> Event | Drop:
    for step in steps:
        outcome = step(event, a_context())
        if isinstance(outcome, Drop):
            return outcome
        event = outcome
    return event


def sightings(story: Path) -> list[tuple[Event, dict[str, Any]]]:
    rows = json.loads(story.read_text())["sightings"]
    found = []
    for number, row in enumerate(rows):
        said = dict(row["event"])
        at = an_event().at + timedelta(seconds=said.pop("at_s", 0))
        hit = hit_uuid(bytes([number]) * 16)
        id = event_uuid("s1", said["name"], said.get("sent_id", hit))
        found.append((an_event(hit=hit, id=id, at=at, **said), row))
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_each_sighting_of_a_story_becomes_what_it_says(story: Path) -> None:
    steps, rows = the_steps(), sightings(story)
    outcomes = [run(steps, event) for event, _ in rows]
    for outcome, (_, row) in zip(outcomes, rows, strict=True):
        reason, of = ("kept", "") if isinstance(outcome, Event) else (outcome.reason.value, outcome.of)
        first = rows[row["of"]][0].sighting if "of" in row else ""
        assert (reason, of) == (row["becomes"], first)


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_told_again_has_the_same_end(story: Path) -> None:
    """After a crash between claims and log, and in a replay."""
    steps, rows = the_steps(), sightings(story)
    first = [run(steps, event) for event, _ in rows]
    assert [run(steps, event) for event, _ in rows] == first


@pytest.mark.parametrize("seed", range(20))
def test_one_order_is_counted_once_in_any_order_of_arrival(seed: int) -> None:
    copies = [event for story in ("thank_you_page_again", "server_repeats") for event, _ in sightings(_path(story))]
    copies = [an_event(**(_fields(event) | {"hit": hit_uuid(bytes([n]) * 16)})) for n, event in enumerate(copies)]
    random.Random(seed).shuffle(copies)
    steps = the_steps()
    outcomes = [run(steps, event) for event in copies]
    assert sum(isinstance(outcome, Event) for outcome in outcomes) == 1
    assert sum(isinstance(o, Drop) and o.reason == Reason.ORDER_JOINED for o in outcomes) == 1


def test_every_reason_for_a_copy_has_a_story() -> None:
    told = {row["becomes"] for story in STORIES for _, row in sightings(story)}
    assert told - {"kept"} == set(COPIES) - {Reason.OPEN_REPEATED}  # golden/mail/scenarios.json, number 6


def test_a_reused_id_is_flagged() -> None:
    steps, rows = the_steps(), sightings(_path("shared_id_reused"))
    outcomes = [run(steps, event) for event, _ in rows]
    assert [outcome.flags for outcome in outcomes if isinstance(outcome, Event)] == [[], ["event_id_reused"]]


def _path(name: str) -> Path:
    return next(path for path in STORIES if path.stem == name)


def _fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__struct_fields__}
