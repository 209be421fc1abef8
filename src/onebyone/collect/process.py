"""One collect process: an event loop, a partition of the log, a port shared with the other collect processes."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from msgspec import Struct

from onebyone.collect import commit
from onebyone.collect.addresses import Addresses
from onebyone.collect.app import Collector
from onebyone.collect.commit import Committer
from onebyone.collect.desk import Desk, Settings, now_ms
from onebyone.collect.registry import Registry
from onebyone.collect.visitors import Visitors
from onebyone.event import HitIds
from onebyone.log import Writer
from onebyone.telemetry import Counters, Log

_REFRESH_S = 1.0


class Place(Struct, frozen=True):
    host: str
    port: int
    metrics: Path


async def run(
    place: Place,
    *,
    settings: Settings,
    commits: commit.Settings,
    writer: Writer,
    registry: Registry,
    visitor_key: bytes,
    counters: Counters,
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set. What was accepted until then is on disk when this returns."""
    registry.refresh()
    committer = Committer(writer, counters, commits)
    desk = Desk(
        settings=settings,
        registry=registry,
        committer=committer,
        visitors=Visitors(visitor_key),
        addresses=Addresses(settings.proxies),
        counters=counters,
        ids=HitIds(),
        now_ms=now_ms,
    )
    server = Server(
        Collector(desk),
        address=place.host,
        port=place.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=commits.max_waiting,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(settings.header_timeout_s * 1000), max_buffer_size=settings.max_header_bytes
        ),
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    refreshing = asyncio.create_task(_refresh(registry, counters, place.metrics))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    refreshing.cancel()
    await committer.close()
    counters.write(place.metrics)


async def _refresh(registry: Registry, counters: Counters, metrics: Path) -> None:
    """Sites and keys are at most two seconds old."""
    log = Log()
    while True:
        await asyncio.sleep(_REFRESH_S)
        if await asyncio.to_thread(registry.refresh):
            log.info("sites_reloaded", sites=len(registry.known.by_id))
        await asyncio.to_thread(counters.write, metrics)
