"""The pipeline process, wired: reads for ever, waits where the world is unwell."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy.exc import DBAPIError

from onebyone.app.alive import call_on_stop, quiet_gc, take_over
from onebyone.app.consent_heads import note_heads
from onebyone.app.judging import Judging
from onebyone.app.law import open_places, open_policies
from onebyone.app.settings import ConfigError, Place, Settings
from onebyone.app.state import State, open_state
from onebyone.app.terms import terms_of
from onebyone.collect.desk import now_ms
from onebyone.event import utc
from onebyone.identity.links import link_key
from onebyone.log import LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_upkeep import expire
from onebyone.log.sqlite_writer import PartitionTaken, SqliteWriter
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.conversions.details import MARKS, without_details
from onebyone.pipeline.mail_book import MailBook
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.reweigh import reweighed
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps import Recall, steps
from onebyone.pipeline.worker import CURSOR, Worker
from onebyone.state.claims import Claims
from onebyone.state.database import StateUnavailable
from onebyone.state.mail_seen import MailSeen
from onebyone.state.sites import Site
from onebyone.telemetry import Counters, Log, set_up_logging

PARTITION = "pipeline"
_IDLE_S = 0.1
_UNWELL_S = 1.0
_REFRESH_S = 1.0
_UPKEEP_S = 3600.0


class SitesNow:
    """Sites as a mapping that is at most a second old, and new where it lacks one that is needed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._version = -1
        self._read_at = 0.0
        self._known: dict[str, Site] = {}

    def __call__(self, needed: Iterable[str] = ()) -> Mapping[str, Site]:
        is_new = any(site and site not in self._known for site in needed)  # to us: the collector took its hit
        if is_new or time.monotonic() - self._read_at > _REFRESH_S:
            with contextlib.suppress(DBAPIError):  # then the last known ones
                version = self._state.sites.version()
                if version != self._version:
                    self._known = {site.id: site for site in self._state.sites.all()}
                    self._version = version
            self._read_at = time.monotonic()
        return self._known


class Pipeline:
    def __init__(self, place: Place, settings: Settings) -> None:
        """Raises ConfigError."""
        self._place = place
        self._settings = settings
        self._state = open_state(place)
        self._counters = Counters(PARTITION)
        self._log = Log()
        try:
            writer = take_over(
                lambda: SqliteWriter(place.events, PARTITION, now_ms=now_ms, settings=settings.log), PartitionTaken
            )
        except PartitionTaken:
            raise ConfigError(f"another pipeline already works on {place.data}.") from None
        except LogUnavailable as error:
            raise ConfigError(f"cannot write the log: {error}. Look at the disk below {place.events}.") from error
        self._events = SqliteReader(place.events)
        self._seen = MailSeen(self._state.engine, self._state.mail)
        self._book = MailBook(self._seen, self._state.mail_source_key)
        self._link_key = link_key(self._state.visitor_key)
        self._places = open_places(settings)
        self._policies = open_policies(place)
        self._judging = Judging(place, settings.verdict, self._state.crawler_checks, now_ms)
        self._worker = Worker(
            reader=SqliteReader(place.hits),
            writer=writer,
            events=self._events,
            letters=SqliteDeadLetters(place.letters),
            claims=self._state.claims,
            conversions=self._state.conversions,
            choices=self._state.choices,
            records=self._state.records,
            book=self._book,
            persons=Persons(self._state.identity, self._state.choices),
            steps=self._steps,
            sites=SitesNow(self._state),
            counters=self._counters,
            now_ms=now_ms,
            settings=settings.pipeline,
            memory=Recall(self._judging.judge),
        )
        self._writer = writer
        self._written_at = self._kept_at = 0.0
        self._destroyed_at = -_UPKEEP_S
        self._judged_to = ""  # the id of the last conversion that was judged again

    def run(self, stop: threading.Event) -> None:
        """Until stopped. Raises TooManyFailures: a defect that a restart may not mend, but the supervisor tries."""
        while not stop.is_set():
            stop.wait(self._turn())
        self._counters.write(self._place.metrics)
        self.close()

    def close(self) -> None:
        self._writer.close()

    def drain(self) -> int:
        """Everything that waits now, without waiting for more; the number of sightings. Begins a replay if asked."""
        self._state.suppression.refresh()
        total = self._replay_if_asked()
        while done := self._worker.run_once():
            total += done
        while self._judge_records():
            pass
        return total

    def _steps(self, claims: Claims, counting: Counting) -> Sequence[tuple[str, Step]]:
        return steps(
            claims,
            counting,
            policies=self._policies,
            choices=self._state.choices,
            suppressed=self._state.suppression,
            places=self._places,
            records=self._state.records,
            opening=self._state.user_data,
            blinding=self._state.seals,
            judge=self._judging.judge,
            book=self._book,
            link_key=self._link_key,
        )

    def _turn(self) -> float:
        """One batch; how long to wait before the next."""
        began = time.perf_counter()
        try:
            self._replay_if_asked()
            self._state.suppression.refresh()
            done = self._worker.run_once() or int(self._judge_records())
            self._upkeep(idle=not done)
        except (LogUnavailable, StateUnavailable, DBAPIError) as error:
            self._counters.add("onebyone_log_unwell_total", type(error).__name__)
            self._log.warning("log_unwell", error=str(error).partition("\n")[0])  # not the statement that failed
            return _UNWELL_S
        if not done:
            return _IDLE_S
        self._counters.add("onebyone_pipeline_seconds_total", value=time.perf_counter() - began)
        return 0

    def _replay_if_asked(self) -> int:
        """From the beginning of what the log still holds. The request goes once the first batch is committed."""
        if not self._place.replay.exists():
            return 0
        self._log.info("replay_started")
        if self._judging.turn():  # rules that were changed a moment ago are what the replay is for
            self._worker.use(self._steps, Recall(self._judging.judge))
        self._state.identity.send_again()
        self._worker.restart()
        done = self._worker.run_once()
        self._place.replay.unlink(missing_ok=True)
        return done

    def _judge_records(self) -> bool:
        """The next conversions by the rules of today, if it was asked for; False if nothing is left."""
        if not self._place.reweigh_records.exists():
            return False
        if not self._judged_to:
            self._judging.turn()
        try:
            before = utc(int(self._place.reweigh_records.read_text()))
        except ValueError:  # a request nobody can follow must not come again for ever
            self._place.reweigh_records.unlink(missing_ok=True)
            return False
        change = partial(reweighed, self._judging.judge.rules, self._judging.judge.ruleset, before)
        self._judged_to = self._worker.judge_records(change, after=self._judged_to)
        if not self._judged_to:
            self._place.reweigh_records.unlink(missing_ok=True)
        return bool(self._judged_to)

    def _upkeep(self, *, idle: bool) -> None:
        now = time.monotonic()
        if now - self._written_at > 1.0:
            self._written_at = now
            self._counters.write(self._place.metrics)
            if self._judging.turn():
                self._worker.use(self._steps, Recall(self._judging.judge))
        if now - self._destroyed_at > _UPKEEP_S:  # however busy: a key that is over must not stay
            self._destroyed_at = now
            self._state.seals.expire(now_ms())
            with contextlib.suppress(OSError):  # a full disk is told by the log, and the next hour tries again
                note_heads(self._place.consent_heads, self._state.records.heads(now_ms()))
        if idle and now - self._kept_at > _UPKEEP_S:
            self._kept_at = now
            passed = self._events.cursor(CURSOR)
            gone = expire(self._place.hits, passed, now_ms=now_ms(), retention=self._settings.keep_hits)
            self._state.claims.expire(now_ms())
            self._state.conversions.expire(now_ms())
            self._state.choices.expire(now_ms())
            self._state.records.expire(now_ms(), self._settings.keep_consent)
            self._seen.expire(now_ms())
            self._state.mail.expire(now_ms())
            self._lighten()
            if gone:
                self._log.info("files_expired", log="hits", files=len(gone))

    def _lighten(self) -> None:
        """Click ids and the like leave old records when they leave the store."""
        today = now_ms() // 86_400_000
        for site in self._state.sites.all():
            days = terms_of(site.keeping, self._settings.terms).details_days
            self._state.conversions.lighten(site.id, today - days, MARKS, without_details)


def run_pipeline(place: Place, settings: Settings) -> None:
    set_up_logging(PARTITION)
    stop = threading.Event()
    pipeline = Pipeline(place, settings)
    call_on_stop(stop.set)
    quiet_gc()
    Log().info("process_started")
    pipeline.run(stop)
    Log().info("process_stopped")
