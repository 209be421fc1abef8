from __future__ import annotations

from datetime import timedelta
from typing import Any

from fakes.seen import MemorySeen
from onebyone.event import Actor, Event, utc
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.networks import Networks, find_lists
from onebyone.pipeline.steps.add_history import add_history
from onebyone.pipeline.steps.add_verdict import add_verdict
from pipeline.examples import RECEIVED_MS, a_context, an_event
from pipeline.test_judge import BROWSER, CHROME, GOOGLEBOT, HINTS

CONTEXT = a_context(user_agent=CHROME, headers=BROWSER | HINTS, address="3.5.140.0")


def an_event_after(hours: float, number: int, **more: Any) -> Event:
    at = utc(RECEIVED_MS) + timedelta(hours=hours)
    return an_event(at=at, day=at.date(), hit=f"00000000-0000-0000-0000-{number:012}", **{"visitor": 7, **more})


def test_who_moved_a_day_ago_is_a_person_in_a_data_centre_too() -> None:
    seen, judge = MemorySeen(), Judge(networks=Networks(find_lists()))
    verdict, history = add_verdict(judge, seen), add_history(seen, judge.moves)

    def actor(event: Event, context: Any = CONTEXT) -> str:
        judged = verdict(event, context)
        assert isinstance(judged, Event) and history(judged, context) is judged
        return judged.actor

    assert actor(an_event_after(0, 1)) == Actor.SUSPECT
    assert actor(an_event_after(0.1, 2, name="scroll")) == Actor.HUMAN
    assert actor(an_event_after(23, 3)) == Actor.SUSPECT
    assert actor(an_event_after(25, 4)) == Actor.HUMAN
    assert actor(an_event_after(0.2, 5)) == Actor.SUSPECT  # a replay answers as before
    assert actor(an_event_after(25, 6, visitor=8)) == Actor.SUSPECT
    assert actor(an_event_after(25, 7, visitor=0)) == Actor.SUSPECT


def test_a_machine_leaves_no_history() -> None:
    seen, judge = MemorySeen(), Judge()
    step = add_history(seen, judge.moves)
    step(an_event_after(0, 1, name="scroll", actor="machine_declared"), a_context(user_agent=GOOGLEBOT))
    step(an_event_after(0, 2, name="scroll", visitor=0), CONTEXT)
    step(an_event_after(0, 3), CONTEXT)
    assert not seen.holders
