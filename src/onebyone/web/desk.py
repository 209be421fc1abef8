"""What every page works with, and the one way in which it asks a report."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from markupsafe import Markup, escape
from msgspec import Struct, field

from onebyone.consent.regions import Regions
from onebyone.destinations.destination import Destination, Request
from onebyone.destinations.intake import Plan
from onebyone.destinations.trial import Tried
from onebyone.event import utc
from onebyone.log import DeadLetter, LogUnavailable
from onebyone.reports.catalogue import NotNarrowed
from onebyone.reports.sight import TooFew
from onebyone.state.alarms import Alarm, Alarms
from onebyone.state.annotations import Annotations
from onebyone.state.choices import Permissions
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions
from onebyone.state.deliveries import Deliveries
from onebyone.state.destinations import Again, Configured, Destinations
from onebyone.state.erasures import Erasure, Held, Meant
from onebyone.state.exports import Export, Exports
from onebyone.state.identity import Identity
from onebyone.state.keys import Keys
from onebyone.state.library import Library
from onebyone.state.lift_tests import LiftTests
from onebyone.state.mail import Mail
from onebyone.state.platform_claims import PlatformClaims
from onebyone.state.saved import Shelf
from onebyone.state.segment_sizes import SegmentSizes
from onebyone.state.sites import Site, Sites
from onebyone.state.user_data import UserData
from onebyone.state.users import Users
from onebyone.store import Param, QueryRefused, Rows, StoreUnavailable
from onebyone.telemetry import Log
from onebyone.web import numbers
from onebyone.web.keeping_form import Installed
from onebyone.web.render import Assets, Pages
from onebyone.web.waiting import Counts, Mending, Waiting

SIDE_BY_SIDE = 4  # reports of one page at once
BEHIND = timedelta(seconds=5)  # of the store, before a page says so

NEVER_NARROWED = ("ledger_totals",)  # the balance at every page's foot is that of the whole site

Row = dict[str, Any]  # of a report: its columns by name


TryOut = Callable[[Destination[Any], Request, Any], Tried]  # sends a test, with these settings; blocks
TryAlarm = Callable[[Alarm, Site, int], list[tuple[str, str]]]  # sends a test; each way with "" or why not; blocks

SendExport = Callable[[Export, Site, int], str]  # now; "" or why it did not work; blocks


class Settings(Struct, frozen=True, kw_only=True):
    """How the console is reached."""

    collector_url: str = "http://127.0.0.1:8000"  # as browsers and servers reach the collector
    secure_cookie: bool = False  # True wherever the console is not on plain loopback
    version: str = ""
    rules: Path | None = None  # where the operator's rules of verdicts lie


def _now() -> datetime:
    return datetime.now(UTC)


class Reports(Protocol):
    def run(self, name: str, /, **params: Param) -> Rows:
        """The answer of a report. Blocks; raises StoreUnavailable or QueryRefused."""

    def parquet(self, name: str, /, **params: Param) -> bytes:
        """The same as a Parquet file."""

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Rows that no report has as a Parquet file; `kinds` are its columns with their ClickHouse types."""


class Rights(Protocol):
    """What a person may ask for. Every call blocks; raises StoreUnavailable, QueryRefused or StateUnavailable."""

    def find(self, site: Site, by: str, text: str) -> Meant:
        """Who is meant. Raises ValueError, with words, for what names nobody."""

    def held(self, site: Site, meant: Meant) -> Held:
        """What is kept of them."""

    def export(self, site: Site, meant: Meant) -> dict[str, Any]:
        """All of it."""

    def erase(self, site: Site, meant: Meant, *, by: str) -> Erasure:
        """Refuse them from now on; the rest follows."""

    def erasures(self, site: str) -> list[Erasure]:
        """The newest first, without whom they are about."""


class Answer(Struct, frozen=True):
    """Rows, or the id of an error that one cell shows while the others live."""

    rows: list[Row] = []
    error: str = ""
    too_large: bool = False  # the store is well, the question was too much
    whole_only: bool = False  # the store is well, but this report takes no filter
    too_few: bool = False  # the store is well, but the list would name people to who may not see them

    @property
    def first(self) -> Row:
        return self.rows[0] if self.rows else {}


class Desk(Struct, frozen=True, kw_only=True):
    settings: Settings
    reports: Reports
    sites: Sites
    keys: Keys
    users: Users
    records: ConsentRecords
    waiting: Waiting
    mending: Mending
    identity: Identity
    permissions: Permissions
    user_data: UserData
    metrics_text: Callable[[], str]
    snippet: Callable[[Site], str]
    conversions: Conversions
    destinations: Destinations
    deliveries: Deliveries
    platform_claims: PlatformClaims
    try_out: TryOut
    plan_replay: Callable[[Configured, Again], Plan]  # what sending a range again would do; reads every record
    mail: Mail
    rights: Rights
    law: Regions  # which rule of consent holds where
    keeping: Installed  # how long what is kept where no site says otherwise
    allows_opens: Callable[[Site, str], bool]  # whether opens of somebody in that region may be tied to them unasked
    alarms: Alarms
    try_alarm: TryAlarm
    exports: Exports
    shelf: Shelf
    annotations: Annotations
    lift_tests: LiftTests
    library: Library  # of events
    property_library: Library
    segment_sizes: SegmentSizes
    send_export: SendExport
    clock: Callable[[], datetime] = _now  # in UTC
    pages: Pages = field(default_factory=lambda: Pages(Assets()))

    def ask(self, report: str, /, **params: Param) -> Answer:
        """Run a report; the world being unwell becomes a value, so that the rest of the page lives."""
        if report in NEVER_NARROWED:
            params.pop("filters", None)
        try:
            return Answer(self.reports.run(report, **params).dicts())
        except NotNarrowed:
            return Answer(error=error_id(), whole_only=True)
        except TooFew:
            return Answer(error=error_id(), too_few=True)
        except (StoreUnavailable, QueryRefused) as error:
            answer = Answer(error=error_id(), too_large=isinstance(error, QueryRefused))
            Log().warning("report_failed", report=report, why=type(error).__name__, error=answer.error)
            return answer

    def ask_all(self, questions: Mapping[str, tuple[str, Mapping[str, Param]]]) -> dict[str, Answer]:
        """Several reports side by side: a page waits for the slowest, not for the sum."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            asked = {key: pool.submit(self.ask, report, **params) for key, (report, params) in questions.items()}
        return {key: answer.result() for key, answer in asked.items()}

    def counts(self) -> Counts | None:
        """None while the log cannot be read."""
        try:
            return self.waiting.counts()
        except LogUnavailable:
            return None

    def data_to(self, zone: str) -> Markup:
        """Up to when the numbers hold all that came: 14:32:05, and how far behind where the store lags."""
        now, counts = self.clock(), self.counts()
        since = utc(counts.waits_since_ms) if counts and counts.waits_since_ms else now
        if now - since < BEHIND:
            return escape(numbers.clock(now, zone))
        late = Markup('<b class="late">{}, {} behind</b>')
        return late.format(numbers.clock(since, zone), numbers.duration(now - since))

    def letters(self, site: str, limit: int) -> Sequence[DeadLetter] | None:
        """The newest dead letters of a site first; None while they cannot be read."""
        try:
            return self.waiting.dead_letters(site, limit)
        except LogUnavailable:
            return None

    def today(self, zone: str) -> date:
        return self.clock().astimezone(ZoneInfo(zone)).date()


TheDesk = NamedDependency[SkipValidation[Desk]]


def error_id() -> str:
    """Short enough to read out: E-7F3K."""
    return "E-" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(4))
