"""Orders of a site whose server reports every one: they leave when it did, and never on a browser's word alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from destinations.examples import NOW_MS
from destinations.forwarding import SITE, World, a_world, an_order, changed
from onebyone.event import utc
from onebyone.state.deliveries import State

HOUR, DAY = 3600, 86_400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as world:
        world.people.every_order_since_ms = NOW_MS - DAY * 1000
        yield world


def run(world: World, seconds: float, *, step: float) -> None:
    asyncio.run(world.run_for(seconds, step=step))


def test_an_order_leaves_when_the_server_has_told_it(world: World) -> None:
    meta = world.connect("meta")
    told, untold = an_order("T-1", confirmed_at=utc(NOW_MS)), an_order("T-2")
    world.arrive(told, untold, an_order("L-1", event={"name": "generate_lead"}))
    run(world, HOUR, step=120)
    assert sorted(row["event_name"] for row in meta.taken) == ["Lead", "Purchase"]
    held = world.delivery(untold, "meta")
    assert (held.state, held.cause, held.sent_ms) == (State.WAITING, "unconfirmed", 0)
    world.arrive(changed(untold, confirmed_at=utc(NOW_MS + HOUR * 1000)))
    run(world, 60, step=20)
    assert len(meta.taken) == 3 and world.states("meta") == {"accepted": 3}


def test_one_that_it_never_told_stays_here_and_leaves_as_soon_as_it_does(world: World) -> None:
    meta = world.connect("meta")
    order = an_order("T-1")
    world.arrive(order)
    run(world, DAY + HOUR, step=1800)
    assert meta.requests == [] and world.delivery(order, "meta").state == State.NOT_ALLOWED
    world.arrive(changed(order, flags=["value_conflict"]))
    run(world, 60, step=20)
    assert meta.requests == []
    world.arrive(changed(order, version=3, confirmed_at=utc(NOW_MS + DAY * 2000)))
    run(world, 60, step=20)
    assert len(meta.taken) == 1 and world.states("meta") == {"accepted": 1}


def test_what_happened_before_the_site_said_so_needs_no_word_of_it(world: World) -> None:
    meta = world.connect("meta")
    world.people.every_order_since_ms = NOW_MS + 1
    world.arrive(an_order("T-1"))
    run(world, HOUR, step=300)
    assert len(meta.taken) == 1 and world.states("meta", SITE) == {"accepted": 1}
