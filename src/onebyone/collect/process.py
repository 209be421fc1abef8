"""One collect process: an event loop, a partition of the log, a port shared with the other collect processes."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from msgspec import Struct

from onebyone.collect import commit
from onebyone.collect.addresses import Addresses
from onebyone.collect.app import Collector
from onebyone.collect.commit import Committer
from onebyone.collect.connection import Connection, Limits
from onebyone.collect.desk import Desk, Settings, now_ms
from onebyone.collect.mailing import Mailing
from onebyone.collect.registry import Registry
from onebyone.collect.visitors import Visitors
from onebyone.consent.decision import Policies
from onebyone.event import HitIds
from onebyone.identity.links import link_key
from onebyone.log import Writer
from onebyone.places import Places
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.database import StateUnavailable
from onebyone.state.receipts import Receipts
from onebyone.state.seals import Seals
from onebyone.telemetry import Counters, Log

_TICK_S = 1.0


class Place(Struct, frozen=True):
    host: str
    port: int
    metrics: Path


async def run(
    place: Place,
    *,
    settings: Settings,
    limits: Limits,
    commits: commit.Settings,
    writer: Writer,
    registry: Registry,
    mailing: Mailing,
    visitor_key: bytes,
    policies: Policies,
    places: Places,
    seals: Seals,
    records: ConsentRecords,
    receipts: Receipts,
    counters: Counters,
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set. What was accepted until then is on disk, and answered, when this returns.

    Raises OSError if the port is taken, ValueError if a proxy of the settings is no address.
    """
    registry.refresh()
    seals.refresh(now_ms())
    mailing.refresh(registry.known.by_id)
    committer = Committer(writer, counters, commits)
    desk = Desk(
        settings=settings,
        registry=registry,
        visitors=Visitors(visitor_key),
        addresses=Addresses(settings.proxies),
        ids=HitIds(),
        policies=policies,
        places=places,
        seals=seals,
        records=records,
        receipts=receipts,
        now_ms=now_ms,
        mailing=mailing,
        link_key=link_key(visitor_key),
    )
    collector = Collector(desk, committer, counters, limits)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(collector), place.host, place.port, reuse_port=True, backlog=2048
    )
    refreshing = asyncio.create_task(_refresh(registry, mailing, seals, counters, place.metrics, collector))
    await stop.wait()
    server.close()
    refreshing.cancel()
    for connection in list(collector.connections):
        connection.close()
    await committer.close()
    counters.write(place.metrics)


async def _refresh(
    registry: Registry, mailing: Mailing, seals: Seals, counters: Counters, metrics: Path, collector: Collector
) -> None:
    """Sites and keys are at most two seconds old; tomorrow's keys are there in time; slow clients have an end."""
    log = Log()
    while True:
        await asyncio.sleep(_TICK_S)
        collector.tick()
        if await asyncio.to_thread(registry.refresh):
            log.info("sites_reloaded", sites=len(registry.known.by_id))
        await asyncio.to_thread(mailing.refresh, registry.known.by_id)
        with contextlib.suppress(StateUnavailable):
            await asyncio.to_thread(seals.refresh, now_ms())
        await asyncio.to_thread(counters.write, metrics)
