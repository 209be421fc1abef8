"""The clock of the alarms: checks what is due, stores what changed, tells it, and tries again what was not told."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import utc
from onebyone.notices.findings import Ask, Finding, Known, find
from onebyone.notices.telling import Way, body_of, tell
from onebyone.notices.turning import turn
from onebyone.state.alarms import Alarm, Alarms, Standing, Told, What
from onebyone.state.deliveries import Deliveries
from onebyone.state.destinations import Destinations
from onebyone.state.sites import Site, Sites
from onebyone.store import QueryRefused

MOST_TRIES = 12  # an hour of them; then its line in the history stays the only word
KEEP_DAYS = 400


class Watch(Struct, frozen=True, kw_only=True):
    sites: Sites
    alarms: Alarms
    destinations: Destinations
    deliveries: Deliveries
    ask: Ask
    way: Way
    link: Callable[[str], str]  # the page of a site's alarms
    every_ms: int

    def step(self, now_ms: int) -> int:
        """Everything that is due now; the number of alarms that were checked. Raises what reports and state raise."""
        checked = 0
        for site in self.sites.all():
            standings = self.alarms.standings(site.id)
            for alarm in self.alarms.all(site.id):
                before = standings.get(alarm.id, Standing())
                if alarm.enabled and now_ms - before.checked_ms >= self.every_ms:
                    self._check(alarm, site, before, now_ms)
                    checked += 1
        return checked

    def _check(self, alarm: Alarm, site: Site, before: Standing, now_ms: int) -> None:
        known = Known(
            site, utc(now_ms), self.ask, self.destinations.all(site.id),
            lambda name: self.deliveries.retries_since(site.id, name),
        )  # fmt: skip
        after, line = turn(alarm, before, _found(alarm, known), now_ms=now_ms)
        self.alarms.stand(alarm, after, line)  # before it is told: what was told and not stored would be told again
        if after.waits and after.tries < MOST_TRIES:
            self._tell(alarm, site, after, now_ms)

    def _tell(self, alarm: Alarm, site: Site, standing: Standing, now_ms: int) -> None:
        """What failed is written down at its first and its last try, or the history would be full of it."""
        body = body_of(alarm, site, standing, link=self.link(site.id))
        done = tell(alarm, body, self.way, lambda: self.alarms.secret(alarm), by=standing.waits)
        waits = tuple(key for key, _, why in done if why)
        after = replace(standing, waits=waits, tries=standing.tries + 1)
        self.alarms.stand(alarm, after)
        for _, way, why in done:
            if not why or after.tries in (1, MOST_TRIES):
                self.alarms.note(_line(alarm, way, why, now_ms))


def _found(alarm: Alarm, known: Known) -> Finding:
    """One question that is too large must not keep the other alarms from being asked."""
    try:
        return find(alarm, known)
    except QueryRefused:
        return Finding("quiet", "The question is too large for the store: look at fewer days.")


def _line(alarm: Alarm, way: str, why: str, now_ms: int) -> Told:
    what = What.NOT_TOLD if why else What.TOLD
    return Told(
        site=alarm.site, about=alarm.id, name=alarm.name, at_ms=now_ms, what=what, text=f"{way}: {why}" if why else way
    )
