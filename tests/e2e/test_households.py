"""Households whose truth is known, sent over public HTTP alone, and what the platform made of them.

Once in peace, and once while each process is killed at random moments: the same figures.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from e2e.running import ORIGIN, Platform, a_platform, wait_until
from e2e.test_kills import Killer
from onebyone.app.cli_judge import measure
from onebyone.reports.remote import Remote
from onebyone.simulate import households, wire
from onebyone.simulate.known import Known, judge_all
from onebyone.simulate.simulate import simulate_households

PROVE = bool(os.environ.get("PROVE"))
PEOPLE = 50_000 if PROVE else 300
PEOPLE_IN_DANGER = 50_000 if PROVE else 300
KILLS = 60 if PROVE else 8
DAYS = 6  # a site believes its tags' clocks for eight
pytestmark = [pytest.mark.slow, pytest.mark.timeout(5400 if PROVE else 900)]


class Following(httpx2.AsyncHTTPTransport):
    """To wherever the platform's collector is now: one that is started again has another port."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(limits=httpx2.Limits(max_connections=64))
        self._platform = platform

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        now = httpx2.URL(self._platform.collector)
        request.url = request.url.copy_with(host=now.host, port=now.port)
        return await super().handle_async_request(request)


def test_conversions_are_exact_and_people_are_told_apart(platform: Platform) -> None:
    send_and_judge(platform, PEOPLE)


def test_killing_any_process_at_any_moment_changes_nothing(tmp_path: Path) -> None:
    with a_platform(tmp_path / "data", workers=2) as platform, a_killer(platform) as killer:
        send_and_judge(platform, PEOPLE_IN_DANGER, killer)
        assert len(killer.killed) >= KILLS


def send_and_judge(platform: Platform, people: int, killer: Killer | None = None) -> None:
    site, key = platform.add_site()
    who = households.Settings(people=people, days=DAYS, seed=11, origin=ORIGIN)
    where = wire.Settings(url=platform.collector, site=site.id, prefix=site.prefix, key=key, attempts=40)
    known: Known = simulate_households(who, where, transport=Following(platform))
    if killer is not None:
        wait_until(lambda: len(killer.killed) >= KILLS and killer.all_live(), timeout_s=300)
    platform.settle(timeout_s=1200 if PROVE else 240)
    verdicts = judge_all(known, *measure(Remote(platform.place.socket), site.id, "EUR"))
    for each in verdicts:
        print(f"{each.what:34} {each.truth:>14} {each.measured:>14}  {'ok' if each.ok else 'DIFFERS'}")
    assert [each for each in verdicts if not each.ok] == []
    assert sum(deal.refunded_minor > 0 for deal in known.deals) and sum(deal.cancelled for deal in known.deals)


@contextmanager
def a_killer(platform: Platform) -> Iterator[Killer]:
    """Works beside the sender until it has killed as often as it should."""
    killer = Killer(platform, random.Random(5))
    failed: list[BaseException] = []

    def kill_them() -> None:
        try:
            for number in range(1, KILLS + 1):
                killer.kill_one(number)
        except BaseException as error:
            failed.append(error)
            raise

    working = threading.Thread(target=kill_them)
    working.start()
    try:
        yield killer
    finally:
        working.join(300)
    assert failed == []
