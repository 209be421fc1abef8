from __future__ import annotations

import asyncio

from fakes.memory_log import MemoryLog
from onebyone.collect.answers import IMAGE, IMAGE_NOT_STORED, Reply
from onebyone.collect.commit import Committer, Settings
from onebyone.telemetry import Counters


class Waiter:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.told: asyncio.Future[bool] = loop.create_future()

    def settle(self, stored: bool) -> None:
        self.told.set_result(stored)


def a_reply(record: bytes) -> Reply:
    return Reply(record, 1, "image", IMAGE, IMAGE_NOT_STORED)


def a_committer(log: MemoryLog, settings: Settings | None = None) -> Committer:
    return Committer(log.writer("c0"), Counters("c0"), settings or Settings())


def test_requests_that_come_together_share_a_group() -> None:
    async def run() -> None:
        log = MemoryLog()
        committer, loop = a_committer(log), asyncio.get_running_loop()
        first, *others = [Waiter(loop) for _ in range(50)]
        for number, waiter in enumerate([first, *others]):
            assert committer.put(a_reply(b"%d" % number), waiter)
        assert all(await asyncio.gather(*(waiter.told for waiter in [first, *others])))
        await committer.close()
        groups = log.read({}, max_groups=99)
        assert [len(group.records) for group in groups] == [1, 49]  # the first did not wait for company

    asyncio.run(run())


def test_beyond_what_may_wait_nothing_is_taken() -> None:
    async def run() -> None:
        committer, loop = a_committer(MemoryLog(), Settings(max_waiting=2)), asyncio.get_running_loop()
        waiters = [Waiter(loop) for _ in range(3)]
        assert [committer.put(a_reply(b"x"), waiter) for waiter in waiters] == [True, True, False]
        await committer.close()

    asyncio.run(run())


def test_bytes_that_wait_are_limited_too() -> None:
    async def run() -> None:
        committer, loop = a_committer(MemoryLog(), Settings(max_waiting_bytes=10)), asyncio.get_running_loop()
        assert [committer.put(a_reply(b"x" * 10), Waiter(loop)) for _ in range(2)] == [True, False]
        await committer.close()

    asyncio.run(run())


def test_a_log_that_fails_is_admitted_and_a_later_group_is_stored() -> None:
    async def run() -> None:
        log = MemoryLog()
        committer, loop = a_committer(log), asyncio.get_running_loop()
        log.broken = True
        first = Waiter(loop)
        committer.put(a_reply(b"lost"), first)
        assert await first.told is False and await committer.check() is False
        log.broken = False
        second = Waiter(loop)
        committer.put(a_reply(b"kept"), second)
        assert await second.told is True and await committer.check() is True
        await committer.close()
        assert [group.records for group in log.read({}, max_groups=9)] == [[b"kept"]]

    asyncio.run(run())


def test_closing_waits_for_what_is_under_way() -> None:
    async def run() -> None:
        committer, loop = a_committer(MemoryLog(), Settings(pause_s=0.05)), asyncio.get_running_loop()
        waiters = [Waiter(loop) for _ in range(3)]
        for waiter in waiters:
            committer.put(a_reply(b"x"), waiter)
            await asyncio.sleep(0)
        await committer.close()
        assert all(waiter.told.done() for waiter in waiters)

    asyncio.run(run())
