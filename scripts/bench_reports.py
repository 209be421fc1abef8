"""Every report over millions of events of 90 days, side by side with its target. `bench_reports.py [MILLIONS]`.

The events are made in the store itself, in a directory that is gone afterwards: about 7 s and 90 MB a million, and 30 s
for the sessions of the closed days. Today is open and yesterday was touched, so two days are made from events.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from onebyone.reports.catalogue import DIRECTORY, Reports, read_report
from onebyone.store import Param, QueryRefused
from onebyone.store.engine import Embedded
from onebyone.store.migrate import migrate
from onebyone.store.sessions import Sessions

TARGET_S = 2.0  # the first landing; the goal is 0.5
PERIODS = (7, 30, 90)
DAYS = 90
TRIES = 3
TODAY = date(2026, 11, 24)
_FIRST = TODAY - timedelta(days=DAYS - 1)
_END = datetime(2026, 11, 24, 23, tzinfo=UTC)  # midnight in Berlin
_SITE = "bench"
_OF_FILES = ("stored_events",)  # a command writes it to files, a day or less at a time: no page asks for it
_OF_PLACES = ("placed_orders", "event_visitors")  # what leads to them is a place
_POWER = ["people", "events:page_view", "conversions", "revenue", "mean:page_view:prop.scroll", "last:page_view:page"]
_RULES = {  # of segments: which reports they narrow is asked of those below, over 30 days
    "bought twice": "people who did purchase at least 2 times in the last 90 days and did not refund",
    "lively": "people who did anything at least 5 times in one session in the last 30 days or first did purchase",
    "in order": "people who did view_item then purchase in one session within 2 days in the last 30 days",
}
_NARROWED = ("totals", "overview", "channels", "people", "segment_sizes", "segment_why")
_MORE: tuple[tuple[str, str, dict[str, Param]], ...] = (  # what a report is asked besides, over the longest period
    ("power", "by the visit", {"by": ["channel"]}),
    ("power", "by two of the visit", {"by": ["channel", "campaign"]}),
    ("retention", "recurring", {"entry": "recurring"}),
    ("event_list", "of who decided", {"event": "page_view", "of": ["decided", ""]}),
    ("event_list", "of a fault", {"event": "js_error", "of": ["fault", "", "", "", ""]}),
    ("people", "of a property all told", {"filters": ["prop.theme=dark"]}),
)  # fmt: skip
_FILTERED = ("totals", "overview", "channels", "people")
_FILTERS = ("currency=EUR", "value>=50", "via=server-only", "destination!=meta", "did=purchase")
_INSERTS = 30
_EVENTS = Path(__file__).with_name("bench_events.sql")
_CONVERSIONS = Path(__file__).with_name("bench_conversions.sql")
_IDENTITY = Path(__file__).with_name("bench_identity.sql")


def rows(millions: int) -> list[tuple[str, float, float]]:
    """Each report and period: name, best seconds, target seconds. One store a process: call it in a fresh one."""
    _check()
    with _filled(millions) as store:
        return [(name, _best(run), TARGET_S) for name, run in _questions(store)]


@contextmanager
def _filled(millions: int) -> Iterator[Embedded]:
    with tempfile.TemporaryDirectory(prefix="onebyone-bench-") as directory:
        store = Embedded(Path(directory))
        try:
            migrate(store)
            _fill(store, millions)
            _record(store)
            _join(store, millions)
            _store_sessions(store)
            yield store
        finally:
            store.close()


def _fill(store: Embedded, millions: int) -> None:
    """In parts of three days, as a loader's would be after some merges; one in a hundred of the last days twice."""
    sessions = millions * 240_000  # of 4.2 events each
    step = sessions // _INSERTS
    for start in range(0, sessions, step):
        _insert(store, millions, sessions, start, min(step, sessions - start))
    last = sessions * 6 // DAYS
    _insert(store, millions, sessions, sessions - last, last, every=100)


def _insert(store: Embedded, millions: int, sessions: int, start: int, count: int, *, every: int = 1) -> None:
    params: dict[str, Param] = {
        "site": _SITE, "visitors": millions * 84_300, "first": _FIRST, "days": DAYS, "sessions": sessions,
        "from_session": start, "count": count, "every": every,
    }  # fmt: skip
    store.execute(_EVENTS.read_text(encoding="utf-8"), params)


def _record(store: Embedded) -> None:
    """A month at a time, as a machine's memory allows."""
    for month in sorted({(_FIRST + timedelta(days=n)).strftime("%Y%m") for n in range(DAYS)}):
        store.execute(_CONVERSIONS.read_text(encoding="utf-8"), {"site": _SITE, "month": int(month)})


def _join(store: Embedded, millions: int) -> None:
    params: dict[str, Param] = {"site": _SITE, "visitors": millions * 84_300, "first": _FIRST}
    store.execute(_IDENTITY.read_text(encoding="utf-8"), params)


def _store_sessions(store: Embedded) -> None:
    sessions = Sessions(store)
    for back in range(2, DAYS + 1):
        sessions.store_day(TODAY - timedelta(days=back))


def _questions(store: Embedded) -> Iterator[tuple[str, Callable[[], object]]]:
    reports = Reports(store)
    order = str(
        store.query("SELECT any(order_id) FROM events WHERE name = 'purchase' AND day = '2026-10-05'").rows[0][0]
    )
    visitor = str(store.query("SELECT anyIf(visitor, visitor != 0) FROM events WHERE day = '2026-10-05'").rows[0][0])
    for name in (name for name in reports.names() if name not in _OF_FILES):
        wants = reports.get(name).params
        for days in PERIODS if "from" in wants else PERIODS[-1:]:
            known = _known(name, days, order, visitor)
            params = {key: value for key, value in known.items() if key in wants}
            label = f"{name} {days} days" if "from" in wants else name
            yield label, lambda name=name, params=params: reports.run(name, **params)  # type: ignore[misc]
    filtered: Iterator[tuple[str, str, dict[str, Param]]] = (
        (name, text, {"filters": [text]}) for name in _FILTERED for text in _FILTERS
    )
    for name, label, own in (*_MORE, *filtered):
        known = _known(name, PERIODS[-1], order, visitor)
        params = {key: value for key, value in known.items() if key in reports.get(name).params}
        asked = params | own | {"zone": known["zone"], "currency": known["currency"], "now": _END}
        yield f"{name}, {label}", lambda name=name, asked=asked: reports.run(name, **asked)  # type: ignore[misc]
    for rule, text in _RULES.items():
        for name in _NARROWED:
            known = _known(name, 30, order, visitor)
            params = {key: value for key, value in known.items() if key in reports.get(name).params}
            asked = params | {"filters": [text], "zone": known["zone"], "currency": known["currency"], "now": _END}
            yield f"{name}, {rule}", lambda name=name, asked=asked: reports.run(name, **asked)  # type: ignore[misc]


def _known(name: str, days: int, order: str = "", visitor: str = "") -> dict[str, Param]:
    """A value of every parameter that a report may want."""
    own: dict[str, Param] = {"by": ["prop.scroll"], "cols": _POWER, "sort": "", "after": [], "paged": 1}
    known: dict[str, Param] = {
        "site": _SITE, "from": _END - timedelta(days=days), "to": _END, "zone": "Europe/Berlin",
        "currency": "EUR", "traffic": "people", "limit": 20, "id": order, "ids": [order], "orders": [order],
        "after_at": _END - timedelta(minutes=30), "after_hit": "", "after_n": 0, "now": _END,
        "by": "country" if name in _OF_PLACES else "channel", "is": ["DE" if name in _OF_PLACES else "Email"],
        "rows": ["Email", "Direct"], "entry": "first",
        "window_days": 30, "within_ms": 1_800_000, "unit": "week", "since": "visit", "dated": "order",
        "first": "page_view", "again": "page_view", "steps": ["page_view", "begin_checkout", "purchase"],
        "field": "page", "text": "", "persons": [], "message": "", "recipients": [], "values": [], "personal": 0,
        "k": "3", "prop": "theme", "only": "", "value": "", "goal": "purchase", "wait_ms": 0, "without": "",
        "step": 1, "which": "stopped", "reset": 0, "reduce": "", "of": [], "seen": "server-only", "label": "",
        "reason": "order_joined", "who": "automated", "starts": str((_END - timedelta(days=7)).date()), "days": 1,
        "path": ["/"], "variant": "b", "kind": "all",
        "named": 0,
        "shown_from": _END - timedelta(days=60), "shown_to": _END - timedelta(days=30),
        "cohort": str((_END - timedelta(days=7)).date()), "later": 1,
        "events_days": 425, "drops_days": 92, "details_days": 90,
        "nodes": [visitor], "person": visitor, "event": "purchase", "via": "", "matched": "", "flag": "",
        "channel": "", "campaign": "", "low": -(10**15), "high": 10**15, "sort": "-at", "after_rank": 2**63 - 1,
        "after_id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "after_ms": 2**63 - 1,
    }  # fmt: skip
    paths: dict[str, Param] = {
        "prop": "page", "steps": "first", "first": "page_view", "within_ms": 30 * 86_400_000, "sort": "-people",
        "limit": 15,
    }  # fmt: skip
    funnel: dict[str, Param] = {
        "steps": ["page_view", "view_item", "purchase"], "within_ms": 30 * 86_400_000, "by": "last_before.page",
        "limit": 10,
    }  # fmt: skip
    asked = {"power": own, "property_paths": paths, "funnel_split": funnel, "funnel_people": funnel} | {
        "property_path_people": paths | {"which": "converted"},
        "population_people": {"which": "seen"},
        "mail_readers": {"which": "openers"},
        "vital_list": {"of": ["device", "", "lcp"]},
    }
    without: dict[str, Param] = {
        "steps": ["page_view", "purchase"],
        "without": "view_item",
        "within_ms": 30 * 86_400_000,
    }
    shared: dict[str, Param] = {"model": "linear", "label": []}
    return known | (asked | {"funnel": without, "shared_orders": shared}).get(name, {})


def _check() -> None:
    """Before ten million events are made: a report may want what it did not want when this was written."""
    for path in sorted(DIRECTORY.glob("*.sql")):
        missing = sorted(set(read_report(path).params) - _known(path.stem, 7).keys())
        if missing:
            raise SystemExit(f"{path.name} wants {', '.join(missing)}: give it a value in scripts/bench_reports.py")


def _best(run: Callable[[], object]) -> float:
    """Seconds; infinite where the store refuses it, for its memory or its time."""
    try:
        return min(_seconds(run) for _ in range(TRIES))
    except QueryRefused:
        return math.inf


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def main() -> None:
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    print(f"{millions} million events, {DAYS} days, best of {TRIES}")
    for name, seconds, target in rows(millions):
        print(f"{name:28} {seconds * 1000:6.0f} ms  {'ok' if seconds <= target else 'SLOW'}  (target {target:.1f} s)")


if __name__ == "__main__":
    main()
