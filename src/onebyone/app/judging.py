"""The pipeline's judge: its rules and lists as they are now, and the DNS asked beside it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from onebyone.app.settings import ConfigError, Place
from onebyone.app.verdicts import files_of, open_judge
from onebyone.pipeline.crawlers import HOLDS_MS, Answer, Claim, Resolver, SystemResolver, ask
from onebyone.pipeline.judge import Judge, Settings
from onebyone.pipeline.rules import Crawler
from onebyone.state.crawler_checks import Check, CrawlerChecks
from onebyone.telemetry import Log

_MOST_ASKED = 1_000


class Judging:
    """`judge` is the one to use; `turn` now and then, from the thread that uses it. Answers outlive the process."""

    def __init__(
        self,
        place: Place,
        settings: Settings,
        checks: CrawlerChecks,
        now_ms: Callable[[], int],
        *,
        resolver: Resolver | None = None,
    ) -> None:
        """Raises ConfigError for rules or lists that cannot be read."""
        self._place = place
        self._settings = settings
        self._checks = checks
        self._now_ms = now_ms
        self._log = Log()
        self._questions: queue.Queue[tuple[Claim, Crawler]] = queue.Queue(_MOST_ASKED)
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._resolver = resolver or SystemResolver()
        self._thread: threading.Thread | None = None
        self._files = files_of(place.data)
        self.judge = self._open()

    def turn(self) -> bool:
        """Take answers in, hand questions out; whether `judge` is another one now."""
        self._learn()
        for question in self.judge.crawlers.take_open():
            try:
                self._questions.put_nowait(question)
            except queue.Full:  # they come again with their crawler
                break
            if self._thread is None:  # a daemon: a resolver that hangs must not keep the process
                self._thread = threading.Thread(target=self._ask_on, name="dns", daemon=True)
                self._thread.start()
        return self._reload()

    def _open(self) -> Judge:
        judge = open_judge(self._place.data, asks_dns=self._settings.dns)
        try:
            self._checks.expire(self._now_ms() - HOLDS_MS)
            judge.crawlers.learn(
                Answer(Claim(one.crawler, one.network), one.verified, one.asked_ms) for one in self._checks.all()
            )
        except DBAPIError as error:  # they will be asked again
            self._log.warning("log_unwell", error=type(error).__name__)
        return judge

    def _learn(self) -> None:
        answers = []
        while not self._answers.empty():
            answers.append(self._answers.get_nowait())
        if not answers:
            return
        self.judge.crawlers.learn(answers)
        self._checks.put([Check(one.claim.crawler, one.claim.network, one.verified, one.asked_ms) for one in answers])

    def _ask_on(self) -> None:
        while True:
            claim, crawler = self._questions.get()
            self._answers.put(ask(claim, crawler, self._resolver, now_ms=self._now_ms()))

    def _reload(self) -> bool:
        files = files_of(self._place.data)
        if files == self._files:
            return False
        self._files = files
        try:
            self.judge = self._open()
        except ConfigError as error:  # while it runs, the last good ones go on
            self._log.warning("rules_refused", error=str(error))
            return False
        self._log.info("rules_loaded", ruleset=self.judge.ruleset)
        return True
