"""What the console works with, without a store and without logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from argon2 import PasswordHasher
from litestar import Litestar

from consent.deciding import REGIONS
from fakes.state import a_database
from onebyone.destinations.destination import Destination, Request
from onebyone.destinations.intake import Plan
from onebyone.destinations.trial import Tried
from onebyone.log import DeadLetter, LogUnavailable
from onebyone.reports.catalogue import DIRECTORY, read_report
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
from onebyone.state.library import PROPERTIES, Library
from onebyone.state.lift_tests import LiftTests
from onebyone.state.mail import Mail
from onebyone.state.platform_claims import PlatformClaims
from onebyone.state.saved import Shelf
from onebyone.state.seals import Seals
from onebyone.state.segment_sizes import SegmentSizes
from onebyone.state.sites import Keeping, Site, Sites
from onebyone.state.suppression import Suppression
from onebyone.state.user_data import UserData
from onebyone.state.users import Users
from onebyone.state.vault import Vault
from onebyone.store import Param, Rows, StoreUnavailable
from onebyone.web.app import console
from onebyone.web.desk import Desk, Settings
from onebyone.web.keeping_form import Installed, Kind
from onebyone.web.waiting import Counts, Opened, Process, Unmendable, WaitingHit
from web.month import NOW, Answers, Row, month

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class FakeReports:
    """Rows by report; a name in `down` raises. `asked` keeps what was asked."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = dict(answers or {})
        self.down: set[str] = set()
        self.asked: list[tuple[str, dict[str, Param]]] = []

    def run(self, name: str, /, **params: Param) -> Rows:
        self.asked.append((name, params))
        if name in self.down or "*" in self.down:
            raise StoreUnavailable("down")
        rows = in_order(name, params, self.answers[name](params)) if name in self.answers else []
        columns = list(rows[0]) if rows else []
        return Rows(columns, [[row[column] for column in columns] for row in rows])

    def asked_of(self, name: str) -> dict[str, Param]:
        """What the report was asked last."""
        return next(params for asked, params in reversed(self.asked) if asked == name)

    def parquet(self, name: str, /, **params: Param) -> bytes:
        """Not one that could be read: what counts is that it is passed on."""
        return f"PAR1 {self.run(name, **params).rows} PAR1".encode()

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Nor is this, but every row has the columns that are said."""
        assert all(list(row) == list(kinds) for row in rows)
        return f"PAR1 {list(kinds)} {[list(row.values()) for row in rows]} PAR1".encode()


def in_order(name: str, params: dict[str, Param], rows: list[Row]) -> list[Row]:
    """What a report whose rows can be sorted does with them, by the numbers themselves."""
    sorts, sort = read_report(DIRECTORY / f"{name}.sql").sorts, str(params.get("sort", ""))
    if not sorts.columns:
        return rows
    if sort:
        known = [row for row in rows if row[sort.removeprefix("-")] is not None]
        known.sort(key=lambda row: row[sort.removeprefix("-")], reverse=sort.startswith("-"))
        rows = known + [row for row in rows if row not in known]
    if params.get("whole"):
        told = {"rows_in_all": len(rows), "most_in_all": max((row[sorts.columns[0]] for row in rows), default=0)}
        for column in sorts.sums:
            values = [row[column] for row in rows]
            told |= {f"{column}_in_all": sum(values), f"{column}_most": max(values, default=0)}
        rows = [row | told for row in rows]
    skip, limit = int(str(params.get("skip", 0))), int(str(params.get("limit", len(rows))))
    return rows[skip : skip + limit]


class FakeWaiting:
    def __init__(self, counts: Counts | None = None) -> None:
        self._counts = counts or Counts(1_204_518, 9, 3)
        self.hits: dict[str, WaitingHit] = {}
        self.letters: list[DeadLetter] = []
        self.down = False

    def counts(self) -> Counts:
        if self.down:
            raise LogUnavailable("down")
        return self._counts

    def find_waiting(self, hit: str) -> WaitingHit | None:
        if self.down:
            raise LogUnavailable("down")
        return self.hits.get(hit)

    def dead_letters(self, site: str, limit: int) -> Sequence[DeadLetter]:
        if self.down:
            raise LogUnavailable("down")
        return [letter for letter in self.letters if letter.site == site][:limit]

    def processes(self) -> Sequence[Process]:
        return [Process("collect", int(NOW.timestamp() * 1000) - 7_200_000), Process("pipeline", 0)]


class FakeMending:
    """Dead letters of the waiting log; their texts are what came. One without a body has no hit any more."""

    def __init__(self, waiting: FakeWaiting) -> None:
        self.waiting = waiting
        self.sent: list[tuple[str, int, str | None]] = []

    def reasons(self, site: str) -> dict[str, int]:
        return dict(Counter(one.reason for one in self._of(site)))

    def open(self, site: str, hit: str, n: int) -> Opened | None:
        found = [one for one in self._of(site) if (one.hit, one.n) == (hit, n)]
        return _opened(found[0]) if found else None

    def can_send(self, site: str, reason: str) -> int:
        return sum(one.reason == reason and not _opened(one).why_not for one in self._of(site))

    def send(self, site: Site, hit: str, n: int, text: str | None) -> str:
        if text is not None and "events" not in text:
            raise Unmendable("events is missing")
        self.sent.append((hit, n, text))
        self.discard(site.id, hit, n)
        return f"{len(self.sent):032x}"

    def send_all(self, site: Site, reason: str) -> int:
        sent = [one for one in self._of(site.id) if one.reason == reason and not _opened(one).why_not]
        return len([self.send(site, one.hit, one.n, None) for one in sent])

    def discard(self, site: str, hit: str, n: int) -> int:
        return self._keep(lambda one: (one.hit, one.n) != (hit, n))

    def discard_all(self, site: str, reason: str) -> int:
        return self._keep(lambda one: one.reason != reason)

    def _of(self, site: str) -> Sequence[DeadLetter]:
        return self.waiting.dead_letters(site, 10_000)

    def _keep(self, stays: Callable[[DeadLetter], bool]) -> int:
        before, self.waiting.letters = self.waiting.letters, [one for one in self.waiting.letters if stays(one)]
        return len(before) - len(self.waiting.letters)


def _opened(letter: DeadLetter) -> Opened:
    return Opened(letter, letter.body.decode(), "" if letter.body else "The log no longer holds its hit.")


class FakeRights:
    """Knows Anna alone."""

    def __init__(self) -> None:
        self.erased: list[Erasure] = []

    def find(self, site: Site, by: str, text: str) -> Meant:
        if by == "email" and "@" not in text:
            raise ValueError(f"{text!r} is no email that could name anybody")
        return Meant(person=7, users=(text,)) if "anna" in text else Meant()

    def held(self, site: Site, meant: Meant) -> Held:
        known = int(bool(meant.users))
        return Held(
            events=412 * known, orders=3 * known, browsers=2 * known, shared_browsers=known, user_ids=known,
            hashed_values=known, messages=2 * known, deliveries=6 * known, consent_records=2 * known,
            told={"meta": 3} if known else {},
        )  # fmt: skip

    def export(self, site: Site, meant: Meant) -> dict[str, Any]:
        tables = ("conversions", "deliveries", "consent_records", "messages")
        return {"events": [{"name": "page_view", "flags": ["a"]}], **{key: [] for key in tables}}

    def erase(self, site: Site, meant: Meant, *, by: str) -> Erasure:
        now_ms = int(NOW.timestamp() * 1000)
        one = Erasure(id=f"proof{len(self.erased)}", site=site.id, stage="waiting", by=by, asked_ms=now_ms)
        self.erased.insert(0, one)
        return one

    def erasures(self, site: str) -> list[Erasure]:
        return [one for one in self.erased if one.site == site]


class Place:
    """A console with its own state. One site, Nordlight, unless `empty`."""

    _console: ClassVar[Litestar | None] = None

    def __init__(self, directory: Path, reports: FakeReports | None = None, *, secure: bool = False) -> None:
        self.clock_now = NOW
        engine = a_database(directory)
        self.engine = engine
        self.sites = Sites(engine)
        self.keys = Keys(engine)
        self.users = Users(engine, clock=lambda: int(self.clock_now.timestamp() * 1000), hasher=CHEAP)
        self.mail = Mail(engine)
        self.identity = Identity(engine)
        self.user_data = UserData(engine, Seals(engine))
        self.records = ConsentRecords(engine)
        self.conversions = Conversions(engine)
        self.destinations = Destinations(engine, Vault(bytes(32)))
        self.deliveries = Deliveries(engine)
        self.platform_claims = PlatformClaims(engine)
        self.rights = FakeRights()
        self.alarms = Alarms(engine, Vault(bytes(32)))
        self.alarms_tried: list[Alarm] = []
        self.exports = Exports(engine)
        self.shelf = Shelf(engine)
        self.annotations = Annotations(engine)
        self.lift_tests = LiftTests(engine)
        self.library = Library(engine)
        self.property_library = Library(engine, PROPERTIES)
        self.segment_sizes = SegmentSizes(engine)
        self.exports_sent: list[Export] = []
        self.export_fails = ""
        self.ways: list[tuple[str, str]] = [("e-mail to ops@nordlight.example", "")]
        self.tried: list[Request] = []
        self.answer = Tried(ok=True, code="", status=200, answer="{}", credentials=True)
        self.plan = Plan()
        self.reports = reports or FakeReports(month())
        self.waiting = FakeWaiting()
        self.mending = FakeMending(self.waiting)
        self.site = self.sites.add("Nordlight", ["https://nordlight.example"], zone="Europe/Berlin", currency="EUR")
        self.settings = Settings(collector_url="https://t.nordlight.example", secure_cookie=secure, version="0.1.0")

    def try_out(self, destination: Destination[Any], request: Request, settings: Any) -> Tried:
        self.tried.append(request)
        return self.answer

    def plan_replay(self, one: Configured, again: Again) -> Plan:
        return self.plan

    def try_alarm(self, alarm: Alarm, site: Site, now_ms: int) -> list[tuple[str, str]]:
        self.alarms_tried.append(alarm)
        return self.ways

    def send_export(self, export: Export, site: Site, now_ms: int) -> str:
        self.exports_sent.append(export)
        return self.export_fails

    def app(self) -> Litestar:
        """The one console of this process, now at this place: making one anew takes a fifth of a second."""
        desk = Desk(
            settings=self.settings,
            reports=self.reports,
            sites=self.sites,
            keys=self.keys,
            users=self.users,
            records=self.records,
            waiting=self.waiting,
            mending=self.mending,
            identity=self.identity,
            permissions=Permissions(self.engine, Suppression(self.engine)),
            user_data=self.user_data,
            metrics_text=lambda: "# TYPE onebyone_hits_stored_total counter\nonebyone_hits_stored_total 7.0\n",
            snippet=snippet,
            conversions=self.conversions,
            destinations=self.destinations,
            deliveries=self.deliveries,
            platform_claims=self.platform_claims,
            try_out=self.try_out,
            plan_replay=self.plan_replay,
            alarms=self.alarms,
            try_alarm=self.try_alarm,
            exports=self.exports,
            shelf=self.shelf,
            annotations=self.annotations,
            lift_tests=self.lift_tests,
            library=self.library,
            property_library=self.property_library,
            segment_sizes=self.segment_sizes,
            send_export=self.send_export,
            clock=lambda: self.clock_now,
            mail=self.mail,
            rights=self.rights,
            law=REGIONS,
            keeping=Installed(
                own=Keeping(425, 92, 90), others=(Kind("Requests as they came in", 7, "[keep_hits] keep_days"),)
            ),
            allows_opens=lambda site, region: region == "US",
        )
        Place._console = app = Place._console or console(desk)
        app.state["desk"] = desk
        return app


def snippet(site: Site) -> str:
    return f'<script async fetchpriority="low" src="https://t.nordlight.example/{site.prefix}/s.js"></script>'
