"""What a broken sender makes of conversions and persons: the named flag or drop, and no wrong merge.

Each case goes from its hits through every step into the records, in its own order and in others.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import msgspec
import pytest

from onebyone.event import Conversion, Ended, Event, Hit, visitor_hash
from onebyone.state.identity import Identity
from pipeline.examples import GOLDEN, RECEIVED_MS, SITE, a_hit, cases
from property.room import Room

_CASES = cases("bad_input")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"


def the_hits(case: dict[str, Any]) -> list[Hit]:
    return [_hit(number, said) for number, said in enumerate(case["hits"], 1)]


def _hit(number: int, said: dict[str, Any]) -> Hit:
    received_ms = RECEIVED_MS + said["after_s"] * 1000
    event = {"page": {"url": "https://shop.example/thanks"}} | _written_out(said["event"])
    body: dict[str, Any] = {"events": [event]}
    if said["via"] == "tag":
        event.setdefault("id", f"t{number}")
        event.setdefault("at", received_ms)
        body |= {"site": SITE.id, "sent_at": received_ms}
    return a_hit(
        said["via"], id=number.to_bytes(16, "big"), body=body, count=1, visitor=said.get("visitor", ""),
        received_ms=received_ms, headers={"user-agent": _AGENT, "accept-language": "de"},
    )  # fmt: skip


def _written_out(said: Any) -> Any:
    """“x × 1000000” stands for a million letters."""
    if isinstance(said, dict):
        return {key: _written_out(value) for key, value in said.items()}
    letter, times, count = said.partition(" × ") if isinstance(said, str) else ("", "", "")
    return letter * int(count) if times else said


def found_in(room: Room) -> dict[str, Any]:
    """What became of each hit, what counts, and whom each browser was found to be."""
    outcomes: list[Event | Ended] = []
    for record in room.records():
        kind: type[Event] | type[Ended] = Event if record[:1] == b"E" else Ended
        outcomes.append(msgspec.json.decode(record[1:], type=kind))
    outcomes.sort(key=lambda one: one.hit)
    live = [one for one in room.conversions().values() if one.status != "joined"]
    newest = {one.id: one for one in sorted(live, key=lambda one: one.version)}
    return {
        "fates": [one.reason if isinstance(one, Ended) else "kept" for one in outcomes],
        "flags": [list(one.flags) if isinstance(one, Event) else [] for one in outcomes],
        "records": [_shown(one) for one in sorted(newest.values(), key=lambda one: (one.event.at, one.event.order_id))],
        "joined": _joined(room, outcomes),
    }


def _shown(one: Conversion) -> dict[str, Any]:
    return {
        "order_id": one.event.order_id[:12], "value": one.event.value, "currency": one.event.currency, "net": one.net,
        "copies": one.copies, "at": one.event.at.isoformat(), "flags": sorted({*one.flags, *one.event.flags}),
    }  # fmt: skip


def _joined(room: Room, outcomes: list[Event | Ended]) -> list[str]:
    """Browsers that somebody else's events are told with."""
    names = {visitor_hash(SITE.id, name): name for name in ("v1", "v2", "v3", "v9")}
    identity = Identity(room.engine)
    seen = {one.visitor for one in outcomes} - {0}
    return [names[one] for one in sorted(seen) if identity.person(SITE.id, one).ties]


@pytest.mark.parametrize("case", _CASES, ids=[case["file"] for case in _CASES])
def test_bad_input_ends_in_its_flag_or_drop(case: dict[str, Any]) -> None:
    room = Room(the_hits(case), [2])
    room.run()
    found = found_in(room)
    room.close()
    if os.environ.get("GOLDEN") == "write":
        path = GOLDEN / "bad_input" / case["file"]
        written = {"title": case["title"], "hits": case["hits"], "out": found}
        path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n")
        return
    assert found == case["out"]


@pytest.mark.parametrize("case", _CASES, ids=[case["file"] for case in _CASES])
def test_so_it_does_in_any_order(case: dict[str, Any]) -> None:
    hits = the_hits(case)
    random.Random(3).shuffle(hits)
    room = Room(hits, [1])
    room.run(max_groups=1)
    found = found_in(room)
    room.close()
    assert (found["records"], found["joined"]) == (case["out"]["records"], case["out"]["joined"])
