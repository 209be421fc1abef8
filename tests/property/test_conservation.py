"""Every sighting has one outcome, however its hits are cut into batches and whatever fails in between."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from fakes.consenting import MemoryChoices, MemoryRecords, the_steps
from fakes.shelf import MemoryShelf
from onebyone.event import Hit, Reason, Via, hit_uuid
from onebyone.log import LogUnavailable
from onebyone.pipeline.conversions.counting import Counting
from onebyone.state.claims import Claims
from pipeline.examples import RECEIVED_MS, SITE
from property.room import Room, Stopped, StoppedLater, quick_steps

PROVE = bool(os.environ.get("PROVE"))
EXAMPLES = 3_000 if PROVE else 60
MINUTE_MS = 60_000
_JSON = msgspec.json.Decoder()
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
)
LINES = (
    '1.2.3.4 - - [20/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 9 "-" "Mozilla/5.0"',
    '1.2.3.4 - - [20/May/2015:10:05:03 +0000] "GET /a.png HTTP/1.1" 200 9 "-" "Mozilla/5.0"',
    "no line at all",
)
few = st.sampled_from
names = few(["page_view", "purchase", "generate_lead", "sign_up", "Purchase", ""])
events = st.fixed_dictionaries(
    {"name": names},
    optional={
        "id": few(["a", "b", "c", ""]),
        "event_id": few(["e1", "e2"]),
        "nav": few(["navigate", "reload", "back_forward", "nonsense"]),
        "at": st.integers(0, 90).map(lambda minutes: RECEIVED_MS - minutes * MINUTE_MS),
        "page": few([{"url": "https://shop.example/thanks"}, {"url": "https://shop.example/"}, "x"]),
        "order": few([{"id": "1", "value": "5"}, {"id": "2", "value": 7, "currency": "EUR"}, {"value": "much"}]),
    },
)


class Request(Struct, frozen=True):
    """A hit without its place in the order of arrival."""

    via: Via
    query: str = ""
    body: bytes = b""
    count: int = 1
    agent: str = ""
    visitor: str = ""
    site: str = SITE.id
    refused: str = ""

    def arrived(self, number: int) -> Hit:
        at_ms = RECEIVED_MS + number * 1_000
        return Hit(
            id=number.to_bytes(16, "big"), received_ms=at_ms, via=self.via, site=self.site, method="GET", path="/x",
            query=self.query, headers={"user-agent": self.agent}, visitor=self.visitor, body=self.body,
            count=self.count, refused=self.refused,
        )  # fmt: skip


def _tag(sent: list[Any], agent: str, visitor: str, fewer: int) -> Request:
    body = json.dumps({"site": SITE.id, "sent_at": RECEIVED_MS, "events": sent}).encode()
    return Request(Via.TAG, body=body, count=max(1, len(sent) - fewer), agent=agent, visitor=visitor)


def _server(sent: list[Any]) -> Request:
    return Request(Via.SERVER, body=json.dumps({"events": sent}).encode(), count=max(1, len(sent)))


visitors = few(["", "ann", "bob"])
images = st.builds(
    lambda said, agent, visitor: Request(Via.IMAGE, query=said, agent=agent, visitor=visitor),
    few(["", "e=pv&id=a", "e=purchase&o=1&val=5", "e=generate_lead&u=https://shop.example/thanks", "e=%ff&id=a"]),
    few(AGENTS),
    visitors,
)
requests = st.one_of(
    images,
    st.builds(_tag, st.lists(events, max_size=4), few(AGENTS), visitors, few([0, 0, 1])),
    st.builds(_server, st.lists(events, max_size=3)),
    st.builds(lambda line, n: Request(Via.IMPORT, query=f"n={n}", body=line.encode()), few(LINES), few([0, 1])),
    few([
        Request(Via.TAG, body=b"{", refused=Reason.BODY_UNREADABLE),
        Request(Via.TAG, body=b"\xff", count=3),
        Request(Via.IMAGE, site="nobody"),
    ]),
)  # fmt: skip
traffic = st.lists(requests, min_size=1, max_size=12)
cuts = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def arrived(sent: Sequence[Request]) -> list[Hit]:
    return [request.arrived(number) for number, request in enumerate(sent, 1)]


def named(record: bytes) -> tuple[str, int]:
    row = _JSON.decode(record[1:])
    return row["hit"], row.get("n", 0)


@contextmanager
def a_room(sent: Sequence[Request], cut: Sequence[int]) -> Iterator[Room]:
    room = Room(arrived(sent), cut)
    try:
        yield room
    finally:
        room.close()


def test_the_quick_steps_are_all_the_steps_in_their_order() -> None:
    with a_room([], [1]) as room:
        claims = Claims(room.engine)
        quick = quick_steps(claims, Counting(MemoryShelf()), MemoryChoices(), MemoryRecords())
        assert [name for name, _ in quick] == [name for name, _ in the_steps(claims)]


@given(traffic, cuts)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
@pytest.mark.slow
def test_every_sighting_has_one_outcome(sent: list[Request], cut: list[int]) -> None:
    with a_room(sent, cut) as room:
        outcomes = Counter(map(named, room.run()))
        assert outcomes == Counter((hit_uuid(hit.id), n) for hit in arrived(sent) for n in range(hit.count))
        assert room.events.tail()["pipeline"].total == sum(request.count for request in sent)


@given(traffic, cuts, cuts, st.integers(1, 5))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
@pytest.mark.slow
def test_another_cut_of_the_same_hits_gives_the_same_outcomes(
    sent: list[Request], cut: list[int], other: list[int], max_groups: int
) -> None:
    with a_room(sent, cut) as first, a_room(sent, other) as second:
        assert first.run() == second.run(max_groups=max_groups)
        assert first.counted() == second.counted()
        assert first.letters.letters == second.letters.letters


@given(traffic, cuts, st.integers(1, 5))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
@pytest.mark.slow
def test_replay_after_replay_gives_the_same_records(sent: list[Request], cut: list[int], max_groups: int) -> None:
    with a_room(sent, cut) as room:
        first, counted = room.run(), room.conversions()
        for times in (2, 3):
            worker = room.worker(max_groups=max_groups)
            worker.position = {}
            while worker.run_once():
                continue
            assert room.records() == first * times
            assert room.conversions() == counted


def test_a_reload_that_arrives_before_what_it_repeats_keeps_its_fate_in_a_replay() -> None:
    page = {"url": "https://shop.example/thanks"}
    reload = {"name": "generate_lead", "id": "a", "nav": "reload", "at": RECEIVED_MS, "page": page}
    first = {"name": "generate_lead", "id": "b", "at": RECEIVED_MS - 10 * MINUTE_MS, "page": page}
    with a_room([_tag([one], AGENTS[0], "ann", 0) for one in (reload, first)], [1]) as room:
        once = room.run()
        worker = room.worker()
        worker.position = {}
        while worker.run_once():
            continue
        assert room.records() == once * 2


@given(traffic, cuts, st.lists(few([None, LogUnavailable("full"), Stopped(), StoppedLater()]), max_size=8))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=not PROVE)
@pytest.mark.slow
def test_a_writer_that_fails_anywhere_changes_nothing_but_the_time_it_takes(
    sent: list[Request], cut: list[int], faults: list[Exception | None]
) -> None:
    with a_room(sent, cut) as well, a_room(sent, cut) as unwell:
        rest = iter(faults)
        worker = unwell.worker(faults=rest)
        done = 1
        while done:
            try:
                done = worker.run_once()
            except LogUnavailable:
                continue
            except Stopped:
                worker = unwell.worker(faults=rest)  # another process begins
        assert unwell.records() == well.run()
        assert unwell.counted() == well.counted()
