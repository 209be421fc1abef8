"""Each platform's table of errors, through the forwarder: what is sent again, what is isolated, what stops."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from destinations.forwarding import World, an_order
from fakes.platforms import SHAPES, Answer
from onebyone.destinations.all import ALL
from onebyone.destinations.web_client import Unreached
from onebyone.state.deliveries import State

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden/forwarding/errors.json").read_text())
MINUTES = 60
ONE_RULE = {"conversion_rule_ids": {"purchase": "11"}}  # one row for each conversion
ISOLATING = [name for name in SHAPES if name != "ga4"]  # which takes whatever it gets


def run(world: World, seconds: float, step: float = 5) -> None:
    asyncio.run(world.run_for(seconds, step=step))


@pytest.mark.parametrize("row", TABLE, ids=[f"{row['platform']}: {row['title']}" for row in TABLE])
def test_an_answer_of_the_table(world: World, row: dict[str, Any]) -> None:
    """One row of the specification; `wait_s` is the least time before the next request."""
    settings = row.get("settings", {}) | (ONE_RULE if row["platform"] == "linkedin" else {})
    platform = world.connect(row["platform"], settings=settings)
    platform.script.append(_answer(row))
    world.arrive(an_order("T-1"))
    world.after(7 * MINUTES)
    asyncio.run(world.turns())
    (found,) = world.deliveries.find(destination=row["platform"])
    stopped = world.configured(row["platform"]).stopped
    expected = {"retry": State.RETRYING, "stop": State.RETRYING, "refuse": State.REFUSED, "accept": State.ACCEPTED}
    assert (found.state, stopped != "") == (expected[row["then"]], row["then"] == "stop")
    if row["then"] == "retry":
        run(world, row.get("wait_s", 1) - 1, step=max(1, row.get("wait_s", 1) // 4))
        assert len(platform.requests) == 1
        run(world, 8_000 if row.get("by_row") else 70, step=500 if row.get("by_row") else 10)
        assert world.states(row["platform"]) == {"accepted": 1} and len(platform.counted) == 1


def _answer(row: dict[str, Any]) -> Answer | Unreached:
    if "unreached" in row:
        return Unreached(row["unreached"], sent=row["sent"])
    return Answer(row["status"], row.get("body"), row.get("headers", {}))


def test_every_platform_has_rows_of_each_kind() -> None:
    for name in ALL:
        kinds = {row["then"] for row in TABLE if row["platform"] == name}
        assert {"retry", "stop", "refuse"} <= kinds | ({"stop", "refuse"} if name == "ga4" else set()), name


@pytest.mark.parametrize("name", ISOLATING)
def test_a_bad_row_costs_its_neighbours_nothing(world: World, name: str) -> None:
    platform = world.connect(name)
    orders = [an_order(f"T-{n}") for n in range(20)]
    platform.bad = lambda row: "T-7" in json.dumps(row)
    world.arrive(*orders)
    run(world, 8 * MINUTES, step=60)
    assert world.states(name) == {"accepted": 19, "refused": 1}
    assert world.delivery(orders[7], name).state == State.REFUSED
    assert not any(platform.bad(row) for row in platform.taken) and len(platform.counted) >= 19
    assert len(platform.taken) == len(platform.counted)


@pytest.mark.parametrize("name", ISOLATING)
def test_a_refused_one_is_corrected_and_sent_again(world: World, name: str) -> None:
    platform = world.connect(name)
    platform.bad = lambda row: True
    order = an_order("T-1")
    world.arrive(order)
    run(world, 8 * MINUTES, step=60)
    assert world.delivery(order, name).state == State.REFUSED
    platform.bad = lambda row: False
    assert world.deliveries.send_again("s1", name, (State.REFUSED,), now_ms=int(world.now_s * 1000)) == 1
    run(world, 30, step=10)
    assert world.delivery(order, name).state == State.ACCEPTED
    assert world.delivery(order, name).event_id == "purchase:T-1"


@pytest.mark.parametrize("name", list(ALL))
def test_bad_credentials_stop_it_and_only_it(world: World, name: str) -> None:
    platform, other = world.connect(name), world.connect("webhook" if name != "webhook" else "meta")
    platform.token = ("none",)
    if name == "webhook":  # which has nothing to know a stranger by but what its owner's server says
        platform.script.append(SHAPES[name].unauthorized)
    world.arrive(an_order("T-1"))
    run(world, 8 * MINUTES, step=60)
    stops = name != "ga4"  # a wrong secret vanishes there, and nobody hears of it
    assert (world.configured(name).stopped != "") == stops
    assert sum(world.states(other.name).values()) == world.states(other.name)["accepted"] == 1


@pytest.mark.parametrize("name", [one for one in ALL if ALL[one].once_by_id])
def test_a_reset_in_the_middle_is_repeated_under_the_same_ids(world: World, name: str) -> None:
    platform = world.connect(name)
    platform.script.append(Unreached("ReadError", sent=True))
    world.arrive(an_order("T-1"), an_order("T-2"))
    run(world, 9 * MINUTES, step=60)
    assert world.states(name) == {"accepted": 2}
    assert len(platform.taken) == 2 * len(platform.counted)
