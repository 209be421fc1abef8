"""People whose browser signals an opt-out, where the law is one: nothing of them leaves, or marked as limited use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from destinations.forwarding import ALL_PERMISSIONS, SITE, World, a_world, an_order
from onebyone.consent.vocabulary import OPTED_OUT
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import knows_limited_use
from onebyone.event import LIMITED_USE
from onebyone.state.deliveries import State

REFUSED = ALL_PERMISSIONS & ~sum(one.bit for one in OPTED_OUT)
SIGNALLED_ONLY = REFUSED | LIMITED_USE
FLAGS = {  # what each platform calls it, as it stands in the request
    "meta": '"data_processing_options": ["LDU"]',
    "tiktok": '"limited_data_use": true',
    "pinterest": '"opt_out_type": "LDP"',
    "snapchat": '"data_processing_options": ["LDU"]',
    "reddit": '"modes": ["LDU"]',
    "microsoft": '"adStorageConsent": "D"',
    "google_data_manager": '"adUserData": "CONSENT_DENIED"',
    "google_ads": '"adUserData": "DENIED"',
    "webhook": '"limited_use": true',
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as world:
        yield world


def opted_out(order: str = "T-1", **event: Any) -> Any:
    return an_order(order, event={"permissions": SIGNALLED_ONLY, "region": "US-CA", "visitor": 7, **event})


def run(world: World) -> None:
    asyncio.run(world.after(7 * 60).run_for(4))


def test_every_platform_with_a_flag_is_here() -> None:
    assert set(FLAGS) == {name for name, one in ALL.items() if knows_limited_use(one)}


@pytest.mark.parametrize("name", FLAGS)
def test_it_leaves_with_the_platforms_flag_where_the_owner_chose_so(world: World, name: str) -> None:
    platform = world.connect(name, limited_use=True)
    world.arrive(opted_out())
    run(world)
    assert world.states(name) == {"accepted": 1}
    assert FLAGS[name] in json.dumps(platform.taken)


@pytest.mark.parametrize("name", ALL)
def test_nothing_leaves_unless_the_owner_chose_so_or_the_platform_needs_no_sharing(world: World, name: str) -> None:
    platform = world.connect(name)
    order = opted_out()
    world.arrive(order)
    run(world)
    if name == "ga4":
        assert len(platform.taken) == 1 and "user_data" not in platform.taken[0]
    else:
        assert platform.requests == [] and world.delivery(order, name).cause == "consent"


@pytest.mark.parametrize("name", ["linkedin", "x"])
def test_a_platform_without_a_flag_gets_nothing_whatever_is_set(world: World, name: str) -> None:
    platform = world.connect(name, limited_use=True)
    world.arrive(opted_out())
    run(world)
    assert platform.requests == [] and world.states(name) == {"not_allowed": 1}


def test_a_refusal_in_so_many_words_is_none_that_a_flag_answers(world: World) -> None:
    meta = world.connect("meta", limited_use=True)
    refused, withdrew, signals = opted_out("T-1", permissions=REFUSED), opted_out("T-2", visitor=8), opted_out("T-3")
    world.people.now = {(SITE, 8): REFUSED, (SITE, 7): SIGNALLED_ONLY}
    world.arrive(refused, withdrew, signals)
    run(world)
    assert [world.delivery(one, "meta").cause for one in (refused, withdrew)] == ["consent", "withdrawn"]
    assert world.delivery(signals, "meta").state == State.ACCEPTED and len(meta.taken) == 1


def test_a_later_signal_limits_what_was_allowed_before(world: World) -> None:
    meta = world.connect("meta", limited_use=True)
    world.people.now = {(SITE, 7): SIGNALLED_ONLY}
    world.arrive(opted_out(permissions=ALL_PERMISSIONS))
    run(world)
    assert FLAGS["meta"] in json.dumps(meta.taken)


def test_the_state_is_named_where_the_platform_knows_it(world: World) -> None:
    meta = world.connect("meta", limited_use=True)
    world.arrive(opted_out("T-1"), opted_out("T-2", region="US-VA"), opted_out("T-3", region="CA"))
    run(world)
    told = sorted((row["data_processing_options_country"], row["data_processing_options_state"]) for row in meta.taken)
    assert told == [(0, 0), (0, 0), (1, 1000)]
