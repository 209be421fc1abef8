"""Each process dies at any moment, under load: what was accepted is there, and nothing counts twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from e2e.load import Load, check_books
from e2e.running import Platform, a_platform, kill, wait_until

KILLS = 300 if os.environ.get("PROVE") else 32
SEED = 7
VICTIMS = ("collect 1", "pipeline", "collect 2", "engine", "pipeline", "collect 1", "pipeline", "collect 2")
_SUPERVISOR_EVERY = 10  # every so many kills it is the one that started them


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_whatever_is_killed_nothing_accepted_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    with a_platform(tmp_path / "data", workers=2) as platform:
        site, key = platform.add_site()
        load = Load(site, key, lambda: platform.collector, connections=4, seed=SEED)
        with load.running() as books:
            killer = Killer(platform, random.Random(SEED))
            for number in range(1, KILLS + 1):
                killer.kill_one(number)
            wait_until(killer.all_live, timeout_s=60)
        platform.settle()
        assert len(killer.killed) == KILLS and len(books.accepted) > 10 * KILLS
        check_books(platform, site, books)


class Killer:
    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self._platform = platform
        self._chance = chance
        self.killed: set[int] = set()

    def kill_one(self, number: int) -> None:
        """Somebody, once it lives again after its last death, at a random moment of its life."""
        if number % _SUPERVISOR_EVERY == 0:
            self.killed.add(self._platform.kill_supervisor())
            self._platform.start()
            return
        victim = VICTIMS[number % len(VICTIMS)]
        wait_until(lambda: self._lives(victim), timeout_s=60)
        time.sleep(self._chance.uniform(0, 1.0))
        pid = self._platform.pids()[victim]
        self.killed.add(pid)
        kill(pid)

    def all_live(self) -> bool:
        return all(self._lives(name) for name in set(VICTIMS))

    def _lives(self, name: str) -> bool:
        pid = self._platform.pids().get(name)
        return pid is not None and pid not in self.killed and Path(f"/proc/{pid}").exists()
