"""Sending the people's requests, over public HTTP alone, and writing down the truth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from onebyone.simulate import households, people, wire
from onebyone.simulate.browsers import consent_of, headers_of
from onebyone.simulate.households import Households
from onebyone.simulate.known import Known
from onebyone.simulate.people import People
from onebyone.simulate.session import ImageHit, Report, Request, TagBatch
from onebyone.simulate.truth import Truth
from onebyone.simulate.wire import Collector, NotAccepted, open_client

AT_ONCE = 16  # people whose requests are on their way at the same time
HOUSEHOLDS_AT_ONCE = 64


class SimulationFailed(Exception):
    """The collector did not accept everything, so no truth was written: it would not be what was sent."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def simulate(
    who: people.Settings,
    where: wire.Settings,
    truth_path: Path | None = None,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Callable[[], int] = now_ms,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    progress: Callable[[int], None] = lambda done: None,
) -> Truth:
    """Send everything and return the truth, also as a file. Blocks; has an event loop of its own.

    `progress` hears how many people and bots are done. Raises SimulationFailed.
    """
    crowd = People(who, now_ms=clock())
    repeated = asyncio.run(_Sender(who.origin, clock).send_all(crowd, where, transport, pause, progress))
    truth = crowd.truth()
    truth.totals.requests_repeated = repeated
    if truth_path is not None:
        truth.write(truth_path)
    return truth


def simulate_households(
    who: households.Settings,
    where: wire.Settings,
    truth_path: Path | None = None,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Callable[[], int] = now_ms,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    progress: Callable[[int], None] = lambda done: None,
) -> Known:
    """As `simulate`, for households: what is known of them. `progress` hears how many are done."""
    crowd = Households(who, now_ms=clock())
    sender = _Sender(who.origin, clock, at_once=HOUSEHOLDS_AT_ONCE)
    repeated = asyncio.run(sender.send_all(crowd, where, transport, pause, progress))
    known = crowd.known()
    known.requests_repeated = repeated
    if truth_path is not None:
        known.write(truth_path)
    return known


class _Sender:
    def __init__(self, origin: str, clock: Callable[[], int], *, at_once: int = AT_ONCE) -> None:
        self._origin = origin
        self._clock = clock
        self._at_once = at_once

    async def send_all(
        self,
        crowd: Iterable[list[Request]],
        where: wire.Settings,
        transport: httpx2.AsyncBaseTransport | None,
        pause: Callable[[float], Awaitable[None]],
        progress: Callable[[int], None],
    ) -> int:
        """Returns how many requests had to be repeated."""
        async with open_client(transport, connections=self._at_once) as client:
            collector = Collector(client, where, pause=pause)
            waiting = enumerate(crowd, start=1)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(self._at_once):
                        group.create_task(self._send_people(waiting, collector, progress))
            except* NotAccepted as failed:
                raise SimulationFailed(str(failed.exceptions[0])) from failed
        return collector.refused

    async def _send_people(
        self, waiting: Iterator[tuple[int, list[Request]]], collector: Collector, progress: Callable[[int], None]
    ) -> None:
        """One after the other; a person's requests in their order, each answered before the next."""
        for done, requests in waiting:
            for request in requests:
                await self._send(request, collector)
            progress(done)

    async def _send(self, request: Request, collector: Collector) -> None:
        browser = request.browser
        match request:
            case ImageHit():
                consent = urlencode(consent_of(browser)) if browser.number >= 0 else ""  # a crawler is never asked
                headers = headers_of(browser, page=request.page, origin=self._origin, for_image=True)
                if request.purpose:
                    headers["sec-purpose"] = request.purpose
                query = "&".join(part for part in (request.query, consent) if part)
                cookie = await collector.image(query, headers)
                if cookie and request.keeps_cookie:
                    browser.cookie = cookie
            case TagBatch():
                headers = headers_of(browser, page=request.page, origin=self._origin, for_image=False)
                cookie = await collector.batch(
                    request.events, headers, lambda: self._clock() + browser.skew_ms, consent_of(browser)
                )
                browser.cookie = cookie or browser.cookie
            case Report():
                visitor = {"visitor": browser.cookie} if browser.cookie else {}
                await collector.report([event | visitor for event in request.events])
