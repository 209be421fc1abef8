"""The request boundary: one function that answers everything, and the other small addresses."""

from __future__ import annotations

from typing import Any

from onebyone.collect import answers
from onebyone.collect.desk import Desk, Scope
from onebyone.collect.sources import SOURCES
from onebyone.telemetry import Log

_NOT_FOUND = answers.problem(404, "Not found", "No such address here.", [])
_BUG = answers.problem(500, "Failed", "A defect of ours; it was logged.", [])


class Collector:
    """The RSGI application."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._log = Log()

    async def __rsgi__(self, scope: Scope, proto: Any) -> None:
        path = scope.path
        try:
            for source in SOURCES:
                if source.matches(path):
                    await source.take(scope, proto, self._desk)
                    return
            await self._other(path, proto)
        except Exception:  # the request boundary (style.md 6.3)
            self._log.error("request_failed", exc_info=True)
            self._desk.counters.add("onebyone_hits_refused_total", "bug")
            if path.endswith(".gif"):
                proto.response_bytes(200, answers.IMAGE_NOT_STORED, answers.GIF)
            else:
                proto.response_bytes(*_BUG)

    async def _other(self, path: str, proto: Any) -> None:
        if path.endswith("/s.js"):
            self._script(path, proto)
        elif path == "/health":
            proto.response_str(200, [("content-type", "text/plain")], "ok\n")
        elif path == "/ready":
            await self._ready(proto)
        elif path == "/.well-known/traffic-advice":
            proto.response_bytes(200, [("content-type", "application/trafficadvice+json")], answers.TRAFFIC_ADVICE)
        else:
            proto.response_bytes(*_NOT_FOUND)

    def _script(self, path: str, proto: Any) -> None:
        script = self._desk.registry.known.scripts.get(path[1:-5])
        if script is None:
            proto.response_bytes(*_NOT_FOUND)
        else:
            proto.response_bytes(200, answers.SCRIPT, script)

    async def _ready(self, proto: Any) -> None:
        if await self._desk.committer.check():
            proto.response_str(200, [("content-type", "text/plain")], "ready\n")
        else:
            detail = "The log does not accept writes: see the disk and 'onebyone doctor'."
            proto.response_bytes(*answers.problem(503, "Not ready", detail, []))
