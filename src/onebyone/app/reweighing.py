"""Another ruleset on what is stored: asked for by the command line, done by whoever owns the store, a month a step."""

from __future__ import annotations

from collections.abc import Iterator

from onebyone.app.settings import ConfigError, Place
from onebyone.app.verdicts import open_rules
from onebyone.event import utc
from onebyone.pipeline.reweigh import Judged, reweigh
from onebyone.store import Store
from onebyone.store.sessions import Sessions
from onebyone.store.verdicts import Changed, StoredVerdict, reweigh_events
from onebyone.telemetry import Log


def ask_for_reweighing(place: Place, before_ms: int) -> None:
    """For the events that arrived before that moment; the later ones are in the log still."""
    place.reweigh.write_text(str(before_ms))
    place.reweigh_records.write_text(str(before_ms))


class Reweighing:
    def __init__(self, place: Place, store: Store, sessions: Sessions) -> None:
        self._place = place
        self._store = store
        self._sessions = sessions
        self._log = Log()
        self._work: Iterator[Changed] | None = None
        self.changed = 0

    def step(self) -> bool:
        """One month, if it was asked for; False if nothing is left. Raises StoreUnavailable or QueryRefused."""
        if self._work is None:
            if not self._place.reweigh.exists():
                return False
            self._work = self._begin()
        try:
            done = next(self._work, None)
        except BaseException:
            self._work = None  # from the beginning, where what is done stays done
            raise
        if done is not None:
            self.changed += done.events
            return True
        self._work = None
        self._place.reweigh.unlink(missing_ok=True)
        self._log.info("verdicts_replayed", rows=self.changed)
        return False

    def _begin(self) -> Iterator[Changed]:
        self.changed = 0
        try:
            before = utc(int(self._place.reweigh.read_text()))
            rules = open_rules(self._place.data)
        except (ValueError, ConfigError) as error:  # a request nobody can follow must not come again for ever
            self._log.warning("rules_refused", error=str(error))
            return iter(())

        def change(old: StoredVerdict) -> StoredVerdict:
            new = reweigh(rules, Judged(old.actor, old.agent, old.confidence, old.reasons))
            return StoredVerdict(str(new.actor), new.agent, new.confidence, new.reasons)

        return reweigh_events(self._store, self._sessions, change, ruleset=rules.version, before=before)
