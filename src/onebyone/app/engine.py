"""The engine process, wired: it owns the store, loads it, and serves console, API and the command line's socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import uvloop
from litestar import Litestar
from sqlalchemy.exc import DBAPIError

from onebyone import __version__
from onebyone.app.alive import on_stop, take_over
from onebyone.app.asgi import serve_until
from onebyone.app.erasing import Erasing
from onebyone.app.forwarding import Forwarding, plan_replay
from onebyone.app.keeping import terms_of, told_terms
from onebyone.app.law import open_policies, open_regions
from onebyone.app.noticing import Noticing, exporting, try_alarm
from onebyone.app.reweighing import Reweighing
from onebyone.app.rights import Rights
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State, open_state
from onebyone.app.waiting import LogWaiting
from onebyone.collect.desk import now_ms
from onebyone.consent.decision import Policies
from onebyone.consent.said import NOTHING
from onebyone.destinations.trial import try_now
from onebyone.event import Permission
from onebyone.log import LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_upkeep import expire as expire_files
from onebyone.log.together import Together
from onebyone.reports.catalogue import Reports
from onebyone.reports.remote import serve_socket
from onebyone.state.database import StateUnavailable
from onebyone.state.sites import Site
from onebyone.store import QueryRefused, StoreLocked, StoreUnavailable
from onebyone.store.engine import Embedded
from onebyone.store.load import Loader
from onebyone.store.migrate import StoreTooNew, migrate
from onebyone.store.retention import expire as expire_rows
from onebyone.tags.script import snippet
from onebyone.telemetry import Counters, Log, metrics_text, set_up_logging
from onebyone.web.app import console
from onebyone.web.desk import Desk
from onebyone.web.desk import Settings as WebSettings

PROCESS = "engine"
_IDLE_S = 0.25
_UNWELL_S = 2.0
_UPKEEP_S = 24 * 3600.0


@contextlib.contextmanager
def open_store(place: Place, settings: Settings) -> Iterator[Embedded]:
    """The store with its tables in order, closed at the end. Raises ConfigError or StoreLocked."""
    try:
        store = take_over(lambda: Embedded(place.store, limits=settings.store), StoreLocked)
    except StoreLocked:
        raise
    except StoreUnavailable as error:
        raise ConfigError(f"cannot open the store in {place.store}: {error}. See 'onebyone doctor'.") from error
    try:
        migrate(store)
        yield store
    except StoreTooNew as error:
        raise ConfigError(f"{error}. Install the newer version again.") from error
    finally:
        store.close()


class Loading:
    """The loader's thread, with the upkeep of store and log "events"."""

    def __init__(self, place: Place, settings: Settings, state: State, store: Embedded, counters: Counters) -> None:
        self._place = place
        self._settings = settings
        self._state = state
        self._store = store
        self._counters = counters
        self._log = Log()
        self._loader = Loader(
            Together([SqliteReader(place.events), SqliteReader(place.facts)]),
            state.bounds,
            store,
            letters=SqliteDeadLetters(place.letters),
            settings=settings.load,
        )
        self._reweighing = Reweighing(place, store, self._loader.sessions)
        self._erasing = Erasing(place, state, store, self._loader.sessions)
        self._kept_at = 0.0
        self._written_at = 0.0
        self._sites_version = -1

    def run(self, stop: threading.Event, failed: Callable[[], object]) -> None:
        """Until stopped. A defect calls `failed` and rises: an engine that does not load must not look well."""
        try:
            while not stop.is_set():
                stop.wait(self._turn())
        except BaseException:
            failed()
            raise

    def drain(self) -> int:
        """Everything that waits now; the number of rows."""
        self._follow_sites()
        total = 0
        while rows := self._loader.load_once().rows:
            total += rows
        while self._reweighing.step():
            pass
        while self._erasing.step():
            pass
        return total

    def _turn(self) -> float:
        try:
            self._follow_sites()
            loaded = self._loader.load_once()
            self._reweighing.step()
            erased = self._erasing.step()
            self._upkeep()
        except (StoreUnavailable, QueryRefused, LogUnavailable, StateUnavailable, DBAPIError) as error:
            self._counters.add("onebyone_log_unwell_total", type(error).__name__)
            self._log.warning("log_unwell", error=str(error).partition("\n")[0])  # not the statement that failed
            return _UNWELL_S
        if loaded.rows:
            self._counters.add("onebyone_rows_loaded_total", value=loaded.rows)
            self._counters.add("onebyone_load_seconds_total", value=loaded.seconds)
        return 0 if erased or loaded.rows >= self._settings.load.max_rows else _IDLE_S

    def _follow_sites(self) -> None:
        """A site's session rules hold from now on."""
        version = self._state.sites.version()
        if version != self._sites_version:
            self._loader.sessions.follow(self._state.sites.all())
            self._sites_version = version

    def _upkeep(self) -> None:
        now = time.monotonic()
        if now - self._written_at > 1.0:
            self._written_at = now
            self._counters.write(self._place.metrics)
            self._loader.sessions.store_next()  # takes a fifth of the time at most, and rests when nothing is due
        if now - self._kept_at > _UPKEEP_S:
            self._kept_at = now
            self._forget_rows()
            self._state.erasures.expire(now_ms())
            forward, day_ms = self._settings.forward, 86_400_000
            self._state.deliveries.expire(
                now_ms() - forward.keep_days * day_ms, texts_before_ms=now_ms() - forward.keep_texts_days * day_ms
            )
            passed = self._state.bounds.position()
            keep = self._settings.keep_events
            gone = [
                file
                for log in (self._place.events, self._place.facts)
                for file in expire_files(log, passed, now_ms=now_ms(), retention=keep)
            ]
            if gone:
                self._log.info("files_expired", log="events", files=len(gone))

    def _forget_rows(self) -> None:
        """What is older than its site's terms, and say how much it was."""
        default = self._settings.terms
        terms = {site.id: terms_of(site.keeping, default) for site in self._state.sites.all()}
        gone = expire_rows(self._store, terms, now=datetime.now(UTC), default=default)
        if gone.months or gone.rows or gone.details:
            self._log.info("rows_expired", months=gone.months, rows=gone.rows, details=gone.details)


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
        waiting=LogWaiting(place, state.bounds),
        identity=state.identity,
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
        annotations=state.annotations,
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
