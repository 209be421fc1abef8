"""Alarms, scheduled exports and the sizes of segments, wired: their thread in the engine process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from onebyone.app.settings import Place, Settings
from onebyone.app.state import State
from onebyone.collect.desk import now_ms
from onebyone.notices.exporting import Exporting
from onebyone.notices.sender import Sender
from onebyone.notices.sizing import Sizing
from onebyone.notices.telling import body_of, tell
from onebyone.notices.watch import KEEP_DAYS, Watch
from onebyone.reports.catalogue import Reports
from onebyone.state.alarms import Alarm, Alarms, Standing
from onebyone.state.database import StateUnavailable
from onebyone.state.sites import Site
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.telemetry import Log
from onebyone.web.render import Assets, Pages

_TURN_S = 5.0
_DAY_MS = 86_400_000
_REST_MS = 60_000


class Noticing:
    def __init__(self, place: Place, settings: Settings, state: State, reports: Reports) -> None:
        self._state = state
        self._kept_ms = 0
        self._rests_until_ms = 0
        self._watch = Watch(
            sites=state.sites,
            alarms=state.alarms,
            destinations=state.destinations,
            deliveries=state.deliveries,
            ask=reports.run_dicts,
            way=_sender(settings),
            link=lambda site: link_of(settings, site),
            every_ms=settings.mail.every_s * 1000,
        )
        self._exporting = exporting(place, settings, state, reports)
        self._sizing = Sizing(sites=state.sites, shelf=state.shelf, sizes=state.segment_sizes, ask=reports.run_dicts)

    def run(self, stop: threading.Event, failed: Callable[[], object]) -> None:
        """Until stopped. A defect calls `failed` and rises."""
        try:
            while not stop.wait(_TURN_S):
                self._turn()
        except BaseException:
            failed()
            raise

    def _turn(self) -> None:
        try:
            self._watch.step(now_ms())
            self._exporting.step(now_ms())
            self._size()
            self._upkeep()
        except (StoreUnavailable, QueryRefused, StateUnavailable, DBAPIError) as error:
            Log().warning("notices_unwell", why=type(error).__name__)

    def _size(self) -> None:
        """A question a turn; with nothing due, what is kept need not be read every five seconds."""
        if now_ms() >= self._rests_until_ms and not self._sizing.step(now_ms()):
            self._rests_until_ms = now_ms() + _REST_MS

    def _upkeep(self) -> None:
        if now_ms() - self._kept_ms > _DAY_MS:
            self._kept_ms = now_ms()
            self._state.alarms.expire(now_ms() - KEEP_DAYS * _DAY_MS)


def exporting(place: Place, settings: Settings, state: State, reports: Reports) -> Exporting:
    return Exporting(
        sites=state.sites,
        exports=state.exports,
        alarms=state.alarms,
        reports=reports,
        shelf=state.shelf,
        way=_sender(settings),
        directory=place.exports,
        pages=Pages(Assets()),
        link=settings.addresses.console_url.rstrip("/"),
    )


def link_of(settings: Settings, site: str) -> str:
    """The page of a site's alarms, "" where nobody said how the console is reached."""
    base = settings.addresses.console_url.rstrip("/")
    return f"{base}/s/{site}/settings/alarms" if base else ""


def try_alarm(settings: Settings, alarms: Alarms, alarm: Alarm, site: Site, now: int) -> list[tuple[str, str]]:
    """Send a test by every way of an alarm, now: each way's name with "" or why it did not work."""
    standing = Standing(since_ms=now, says="If you can read this, its alarms reach you.")
    body = body_of(alarm, site, standing, link=link_of(settings, site.id), test=True)
    done = tell(alarm, body, _sender(settings), lambda: alarms.secret(alarm), by=alarm.ways)
    return [(way, why) for _, way, why in done]


def _sender(settings: Settings) -> Sender:
    return Sender(settings.mail, allow_private=settings.forward.allow_private)
