"""A 200 that says less than was sent: some of it was not taken, and the platform does not say which."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from destinations.forwarding import World, an_order
from fakes.platforms import Answer
from onebyone.state.deliveries import State

SETTLED = 7 * 60
PARTLY: dict[str, Any] = {
    "meta": {"events_received": 2, "messages": []},
    "x": {"data": {"conversions_processed": 2}},
    "pinterest": {"num_events_received": 3, "num_events_processed": 2},
    "microsoft": {"eventsReceived": 2, "error": {"code": "E", "message": "m"}},
    "tiktok": {"code": 20001, "message": "m"},
    "snapchat": {"status": "VALID", "error_records": [{"reason": "m"}]},
}
NONE: dict[str, Any] = {
    "meta": {"events_received": 0, "messages": []},
    "x": {"data": {"conversions_processed": 0}},
    "pinterest": {"num_events_received": 3, "num_events_processed": 0},
    "microsoft": {"eventsReceived": 0, "error": {"code": "E", "message": "m"}},
    "snapchat": {"status": "FAILED", "reason": "m"},
}


@pytest.mark.parametrize("name", PARTLY)
def test_a_part_leaves_a_mark_on_each_and_is_not_asked_again(world: World, name: str) -> None:
    platform = world.connect(name)
    platform.script.append(Answer(200, PARTLY[name]))
    orders = [an_order(f"T-{n}") for n in range(3)]
    world.arrive(*orders)
    asyncio.run(world.after(SETTLED).run_for(30, step=10))
    assert world.states(name) == {"accepted": 3} and len(platform.requests) == 1
    found = [world.delivery(one, name) for one in orders]
    assert [msgspec.json.decode(one.marks) for one in found] == [["partly_failed"]] * 3
    assert not any(one.proof for one in found)
    assert world.deliveries.marks("s1", name) == {"partly_failed": 3}


@pytest.mark.parametrize("name", NONE)
def test_of_none_the_halves_are_asked(world: World, name: str) -> None:
    platform = world.connect(name)
    platform.script.append(Answer(200, NONE[name]))
    orders = [an_order(f"T-{n}") for n in range(3)]
    world.arrive(*orders)
    asyncio.run(world.after(SETTLED).run_for(30, step=10))
    assert world.states(name) == {"accepted": 3} and len(platform.requests) == 3
    assert [world.delivery(one, name).marks for one in orders] == ["[]"] * 3


def test_one_that_is_never_taken_is_refused_by_name(world: World) -> None:
    platform = world.connect("meta")
    platform.script.extend([Answer(200, NONE["meta"])] * 2)  # the batch, then its first half alone
    orders = [an_order("T-1"), an_order("T-2")]
    world.arrive(*orders)
    asyncio.run(world.after(SETTLED).run_for(30, step=10))
    causes = {(one.state, one.cause) for one in (world.delivery(order, "meta") for order in orders)}
    assert causes == {(State.REFUSED, "none_taken"), (State.ACCEPTED, "")}
