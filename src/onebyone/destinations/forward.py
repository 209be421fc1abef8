"""The forwarder, one for all destinations: the log "events" in, conversions out, each destination at its own pace.

A consumer as every other: read, do the work, move the cursor. The work is the delivery queue, so that a destination
that is slow, down or stopped holds up nobody: its rows wait there, and its task alone waits with them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import traceback
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.exc import DBAPIError

from onebyone.destinations.all import ALL
from onebyone.destinations.arrival import Target, target_of
from onebyone.destinations.destination import settings_of
from onebyone.destinations.intake import Intake
from onebyone.destinations.pace import Paces
from onebyone.destinations.prepare import People, Preparing, Records
from onebyone.destinations.sender import UNKNOWN, Round, Sender, may_repeat
from onebyone.destinations.telling import Telling
from onebyone.destinations.web_client import Client
from onebyone.log import LogUnavailable, Reader, Writer
from onebyone.state.database import StateUnavailable
from onebyone.state.deliveries import Deliveries, State
from onebyone.state.destinations import Configured, Destinations
from onebyone.state.vault import VaultLocked
from onebyone.telemetry import Counters, Log

_IDLE_S = 0.25
_UNWELL_S = 2.0
_MAX_DEFECTS = 5  # rounds in a row that failed for a reason of ours
_UNWELL = (LogUnavailable, StateUnavailable, DBAPIError)


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    allow_private: bool = False  # send to addresses of this machine and its network too
    timeout_s: float = 30.0
    keep_days: int = 400  # deliveries that ended
    keep_texts_days: int = 30  # their masked requests, and the answers


class Forwarder:
    """One in an installation. `run` for ever, or `turn` by hand."""

    def __init__(
        self,
        *,
        reader: Reader,
        facts: Writer,
        destinations: Destinations,
        deliveries: Deliveries,
        records: Records,
        people: People,
        client: Client,
        counters: Counters,
        now_ms: Callable[[], int],
        random: Callable[[], float],
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self._destinations = destinations
        self._deliveries = deliveries
        self._records = records
        self._people = people
        self._client = client
        self._counters = counters
        self._now_ms = now_ms
        self._random = random
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._intake = Intake(reader, destinations, deliveries, records)
        self._telling = Telling(facts, deliveries)
        self._paces = Paces()
        self._log = Log()
        self._version = -1
        self._targets: list[Target] = []
        self._senders: dict[tuple[str, str], Sender] = {}
        self._defects: dict[tuple[str, str], int] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def recover(self) -> int:
        """Once, at the start: what a crash left on its way goes again, under its id, where the platform knows ids."""
        left = self._deliveries.on_their_way()
        now_ms = self._now_ms()
        for one in left:
            known = ALL.get(one.destination)
            again = known is not None and (known.once_by_id or may_repeat(one))
            state, cause = (State.RETRYING, "interrupted") if again else (State.GAVE_UP, UNKNOWN)
            self._deliveries.put([one.changed(state=state, cause=cause, sent_ms=one.sent_ms or now_ms)])
        return len(left)

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. What is on its way then is let finish for a moment, and else recovered by the next start."""
        await asyncio.to_thread(self.recover)
        upkeep = asyncio.create_task(self._forever(stop, self._take_and_tell))
        try:
            await upkeep
        finally:
            for task in self._tasks.values():
                task.cancel()
            for task in self._tasks.values():
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def turn(self) -> int:
        """Take what the log has, send what is due once to each destination, tell the store; what was moved."""
        taken = await asyncio.to_thread(self._take)
        rounds = await asyncio.gather(*(self._round(sender) for sender in list(self._senders.values())))
        told = await asyncio.to_thread(self._telling.tell_once)
        return taken + told + sum(one.claimed for one in rounds)

    async def _take_and_tell(self) -> float:
        taken = await asyncio.to_thread(self._take)
        self._start_tasks()
        told = await asyncio.to_thread(self._telling.tell_once)
        return 0.0 if taken or told else _IDLE_S

    async def _forever(self, stop: asyncio.Event, do: Callable[[], Any]) -> None:
        while not stop.is_set():
            try:
                wait_s = await do()
            except _UNWELL as error:
                self._counters.add("onebyone_log_unwell_total", type(error).__name__)
                self._log.warning("log_unwell", error=str(error).partition("\n")[0])
                wait_s = _UNWELL_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s or 0.001)

    def _take(self) -> int:
        self._reload()
        self._carry_out_orders()
        return self._intake.take_once(self._targets, self._now_ms())

    def _reload(self) -> None:
        version = self._destinations.version()
        if version == self._version:
            return
        known = [(ALL.get(one.name), one) for one in self._destinations.all()]
        self._targets = [target_of(found, one) for found, one in known if found is not None]
        running = {}
        for target in self._targets:
            key = (target.configured.site, target.configured.name)
            before = self._senders.get(key)
            if before is not None and before.target.configured == target.configured:
                running[key] = before
            elif target.configured.running:
                sender = self._sender(target)
                running.update({key: sender} if sender is not None else {})
        self._senders = running
        self._paces.agree(((one.account, one.limits) for one in running.values()), self._clock())
        self._version = version

    def _sender(self, target: Target) -> Sender | None:
        """None, and the destination is stopped, if its settings or secrets cannot be read."""
        one = target.configured
        try:
            settings = settings_of(target.destination, one.settings | self._destinations.secrets(one))
        except (msgspec.ValidationError, VaultLocked) as error:
            code = "secrets_locked" if isinstance(error, VaultLocked) else "settings_invalid"
            self._stop(one, code)
            return None
        return Sender(
            target,
            settings,
            preparing=Preparing(target, settings, self._records, self._people),
            deliveries=self._deliveries,
            client=self._client,
            now_ms=self._now_ms,
            random=self._random,
            paces=self._paces,
            clock=self._clock,
            sleep=self._sleep,
        )

    def _carry_out_orders(self) -> None:
        for asked in self._destinations.orders():
            target = next((t for t in self._targets if _key(t.configured) == (asked.site, asked.name)), None)
            if target is not None:
                self._intake.carry_out(self._intake.plan(target, asked.again, self._now_ms()))
                self._log.info("replay_started", destination=asked.name)
            self._destinations.done(asked)

    def _start_tasks(self) -> None:
        for key in self._senders:
            task = self._tasks.get(key)
            if task is None or task.done():
                self._tasks[key] = asyncio.create_task(self._keep_sending(key))

    async def _keep_sending(self, key: tuple[str, str]) -> None:
        """Ends when the destination is paused, stopped or gone; `_start_tasks` begins again."""
        while (sender := self._senders.get(key)) is not None:
            done = await self._round(sender)
            await asyncio.sleep(min(done.wait_s, 60.0))

    async def _round(self, sender: Sender) -> Round:
        """The delivery boundary (style.md 6.3): a defect of ours stops this destination, and no other."""
        one = sender.target.configured
        try:
            done = await sender.round()
            self._defects.pop(_key(one), None)
        except _UNWELL as error:
            self._log.warning("log_unwell", error=str(error).partition("\n")[0])
            return Round(wait_s=_UNWELL_S)
        except Exception as error:  # one of the three boundaries
            return await asyncio.to_thread(self._defect, one, error)
        if done.stopped:
            await asyncio.to_thread(self._stop, one, done.stopped)
        if done.accepted:
            self._counters.add("onebyone_deliveries_accepted_total", one.name, done.accepted)
        if done.failing:
            self._counters.add("onebyone_delivery_failures_total", one.name)
            self._log.warning("destination_failing", destination=one.name, site=one.site, code=done.failing)
        return done

    def _defect(self, one: Configured, error: Exception) -> Round:
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        self._log.error("batch_failed", step=one.name, error=type(error).__name__, where=where)
        self._defects[_key(one)] = self._defects.get(_key(one), 0) + 1
        for left in self._deliveries.find(site=one.site, destination=one.name, states=(State.SENDING,), limit=100_000):
            self._deliveries.put([left.changed(state=State.RETRYING, cause="interrupted", sent_ms=self._now_ms())])
        if self._defects[_key(one)] >= _MAX_DEFECTS:
            self._stop(one, "defect")
        return Round(wait_s=_UNWELL_S)

    def _stop(self, one: Configured, code: str) -> None:
        """Until somebody acted. Its conversions wait, and come in as before."""
        self._log.error("destination_stopped", destination=one.name, site=one.site, code=code)
        self._counters.add("onebyone_destinations_stopped_total", one.name)
        now_ms = self._now_ms()
        with contextlib.suppress(KeyError, VaultLocked):
            self._destinations.stop(one.site, one.name, code, now_ms=now_ms)
        self._senders.pop(_key(one), None)


def _key(one: Configured) -> tuple[str, str]:
    return one.site, one.name
