"""The table `sessions`: what the events of a closed day make, kept so that reports need not make it again.

Reports take a day from it only while `session_days` calls the day stored, and make every other day from its events.
So the loader says which days a batch touches before it sends the batch, and a crash at any point leaves a day that is
made from events: slower, never wrong (docs/decisions/0008).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec import Struct, structs

from onebyone.state.sites import SessionRules, Site
from onebyone.store import Param, QueryRefused, Store
from onebyone.store.migrate import UPKEEP, Words
from onebyone.store.parts import with_parts

TRAFFIC = ("people", "machines", "unclear", "all")
_DEFAULT_CONVERSIONS = frozenset({"purchase", "generate_lead", "sign_up"})


class Settings(Struct, frozen=True):
    quiet_s: float = 60.0  # a day that nothing touched for so long is worth storing
    look_s: float = 60.0  # between looks for days to store, once there was none
    share: float = 0.2  # of the caller's time, at most


class Rule(Struct, frozen=True, kw_only=True):
    """A row of `session_rules`: the rules of a site that has its own, as the SQL wants them."""

    site: str
    version: int
    timeout_ms: int
    midnight_zone: str
    at_campaign: bool
    max_events: int
    engaged_ms: int
    conversions: list[str]

    @staticmethod
    def of(site: Site, version: int) -> Rule:
        rules = site.sessions
        return Rule(
            site=site.id,
            version=version,
            timeout_ms=rules.timeout_s * 1000,
            midnight_zone=site.zone if rules.at_midnight else "",
            at_campaign=rules.at_campaign,
            max_events=rules.max_events,
            engaged_ms=rules.engaged_s * 1000,
            conversions=sorted(site.conversions),
        )


class Reach(Struct, frozen=True):
    """How far an event's say goes: back to a session it may have engaged, ahead to one that may begin otherwise."""

    before: timedelta
    after: timedelta

    @staticmethod
    def of(rules: Iterable[SessionRules]) -> Reach:
        each = [SessionRules(), *rules]
        return Reach(
            before=timedelta(seconds=max(rule.timeout_s + rule.engaged_s for rule in each)),
            after=timedelta(seconds=max(86_400 if rule.at_campaign else rule.timeout_s for rule in each)),
        )


class Sessions:
    """Of one store, and the only one: it remembers which days are stored. One thread at a time, the loader's."""

    def __init__(
        self,
        store: Store,
        *,
        settings: Settings | None = None,
        words: Words | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises StoreUnavailable or QueryRefused."""
        self._store = store
        self._settings = settings or Settings()
        self._words = words or Words()
        self._clock = clock
        self._stored = {date.fromisoformat(row[0]) for row in store.query(_upkeep("stored_days")).rows}
        found = [msgspec.convert(row, Rule) for row in store.query(_upkeep("session_rules")).dicts()]
        self._rules = {rule.site: rule for rule in found}
        self._reach = _reach(found)
        self._touched_at: dict[date, float] = {}
        self._rest_until = 0.0

    def follow(self, sites: Iterable[Site]) -> None:
        """Call when sites change: their rules hold in every report from now on. Raises StoreUnavailable.

        Days stored by other rules are made from events first, so that no report ever mixes the two.
        """
        changed = [site for site in sites if self._differs(site)]
        if not changed:
            return
        forget(self._store, self._stored)
        self._stored = set()
        rules = {site.id: Rule.of(site, self._version(site.id) + 1) for site in changed}
        lines = [msgspec.json.encode(rule) for rule in rules.values()]
        self._store.insert(
            "session_rules", lines, f"session_rules:{sorted((r.site, r.version) for r in rules.values())}"
        )
        self._rules |= rules
        self._reach = _reach(self._rules.values())
        self._rest_until = 0.0

    def _differs(self, site: Site) -> bool:
        known = self._rules.get(site.id)
        if known is None:
            return site.sessions != SessionRules() or set(site.conversions) != _DEFAULT_CONVERSIONS
        return structs.replace(known, version=0) != Rule.of(site, 0)

    def _version(self, site: str) -> int:
        return self._rules[site].version if site in self._rules else 0

    def touch(self, events: Iterable[bytes]) -> None:
        """Call before these rows go into `events`: their days are made from events from now on."""
        days = _days_of(events, self._reach)
        self.change(self._stored if days is None else days)

    def change(self, days: Collection[date]) -> None:
        """Call before events of these days change: the days are made from events from now on."""
        changed = self._stored & set(days)
        if changed:
            forget(self._store, changed)
        self._stored = self._stored - changed
        self._touched_at.update(dict.fromkeys(days, self._clock()))

    def store_next(self) -> date | None:
        """Store one closed day if one is due; the day. Blocks for about 0.3 s per 100,000 events of it.

        May be called all the time: it keeps to its share of it. Raises StoreUnavailable: the day stays as it is.
        """
        began = self._clock()
        if began < self._rest_until:
            return None
        day = self._next_due(began)
        if day is None:
            self._rest_until = began + self._settings.look_s
            return None
        self.store_day(day)
        ended = self._clock()
        self._rest_until = ended + (ended - began) * (1 / self._settings.share - 1)
        return day

    def store_day(self, day: date) -> None:
        """Make a day's sessions and swap them in. Safe to repeat. Raises StoreUnavailable."""
        self._maintain("clear_fresh_sessions")  # what a crash left
        sql = with_parts(_upkeep("make_sessions"))
        for site in ("", *self._rules):
            for traffic in TRAFFIC:
                self._store.execute(sql, {"day": day, "traffic": traffic, "site": site})
        self._maintain("merge_fresh_sessions")
        self._maintain("swap_sessions", day=day)
        self._store.execute(_upkeep("day_stored"), {"day": day})
        self._stored.add(day)
        self._touched_at.pop(day, None)
        self._maintain("clear_fresh_sessions")

    def _maintain(self, name: str, **params: Param) -> None:
        self._store.execute(self._words.fill(_upkeep(name)), params)

    def _next_due(self, now: float) -> date | None:
        try:
            found = self._store.query(_upkeep("open_days"), {"today": datetime.fromtimestamp(now, UTC).date()}).rows
        except QueryRefused:  # reports are in the way: later
            return None
        for (text,) in found:
            day = date.fromisoformat(text)
            if now - self._touched_at.get(day, 0.0) >= self._settings.quiet_s:
                return day
        return None


def forget(store: Store, days: Collection[date]) -> None:
    """Call before events of these days are deleted: reports make the days from events until they are stored again.

    Whoever deletes an event names its day and those beside. Raises StoreUnavailable.
    """
    store.execute(_upkeep("days_changed"), {"days": [day.isoformat() for day in sorted(days)]})


def days_of(at: datetime, reach: Reach) -> set[date]:
    """The days whose sessions an event of that moment may change."""
    return {(at - reach.before).date(), at.date(), (at + reach.after).date()}


def _reach(rules: Iterable[Rule]) -> Reach:
    return Reach.of(
        SessionRules(timeout_s=rule.timeout_ms // 1000, engaged_s=rule.engaged_ms // 1000, at_campaign=rule.at_campaign)
        for rule in rules
    )


class _Dated(Struct):
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)  # what the table takes for one left out


def _days_of(events: Iterable[bytes], reach: Reach) -> set[date] | None:
    """None if an event's time cannot be read here; the store may still read it."""
    minutes = set()
    for line in events:
        try:
            at = msgspec.json.decode(line, type=_Dated).at
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        minutes.add(at.replace(second=0, microsecond=0))
    rounded = Reach(before=reach.before, after=reach.after + timedelta(minutes=1))
    return {day for minute in minutes for day in days_of(minute, rounded)}


def _upkeep(name: str) -> str:
    return (UPKEEP / f"{name}.sql").read_text(encoding="utf-8")
