from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onebyone.event import Event
from onebyone.store.engine import Embedded
from onebyone.store.retention import Expired, Terms, expire
from store.rows import a_conversion, a_delivery, a_drop, an_event, put, put_facts

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


def test_ids_of_ad_clicks_go_after_their_term_and_the_channel_they_led_to_stays(store: Embedded) -> None:
    said = {"click_ids": {"gclid": "G"}, "browser_ids": {"fbp": "F"}, "user_agent": "UA", "channel": "Paid Search"}
    put(store, [aged(1, 98, **said), aged(2, 89, **said)])
    old = NOW - timedelta(days=98)
    seen = (old.isoformat(), old.isoformat(), "order", 1, 0, 0, 0)
    put(store, [a_conversion(3, history=[seen], at=old, click_ids={"gclid": "G"})])
    done = expire(store, {}, now=NOW, default=Terms())
    assert (done.months, done.rows, done.months_of_ids) == (0, 0, 2)
    asked = "SELECT event_id, click_ids, user_agent, channel FROM events FINAL ORDER BY event_id"
    assert store.query(asked).rows == [["e1", {}, "", "Paid Search"], ["e2", {"gclid": "G"}, "UA", "Paid Search"]]
    assert store.query("SELECT click_ids FROM conversions FINAL").rows == [[{}]]
    assert expire(store, {}, now=NOW, default=Terms()).months_of_ids == 0
