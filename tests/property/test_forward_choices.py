"""The person's last word as it is stored, changed at any moment of a delivery's way: nothing leaves against it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.forwarding import ALL_PERMISSIONS, SITE, Inline, World, a_world_of, an_order
from onebyone.app.forwarding import Asked
from onebyone.consent.decision import Known
from onebyone.destinations.all import ALL
from onebyone.destinations.outgoing import Raw
from onebyone.event import Event, Permission
from onebyone.state.choices import Choices, Permissions, Remembered
from onebyone.state.seals import Seals
from onebyone.state.sites import Sites
from onebyone.state.suppression import Suppression

MINUTE = 60
SPINS = 30  # of the loop, more than any step of the work takes
SHARE = Permission.ADS_SHARE.bit
# As few at once as one can: most of what is claimed waits for its turn.
PLATFORMS: dict[str, dict[str, Any]] = {
    "ga4": {"requests_per_minute": 3},
    "meta": {"requests_per_minute": 6, "max_batch": 2},
    "tiktok": {},
}
WORD = st.tuples(st.integers(1, 5 * MINUTE), st.sampled_from([0, SHARE, ALL_PERMISSIONS, ALL_PERMISSIONS - SHARE]))
PERSON = st.fixed_dictionaries(
    {"then": st.sampled_from([ALL_PERMISSIONS, ALL_PERMISSIONS, SHARE, ALL_PERMISSIONS - SHARE])}
    | {"words": st.lists(WORD, max_size=2, unique_by=lambda word: word[0])}
)


class RealPeople:
    """Choices and objections out of the state, as the engine asks them; seals open to one person."""

    def __init__(self, world: World) -> None:
        self._asked = Asked(
            Permissions(world.engine, Suppression(world.engine)), Seals(world.engine), Sites(world.engine)
        )
        self._unsealed = world.people

    def allowed_now(self, site: str, events: Sequence[Event]) -> list[int | None]:
        return self._asked.allowed_now(site, events)

    def every_order_since(self, site: str) -> int:
        return self._asked.every_order_since(site)

    def unseal(self, site: str, sealed: str) -> Raw:
        return self._unsealed.unseal(site, sealed)


class Watched(World):
    """Writes down what left, and when."""

    def begin(self) -> None:
        self.began_s = self.now_s
        self.left: list[tuple[str, int, float]] = []  # destination, person, seconds since the beginning
        self.people = RealPeople(self)  # type: ignore[assignment]
        self.start()
        for name, limits in PLATFORMS.items():
            platform = self.connect(name, settle_s=30, **limits)
            platform.after = lambda name=name, platform=platform: self._note(name, platform.requests[-1].body)  # type: ignore[misc]

    def _note(self, name: str, body: bytes) -> None:
        text = body.decode()
        self.left += [(name, n, self.now_s - self.began_s) for n in range(30) if f'T-{n}"' in text]

    def say(self, visitor: int, permissions: int) -> None:
        choices = Choices(self.engine)
        now_ms = int(self.now_s * 1000)
        choices.learn(SITE, visitor, Remembered(now_ms, permissions, "DE", Known()))
        choices.commit()


@settings(max_examples=200 if os.environ.get("PROVE") else 8, deadline=None)
@given(people=st.lists(PERSON, min_size=12, max_size=25))
def test_nothing_leaves_later_than_a_minute_after_it_was_withdrawn(people: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as directory, a_world_of(Watched, Path(directory)) as world:
        _live(world, people)
        for name, n, at_s in world.left:
            needed = sum(one.bit for one in ALL[name].needs)
            assert people[n]["then"] & needed == needed, f"{name} got {n}, who never allowed it"
            since = [s for s, _ in _withdrawn(people[n], needed, at_s)]
            assert not since or at_s - since[0] < MINUTE, f"{name} got {n} {at_s - since[0]} s after the withdrawal"
        for n, one in enumerate(people):
            words = [permissions for _, permissions in one["words"]]
            if all(permissions & SHARE for permissions in (one["then"], *words)):
                assert ("tiktok", n) in {(name, who) for name, who, _ in world.left}  # and what is allowed does leave


def _live(world: Watched, people: list[dict[str, Any]]) -> None:
    world.begin()
    about = ({"permissions": one["then"], "visitor": n + 1} for n, one in enumerate(people))
    world.arrive(*(an_order(f"T-{n}", event=event) for n, event in enumerate(about)))
    said = sorted((at_s, n, permissions) for n, one in enumerate(people) for at_s, permissions in one["words"])

    def tick() -> None:
        """Words are said while a request waits for its turn, too."""
        world.now_s += 1
        while said and said[0][0] <= world.now_s - world.began_s:
            _, n, permissions = said.pop(0)
            world.say(n + 1, permissions)

    asyncio.run(_run(world, tick))


async def _run(world: Watched, tick: Callable[[], None]) -> None:
    """The clock goes on only when everything that can be done at its time is done."""
    asyncio.get_running_loop().set_default_executor(Inline())

    async def sleep(seconds: float) -> None:
        until = world.now_s + seconds
        while world.now_s < until:  # noqa: ASYNC110 - the clock is the test's
            await asyncio.sleep(0)

    async def work() -> None:
        while world.now_s - world.began_s < 6 * MINUTE:
            await world.turns()
            await sleep(5)

    world.sleep = sleep  # type: ignore[method-assign]
    world.start()
    working = asyncio.create_task(work())
    while not working.done():
        for _ in range(SPINS):
            await asyncio.sleep(0)
        tick()
    await working


def _withdrawn(one: dict[str, Any], needed: int, before_s: float) -> list[tuple[float, int]]:
    """The word that stood then, if it was a refusal."""
    stood = [word for word in sorted(one["words"]) if word[0] <= before_s][-1:]
    return [word for word in stood if word[1] & needed != needed]


def test_an_objection_under_another_name_than_the_browsers_holds_too(tmp_path: Path) -> None:
    with a_world_of(Watched, tmp_path) as world:
        world.begin()
        suppression = Suppression(world.engine)
        suppression.add(SITE, [("user", "u-1"), ("email", "hash-1")], why="objected", now_ms=0)
        by_server = {"visitor": 0, "user_id": "u-1", "identifiers": {"email": "hash-1"}}
        world.arrive(an_order("T-1", event=by_server), an_order("T-2", event=by_server | {"user_id": "u-2"}))
        world.arrive(an_order("T-3", event={"visitor": 0, "user_id": "u-3"}))
        asyncio.run(world.after(MINUTE).run_for(60, step=10))
        assert {n for _, n, _ in world.left} == {3}
        assert world.states("tiktok") == {"accepted": 1, "not_allowed": 2}
