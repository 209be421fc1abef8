"""Taking a person out of the logs: what goes, what stays, and that a replay tells the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from onebyone.event import Drop, Ended, Event, Hit, Reason, Via, hit_uuid, utc, visitor_hash
from onebyone.identity.nodes import Kind
from onebyone.identity.values import keyed_hash
from onebyone.pipeline.decode import decode
from onebyone.pipeline.erasing import Said, Wanted, change_lines, find_in_hit, tombstone, without
from onebyone.pipeline.worker import _ended_undecoded
from pipeline.examples import SITE

KEY = b"k" * 32
ID = bytes(range(16))
AT_MS = 1_796_000_000_000
EMAIL = {"email": "anna@shop.test"}


def a_hit(via: Via = Via.SERVER, events: Sequence[dict[str, Any]] = (), **given: Any) -> Hit:
    body = json.dumps({"site": SITE.id, "events": list(events)}).encode()
    fields: dict[str, Any] = {"body": body, "count": len(events), "query": "", "headers": {}, **given}
    return Hit(id=ID, received_ms=AT_MS, via=via, site=SITE.id, method="POST", path="/x", **fields)


def anna(**more: Any) -> Wanted:
    known: dict[str, Any] = {
        "visitors": {visitor_hash(SITE.id, "her-browser")}, "users": {"anna"}, "orders": {"A1"},
        "values": {("email", keyed_hash(KEY, Kind.EMAIL, "anna@shop.test"))},
    }  # fmt: skip
    return Wanted(site=SITE.id, **known | more)


def gone_from(hit: Hit, wanted: Wanted | None = None) -> set[int]:
    told = {"S": EMAIL}
    return find_in_hit(hit, SITE, wanted or anna(), key=KEY, unseal=lambda text: told.get(text, {}), said=Said())


MIXED = (
    {"name": "login", "user_id": "bob"},
    {"name": "login", "user_id": "anna"},
    {"name": "page_view", "visitor": "her-browser"},
    {"name": "refund", "order": {"id": "A1", "value": 1, "currency": "EUR"}},
    {"name": "purchase", "user_id": "anna", "order": {"id": "x", "currency": "NOPE"}},  # nobody can read that
    {"name": "generate_lead", "user_id": "carl"},
)


def test_of_a_batch_of_many_people_only_hers_go() -> None:
    hit = a_hit(events=MIXED, sealed={"5": "S", "0": "T"})
    assert gone_from(hit) == {1, 2, 3, 4, 5}  # the last by her address, sealed beside it
    left = without(hit, {1, 2, 3, 4, 5})
    assert (left.sealed, left.erased, left.count) == ({"0": "T"}, (1, 2, 3, 4, 5), 6)
    assert b"bob" in left.body and b"anna" not in left.body and b"her-browser" not in left.body
    outcomes = [row.outcome for row in decode(left, SITE)]
    assert isinstance(outcomes[0], Event) and outcomes[0].user_id == "bob"
    assert outcomes[1:] == [Drop(Reason.ERASED)] * 5


def test_a_request_that_is_all_hers_becomes_a_tombstone() -> None:
    hit = a_hit(Via.TAG, MIXED[:1], visitor="her-browser", headers={"user-agent": "hers"}, address="10.0.0.0")
    left = without(hit, gone_from(hit))
    assert left == Hit(
        id=ID, received_ms=AT_MS, via=Via.TAG, site=SITE.id, method="", path="", query="", headers={}, refused="erased"
    )


@pytest.mark.parametrize(
    "hit",
    [
        a_hit(Via.IMAGE, query="e=pv&uid=anna", body=b"", count=1),
        a_hit(Via.IMAGE, query="e=%20&val=much&uid=anna", body=b"", count=1),
        a_hit(Via.TAG, MIXED[:1], asking="her-browser"),
        a_hit(Via.SERVER, body=b'{"events": [{"name": "x", "user_id": "anna"', count=1),
        a_hit(Via.TAG, MIXED[:1], visitor="her-browser", refused="origin_not_allowed"),
        a_hit(Via.SERVER, MIXED[1:2], refused="no reason that exists"),
    ],
    ids=["by the query", "by a query that nobody can read", "by a browser that may not be used", "by half a body",
         "by the cookie of a refused request", "by the text of what nobody can decode"],
)  # fmt: skip
def test_she_is_found_however_she_is_named(hit: Hit) -> None:
    assert gone_from(hit) == {0}


def test_nobody_else_is_touched() -> None:
    assert gone_from(a_hit(events=MIXED[:1])) == set()
    assert gone_from(a_hit(Via.TAG, MIXED[:1], visitor="another")) == set()
    assert gone_from(a_hit(Via.IMAGE, query="e=pv&uid=annabel", body=b"", count=1)) == set()


@given(st.sets(st.integers(0, 5), min_size=1))
def test_a_replay_of_what_is_left_tells_what_the_log_and_the_store_were_told(gone: set[int]) -> None:
    left = without(a_hit(events=MIXED), gone)
    for row in decode(left, SITE):
        if row.n in gone or left.refused:
            assert row.outcome == Drop(Reason.ERASED)
            assert isinstance(row.outcome, Drop)
            told = b"D" + msgspec.json.encode(_ended_undecoded(row, row.outcome, left))
            assert told == tombstone(SITE.id, f"{hit_uuid(ID)}/{row.n}", utc(AT_MS), Via.SERVER)
    again = without(left, {0, 1, 2, 3, 4, 5} - gone)
    assert again.refused == Reason.ERASED and again.body == b""


def a_line(kind: str, **fields: Any) -> bytes:
    row = {"site": SITE.id, "hit": hit_uuid(ID), "n": 0, "received_at": utc(AT_MS), "via": "tag"} | fields
    return kind.encode() + msgspec.json.encode(row)


def test_lines_of_hers_become_tombstones_or_go() -> None:
    number, dead = visitor_hash(SITE.id, "her-browser"), tombstone(SITE.id, f"{hit_uuid(ID)}/0", utc(AT_MS), "tag")
    wanted = anna(records={"r1"}, nodes={number, 5}, recipients={"ff"})
    hers = [
        a_line("E", visitor=number),
        a_line("E", user_id="anna"),
        a_line("E", identifiers={"email": keyed_hash(KEY, Kind.EMAIL, "anna@shop.test")}),
        a_line("E", recipient="ff"),
        a_line("D", order_id="A1"),
        a_line("D", hit="0" * 8, of_hit=hit_uuid(ID), of_n=0) ,
    ]  # fmt: skip
    for line in hers[:5]:
        assert change_lines([line], anna(records={"r1"}, recipients={"ff"})) == [dead]
    assert change_lines([hers[0], hers[5]], wanted) == [dead, dead.replace(hit_uuid(ID).encode(), b"0" * 8)]
    for line in (a_line("C", id="r1"), a_line("P", visitor=5), a_line("V", conversion="r1")):
        assert change_lines([line], wanted) == []
    others = [a_line("E", visitor=1), a_line("C", id="r2"), a_line("P", visitor=6), b"Enot json", b"?"]
    assert change_lines(others, anna()) is None
    assert change_lines([a_line("E", site="other", user_id="anna")], anna()) is None


def test_a_tombstone_is_left_as_it_is() -> None:
    dead = tombstone(SITE.id, f"{hit_uuid(ID)}/0", utc(AT_MS), "tag")
    assert change_lines([dead], anna(sightings={f"{hit_uuid(ID)}/0"})) is None
    assert msgspec.json.decode(dead[1:], type=Ended).reason == "erased"
    hit = replace(a_hit(), refused="erased", count=3)
    assert [row.outcome for row in decode(hit, SITE)] == [Drop(Reason.ERASED)] * 3
