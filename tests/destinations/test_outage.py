"""An hour's outage of one platform under load, in minutes of a test's clock; and an engine that is killed in it."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict

import pytest

from destinations.forwarding import World, an_order
from fakes.platforms import Answer, Loopback
from onebyone.destinations.web_client import Unreached

MINUTE = 60
ORDERS_A_MINUTE = 60 if os.environ.get("PROVE") else 6
PEOPLE = 40


class Crash(BaseException):
    """kill -9"""


@pytest.mark.slow
def test_an_hour_of_outage_loses_nothing_and_doubles_nothing(world: World) -> None:
    meta, tiktok = world.connect("meta", requests_per_minute=6, max_batch=20), world.connect("tiktok")
    began, count = world.now_s, 0
    while world.now_s < began + 100 * MINUTE:
        minute = (world.now_s - began) / MINUTE
        _weather(meta, minute)
        for n in range(ORDERS_A_MINUTE):  # nobody buys twice in one millisecond
            world.arrive(
                an_order(f"T-{count}", at_ms=int(world.now_s * 1000) + n, event={"visitor": count % PEOPLE + 1})
            )
            count += 1
        asyncio.run(world.run_for(MINUTE, step=10))
        if 65 < minute < 90:
            assert tiktok.counted.keys() >= {f"Purchase/purchase:T-{n}" for n in range(ORDERS_A_MINUTE * 50)}
    while set(world.states("meta")) - {"accepted"}:
        _weather(meta, 100)
        asyncio.run(world.run_for(MINUTE, step=10))
    assert len(meta.counted) == len(tiktok.counted) == count  # nothing lost
    assert len(tiktok.taken) == count  # and nobody else heard of it
    assert world.states("meta") == {"accepted": count} == world.states("tiktok")
    _in_order(meta)


def _weather(meta: Loopback, minute: float) -> None:
    """From the tenth minute to the seventieth: errors, resets after it took the request, throttling."""
    meta.script.clear()
    if 10 <= minute < 70:
        answers = (Answer(503), Unreached("ReadError", sent=True), Answer(400, {"error": {"code": 4}}))
        meta.script.extend(answers * 40)


def _in_order(meta: Loopback) -> None:
    """Each person's conversions came in the order in which they happened; repeated ones where they came first."""
    seen: dict[int, list[int]] = defaultdict(list)
    for row in meta.taken:
        number = int(row["event_id"].rpartition("-")[2])
        if number not in seen[number % PEOPLE]:
            seen[number % PEOPLE].append(number)
    assert all(numbers == sorted(numbers) for numbers in seen.values())


@pytest.mark.parametrize("at_request", [1, 2, 3, 5])
def test_a_kill_in_the_middle_of_sending_loses_nothing(world: World, at_request: int) -> None:
    meta = world.connect("meta", max_batch=10)
    world.arrive(*(an_order(f"T-{n}") for n in range(60)))
    world.after(7 * MINUTE)

    def crash() -> None:
        if len(meta.requests) == at_request:
            raise Crash

    meta.after = crash
    with pytest.raises(Crash):
        asyncio.run(world.run_for(60))
    world.start()  # reads the state that the dead one left
    asyncio.run(world.run_for(60))
    assert world.states("meta") == {"accepted": 60} and len(meta.counted) == 60
