"""The rules of measurement.md 4.1, each by the code that computes sessions: from stored days and from events."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from onebyone.event import Event
from onebyone.state.sites import SessionRules, Site
from onebyone.store import Param
from onebyone.store.engine import Embedded
from onebyone.store.parts import with_parts
from onebyone.store.sessions import Reach, Sessions, days_of
from store.rows import NOON, an_event, put

VECTORS = json.loads((Path(__file__).parents[1] / "golden/vectors/sessions.json").read_text())
ASKED = with_parts("""WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT visitor, started, engaged_at, id, campaign FROM ({{sessions_since}}) ORDER BY visitor, started""")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Found = list[tuple[int, datetime, datetime | None]]


def a_site(id: str = "s1", *, zone: str = "UTC", conversions: Sequence[str] = (), **rules: Any) -> Site:
    site = Site(id=id, name=id, prefix=id, origins=(), zone=zone, sessions=SessionRules(**rules))
    return msgspec.structs.replace(site, conversions=tuple(conversions)) if conversions else site


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def asked(store: Embedded, events: Sequence[Event], site: str = "s1") -> Found:
    """What reports are made of, whichever days are stored."""
    first, last = min(event.at for event in events), max(event.at for event in events)
    params: dict[str, Param] = {"site": site, "traffic": "people", "from": first - DAY, "to": last + DAY}
    rows = msgspec.convert(store.query(ASKED, params).rows, list[tuple[int, datetime, datetime | None, int, str]])
    return [row[:3] for row in rows]


def store_all(sessions: Sessions, events: Iterable[Event]) -> None:
    for day in sorted({event.day for event in events}):
        sessions.store_day(day)


def both_ways(store: Embedded, site: Site, events: Sequence[Event]) -> Found:
    sessions = Sessions(store)
    sessions.follow([site])
    put(store, events)
    open_days = asked(store, events)
    store_all(sessions, events)
    assert asked(store, events) == open_days
    return open_days


def visit(number: int, at: datetime, **fields: Any) -> Event:
    return an_event(number, **{"at": at, "visitor": 7, "sent_id": f"e{number}"} | fields)


def begins(store: Embedded, site: Site, *events: Event) -> list[timedelta]:
    return [started - NOON for _, started, _ in both_ways(store, site, events)]


@pytest.mark.parametrize("case", VECTORS, ids=[case["id"] for case in VECTORS])
def test_every_vector_of_the_specification(store: Embedded, case: dict[str, Any]) -> None:
    options = case["options"]
    site = a_site(
        zone=options["split_midnight"] or "UTC", timeout_s=options["timeout_s"],
        at_midnight=options["split_midnight"] is not None, at_campaign=options["split_campaign"],
    )  # fmt: skip
    events = []
    for number, sent in enumerate(case["events"]):
        source, medium, campaign = sent["campaign"].split("/") if "campaign" in sent else ("(direct)", "(none)", "")
        at = datetime.fromisoformat(sent["t"])
        events.append(visit(number, at, source=source, medium=medium, campaign=campaign))
    starts = [started for _, started, _ in both_ways(store, site, events)]
    assert [sum(start <= event.at for start in starts) for event in events] == case["session_of_event"]


def test_a_late_event_joins_two_sessions_that_were_stored(store: Embedded) -> None:
    first, last = visit(1, NOON), visit(2, NOON + 50 * MINUTE)
    sessions = Sessions(store)
    put(store, [first, last])
    store_all(sessions, [first, last])
    assert len(asked(store, [first, last])) == 2
    late = visit(3, NOON + 25 * MINUTE)
    sessions.touch([msgspec.json.encode(late)])
    put(store, [late], token="late")
    assert len(asked(store, [first, last])) == 1
    store_all(sessions, [first])
    assert len(asked(store, [first, last])) == 1


def test_what_comes_later_changes_no_id_of_a_session_whose_first_event_stays(store: Embedded) -> None:
    ids = "SELECT id FROM sessions WHERE traffic = 'people'"
    sessions = Sessions(store)
    put(store, [visit(1, NOON)])
    store_all(sessions, [visit(1, NOON)])
    before = store.query(ids).rows
    put(store, [visit(2, NOON + MINUTE)], token="late")
    store_all(sessions, [visit(1, NOON)])
    assert before == store.query(ids).rows != [[0]]
    put(store, [visit(3, NOON - MINUTE)], token="later")
    store_all(sessions, [visit(1, NOON)])
    assert before != store.query(ids).rows


def test_a_session_holds_no_more_events_than_the_rule_allows(store: Embedded) -> None:
    events = [visit(n, NOON + n * MINUTE) for n in range(7)]
    assert begins(store, a_site(max_events=3), *events) == [0 * MINUTE, 3 * MINUTE, 6 * MINUTE]


def test_ten_thousand_events_are_the_most_by_default(store: Embedded) -> None:
    events = [visit(n, NOON + n * timedelta(seconds=1)) for n in range(10_001)]
    assert begins(store, a_site(), *events) == [timedelta(), timedelta(seconds=10_000)]


def test_what_a_server_says_begins_no_session_and_bridges_no_pause(store: Embedded) -> None:
    server = [visit(n, NOON + minutes * MINUTE, via="server", name="purchase") for n, minutes in ((1, -5), (2, 20))]
    assert begins(store, a_site(), *server, visit(3, NOON), visit(4, NOON + 40 * MINUTE)) == [
        0 * MINUTE, 40 * MINUTE,
    ]  # fmt: skip


@pytest.mark.parametrize(("minutes", "engaged"), [(30, True), (31, False), (-1, False)])
def test_an_order_of_the_server_belongs_to_the_session_of_its_browser_within_the_timeout(
    store: Embedded, minutes: int, engaged: bool
) -> None:
    order = visit(2, NOON + minutes * MINUTE, via="server", name="purchase")
    ((_, _, engaged_at),) = both_ways(store, a_site(), [visit(1, NOON), order])
    assert engaged_at == (order.at if engaged else None)


def test_what_counts_as_a_conversion_engages(store: Embedded) -> None:
    events = [visit(1, NOON), visit(2, NOON + timedelta(seconds=1), name="call_me"), visit(3, NOON + MINUTE, visitor=8)]
    events.append(visit(4, NOON + MINUTE + timedelta(seconds=1), visitor=8, name="purchase"))
    found = both_ways(store, a_site(conversions=["call_me"]), events)
    assert [at is not None for _, _, at in found] == [True, False]


def test_the_time_that_engages_is_the_sites(store: Embedded) -> None:
    events = [visit(1, NOON), visit(2, NOON + timedelta(seconds=20), name="scroll")]
    ((_, _, engaged_at),) = both_ways(store, a_site(engaged_s=60), events)
    assert engaged_at is None


def test_a_payment_page_that_is_excluded_names_no_campaign_and_begins_nothing(store: Embedded) -> None:
    """What an own or excluded referrer is, `add_channel` decides: it says (direct)."""
    back = visit(2, NOON + MINUTE, source="(direct)", medium="(none)", campaign="(not set)")
    paid = visit(1, NOON, source="google", medium="cpc", campaign="a")
    again = visit(3, NOON + 2 * MINUTE, source="google", medium="cpc", campaign="a")
    assert begins(store, a_site(at_campaign=True), paid, back, again) == [0 * MINUTE]


def test_a_referrer_is_no_campaign(store: Embedded) -> None:
    events = [visit(1, NOON), visit(2, NOON + MINUTE, source="google", medium="organic", campaign="(not set)")]
    assert begins(store, a_site(at_campaign=True), *events) == [0 * MINUTE]


def test_rules_that_change_hold_in_every_report_at_once(store: Embedded) -> None:
    events = [visit(1, NOON), visit(2, NOON + 10 * MINUTE)]
    put(store, events)
    sessions = Sessions(store)
    store_all(sessions, events)
    for timeout_s, count in ((300, 2), (1800, 1), (1800, 1)):
        sessions.follow([a_site(timeout_s=timeout_s)])
        assert len(asked(store, events)) == count
    assert store.query("SELECT count(), max(version) FROM session_rules FINAL").rows == [[1, 2]]


def test_sites_with_default_rules_have_no_row_and_forget_no_day(store: Embedded) -> None:
    sessions = Sessions(store)
    sessions.store_day(NOON.date())
    sessions.follow([a_site("s1"), a_site("s2", zone="Europe/Berlin")])
    assert store.query("SELECT count() FROM session_rules").rows == [[0]]
    assert store.query("SELECT count() FROM session_days FINAL WHERE stored").rows == [[1]]


def test_the_next_process_knows_the_rules_and_how_far_they_reach(store: Embedded) -> None:
    Sessions(store).follow([a_site(timeout_s=14_400, at_campaign=True)])
    sessions = Sessions(store)
    for day in days_between(NOON.date() - DAY, NOON.date() + DAY):
        sessions.store_day(day)
    sessions.touch([msgspec.json.encode(visit(1, NOON.replace(hour=4)))])
    assert store.query("SELECT count() FROM session_days FINAL WHERE stored").rows == [[0]]


def test_the_longest_rule_of_any_site_says_which_days_an_event_touches() -> None:
    reach = Reach.of([SessionRules(timeout_s=7200), SessionRules(engaged_s=3600)])
    assert reach == Reach(before=timedelta(seconds=7210), after=timedelta(seconds=7200))
    assert len(days_of(datetime(2026, 11, 20, 2, tzinfo=UTC), reach)) == 2


@pytest.mark.parametrize("wrong", [{"timeout_s": 59}, {"timeout_s": 14_401}, {"max_events": 1}, {"engaged_s": 0}])
def test_a_rule_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="timeout_s is 60"):
        SessionRules(**wrong)


RULES: tuple[dict[str, Any], ...] = (
    {}, {"timeout_s": 600}, {"at_midnight": True}, {"at_campaign": True}, {"max_events": 4},
    {"timeout_s": 14_400, "at_midnight": True, "at_campaign": True, "max_events": 6, "engaged_s": 30},
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8 if os.environ.get("PROVE") else 1))
def test_every_rule_finds_what_a_plain_reading_of_it_finds(store: Embedded, seed: int) -> None:
    """Each site has its own rules; some of the events come after their days were stored."""
    rng = Random(seed)
    sites = [a_site(f"s{n}", zone="America/New_York", **rules) for n, rules in enumerate(RULES)]
    sessions = Sessions(store)
    sessions.follow(sites)
    events = [event for site in sites for event in some_events(rng, site.id)]
    late = rng.sample(range(len(events)), len(events) // 6)
    put(store, [event for n, event in enumerate(events) if n not in late], token="early")
    store_all(sessions, events)
    sessions.touch(msgspec.json.encode(events[n]) for n in late)
    put(store, [events[n] for n in late], token="late")
    for again in (False, True):
        for site in sites:
            mine = [event for event in events if event.site == site.id]
            assert asked(store, mine, site.id) == plainly(site, mine), (site.sessions, again)
        store_all(sessions, events)


def some_events(rng: Random, site: str) -> list[Event]:
    """Of twelve browsers over two days, near each other as often as not, many of them around a midnight."""
    events: list[Event] = []
    for visitor in range(1, 13):
        at = NOON - timedelta(hours=rng.choice([1, 9]), minutes=rng.randrange(120))
        for _ in range(25):
            at += timedelta(seconds=rng.choice([1, 5, 300, 601, 1700, 1801, 3600]))
            campaign = rng.choice(["", "", "", "a", "b"])
            events.append(
                an_event(
                    len(events),
                    at=at,
                    received_at=at + timedelta(seconds=rng.randrange(5)),
                    visitor=visitor,
                    site=site,
                    via=rng.choice(["tag", "tag", "tag", "image", "server"]),
                    campaign=campaign,
                    name=rng.choice(["page_view", "scroll", "scroll", "purchase"]),
                    source="x" if campaign else "(direct)",
                    medium="cpc" if campaign else "(none)",
                )
            )
    return events


def plainly(site: Site, events: Sequence[Event]) -> Found:
    """The rules once more, an event at a time."""
    found: Found = []
    for visitor in sorted({event.visitor for event in events}):
        mine = sorted((e for e in events if e.visitor == visitor), key=lambda e: (e.at, e.received_at, e.seq))
        parted: list[list[Event]] = []
        count, called, last = 0, ("", mine[0].at), None
        for event in mine:
            if event.via == "server":
                if last is not None and event.name == "purchase" and event.at - last.at <= timeout_of(site):
                    parted[-1].append(event)
                continue
            rests = last is None or event.at - last.at > timeout_of(site) or passes_midnight(site, last, event)
            known = "" if rests or event.day - called[1].date() > DAY else called[0]
            calls = site.sessions.at_campaign and event.campaign not in ("", known)
            count = 0 if rests or (last is not None and last.day != event.day) else count
            if rests or calls or (count and count % site.sessions.max_events == 0):
                parted.append([])
            parted[-1].append(event)
            count, last = count + 1, event
            called = (event.campaign, event.at) if event.campaign else (known, called[1])
        found += [(visitor, part[0].at, engaged_at(site, part)) for part in parted]
    return found


def timeout_of(site: Site) -> timedelta:
    return timedelta(seconds=site.sessions.timeout_s)


def passes_midnight(site: Site, one: Event, other: Event) -> bool:
    zone = ZoneInfo(site.zone)
    return site.sessions.at_midnight and one.at.astimezone(zone).date() != other.at.astimezone(zone).date()


def engaged_at(site: Site, part: Sequence[Event]) -> datetime | None:
    own = [event for event in part if event.via != "server"]
    long = [e.at for e in own if e.at - part[0].at >= timedelta(seconds=site.sessions.engaged_s)]
    second = [e.at for e in own if e.name == "page_view"][1:2]
    return min([*long, *second, *(e.at for e in part if e.name == "purchase")], default=None)
