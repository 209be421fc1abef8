"""The forwarder: once per conversion and destination, after its settle time, at each platform's pace."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace

from destinations.examples import NOW_MS
from destinations.forwarding import ALL_PERMISSIONS, SITE, World, an_order, changed
from fakes.platforms import Answer
from onebyone.destinations.outgoing import event_id_of
from onebyone.destinations.web_client import Unreached
from onebyone.event import Permission
from onebyone.state.deliveries import ADJUST, State
from onebyone.state.destinations import Again, Mode

MINUTES = 60
DOWN = Answer(503)


class Crash(BaseException):
    """The process ends here: nothing that could still be written is."""


def run(world: World, seconds: float, *, step: float = 1.0) -> None:
    asyncio.run(world.run_for(seconds, step=step))


def test_what_leaves_is_the_merged_record_after_its_settle_time(world: World) -> None:
    meta = world.connect("meta")
    order = an_order("T-1", event={"event_id": "first", "event_id_given": True, "value": 100})
    world.arrive(order)
    run(world, 5 * MINUTES, step=30)
    assert meta.requests == [] and world.states("meta") == {"settling": 1}
    world.arrive(changed(order, event={"event_id": "browser-1", "value": 4999}))
    run(world, 2 * MINUTES, step=30)
    (row,) = meta.taken
    assert (row["event_id"], row["custom_data"]["value"]) == ("browser-1", 49.99)
    assert world.states("meta") == {"accepted": 1}


def test_many_conversions_leave_in_as_few_requests_as_the_platform_takes(world: World) -> None:
    meta, x = world.connect("meta", max_batch=200), world.connect("x", max_batch=100)
    world.arrive(*(an_order(f"T-{n}") for n in range(240)))
    run(world, 8 * MINUTES, step=30)
    assert [len(json.loads(one.body)["data"]) for one in meta.requests] == [200, 40]
    assert [len(json.loads(one.body)["conversions"]) for one in x.requests] == [100, 100, 40]
    assert len(meta.counted) == len(x.counted) == 240


def test_a_destination_that_is_down_delays_no_other(world: World) -> None:
    meta, tiktok = world.connect("meta"), world.connect("tiktok")
    meta.script.extend([DOWN] * 50)
    world.arrive(*(an_order(f"T-{n}") for n in range(10)))
    run(world, 7 * MINUTES, step=10)
    assert world.states("tiktok") == {"accepted": 10} and len(tiktok.taken) == 10
    assert world.states("meta") == {"retrying": 10}
    assert len(meta.requests) < 8  # and it is left alone for longer and longer


def test_a_retry_has_the_same_id_and_time(world: World) -> None:
    meta = world.connect("meta")
    meta.script.extend([DOWN, Unreached("ReadTimeout", sent=True)])
    order = an_order("T-1")
    world.arrive(order)
    run(world, 6 * MINUTES - 10, step=50)
    run(world, 12)
    world.arrive(
        changed(order, event={"event_id": "other", "event_id_given": True, "at": order.event.at.replace(year=2025)})
    )
    run(world, 2 * MINUTES, step=2)
    assert len(meta.requests) == 3 and len(meta.taken) == 2 and len(meta.counted) == 1
    bodies = [json.loads(one.body)["data"][0] for one in meta.requests]
    assert {(one["event_id"], one["event_time"]) for one in bodies} == {("purchase:T-1", NOW_MS // 1000)}


def test_what_a_platform_asks_to_wait_is_waited(world: World) -> None:
    meta = world.connect("meta")
    meta.script.append(Answer(400, {"error": {"code": 4}}, {"retry-after": "300"}))
    world.arrive(an_order("T-1"))
    run(world, 10 * MINUTES, step=10)
    assert len(meta.requests) == 1
    run(world, 2 * MINUTES, step=10)
    assert len(meta.requests) == 2 and world.states("meta") == {"accepted": 1}


def test_one_bad_event_is_found_and_the_rest_get_through(world: World) -> None:
    meta = world.connect("meta")
    meta.bad = lambda row: row["event_id"] in ("purchase:T-17", "purchase:T-400")
    world.arrive(*(an_order(f"T-{n}") for n in range(500)))
    run(world, 8 * MINUTES, step=30)
    assert world.states("meta") == {"accepted": 498, "refused": 2}
    assert len(meta.counted) == 498 == len(meta.taken)
    assert len(meta.requests) < 40  # two searches by halves
    refused = world.deliveries.find(states=(State.REFUSED,))
    assert {one.cause for one in refused} == {"100.2804003"}


def test_bad_credentials_stop_the_destination_and_lose_nothing(world: World) -> None:
    meta = world.connect("meta")
    meta.token = ("another",)
    world.arrive(an_order("T-1"), an_order("T-2"))
    run(world, 8 * MINUTES, step=10)
    assert world.configured("meta").stopped == "190.463" and len(meta.requests) == 1
    world.arrive(an_order("T-3", at_ms=int(world.now_s * 1000)))
    run(world, 8 * MINUTES, step=10)
    assert len(meta.requests) == 1 and sum(world.states("meta").values()) == 3
    world.destinations.put(replace(world.configured("meta"), stopped=""), {"access_token": "another"})
    run(world, 1 * MINUTES, step=10)
    assert world.states("meta") == {"accepted": 3} and len(meta.counted) == 3


def test_a_crash_in_the_middle_of_a_batch_sends_it_again_under_its_ids(world: World) -> None:
    meta, ga4 = world.connect("meta"), world.connect("ga4")

    def crash() -> None:
        raise Crash

    world.arrive(
        an_order("T-1"), an_order("L-1", event={"name": "generate_lead", "order_id": "", "event_id": "lead-1"})
    )
    meta.after = ga4.after = crash
    world.after(7 * MINUTES)
    with pytest.raises(Crash):
        asyncio.run(world.turns())
    assert world.states("meta")["sending"] == 2
    meta.after = ga4.after = lambda: None
    world.start()
    run(world, 1 * MINUTES)
    assert world.states("meta") == {"accepted": 2} and len(meta.counted) == 2


def test_only_an_order_goes_to_analytics_again_when_nobody_knows_whether_it_arrived(world: World) -> None:
    ga4 = world.connect("ga4")
    lead = an_order("L-1", event={"name": "generate_lead", "order_id": "", "event_id": "lead-1", "visitor": 1})
    order = an_order("T-1", event={"visitor": 2})
    ga4.script.extend([Unreached("ReadTimeout", sent=True)] * 2)
    world.arrive(lead, order)
    run(world, 8 * MINUTES, step=5)
    assert world.delivery(lead, "ga4").cause == "outcome_unknown"
    assert world.delivery(order, "ga4").state == State.ACCEPTED
    assert [row["events"][0]["name"] for row in ga4.taken].count("generate_lead") == 1


def test_a_machine_never_leaves_and_the_doubtful_by_a_setting(world: World) -> None:
    meta, tiktok = world.connect("meta"), world.connect("tiktok", send_suspect=False)
    world.arrive(
        *(an_order(actor, event={"actor": actor}) for actor in ("machine_declared", "invalid", "suspect", "human"))
    )
    run(world, 8 * MINUTES, step=30)
    assert sorted(row["event_id"] for row in meta.taken) == ["purchase:human", "purchase:suspect"]
    assert [row["event_id"] for row in tiktok.taken] == ["purchase:human"]


def test_a_withdrawal_between_queueing_and_sending_stops_it(world: World) -> None:
    meta = world.connect("meta")
    order, other = an_order("T-1"), an_order("T-2")
    world.arrive(order, other)
    run(world, 1 * MINUTES, step=10)
    world.people.now[SITE, order.event.visitor] = ALL_PERMISSIONS - Permission.ADS_SHARE.bit
    run(world, 8 * MINUTES, step=30)
    assert [row["event_id"] for row in meta.taken] == ["purchase:T-2"]
    assert world.delivery(order, "meta").cause == "withdrawn"


def test_a_later_grant_does_not_reach_back(world: World) -> None:
    meta = world.connect("meta")
    order = an_order("T-1", event={"permissions": Permission.ANALYTICS.bit})
    world.people.now[SITE, order.event.visitor] = ALL_PERMISSIONS
    world.arrive(order)
    run(world, 8 * MINUTES, step=30)
    assert meta.requests == [] and world.delivery(order, "meta").cause == "consent"


def test_what_left_is_marked_and_never_sent_again(world: World) -> None:
    meta = world.connect("meta")
    one, two, three = an_order("T-1"), an_order("T-2"), an_order("T-3")
    world.arrive(one, two, three)
    run(world, 7 * MINUTES, step=30)
    world.arrive(
        changed(one, status="joined", joined_to=two.id),
        changed(two, event={"actor": "invalid"}),
        changed(three, copies=2),
    )
    run(world, 7 * MINUTES, step=30)
    assert len(meta.taken) == 3
    marks = [world.delivery(order, "meta").marks for order in (one, two, three)]
    assert marks == ['["sent_twice"]', '["would_not_send_now"]', "[]"]


def test_a_refund_adjusts_where_the_platform_takes_it(world: World) -> None:
    ads, meta = world.connect("google_ads"), world.connect("meta")
    order = an_order("T-1")
    world.arrive(order)
    run(world, 7 * MINUTES, step=30)
    order = changed(order, refunded=999, net=4000)
    world.arrive(order)
    run(world, 3 * MINUTES, step=30)
    order = changed(order, refunded=4999, net=0)
    world.arrive(order)
    run(world, 3 * MINUTES, step=30)
    kinds = [row.get("adjustmentType") for row in ads.taken]
    assert kinds == [None, "RESTATEMENT", "RETRACTION"]
    assert ads.taken[1]["restatementValue"] == {"adjustedValue": 40.0, "currencyCode": "EUR"}
    assert len(meta.taken) == 1 and world.delivery(order, "google_ads", ADJUST).adjusted == 4999


def test_a_destination_that_its_pixel_serves_alone_is_sent_nothing(world: World) -> None:
    meta = world.connect("meta", mode=Mode.BROWSER)
    world.arrive(an_order("T-1"))
    run(world, 8 * MINUTES, step=30)
    assert meta.requests == [] and world.states("meta") == {"not_allowed": 1}


def test_a_new_destination_begins_now_and_takes_the_past_when_asked(world: World) -> None:
    world.connect("tiktok")
    day = 86_400_000
    world.arrive(*(an_order(f"T-{n}", at_ms=NOW_MS - n * day) for n in range(10)))
    run(world, 1 * MINUTES, step=30)
    meta = world.connect("meta")
    run(world, 8 * MINUTES, step=30)
    assert meta.requests == []
    target = next(one for one in world.forwarder._targets if one.configured.name == "meta")
    order = Again(from_ms=NOW_MS - 30 * day, to_ms=NOW_MS + day)
    plan = world.forwarder._intake.plan(target, order, int(world.now_s * 1000))
    assert (len(plan.rows), plan.too_old, plan.untouched) == (7, 3, 0)
    assert world.states("meta") == {}  # a plan changes nothing
    world.destinations.order(SITE, "meta", order, now_ms=NOW_MS)
    run(world, 1 * MINUTES, step=10)
    assert len(meta.counted) == 7
    world.destinations.order(SITE, "meta", Again(from_ms=0, to_ms=NOW_MS + day, resend=True), now_ms=NOW_MS)
    run(world, 1 * MINUTES, step=10)
    assert len(meta.taken) == 14 and len(meta.counted) == 7  # the same ids again


def test_the_past_is_longer_than_the_log(world: World) -> None:
    long_ago = an_order("T-1", at_ms=NOW_MS - 60 * 86_400_000)
    world.records.held[SITE, long_ago.id] = long_ago  # and in no log any more
    google = world.connect("google_data_manager")
    world.destinations.order(SITE, "google_data_manager", Again(from_ms=0, to_ms=NOW_MS), now_ms=NOW_MS)
    run(world, 1 * MINUTES, step=10)
    assert len(google.taken) == 1 and world.states("google_data_manager") == {"accepted": 1}


def test_a_platform_with_a_limit_is_asked_no_more_often(world: World) -> None:
    meta = world.connect("meta", requests_per_minute=60, max_batch=1)
    world.arrive(*(an_order(f"T-{n}") for n in range(120)))
    world.after(7 * MINUTES)
    began = world.now_s
    while len(meta.taken) < 120:
        asyncio.run(world.turns())
    assert 118 <= world.now_s - began <= 121


def test_request_and_answer_are_kept_without_secrets_and_people(world: World) -> None:
    world.connect("meta")
    order = an_order("T-1")
    world.arrive(order)
    run(world, 7 * MINUTES, step=30)
    found = world.delivery(order, "meta")
    text = found.request + found.answer
    for hidden in ("t0ken", "jane@example.com", "203.0.113.7", "Firefox", "IwAR", "fb.1.1.2"):
        assert hidden not in text
    assert json.loads(found.request)["row"]["custom_data"]["value"] == 49.99
    assert found.trace == "A1" and found.proof
    assert json.loads(found.keys) == ["client_ip_address", "client_user_agent", "em", "fbc", "fbp", "ph"]


def test_everything_that_became_of_them_is_told_once_more_or_less(world: World) -> None:
    world.connect("meta")
    world.arrive(an_order("T-1"))
    run(world, 8 * MINUTES, step=30)
    lines = [
        json.loads(record[1:]) for groups in world.facts.groups.values() for g, _ in groups for record in g.records
    ]
    assert [line.get("state") for line in lines] == ["settling", "accepted"]
    assert [line["version"] for line in lines] == sorted(line["version"] for line in lines)
    assert world.deliveries.untold(10) == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"event_id": "s-1"}, "purchase:T-1"),  # a copy's own id, which no other copy has
        ({"event_id": "shop-1", "event_id_given": True}, "shop-1"),
        ({"event_id": ""}, "purchase:T-1"),
        ({"event_id": "l-1", "name": "generate_lead"}, "l-1"),
    ],
)
def test_an_order_leaves_under_its_own_number_unless_the_site_gave_an_id(event: dict[str, Any], expected: str) -> None:
    assert event_id_of(an_order("T-1", event=event)) == expected
