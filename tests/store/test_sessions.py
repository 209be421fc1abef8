from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from fakes.memory_log import MemoryDeadLetters, MemoryLog
from onebyone.event import Event
from onebyone.store.engine import Embedded
from onebyone.store.load import Loader
from onebyone.store.retention import Terms, expire
from onebyone.store.sessions import Reach, Sessions, Settings, days_of, forget
from store.fake_store import FakeBounds
from store.rows import NOON, an_event, as_record, put

DAY = NOON.date()
NEXT = timedelta(days=1)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now.timestamp()

    def __call__(self) -> float:
        return self.now


def visit(number: int, at: datetime, **fields: object) -> Event:
    return an_event(number, **{"at": at, "visitor": 7, **fields})


def lines(*events: Event) -> list[bytes]:
    return [msgspec.json.encode(event) for event in events]


def stored(store: Embedded) -> list[str]:
    return [row[0] for row in store.query("SELECT day FROM session_days FINAL WHERE stored ORDER BY day").rows]


def people(store: Embedded, columns: str) -> list[list[object]]:
    return store.query(f"SELECT {columns} FROM sessions WHERE traffic = 'people' ORDER BY site, visitor, started").rows


def test_a_gap_of_more_than_half_an_hour_parts_two_sessions(store: Embedded) -> None:
    half_an_hour = timedelta(minutes=30)
    put(
        store,
        [
            visit(1, NOON),
            visit(2, NOON + half_an_hour),
            visit(3, NOON + 2 * half_an_hour + timedelta.resolution * 1000),
        ],
    )
    Sessions(store).store_day(DAY)
    assert people(store, "started") == [["2026-11-20T12:00:00.000Z"], ["2026-11-20T13:00:00.001Z"]]


def test_a_session_across_midnight_belongs_to_the_day_it_began(store: Embedded) -> None:
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    put(store, [visit(1, midnight - timedelta(minutes=5)), visit(2, midnight + timedelta(minutes=5), name="purchase")])
    for day in (DAY, DAY + NEXT):
        Sessions(store).store_day(day)
    assert people(store, "day, engaged_at") == [["2026-11-20", "2026-11-21T00:05:00.000Z"]]


@pytest.mark.parametrize(
    ("after", "name", "engaged"),
    [(9_999, "scroll", None), (10_000, "scroll", 10_000), (3, "page_view", 3), (2, "purchase", 2)],
)
def test_engaged_is_ten_seconds_a_second_view_or_an_order(
    store: Embedded, after: int, name: str, engaged: int | None
) -> None:
    put(store, [visit(1, NOON), visit(2, NOON + timedelta(milliseconds=after), name=name)])
    Sessions(store).store_day(DAY)
    found = people(store, "if(engaged_at IS NULL, NULL, dateDiff('millisecond', started, engaged_at))")
    assert found == [[engaged]]


def test_servers_and_nobody_open_no_session_and_sites_are_apart(store: Embedded) -> None:
    put(store, [visit(1, NOON, via="server"), visit(2, NOON, visitor=0), visit(3, NOON), visit(4, NOON, site="s2")])
    Sessions(store).store_day(DAY)
    assert people(store, "site, visitor") == [["s1", 7], ["s2", 7]]


def test_a_stored_session_keeps_what_the_visit_began_with(store: Embedded) -> None:
    put(store, [visit(1, NOON, term="red shoes", content="banner"), visit(2, NOON + timedelta(minutes=1), term="x")])
    Sessions(store).store_day(DAY)
    assert people(store, "term, content") == [["red shoes", "banner"]]


def test_each_kind_of_traffic_has_its_own_sessions(store: Embedded) -> None:
    put(store, [visit(1, NOON), visit(2, NOON, visitor=8, actor="suspect"), visit(3, NOON, visitor=9, actor="invalid")])
    Sessions(store).store_day(DAY)
    found = store.query("SELECT traffic, groupArray(visitor) FROM sessions GROUP BY traffic ORDER BY traffic").rows
    assert [[kind, sorted(who)] for kind, who in found] == [
        ["all", [7, 8, 9]], ["machines", [9]], ["people", [7, 8]], ["unclear", [8]],
    ]  # fmt: skip


def test_storing_a_day_again_replaces_it_and_leaves_one_part(store: Embedded) -> None:
    put(store, [visit(1, NOON)])
    sessions = Sessions(store)
    sessions.store_day(DAY)
    put(store, [visit(2, NOON + timedelta(hours=2))], token="late")
    sessions.store_day(DAY)
    assert people(store, "visitor") == [[7], [7]] and stored(store) == ["2026-11-20"]
    assert store.query("SELECT count() FROM fresh_sessions").rows == [[0]]
    assert store.query("SELECT uniqExact(_part) FROM sessions").rows == [[1]]


def test_a_crash_before_the_swap_leaves_nothing_in_the_next_attempt(store: Embedded) -> None:
    put(store, [visit(1, NOON)])
    store.execute("INSERT INTO fresh_sessions (site, traffic, day, visitor) VALUES ('s1', 'people', '2026-11-20', 99)")
    Sessions(store).store_day(DAY)
    assert people(store, "visitor") == [[7]]


def test_an_event_touches_the_days_whose_sessions_it_may_change() -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    reach = Reach.of([])
    assert days_of(midnight + timedelta(minutes=30, seconds=9), reach) == {DAY - NEXT, DAY}
    assert days_of(NOON, reach) == {DAY}
    assert days_of(midnight + NEXT - timedelta(minutes=30), reach) == {DAY, DAY + NEXT}


@pytest.mark.parametrize("at", ["2026-11-21T00:10:00Z", "2026-11-21T00:10:00", "2026-11-21T02:10:00+02:00"])
def test_a_touched_day_is_no_longer_stored_also_for_the_next_process(store: Embedded, at: str) -> None:
    sessions = Sessions(store)
    for day in (DAY - NEXT, DAY, DAY + NEXT):
        sessions.store_day(day)
    sessions.touch([msgspec.json.encode({"at": at})])
    assert stored(store) == ["2026-11-19"]
    Sessions(store).touch(lines(visit(1, NOON - NEXT)))
    assert stored(store) == []


@pytest.mark.parametrize("line", [b"", b'{"at":"2026-11-20 12:00:00"}', b"\xff"])
def test_a_time_that_only_the_store_can_read_touches_every_day(store: Embedded, line: bytes) -> None:
    sessions = Sessions(store)
    sessions.store_day(DAY)
    sessions.touch([line])
    assert stored(store) == []


def test_the_loader_touches_a_day_before_it_sends_its_events(store: Embedded) -> None:
    seen: list[list[str]] = []

    class Watched(Sessions):
        def touch(self, events: Sequence[bytes]) -> None:  # type: ignore[override]
            super().touch(events)
            seen.append([*stored(store), *map(str, store.query("SELECT count() FROM events").rows)])

    log = MemoryLog()
    sessions = Watched(store)
    sessions.store_day(DAY)
    log.writer("p0").append([as_record(visit(1, NOON))], count=1)
    Loader(log, FakeBounds(), store, letters=MemoryDeadLetters(), sessions=sessions).load_once()
    assert seen == [["[0]"]]


def test_closed_days_are_stored_one_at_a_time_the_newest_first_and_today_never(store: Embedded) -> None:
    put(store, [visit(n, NOON - n * NEXT) for n in range(3)])
    sessions = Sessions(store, clock=Clock(NOON))
    assert [sessions.store_next() for _ in range(3)] == [DAY - NEXT, DAY - 2 * NEXT, None]
    assert stored(store) == ["2026-11-18", "2026-11-19"]


def test_a_day_rests_before_it_is_stored_again(store: Embedded) -> None:
    clock = Clock(NOON)
    sessions = Sessions(store, clock=clock, settings=Settings(quiet_s=60, look_s=5))
    late = visit(1, NOON - NEXT)
    sessions.touch(lines(late))
    put(store, [late])
    assert sessions.store_next() is None
    clock.now += 59
    assert sessions.store_next() is None
    clock.now += 5
    assert sessions.store_next() == DAY - NEXT


def test_storing_keeps_to_its_share_of_the_time(store: Embedded) -> None:
    put(store, [visit(n, NOON - n * NEXT) for n in range(1, 4)])
    ticks = iter([0.0, 10.0, 49.0, 50.0, 60.0])  # began, ended, asked too early, asked again, ended
    base = NOON.timestamp()
    sessions = Sessions(store, clock=lambda: base + next(ticks), settings=Settings(share=0.2))
    assert [sessions.store_next() for _ in range(3)] == [DAY - NEXT, None, DAY - 2 * NEXT]


def test_a_day_that_loses_events_is_stored_anew_without_them(store: Embedded) -> None:
    old = NOON - timedelta(days=20)
    put(store, [visit(1, old), visit(2, NOON - NEXT)])
    sessions = Sessions(store, clock=Clock(NOON))
    assert [sessions.store_next(), sessions.store_next()] == [DAY - NEXT, old.date()]
    expire(store, {}, now=NOON, default=Terms(events_days=10))
    assert stored(store) == [str(DAY - NEXT)]
    assert Sessions(store, clock=Clock(NOON)).store_next() == old.date()
    assert people(store, "day") == [[str(DAY - NEXT)]]


def test_forgetting_a_day_that_is_not_stored_changes_nothing(store: Embedded) -> None:
    forget(store, [date(2020, 1, 1)])
    forget(store, [])
    assert store.query("SELECT count() FROM session_days").rows == [[0]]
