from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from onebyone.simulate import households, wire
from onebyone.simulate.known import Deal, Known, View, judge, judge_all
from onebyone.simulate.simulate import simulate_households
from simulate.recorder import NOW_MS, Recorder, at_once

WHERE = wire.Settings(url="http://127.0.0.1:9", site="s1", prefix="brvkt", key="key", attempts=3)
WHO = households.Settings(people=250, days=6, seed=7)
HOUR_MS = 3_600_000


def run(recorder: Recorder, who: households.Settings = WHO, path: Path | None = None) -> Known:
    transport = httpx2.MockTransport(recorder.answer)
    return simulate_households(who, WHERE, path, transport=transport, clock=lambda: NOW_MS, pause=at_once)


@pytest.fixture(scope="module")
def sent() -> tuple[Recorder, Known]:
    recorder = Recorder()
    return recorder, run(recorder)


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["name"] == name]


def minor(amount: float) -> int:
    return round(amount * 100)


def test_the_same_seed_makes_the_same_households(sent: tuple[Recorder, Known], tmp_path: Path) -> None:
    assert run(Recorder(), path=tmp_path / "known.json") == sent[1] == Known.read(tmp_path / "known.json")
    assert run(Recorder(), msgspec.structs.replace(WHO, seed=8)) != sent[1]


def test_households_have_one_to_four_people_and_people_one_to_four_devices(sent: tuple[Recorder, Known]) -> None:
    known = sent[1]
    assert 250 / 4 < known.households < 250 < known.devices < 4 * 250
    assert known.shared_devices > 5 and len(known.sharers) >= known.shared_devices


def test_the_server_tells_of_every_conversion_and_a_browser_of_those_that_are_not_blocked(
    sent: tuple[Recorder, Known],
) -> None:
    recorder, known = sent
    by_server = {e["order"]["id"]: minor(e["order"]["value"]) for e in named(recorder.server_events(), "purchase")}
    assert by_server == {deal.id: deal.value_minor for deal in known.orders()}
    by_tag = {event["event_id"].removeprefix("purchase:") for event in named(recorder.tag_events(), "purchase")}
    assert by_tag == {deal.id for deal in known.orders() if deal.by_browser}
    leads = {event["event_id"] for event in named(recorder.server_events(), "generate_lead")}
    assert leads == {deal.id for deal in known.deals if deal.name == "generate_lead"} != set()
    assert 0.2 < sum(not deal.by_browser for deal in known.deals) / len(known.deals) < 0.4


def test_what_became_of_an_order_is_what_the_server_told_each_adjustment_once(sent: tuple[Recorder, Known]) -> None:
    recorder, known = sent
    refunds: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for event in named(recorder.server_events(), "refund"):
        refunds[event["order"]["id"]][event["order"]["adjustment_id"]] = minor(event["order"]["value"])
    assert refunds == {deal.id: deal.refunds for deal in known.orders() if deal.refunds}
    cancelled = {event["order"]["id"] for event in named(recorder.server_events(), "cancel")}
    assert cancelled == {deal.id for deal in known.deals if deal.cancelled} != set()
    edits = {e["order"]["id"]: minor(e["order"]["value"]) for e in named(recorder.server_events(), "order_edit")}
    assert edits == {deal.id: deal.edited_minor for deal in known.deals if deal.edited_minor is not None} != {}


def test_much_comes_twice_late_and_before_what_it_changes(sent: tuple[Recorder, Known]) -> None:
    recorder, _ = sent
    ids = Counter(event["id"] for event in recorder.tag_events())
    assert sum(count > 1 for count in ids.values()) > 20
    assert len({event["at"] // (24 * HOUR_MS) for event in recorder.tag_events()}) >= 6
    places: dict[tuple[str, str], int] = {}
    for place, event in enumerate(recorder.server_events()):
        if "order" in event:
            places.setdefault((event["name"], event["order"]["id"]), place)
    before = [id for (name, id), place in places.items() if name == "refund" and place < places["purchase", id]]
    assert len(before) > 2
    assert all(event["at"] <= NOW_MS for event in recorder.server_events())


def test_who_shares_a_device_says_who_they_are_before_they_look_around(sent: tuple[Recorder, Known]) -> None:
    """Each browser's events in the order of its clock: after a log-out, nothing but a log-in."""
    recorder, known = sent
    people = {view.id: view.person for view in known.views}
    events: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for request in recorder.requests:
        if request.url.path.endswith("/v1/e"):
            browser = request.headers["x-forwarded-for"]
            events[browser] |= {event["id"]: event for event in msgspec.json.decode(request.content)["events"]}
    for said in events.values():
        in_order = sorted(said.values(), key=lambda event: event["at"])
        if len({people[event["id"]] for event in in_order if event["id"] in people}) > 1:
            assert in_order[0]["name"] == "identify"
            after = [b["name"] for a, b in itertools.pairwise(in_order) if a["name"] == "reset"]
            assert set(after) <= {"identify"}


@pytest.mark.parametrize(
    ("deal", "net"),
    [
        (Deal(id="a", name="purchase", value_minor=500), 500),
        (Deal(id="a", name="purchase", value_minor=500, refunds={"r": 100, "s": 150}), 250),
        (Deal(id="a", name="purchase", value_minor=500, edited_minor=400, refunds={"r": 100}), 300),
        (Deal(id="a", name="purchase", value_minor=500, edited_minor=100, refunds={"r": 200}), 0),
        (Deal(id="a", name="purchase", value_minor=500, cancelled=True), 0),
    ],
)
def test_net_is_the_latest_value_less_what_was_paid_back(deal: Deal, net: int) -> None:
    assert deal.net_minor == net


VIEWS = [View("a", 1, 2), View("b", 1, 2), View("c", 1, 0), View("d", 2, 4)]


@pytest.mark.parametrize(
    ("measured", "precision", "recall", "sharers"),
    [
        ({"a": 9, "b": 9, "c": 8, "d": 7}, 1.0, 1.0, 0),
        ({"a": 9, "b": 9, "c": 9, "d": 7}, 1.0, 1.0, 0),
        ({"a": 9, "b": 8, "c": 7, "d": 6}, 1.0, 0.0, 0),
        ({"a": 9, "b": 9, "c": 9, "d": 9}, 0.5, 1.0, 1),
        ({}, 1.0, 0.0, 0),
    ],
)
def test_pairs_of_views_say_how_well_people_are_told_apart(
    measured: dict[str, int], precision: float, recall: float, sharers: int
) -> None:
    found = judge(VIEWS, measured, [(1, 2)])
    assert (found.precision, found.recall, found.sharers_joined) == (precision, recall, sharers)


def test_a_verdict_is_given_on_every_figure() -> None:
    deals = [Deal(id="a", name="purchase", value_minor=500), Deal(id="b", name="generate_lead")]
    known = Known(seed=1, people=2, deals=deals, views=VIEWS, sharers=[(1, 2)])
    figures = {"views": 4, "counted": 1, "cancelled": 0, "gross_minor": 500, "refunded_minor": 0, "net_minor": 500,
               "revenue_minor": 500, "leads": 1}  # fmt: skip
    apart = {"a": 9, "b": 9, "c": 8, "d": 7}
    assert [each.what for each in judge_all(known, figures, apart) if not each.ok] == []
    wrong = judge_all(known, dict.fromkeys(figures, 7), dict.fromkeys(apart, 9))
    assert [each.what for each in wrong if each.ok] == ["Recall of what can be known"]
