"""Group commit: requests wait together for one fsync."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Protocol

from msgspec import Struct

from onebyone.collect.answers import Reply
from onebyone.log import LogUnavailable, Writer
from onebyone.telemetry import Counters, Log

_VIA, _COUNT = attrgetter("via"), attrgetter("count")


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    max_waiting: int = 10_000  # hits that wait for a commit; beyond it: busy
    max_waiting_bytes: int = 64 * 1024**2
    pause_s: float = 0.002  # between the starts of two commits: larger groups cost less processor time a hit


class Waiter(Protocol):
    """Who waits for a record to be on disk."""

    def settle(self, stored: bool) -> None: ...


class Group:
    __slots__ = ("bytes", "replies", "waiters")

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.waiters: list[Waiter] = []
        self.bytes = 0


class Committer:
    """Appends what requests bring, a group at a time, in one thread. Lives in one event loop."""

    def __init__(self, writer: Writer, counters: Counters, settings: Settings) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._counters = counters
        self._settings = settings
        self._log = Log()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._open = Group()
        self._committing: asyncio.Future[bool] | None = None
        self._due: asyncio.TimerHandle | None = None
        self._started_at = -1.0
        self._waiting = 0
        self._waiting_bytes = 0
        self._drained: asyncio.Future[None] | None = None  # of `close`
        self.well = True  # whether the last group could be stored

    def put(self, reply: Reply, waiter: Waiter) -> bool:
        """True: `waiter.settle` will say whether its record is on disk. False: too many wait already."""
        settings = self._settings
        if self._waiting >= settings.max_waiting or self._waiting_bytes >= settings.max_waiting_bytes:
            return False
        size = len(reply.record)
        self._waiting += 1
        self._waiting_bytes += size
        group = self._open
        group.replies.append(reply)
        group.waiters.append(waiter)
        group.bytes += size
        if self._committing is None and self._due is None:
            self._plan()
        return True

    def _plan(self) -> None:
        """Commit now, or when the pause since the last commit is over."""
        due_at = self._started_at + self._settings.pause_s
        if due_at <= self._loop.time():
            self._start()
        else:
            self._due = self._loop.call_at(due_at, self._start)

    def _start(self) -> None:
        self._due = None
        self._started_at = self._loop.time()
        group, self._open = self._open, Group()
        self._committing = self._loop.run_in_executor(self._thread, self._append, group)
        self._committing.add_done_callback(lambda stored: self._finish(group, stored.result()))

    def _append(self, group: Group) -> bool:
        try:
            replies = group.replies
            self._writer.append([reply.record for reply in replies], count=sum(map(_COUNT, replies)))
        except LogUnavailable as error:
            if self.well:
                self._log.error("log_unwell", log="hits", error=str(error))
            self._counters.add("onebyone_log_unwell_total", "hits")
            self.well = False
            return False
        if not self.well:
            self._log.info("log_recovered", log="hits")
        self.well = True
        return True

    def _finish(self, group: Group, stored: bool) -> None:
        self._committing = None
        self._waiting -= len(group.replies)
        self._waiting_bytes -= group.bytes
        if self._open.replies:
            self._plan()
        self._tally(group, stored)
        for waiter in group.waiters:
            waiter.settle(stored)
        if self._drained is not None and not self._waiting:
            self._drained.set_result(None)

    def _tally(self, group: Group, stored: bool) -> None:
        if not stored:
            self._counters.add("onebyone_hits_refused_total", "unwell", len(group.replies))
            return
        for via, count in Tally(map(_VIA, group.replies)).items():
            self._counters.add("onebyone_hits_stored_total", via, count)

    async def check(self) -> bool:
        """Whether the log takes writes now: the last group's answer while there is traffic, else a try."""
        if self._committing is not None:
            return self.well
        return await self._loop.run_in_executor(self._thread, self._try)

    def _try(self) -> bool:
        try:
            self._writer.check()
        except LogUnavailable:
            return False
        return True

    async def close(self) -> None:
        """Wait until nothing waits, then close the writer."""
        if self._waiting:
            self._drained = self._loop.create_future()
            await self._drained
        self._thread.shutdown()
        self._writer.close()
