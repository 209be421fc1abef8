"""One destination of one site: claims what is due, sends it in batches, reads the answers, writes down what they were.

Nothing here waits for another destination. What was claimed and not answered for is sent again under the same ids.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from onebyone.destinations.arrival import Target
from onebyone.destinations.destination import (
    Outcome,
    Rejected,
    Request,
    Response,
    Retry,
    Row,
    Sent,
    batch_size,
    batches_of,
)  # fmt: skip
from onebyone.destinations.looking_back import PARTLY, LookingBack
from onebyone.destinations.masking import clean_answer, shown
from onebyone.destinations.pace import Breaker, Limits, Paces
from onebyone.destinations.prepare import Prepared, Preparing
from onebyone.destinations.signing_in import SigningIn
from onebyone.destinations.web_client import Client, Unreached
from onebyone.state.deliveries import ADJUST, Deliveries, Delivery, State, marked

Pair = tuple[Delivery, Row]
UNKNOWN = "outcome_unknown"
NONE_TAKEN = "none_taken"  # behind a 200
_MAX_REFUSED_IN_A_ROW = 100  # then it is not the conversions
_MANY_LANES = 16
_SMALL_BATCH = 10
_LATER_S = 3_600  # a row that the platform wants later, not soon
_FRESH_MS = 5_000  # as long as permissions that were asked hold for a row that waits
_WORST = (State.ACCEPTED, State.REFUSED, State.NOT_ALLOWED, State.GAVE_UP, State.RETRYING)


class Round(Struct, frozen=True):
    """What one round did."""

    claimed: int = 0
    accepted: int = 0
    wait_s: float = 0.0  # before the next makes sense
    stopped: str = ""  # the code for which the destination waits for its operator
    failing: str = ""  # the code for which it is left alone for a while


class Sender:
    def __init__(
        self,
        target: Target,
        settings: Any,
        *,
        preparing: Preparing,
        deliveries: Deliveries,
        client: Client,
        now_ms: Callable[[], int],
        random: Callable[[], float],
        paces: Paces,
        sleep: Callable[[float], Any] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self._settings = settings
        self._preparing = preparing
        self._deliveries = deliveries
        self._client = client
        self._now_ms = now_ms
        self._sleep = sleep
        self._clock = clock
        configured = target.configured
        self._size = batch_size(target.destination, settings)
        self._lanes = _MANY_LANES if self._size < _SMALL_BATCH else 1
        facts, account = target.destination.facts, target.destination.account
        self.limits = Limits(facts.requests_per_minute, facts.requests_per_day, facts.events_per_minute)
        self.account = (configured.name, account(settings) if account is not None else configured.site)
        self._pace = paces.of(self.account, clock())
        self._breaker = Breaker(random)
        self._signing_in = SigningIn(target.destination, settings, client=client, now_ms=now_ms)
        self._looking_back = LookingBack(
            target.destination.result,
            settings,
            key=(configured.site, configured.name),
            deliveries=deliveries,
            client=client,
            signing_in=self._signing_in,
            now_ms=now_ms,
        )
        self._refused_in_a_row = 0

    async def round(self) -> Round:
        """Raises StateUnavailable: what was claimed then is found by `recover`."""
        wait_s = self._breaker.wait_s(self._clock())
        if wait_s:
            return Round(wait_s=wait_s)
        await self._looking_back.look()
        lanes = 1 if self._breaker.probing else self._lanes
        key = (self.target.configured.site, self.target.configured.name)
        claimed = await asyncio.to_thread(
            self._deliveries.claim, *key, now_ms=self._now_ms(), limit=self._size * (1 if lanes == 1 else lanes * 8)
        )
        if not claimed:
            return Round(wait_s=0.5)
        prepared_ms = self._now_ms()
        prepared = await asyncio.to_thread(self._prepare, claimed)
        run = Run(self._deliveries, prepared, prepared_ms)
        await asyncio.gather(*(self._lane(run, rows) for rows in _apart(prepared.rows, lanes)))
        return self._end(run, len(claimed))

    def _prepare(self, claimed: Sequence[Delivery]) -> Prepared:
        prepared = self._preparing(claimed, self._now_ms())
        self._deliveries.put(prepared.ended)
        return prepared

    def _end(self, run: Run, claimed: int) -> Round:
        now = self._clock()
        if run.stopped:
            return Round(claimed=claimed, accepted=run.accepted, stopped=run.stopped)
        if run.retry is not None:
            wait_s = self._breaker.fail(now, run.retry.after_s)
            return Round(claimed=claimed, accepted=run.accepted, wait_s=wait_s, failing=run.retry.code)
        self._breaker.succeed()
        return Round(claimed=claimed, accepted=run.accepted)

    async def _lane(self, run: Run, rows: Sequence[Pair]) -> None:
        for batch in batches_of(self.target.destination, rows, self._settings):
            await self._send(run, batch)

    async def _send(self, run: Run, batch: Sequence[Pair]) -> None:
        """This batch, then its halves or its rest, until every row has its answer."""
        if run.over:
            await run.write(batch, State.RETRYING, run.code, self._now_ms())
            return
        await self._wait_turn(len(batch))
        batch = await self._still_allowed(run, batch)
        if not batch:
            return
        request = self.target.destination.request([row for _, row in batch], self._settings)
        signed = await self._signing_in.sign(request)
        if not isinstance(signed, Request):
            await self._unsigned(run, batch, signed)
            return
        sent_ms = self._now_ms()
        found = await self._client.send(signed)
        outcome = counted(self._outcome(found, batch), len(batch))
        run.note(batch, request, found, outcome, sent_ms)
        match outcome:
            case Sent():
                await self._sent(run, batch, outcome)
            case Retry():
                run.retry = outcome
                await run.write(batch, State.RETRYING, outcome.code, self._now_ms(), trace=outcome.trace)
            case Rejected():
                await self._rejected(run, batch, outcome)

    async def _unsigned(self, run: Run, batch: Sequence[Pair], failed: Retry | Rejected) -> None:
        """Nothing was sent: there is no token to send it with."""
        if isinstance(failed, Retry):
            run.retry = failed
        else:
            run.stopped = failed.code
        await run.write(batch, State.RETRYING, failed.code, self._now_ms())

    async def _wait_turn(self, events: int) -> None:
        wait_s = self._pace.wait_s(self._clock(), events)
        if wait_s:
            await self._sleep(wait_s)

    async def _still_allowed(self, run: Run, batch: Sequence[Pair]) -> Sequence[Pair]:
        """Without what was withdrawn while the batch waited: for the platform's rate, or for slow answers before."""
        if self._now_ms() - run.prepared_ms < _FRESH_MS:
            return batch
        found = await asyncio.to_thread(self._preparing.changed, [one for one, _ in batch], run.permissions)
        for pair, ends in zip(batch, found, strict=True):
            if ends is not None:
                await run.write([pair], *ends, self._now_ms())
        return [pair for pair, ends in zip(batch, found, strict=True) if ends is None]

    def _outcome(self, found: Response | Unreached, batch: Sequence[Pair]) -> Outcome:
        if isinstance(found, Response):
            if self._signing_in.refused(found):
                return Retry("token_expired")
            self._signing_in.taken()
            return self.target.destination.read(found)
        if found.why == "private_address":
            return Rejected(found.why, stop=True)
        if found.sent and not self._may_repeat(batch):
            return Rejected(UNKNOWN)
        return Retry(found.why)

    def _may_repeat(self, batch: Sequence[Pair]) -> bool:
        return self.target.destination.once_by_id or all(may_repeat(one) for one, _ in batch)

    async def _sent(self, run: Run, batch: Sequence[Pair], outcome: Sent) -> None:
        failed = {failure.row: failure for failure in outcome.failed}
        good = [pair for n, pair in enumerate(batch) if n not in failed]
        now_ms = self._now_ms()
        await asyncio.to_thread(self._looking_back.expect, outcome.trace, now_ms)
        if good:
            self._refused_in_a_row = 0
            mark = PARTLY if outcome.partly and len(good) > 1 else ""
            proof = outcome.proof and not mark
            await run.write(good, State.ACCEPTED, "", now_ms, trace=outcome.trace, proof=proof, mark=mark)
        for n, failure in failed.items():
            if n < len(batch):
                state = State.RETRYING if failure.retry else State.REFUSED
                due_ms = now_ms + (failure.after_s or _LATER_S) * 1000 if failure.retry else 0
                await run.write([batch[n]], state, failure.code, now_ms, trace=outcome.trace, due_ms=due_ms)

    async def _rejected(self, run: Run, batch: Sequence[Pair], outcome: Rejected) -> None:
        named = [n for n in outcome.rows if n < len(batch)]
        if outcome.stop:
            run.stopped = outcome.code
            await run.write(batch, State.RETRYING, outcome.code, self._now_ms(), trace=outcome.trace)
        elif outcome.code == UNKNOWN:
            await run.write(batch, State.GAVE_UP, UNKNOWN, self._now_ms())
        elif named and len(named) < len(batch):
            await self._refuse(run, [batch[n] for n in named], outcome)
            await self._send(run, [pair for n, pair in enumerate(batch) if n not in named])
        elif named or len(batch) == 1:
            await self._refuse(run, batch, outcome)
        else:
            middle = len(batch) // 2
            await self._send(run, batch[:middle])
            await self._send(run, batch[middle:])

    async def _refuse(self, run: Run, batch: Sequence[Pair], outcome: Rejected) -> None:
        await run.write(batch, State.REFUSED, outcome.code, self._now_ms(), trace=outcome.trace)
        self._refused_in_a_row += len(batch)
        if self._refused_in_a_row >= _MAX_REFUSED_IN_A_ROW:
            run.stopped = f"all_refused:{outcome.code}"[:64]
            self._refused_in_a_row = 0


class Run:
    """The rows of one round, and what became of each. A delivery with several rows ends as its worst one does."""

    def __init__(self, deliveries: Deliveries, prepared: Prepared, prepared_ms: int) -> None:
        self._deliveries = deliveries
        self.permissions = prepared.permissions
        self.prepared_ms = prepared_ms
        self._open: dict[tuple[str, str, str, str], int] = {}
        self._worst: dict[tuple[str, str, str, str], Delivery] = {}
        self._asked: dict[int, tuple[str, str, int]] = {}
        self._refunds = prepared.refunds
        for one, _ in prepared.rows:
            self._open[one.key] = self._open.get(one.key, 0) + 1
        self.accepted = 0
        self.retry: Retry | None = None
        self.stopped = ""

    @property
    def over(self) -> bool:
        return self.retry is not None or self.stopped != ""

    @property
    def code(self) -> str:
        return self.stopped or (self.retry.code if self.retry is not None else "")

    def note(
        self, batch: Sequence[Pair], request: Request, found: Response | Unreached, outcome: Outcome, sent_ms: int
    ) -> None:
        """What was asked and answered, for eyes."""
        answer = clean_answer(found if isinstance(found, Response) else None, getattr(outcome, "code", ""))
        for _, row in batch:
            self._asked[id(row)] = shown(request, row, rows=len(batch)), answer, sent_ms

    async def write(
        self,
        batch: Sequence[Pair],
        state: State,
        cause: str,
        now_ms: int,
        *,
        trace: str = "",
        proof: bool = False,
        due_ms: int = 0,
        mark: str = "",
    ) -> None:
        done: list[Delivery] = []
        for one, row in batch:
            request, answer, sent_ms = self._asked.get(id(row), (one.request, one.answer, one.sent_ms))
            ended = one.changed(
                state=state,
                cause=cause[:64],
                trace=trace[:128],
                proof=proof,
                sent_ms=sent_ms,
                answered_ms=now_ms if sent_ms else 0,
                request=request,
                answer=answer,
                due_ms=due_ms or one.due_ms,
                adjusted=self._refunds.get(one.key, one.adjusted) if state == State.ACCEPTED else one.adjusted,
            )
            ended = marked(ended, mark) if mark else ended
            before = self._worst.get(one.key)
            if before is None or _WORST.index(State(before.state)) <= _WORST.index(state):
                self._worst[one.key] = ended
            self._open[one.key] -= 1
            if not self._open[one.key]:
                done.append(self._worst[one.key])
        self.accepted += sum(1 for one in done if one.state == State.ACCEPTED)
        if done:
            await asyncio.to_thread(self._deliveries.put, done)


def counted(outcome: Outcome, sent: int) -> Outcome:
    """By what the platform says that it took. None of them: refused, whatever the status said. A part: nobody knows
    which, and a platform that knows some again may count none of a second request, so that it is not asked again."""
    if not isinstance(outcome, Sent) or outcome.taken is None or outcome.taken >= sent - len(outcome.failed):
        return outcome
    return replace(outcome, partly=True) if outcome.taken else Rejected(NONE_TAKEN, trace=outcome.trace)


def may_repeat(one: Delivery) -> bool:
    """Where the platform does not know ids again: only an order is told apart by its own."""
    return one.name == "purchase" and one.order_id != "" and one.part != ADJUST


def _apart(rows: Sequence[Pair], lanes: int) -> list[list[Pair]]:
    """What one person did stays in one lane, in order."""
    found: list[list[Pair]] = [[] for _ in range(lanes)]
    for one, row in rows:
        found[one.lane % lanes].append((one, row))
    return [lane for lane in found if lane]
