"""Limits of platforms: shared by whoever uses one account, and overridden by the operator."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.examples import NOW_MS, SETTINGS
from destinations.forwarding import World, an_order
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import settings_of
from onebyone.destinations.pace import Limits, Pace, Paces
from onebyone.state.deliveries import State

DAY_S = 86_400
SETTLED = 7 * 60


def asked_at(pace: Pace, count: int, *, events: int = 1, began: float = 0.0) -> list[float]:
    """When each request goes, of somebody who asks as fast as they may."""
    now, found = began, []
    for _ in range(count):
        now += pace.wait_s(now, events)
        found.append(now - began)
    return found


def a_pace(limits: Limits) -> Pace:
    pace = Pace(0.0)
    pace.limit(limits)
    return pace


def test_without_a_limit_nobody_waits() -> None:
    assert asked_at(a_pace(Limits()), 10_000)[-1] == 0


@given(per_day=st.integers(2, 400))
def test_no_day_has_more_than_a_days_requests(per_day: int) -> None:
    found = asked_at(a_pace(Limits(requests_per_day=per_day)), 3 * per_day)
    assert sum(1 for at in found if at < DAY_S) <= per_day + 1


def test_of_a_minute_and_a_number_of_events_the_slower_holds() -> None:
    limits = Limits(requests_per_minute=600, events_per_minute=60_000)
    assert asked_at(a_pace(limits), 601)[-1] == pytest.approx(59.1, abs=0.2)
    assert asked_at(a_pace(limits), 61, events=1000)[-1] == pytest.approx(60, abs=0.2)


def test_where_two_want_different_limits_the_lowest_holds_for_both() -> None:
    paces = Paces()
    one = paces.of("account", 0.0)
    paces.agree([("account", Limits(600)), ("other", Limits(6)), ("account", Limits(60, 10_000))], 0.0)
    assert paces.of("account", 0.0) is one
    assert asked_at(one, 61)[-1] == pytest.approx(60, abs=0.1)


def test_a_changed_limit_gives_nobody_a_second_burst() -> None:
    pace = a_pace(Limits(requests_per_day=100))
    assert asked_at(pace, 50)[-1] == 0
    pace.limit(Limits(requests_per_day=200))
    assert pace.wait_s(0.0, 1) > 0


@pytest.mark.parametrize(("other", "paces"), [("549755885175", 1), ("another", 2)])
def test_two_sites_of_one_account_share_its_limit(world: World, other: str, paces: int) -> None:
    world.connect("pinterest", requests_per_minute=60)
    world.connect("pinterest", site="s2", settings={"ad_account_id": other})
    senders = world.forwarder._senders.values()
    assert len({id(one._pace) for one in senders}) == paces
    assert [one.limits.requests_per_minute for one in senders] == [60, 5000]
    shared = next(one._pace for one in senders)
    assert asked_at(shared, 61, began=world.now_s)[-1] == pytest.approx(60, abs=0.1)  # the lower one, for both


@pytest.mark.parametrize(
    ("settings", "account"),
    [
        ({"client_id": "123-abc.apps.example", "client_secret": "s", "refresh_token": "r"}, "123"),
        ({"access_token": "t0ken"}, None),
    ],
)
def test_googles_limit_is_one_of_the_project(settings: dict[str, str], account: str | None) -> None:
    google = ALL["google_data_manager"]
    found = [
        settings_of(google, SETTINGS["google_data_manager"] | settings | {"operating_account_id": id}) for id in "12"
    ]
    assert google.account is not None
    first, second = map(google.account, found)
    assert first == second and account in (first, None)


def test_every_account_that_is_limited_is_known_by_something_and_never_by_its_secret() -> None:
    for name, destination in ALL.items():
        if destination.account is not None:
            said = destination.account(settings_of(destination, SETTINGS[name]))
            assert said and "t0ken" not in repr(said)


def test_an_operator_knows_better_how_old_and_how_many(world: World) -> None:
    world.connect("tiktok")
    longer = world.connect("meta", max_age_s=30 * DAY_S, max_batch=2, max_ahead_s=DAY_S)
    old, ahead = NOW_MS - 20 * DAY_S * 1000, NOW_MS + 7_200_000
    times = {"T-1": old, "T-2": ahead, "T-3": NOW_MS, "T-4": NOW_MS}
    orders = [an_order(order, at_ms=at_ms, event={"visitor": 7}) for order, at_ms in times.items()]
    world.arrive(*orders)
    asyncio.run(world.after(SETTLED).run_for(30, step=10))
    assert world.states("tiktok")["not_eligible"] >= 1 and world.delivery(orders[0], "tiktok").cause == "too_old"
    assert world.delivery(orders[0], "meta").state == State.ACCEPTED
    asyncio.run(world.after(7_200).run_for(30, step=10))
    assert world.states("meta") == {"accepted": 4}
    assert max(len(longer.shape.rows(json.loads(one.body))) for one in longer.requests) == 2


def test_analytics_takes_one_whatever_is_said(world: World) -> None:
    analytics = world.connect("ga4", max_batch=10)
    world.arrive(*(an_order(f"T-{n}") for n in range(3)))
    asyncio.run(world.after(SETTLED).run_for(30, step=10))
    assert len(analytics.requests) == 3 and world.states("ga4") == {"accepted": 3}
