"""The collect process, wired."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from itertools import count

import uvloop

from onebyone.app.alive import on_stop, quiet_gc
from onebyone.app.law import open_places, open_policies
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State, open_state
from onebyone.collect import process
from onebyone.collect.desk import now_ms
from onebyone.collect.mailing import Mailing
from onebyone.collect.registry import Registry
from onebyone.log import LogUnavailable
from onebyone.log.sqlite_writer import PartitionTaken, SqliteWriter
from onebyone.state.containers import Containers
from onebyone.state.sites import Site
from onebyone.tags.script import files_of
from onebyone.telemetry import Counters, Log, set_up_logging

_SWITCH_S = 0.001  # the commit thread waits for the interpreter up to that long, several times a commit


def run_collect(place: Place, settings: Settings, *, host: str, port: int) -> None:
    """Until told to stop. Takes the first partition that nobody writes. Raises ConfigError."""
    writer = open_partition(place, settings)
    set_up_logging(writer.partition)
    state = open_state(place)
    try:
        uvloop.run(_serve(place, settings, writer, state, host, port))
    except ValueError as error:
        raise ConfigError(f"[collect] proxies: {error}.") from error


def open_partition(place: Place, settings: Settings, prefix: str = "c") -> SqliteWriter:
    for number in count():
        try:
            return SqliteWriter(place.hits, f"{prefix}{number}", now_ms=now_ms, settings=settings.log)
        except PartitionTaken:
            continue
        except LogUnavailable as error:
            raise ConfigError(f"cannot write the log: {error}. Look at the disk below {place.hits}.") from error
    raise AssertionError("count() ends never")


def scripts_of(containers: Containers) -> Callable[[Site], Mapping[str, bytes]]:
    """A site's scripts, its published containers among them."""

    def made(site: Site) -> Mapping[str, bytes]:
        files = containers.files(site.id, site.container.number) if site.container.number else {}
        return {**files_of(site), **{f"/{site.prefix}/c/{hash}.js": file for hash, file in files.items()}}

    return made


async def _serve(place: Place, settings: Settings, writer: SqliteWriter, state: State, host: str, port: int) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    on_stop(stop, loop)
    quiet_gc()
    sys.setswitchinterval(_SWITCH_S)
    Log().info("process_started", port=port)
    await process.run(
        process.Place(host=host, port=port, metrics=place.metrics),
        settings=settings.collect,
        limits=settings.connections,
        commits=settings.commit,
        writer=writer,
        registry=Registry(state.sites, state.keys, scripts_of(state.containers)),
        mailing=Mailing(state.mail, now_ms),
        visitor_key=state.visitor_key,
        policies=open_policies(place),
        places=open_places(settings),
        seals=state.seals,
        records=state.records,
        receipts=state.receipts,
        counters=Counters(writer.partition),
        stop=stop,
    )
    Log().info("process_stopped")
