from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onebyone.event import Event
from onebyone.store.engine import Embedded
from onebyone.store.retention import Expired, Terms, expire
from store.rows import a_delivery, a_drop, an_event, put, put_facts

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TERMS = Terms(events_days=60, drops_days=30)


def aged(number: int, days: int, **fields: object) -> Event:
    return an_event(number, at=NOW - timedelta(days=days), **fields)


def kept(store: Embedded, table: str = "events") -> list[str]:
    rows = store.query("SELECT event_id FROM {table:Identifier} FINAL ORDER BY event_id", {"table": table}).rows
    return [row[0] for row in rows]


def test_months_that_nobody_keeps_go_whole(store: Embedded) -> None:
    put(store, [aged(1, 200), aged(2, 170), aged(3, 1)])
    assert expire(store, {}, now=NOW, default=TERMS) == Expired(months=2, rows=0)
    assert kept(store) == ["e3"]


def test_rows_inside_a_month_go_one_by_one(store: Embedded) -> None:
    put(store, [aged(1, 61), aged(2, 59)])
    assert expire(store, {}, now=NOW, default=TERMS) == Expired(months=0, rows=1)
    assert kept(store) == ["e2"]


def test_an_old_event_that_arrived_lately_survives(store: Embedded) -> None:
    put(store, [aged(1, 4000, received_at=NOW - timedelta(days=1), via="import"), aged(2, 4000)])
    assert expire(store, {}, now=NOW, default=TERMS).rows == 1
    assert kept(store) == ["e1"]


def test_each_site_has_its_own_terms(store: Embedded) -> None:
    put(store, [aged(1, 100, site="short"), aged(2, 100, site="long"), aged(3, 100), aged(4, 20, site="short")])
    terms = {"short": Terms(events_days=10), "long": Terms(events_days=400)}
    expire(store, terms, now=NOW, default=Terms(events_days=90))
    assert kept(store) == ["e2"]


def test_drops_have_shorter_terms_than_events(store: Embedded) -> None:
    put(store, [aged(1, 40)])
    put(store, [a_drop(1, at=NOW - timedelta(days=40), event_id="d1"), a_drop(2, at=NOW, event_id="d2")])
    expire(store, {}, now=NOW, default=TERMS)
    assert kept(store) == ["e1"] and kept(store, "drops") == ["d2"]


def test_a_second_run_finds_nothing(store: Embedded) -> None:
    put(store, [aged(1, 200), aged(2, 61), aged(3, 59)])
    expire(store, {}, now=NOW, default=TERMS)
    assert expire(store, {}, now=NOW, default=TERMS) == Expired(months=0, rows=0)


def test_deliveries_stay_as_long_as_their_conversions(store: Embedded) -> None:
    old, late = NOW - timedelta(days=61), NOW - timedelta(days=59)
    put_facts(store, [a_delivery(1, at=old), a_delivery(2, at=late), a_delivery(3, at=NOW - timedelta(days=200))])
    assert expire(store, {}, now=NOW, default=TERMS) == Expired(months=1, rows=1)
    assert kept(store, "deliveries") == ["e2"]


def test_click_ids_and_the_like_go_sooner_than_their_events(store: Embedded) -> None:
    told: dict[str, object] = dict(
        click_ids={"gclid": "a-click"}, browser_ids={"gclid": "kept", "ga": "GA1.2"}, user_agent="Agent/1"
    )
    put(store, [aged(1, 41, **told), aged(2, 39, **told), aged(3, 41), aged(4, 39, site="short", **told)])
    terms = {"short": Terms(events_days=60, details_days=20)}
    default = Terms(events_days=60, details_days=40)
    assert expire(store, terms, now=NOW, default=default) == Expired(months=0, rows=0, details=2)
    rows = store.query("SELECT event_id, click_ids, browser_ids, user_agent FROM events FINAL ORDER BY event_id").rows
    plain = {"ga": "GA1.2"}
    assert [tuple(row) for row in rows] == [
        ("e1", {}, plain, ""), ("e2", told["click_ids"], told["browser_ids"], "Agent/1"), ("e3", {}, {}, ""),
        ("e4", {}, plain, ""),
    ]  # fmt: skip
    assert expire(store, terms, now=NOW, default=default).details == 0
