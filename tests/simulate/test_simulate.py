from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import msgspec
import pytest

from onebyone.event import COPIES, Reason
from onebyone.simulate import people, wire
from onebyone.simulate.simulate import SimulationFailed, simulate
from onebyone.simulate.truth import Truth
from simulate.recorder import NOW_MS, Recorder, at_once

NOT_MADE = {Reason.MATCHED_WEAKLY, Reason.ADJUSTMENT_REPEATED, Reason.OPEN_REPEATED}  # by these people
WHERE = wire.Settings(url="http://127.0.0.1:9", site="s1", prefix="brvkt", key="key", attempts=3)
WHO = people.Settings(people=150, days=14, seed=7, second_currency="SEK", refusing_share=0)


def run(recorder: Recorder, who: people.Settings = WHO, truth_path: Path | None = None) -> Truth:
    transport = httpx2.MockTransport(recorder.answer)
    return simulate(who, WHERE, truth_path, transport=transport, clock=lambda: NOW_MS, pause=at_once)


@pytest.fixture(scope="module")
def sent() -> tuple[Recorder, Truth]:
    recorder = Recorder()
    return recorder, run(recorder)


def bytes_sent(recorder: Recorder) -> list[bytes]:
    """Everything but cookies: those are the collector's, and the order of people is the network's."""
    return sorted(
        b"\n".join((request.url.raw_path, request.content, request.headers["user-agent"].encode()))
        for request in recorder.requests
        if not request.url.path.endswith("/v1/events")
    )


def test_the_same_seed_sends_the_same_bytes_and_writes_the_same_truth(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    again = Recorder()
    assert run(again) == truth
    assert bytes_sent(again) == bytes_sent(recorder)
    assert bytes_sent(again) and run(Recorder(), msgspec.structs.replace(WHO, seed=8)) != truth


def test_the_truth_of_views_is_what_people_saw_once(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    ids = {event["id"] for event in recorder.tag_events() if event["name"] == "page_view"}
    images = [query for query in recorder.people_images() if "e" not in query]
    assert truth.totals.views == len(ids) + len(images) > 500
    assert truth.totals.unseen_views > 50


def test_the_truth_of_orders_is_the_servers_list_of_orders(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    orders = {event["order"]["id"]: event["order"] for event in recorder.server_events()}
    assert truth.totals.orders == len(orders) == len(truth.sales) > 20
    euros = sum(round(order["value"] * 100) for order in orders.values() if order["currency"] == "EUR")
    assert truth.totals.revenue_minor == euros
    assert {order["currency"] for order in orders.values()} == {"EUR", "SEK"}


def test_blocked_orders_are_those_that_only_the_server_reports(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    by_tag = {event["order"]["id"] for event in recorder.tag_events() if event["name"] == "purchase"}
    by_image = {query["o"][0] for query in recorder.people_images() if "o" in query}
    by_server = {event["order"]["id"] for event in recorder.server_events()}
    assert truth.totals.blocked_orders == len(by_server - by_tag - by_image) > 0
    assert by_tag | by_image < by_server


def test_every_sighting_is_an_event_or_a_copy_of_a_named_kind(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    sightings = recorder.sightings()
    others = len({e["id"] for e in recorder.tag_events() if e["name"] not in ("page_view", "purchase", "sign_up")})
    events = truth.totals.views + truth.totals.orders + truth.totals.sign_ups + others
    assert sightings.total() == events + sum(truth.copies.values())
    assert sightings.total() + truth.totals.bot_hits + truth.totals.prefetches == truth.totals.events_sent
    assert set(truth.copies) == {str(reason) for reason in COPIES - NOT_MADE}


def test_every_report_of_an_order_is_the_order_or_a_copy_of_it(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    assert recorder.sightings()["purchase"] == truth.totals.orders + sum(truth.order_copies.values())


def test_a_retry_repeats_ids_and_every_other_copy_has_an_id_of_its_own(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    ids = Counter((e["name"], e["id"]) for e in recorder.tag_events() + recorder.server_events())
    assert sum(count - 1 for count in ids.values()) == truth.copies["duplicate_event"]


def test_reloads_of_the_thank_you_page_say_so(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    purchases = {e["id"]: e["nav"] for e in recorder.tag_events() if e["name"] == "purchase"}
    navigations = Counter(purchases.values())
    assert navigations["reload"] == truth.copies["order_reloaded"]
    assert navigations["back_forward"] == truth.copies["order_back_forward"]


def test_a_browsers_first_request_is_answered_before_its_next(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    tags = [r for r in recorder.requests if r.url.path.endswith("/v1/e")]
    fresh = [r for r in tags if "cookie" not in r.headers]
    assert all(len({e["page"]["url"] for e in json.loads(r.content)["events"]}) == 1 for r in fresh)
    cookies = {r.headers["cookie"] for r in recorder.requests if "cookie" in r.headers}
    assert truth.totals.visitors * 0.5 < len(cookies) <= truth.totals.visitors


def test_sessions_are_what_thirty_minutes_without_an_event_make_of_each_browser() -> None:
    recorder = Recorder()
    truth = run(recorder, msgspec.structs.replace(WHO, image_share=0.0))
    times: defaultdict[str, list[int]] = defaultdict(list)
    for number, request in enumerate(recorder.requests, start=1):
        if not request.url.path.endswith("/v1/e"):
            continue
        body = json.loads(request.content)
        visitor = request.headers.get("cookie", f"ob_v=visitor-{number}")
        times[visitor] += [NOW_MS - (body["sent_at"] - event["at"]) for event in body["events"]]
    sessions = 0
    for seen in times.values():
        seen.sort()
        sessions += 1 + sum(b - a > 1_800_000 for a, b in itertools.pairwise(seen))
    assert (truth.totals.sessions, truth.totals.visitors) == (sessions, len(times))


def test_days_are_those_of_the_clock_corrected_events(sent: tuple[Recorder, Truth]) -> None:
    recorder, truth = sent
    days: Counter[str] = Counter()
    seen: set[str] = set()
    for body in recorder.bodies("/v1/e"):
        for event in body["events"]:
            if event["name"] == "page_view" and event["id"] not in seen:
                seen.add(event["id"])
                at_ms = NOW_MS - (body["sent_at"] - event["at"])
                days[datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()] += 1
                assert at_ms <= NOW_MS
    days["2026-11-24"] += len([query for query in recorder.people_images() if "e" not in query])
    assert {day.day: day.views for day in truth.per_day if day.views} == dict(days)


def test_server_events_lie_in_the_past_and_name_the_cookie_of_browsers_that_have_one(
    sent: tuple[Recorder, Truth],
) -> None:
    recorder, truth = sent
    events = recorder.server_events()
    assert all(event["at"] <= NOW_MS for event in events)
    unknown = {event["order"]["id"] for event in events if "visitor" not in event}
    assert len(unknown) == truth.totals.blocked_orders


def test_what_is_refused_at_first_is_sent_again_and_counted_once() -> None:
    recorder = Recorder()
    recorder.refuse_first = True
    truth = run(recorder, people.Settings(people=20, days=3, seed=1))
    assert truth.totals.requests_repeated > 0
    assert recorder.sightings().total() + truth.totals.bot_hits + truth.totals.prefetches == truth.totals.events_sent


@pytest.mark.parametrize("answer", [httpx2.Response(503), httpx2.Response(401), httpx2.Response(200, json={})])
def test_a_collector_that_does_not_accept_ends_the_simulation_with_a_plain_error(
    answer: httpx2.Response, tmp_path: Path
) -> None:
    transport = httpx2.MockTransport(lambda _request: answer)
    who = people.Settings(people=3, days=3, seed=1, image_share=0.0)
    with pytest.raises(SimulationFailed, match=r"POST http://127.0.0.1:9/brvkt/v1/\w+: answered"):
        simulate(who, WHERE, tmp_path / "truth.json", transport=transport, clock=lambda: NOW_MS, pause=at_once)
    assert not (tmp_path / "truth.json").exists()


def test_a_collector_that_is_not_there_ends_the_simulation_with_a_plain_error() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    with pytest.raises(SimulationFailed, match=r"no answer \(ConnectError\)"):
        simulate(WHO, WHERE, transport=httpx2.MockTransport(refuse), clock=lambda: NOW_MS, pause=at_once)


def test_a_dropped_event_is_no_accepted_event(tmp_path: Path) -> None:
    def drop(request: httpx2.Request) -> httpx2.Response:
        events = json.loads(request.content)["events"]
        results = [{"id": event["id"], "status": "drop", "reason": "origin_not_allowed"} for event in events]
        return httpx2.Response(200, json={"results": results})

    who = people.Settings(people=3, days=3, seed=1, image_share=0.0, bot_share=0.0)
    with pytest.raises(SimulationFailed, match="origin_not_allowed"):
        simulate(who, WHERE, transport=httpx2.MockTransport(drop), clock=lambda: NOW_MS, pause=at_once)


def test_the_truth_is_a_file_that_reads_back(tmp_path: Path) -> None:
    truth = run(Recorder(), people.Settings(people=5, days=2, seed=3), tmp_path / "truth.json")
    assert msgspec.json.decode((tmp_path / "truth.json").read_bytes(), type=Truth) == truth


def test_early_in_the_morning_the_days_end_with_yesterday() -> None:
    midnight = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)
    crowd = people.People(
        people.Settings(people=30, days=1, seed=1, image_share=0.0), now_ms=int(midnight.timestamp() * 1000)
    )
    assert any(list(crowd))
    assert [day.day for day in crowd.truth().per_day] == ["2026-11-23"]


def test_refunds_are_told_by_the_server_and_taken_from_revenue() -> None:
    recorder = Recorder()
    truth = run(recorder, msgspec.structs.replace(WHO, second_currency="", refund_share=0.5))
    told = {e["order"]["id"]: e["order"]["value"] for e in recorder.server_events() if e["name"] == "refund"}
    assert told == {sale.id: sale.refunded_minor / 100 for sale in truth.sales if sale.refunded_minor} != {}
    totals = truth.totals
    assert totals.revenue_minor == totals.gross_minor - totals.refunded_minor
    assert totals.gross_minor == sum(sale.value_minor for sale in truth.sales)
