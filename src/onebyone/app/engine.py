"""The engine process, wired: it owns the store, loads it, and serves console, API and the command line's socket."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from functools import partial

import uvloop
from litestar import Litestar

from onebyone import __version__
from onebyone.app.alive import on_stop
from onebyone.app.asgi import serve_until
from onebyone.app.forwarding import Forwarding, plan_replay
from onebyone.app.keeping import told_terms
from onebyone.app.law import open_policies, open_regions
from onebyone.app.loading import Loading
from onebyone.app.mending import Mending
from onebyone.app.noticing import Noticing, exporting, try_alarm
from onebyone.app.rights import Rights
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State, open_state
from onebyone.app.store import open_store
from onebyone.app.waiting import LogWaiting
from onebyone.collect.desk import now_ms
from onebyone.consent.decision import Policies
from onebyone.consent.said import NOTHING
from onebyone.destinations.trial import try_now
from onebyone.event import Permission
from onebyone.reports.catalogue import Reports
from onebyone.reports.remote import serve_socket
from onebyone.state.sites import Site
from onebyone.store import StoreLocked
from onebyone.store.engine import Embedded
from onebyone.tags.script import snippet
from onebyone.telemetry import Counters, Log, metrics_text, set_up_logging
from onebyone.web.app import console
from onebyone.web.desk import Desk
from onebyone.web.desk import Settings as WebSettings

PROCESS = "engine"


def run_engine(place: Place, settings: Settings, *, host: str, port: int, collector_url: str) -> None:
    """Until told to stop. Raises ConfigError, also if another engine owns the store."""
    set_up_logging(PROCESS)
    state = open_state(place)
    try:
        with open_store(place, settings) as store:
            counters = Counters(PROCESS)
            stop = threading.Event()
            loader = Loading(place, settings, state, store, counters)
            loading = threading.Thread(target=loader.run, args=(stop, _end_process), name="load")
            loading.start()
            noticing = Noticing(place, settings, state, Reports(store))
            watching = threading.Thread(target=noticing.run, args=(stop, _end_process), name="notices")
            watching.start()
            try:
                forwarding = Forwarding(place, settings, state, state.conversions, counters)
                uvloop.run(_serve(place, settings, state, store, host, port, collector_url, forwarding))
            finally:
                stop.set()
                loading.join()
                watching.join()
    except StoreLocked:
        raise ConfigError(f"another engine owns {place.store}: stop it first.") from None
    Log().info("process_stopped")


def _end_process() -> None:
    """In good order, from another thread: the supervisor starts another."""
    os.kill(os.getpid(), signal.SIGTERM)


def make_console(
    place: Place, settings: Settings, state: State, reports: Reports, *, collector_url: str, plain: bool
) -> Litestar:
    waiting = LogWaiting(place, state.bounds)
    desk = Desk(
        settings=WebSettings(
            collector_url=collector_url,
            secure_cookie=not plain,
            version=__version__,
            rules=place.data,
        ),
        reports=reports,
        sites=state.sites,
        keys=state.keys,
        users=state.users,
        records=state.records,
        waiting=waiting,
        mending=Mending(place, settings, waiting, now_ms),
        identity=state.identity,
        permissions=state.permissions,
        user_data=state.user_data,
        metrics_text=lambda: metrics_text(place.metrics),
        snippet=lambda site: snippet(site, collector_url),
        conversions=state.conversions,
        destinations=state.destinations,
        deliveries=state.deliveries,
        platform_claims=state.platform_claims,
        try_out=partial(try_now, now_ms=now_ms, allow_private=settings.forward.allow_private),
        plan_replay=partial(plan_replay, place, state),
        alarms=state.alarms,
        try_alarm=partial(try_alarm, settings, state.alarms),
        exports=state.exports,
        shelf=state.shelf,
        annotations=state.annotations,
        lift_tests=state.lift_tests,
        library=state.library,
        property_library=state.property_library,
        segment_sizes=state.segment_sizes,
        send_export=exporting(place, settings, state, reports).send,
        mail=state.mail,
        rights=Rights(state, reports),
        law=open_regions(place),
        keeping=told_terms(settings),
        allows_opens=_opens_allowed(open_policies(place)),
    )
    return console(desk)


def _opens_allowed(policies: Policies) -> Callable[[Site, str], bool]:
    """By the rule of the region, where nothing is known of the person."""

    def allows(site: Site, region: str) -> bool:
        return policies.of(site.id, site.consent).decide(NOTHING, region, now_ms()).allows(Permission.EMAIL_OPENS)

    return allows


async def _serve(
    place: Place,
    settings: Settings,
    state: State,
    store: Embedded,
    host: str,
    port: int,
    collector_url: str,
    forwarding: Forwarding,
) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    on_stop(stop, loop)
    reports = Reports(store)
    plain = not settings.addresses.console_url.startswith("https:")
    app = make_console(place, settings, state, reports, collector_url=collector_url, plain=plain)
    async with serve_socket(reports, place.socket):
        Log().info("process_started", port=port)
        sending = asyncio.create_task(forwarding.run(stop))
        sending.add_done_callback(lambda _: stop.set())  # an engine that does not forward must not look well
        try:
            await serve_until(app, stop, host=host, port=port)
        finally:
            stop.set()
            await sending
