"""The loader's thread: it fills the store and keeps it in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from onebyone.app.erasing import Erasing
from onebyone.app.reweighing import Reweighing
from onebyone.app.settings import Place, Settings
from onebyone.app.state import State
from onebyone.app.terms import terms_of
from onebyone.collect.desk import now_ms
from onebyone.log import LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_upkeep import expire as expire_files
from onebyone.log.together import Together
from onebyone.state.database import StateUnavailable
from onebyone.store import QueryRefused, StoreDamaged, StoreUnavailable
from onebyone.store.engine import Embedded
from onebyone.store.load import Loader
from onebyone.store.order_rules import OrderRules
from onebyone.store.retention import expire as expire_rows
from onebyone.telemetry import Counters, Log

_IDLE_S = 0.25
_UNWELL_S = 2.0
_READ_BACK_S = 10.0
_UPKEEP_S = 24 * 3600.0


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
        self._order_rules = OrderRules(store)
        self._reweighing = Reweighing(place, store, self._loader.sessions)
        self._erasing = Erasing(place, state, store, self._loader.sessions)
        self._read_back_at = 0.0
        self._kept_at = 0.0
        self._written_at = 0.0
        self._sites_version = -1

    def run(self, stop: threading.Event, failed: Callable[[], object]) -> None:
        """Until stopped. A defect calls `failed` and rises: an engine that does not load must not look well.

        A store that is damaged too: opened anew it is as before what damaged it, and the batch is sent again.
        """
        try:
            while not stop.is_set():
                stop.wait(self._turn())
        except StoreDamaged as error:
            self._log.error("store_damaged", error=str(error), then="opened anew")
            failed()
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
        except StoreDamaged:
            raise
        except (StoreUnavailable, QueryRefused, LogUnavailable, StateUnavailable, DBAPIError) as error:
            self._counters.add("onebyone_log_unwell_total", type(error).__name__)
            self._log.warning("log_unwell", error=str(error).partition("\n")[0])  # not the statement that failed
            return _UNWELL_S
        if loaded.rows:
            self._counters.add("onebyone_rows_loaded_total", value=loaded.rows)
            self._counters.add("onebyone_load_seconds_total", value=loaded.seconds)
        return 0 if erased or loaded.rows >= self._settings.load.max_rows else _IDLE_S

    def _follow_sites(self) -> None:
        """A site's rules of sessions and orders hold from now on."""
        version = self._state.sites.version()
        if version != self._sites_version:
            sites = self._state.sites.all()
            self._loader.sessions.follow(sites)
            self._order_rules.follow(sites)
            self._sites_version = version

    def _upkeep(self) -> None:
        now = time.monotonic()
        if now - self._written_at > 1.0:
            self._written_at = now
            self._counters.write(self._place.metrics)
            self._loader.sessions.store_next()  # takes a fifth of the time at most, and rests when nothing is due
        if now - self._read_back_at > _READ_BACK_S:
            self._read_back_at = now
            self._store.read_back()
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
