"""The request boundary: one function that answers everything."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Coroutine
from email.utils import formatdate
from typing import Any

from sqlalchemy.exc import DBAPIError

from onebyone.collect import answers, linking
from onebyone.collect.answers import Answer, Later, Reply
from onebyone.collect.commit import Committer
from onebyone.collect.connection import Connection, Limits
from onebyone.collect.desk import Desk
from onebyone.collect.reading import matches, read_record, tell_gpc
from onebyone.collect.request import Request
from onebyone.collect.sources import SOURCES
from onebyone.collect.sources.server import ENDING as SERVER_ENDING
from onebyone.state.database import StateUnavailable
from onebyone.telemetry import Counters, Log

_MAX_LATER = 1_000
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)  # in Accept-Encoding, unless refused


class Collector:
    """The connection.Application of one process."""

    def __init__(self, desk: Desk, committer: Committer, counters: Counters, limits: Limits) -> None:
        self.limits = limits
        self.connections: set[Connection] = set()
        self._desk = desk
        self._committer = committer
        self._counters = counters
        self._log = Log()
        self._checks: set[asyncio.Task[None]] = set()
        self.tick()

    def tick(self) -> None:
        """Every second: the date, and an end for those who are too slow."""
        self.now = time.monotonic()
        self.date = f"date: {formatdate(usegmt=True)}\r\n\r\n".encode()
        for connection in [c for c in self.connections if c.due < self.now]:
            connection.end_if_due(self.now)

    def max_body(self, path: str) -> int:
        settings = self._desk.settings
        return settings.server_max_bytes if path.endswith(SERVER_ENDING) else settings.tag_max_bytes

    def opened(self, connection: Connection) -> bool:
        self.connections.add(connection)
        return len(self.connections) <= self.limits.connections

    def closed(self, connection: Connection) -> None:
        self.connections.discard(connection)

    def take(self, request: Request, connection: Connection, *, waited: bool = False) -> Answer | None:
        path = request.path
        try:
            for source in SOURCES:
                if source.matches(path):
                    made: Reply | Answer | Later | None = source.take(request, self._desk)
                    break
            else:
                made = self._look_up(path, request, connection)
        except StateUnavailable:  # of a body that would have to be sealed
            self._counters.add("onebyone_hits_refused_total", "unwell")
            return answers.IMAGE_NOT_STORED if path.endswith(".gif") else answers.not_stored()
        except Exception:  # the request boundary (style.md 6.3)
            self._log.error("request_failed", exc_info=True)
            self._counters.add("onebyone_hits_refused_total", "bug")
            return answers.IMAGE_NOT_STORED if path.endswith(".gif") else answers.BUG
        if isinstance(made, Reply):
            connection.reply = made
            if self._committer.put(made, connection):
                return None
            connection.reply = None
            self._counters.add("onebyone_hits_refused_total", "busy")
            return made.refused
        if isinstance(made, Later):
            if waited or len(self._checks) >= _MAX_LATER:  # the state is unwell, or too many wait for it
                return answers.not_stored()
            self._later(self._take_later(made, request, connection))
            return None
        return made

    def _look_up(self, path: str, request: Request, connection: Connection) -> Answer | None:
        """What is no way in. None: the answer needs a wait, and comes later."""
        if matches(path) and request.method == "GET":
            self._later(self._read_record(request, connection))
            return None
        if linking.matches(path):
            return linking.give_token(request, self._desk)
        if path.endswith(".js"):
            script = self._desk.registry.known.scripts.get(path)
            if script is None:
                return answers.NOT_FOUND
            packed = _GZIP.search(request.used.get("accept-encoding", "")) is not None
            return answers.script(script, immutable="/c/" in path, packed=packed)
        if path == "/ready":
            self._later(self._ready(connection))
            return None
        if path == "/.well-known/gpc.json":
            return tell_gpc(self._desk)
        if path == "/health":
            return answers.text(200, "ok")
        if path == "/.well-known/traffic-advice":
            return answers.answer(200, answers.TRAFFIC_ADVICE, [("content-type", "application/trafficadvice+json")])
        return answers.NOT_FOUND

    def _later(self, answering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(answering)
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)

    async def _take_later(self, later: Later, request: Request, connection: Connection) -> None:
        await asyncio.to_thread(later.work)
        connection.answer(self.take(request, connection, waited=True))

    async def _read_record(self, request: Request, connection: Connection) -> None:
        try:
            connection.answer(await asyncio.to_thread(read_record, request, self._desk))
        except DBAPIError as error:
            self._log.warning("log_unwell", error=type(error).__name__)
            connection.answer(answers.problem(503, "Not now", "The state cannot be read. Ask again."))

    async def _ready(self, connection: Connection) -> None:
        if await self._committer.check():
            connection.answer(answers.text(200, "ready"))
        else:
            detail = "The log does not accept writes: see the disk and 'onebyone doctor'."
            connection.answer(answers.problem(503, "Not ready", detail))
