"""What came of requests that were taken with a 200 and processed later: asked after half an hour, then each hour.

Platforms tell counts by reason and no rows. A request that failed as a whole takes its conversions back to refused;
one that failed in part leaves a mark on each of its conversions, for nobody can say which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from onebyone.destinations.destination import Done, Rejected, Request, Result, Retry
from onebyone.destinations.masking import clean_answer
from onebyone.destinations.signing_in import SigningIn
from onebyone.destinations.web_client import Client, Unreached
from onebyone.state.deliveries import Deliveries, Delivery, State, marked
from onebyone.state.results import Awaited

FIRST_MS = 30 * 60_000
EACH_MS = 60 * 60_000
LONGEST_MS = 24 * EACH_MS
_AGAIN_MS = 6 * EACH_MS  # a conversion that the platform could not place yet
_LOOK_MS = 60_000
_AT_ONCE = 10
PARTLY = "partly_failed"


class LookingBack:
    """Of one destination of one site."""

    def __init__(
        self,
        result: Result[Any] | None,
        settings: Any,
        *,
        key: tuple[str, str],
        deliveries: Deliveries,
        client: Client,
        signing_in: SigningIn,
        now_ms: Callable[[], int],
    ) -> None:
        self._result = result
        self._settings = settings
        self._key = key
        self._deliveries = deliveries
        self._client = client
        self._signing_in = signing_in
        self._now_ms = now_ms
        self._looked_ms = 0

    def expect(self, trace: str, sent_ms: int) -> None:
        """Before its conversions are written down as accepted: a crash in between sends them anew. Blocks."""
        if self._result is not None and trace:
            results = self._deliveries.results
            results.wait_for(*self._key, trace[:128], sent_ms=sent_ms, due_ms=sent_ms + FIRST_MS)

    async def look(self) -> None:
        now_ms = self._now_ms()
        if self._result is None or now_ms - self._looked_ms < _LOOK_MS:
            return
        self._looked_ms = now_ms
        due = await asyncio.to_thread(self._deliveries.results.due, *self._key, now_ms=now_ms, limit=_AT_ONCE)
        for one in due:
            await self._ask(self._result, one)

    async def _ask(self, result: Result[Any], one: Awaited) -> None:
        request = await self._signing_in.sign(result.request(one.trace, self._settings))
        answer = await self._client.send(request) if isinstance(request, Request) else request
        if isinstance(answer, (Unreached, Retry, Rejected)):
            await asyncio.to_thread(self._wait, one)
            return
        done = result.read(answer)
        if done is None:
            await asyncio.to_thread(self._wait, one)
        else:
            await asyncio.to_thread(self._write, one, done, clean_answer(answer, done.cause))

    def _wait(self, one: Awaited) -> None:
        """After a day it is left as it is: taken, and without proof."""
        now_ms, results = self._now_ms(), self._deliveries.results
        if now_ms - one.sent_ms >= LONGEST_MS:
            results.done(one)
        else:
            results.later(one, now_ms + EACH_MS)

    def _write(self, one: Awaited, done: Done, answer: str) -> None:
        site, destination = self._key
        accepted = self._deliveries.find(
            site=site, destination=destination, states=(State.ACCEPTED,), trace=one.trace, limit=10_000
        )
        self._deliveries.put([_ended(row, done, answer, self._now_ms()) for row in accepted])
        self._deliveries.results.done(one)


def _ended(row: Delivery, done: Done, answer: str, now_ms: int) -> Delivery:
    if not done.cause:
        return row.changed(proof=True)
    if done.partly:
        return replace(marked(row, PARTLY), answer=answer)
    if done.retry:
        return row.changed(state=State.RETRYING, cause=done.cause, answer=answer, due_ms=now_ms + _AGAIN_MS)
    return row.changed(state=State.REFUSED, cause=done.cause, answer=answer)
