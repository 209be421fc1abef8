"""Nothing leaves without the permissions that its destination declares: those of the event, and those of now."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from destinations.forwarding import SITE, World, an_engine, an_order, emptied
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import knows_limited_use
from onebyone.event import LIMITED_USE, Actor, Permission

NAMES = tuple(ALL)
SHARE = Permission.ADS_SHARE.bit
BITS = st.integers(0, sum(one.bit for one in Permission)) | st.integers(0, sum(one.bit for one in Permission)).map(
    lambda bits: bits & ~SHARE | LIMITED_USE
)
NEVER = ("machine_prefetch", "machine_scanner", "machine_declared", "invalid")
ADS_IDS = ("Cj0", "IwAR", "E.C.P.1", "fb.1.1.2")
PERSON = st.fixed_dictionaries(
    {"then": BITS, "now": st.none() | BITS, "actor": st.sampled_from([*Actor]), "changes": st.booleans()}
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with an_engine(tmp_path_factory.mktemp("state")) as engine:
        yield engine


@settings(max_examples=200 if os.environ.get("PROVE") else 12, deadline=None)
@given(
    people=st.lists(PERSON, min_size=1, max_size=25),
    names=st.sets(st.sampled_from(NAMES), min_size=4, max_size=4),
    limited=st.booleans(),
)
def test_what_left_was_allowed_then_and_now(
    engine: Engine, people: list[dict[str, Any]], names: set[str], limited: bool
) -> None:
    world = emptied(engine)
    _send(world, people, names, limited)
    for name in names:
        in_limits = limited and knows_limited_use(ALL[name])
        left = {n for n in range(len(people)) if any(f'T-{n}"' in json.dumps(row) for row in _taken(world, name))}
        expected = {n for n, one in enumerate(people) if _may_leave(name, one, in_limits)}
        assert left == expected, name
        for n in left:
            row = next(r for r in _taken(world, name) if f'T-{n}"' in json.dumps(r))
            _check_ids(row, _allowed(people[n]), in_limits=in_limits)


def _may_leave(name: str, one: dict[str, Any], in_limits: bool) -> bool:
    needed = sum(need.bit for need in ALL[name].needs)
    words = [one["then"], one["then"] if one["now"] is None else one["now"]]
    if in_limits and all(word & (SHARE | LIMITED_USE) for word in words):
        needed &= ~SHARE
    return all(word & needed == needed for word in words) and one["actor"] not in NEVER


def _send(world: World, people: list[dict[str, Any]], names: set[str], limited: bool) -> None:
    """Every other one changes their mind only after the conversion was queued."""
    for name in names:
        world.connect(name, limited_use=limited)
    orders = [
        an_order(f"T-{n}", event={"permissions": one["then"], "actor": one["actor"], "visitor": n + 1})
        for n, one in enumerate(people)
    ]
    said = {(SITE, n + 1): one["now"] for n, one in enumerate(people) if one["now"] is not None}
    world.people.now = {key: now for key, now in said.items() if not people[key[1] - 1]["changes"]}
    world.arrive(*orders)
    asyncio.run(world.turns())
    world.people.now = said
    asyncio.run(world.after(7 * 60).run_for(4))


def _allowed(one: dict[str, Any]) -> int:
    then: int = one["then"]
    return then if one["now"] is None else then & one["now"]


def _taken(world: World, name: str) -> list[dict[str, Any]]:
    return world.internet.platforms[name].taken


def _check_ids(row: dict[str, Any], allowed: int, *, in_limits: bool) -> None:
    text = json.dumps(row)
    if not allowed & Permission.ADS_STORAGE.bit:
        assert not any(id in text for id in ADS_IDS)
    if not allowed & SHARE and not in_limits:
        assert "203.0.113.7" not in text and "sha256_email" not in text
    if not allowed & Permission.ANALYTICS.bit:
        assert "111.222" not in text
