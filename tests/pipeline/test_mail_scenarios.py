"""The scenarios of specs/email-and-bots.md 10 (1 to 23; the others have tests of their own), and some more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onebyone.event import Ended, Event, Hit
from pipeline.examples import GOLDEN
from pipeline.mail_room import MailRoom

SCENARIOS = json.loads((GOLDEN / "mail/scenarios.json").read_text())
PEOPLE = ("human", "human_proxied")


def shown(row: Event | Ended) -> str:
    if isinstance(row, Ended):
        return row.reason
    repeat = row.properties.get("repeat")
    return f"{row.actor} {row.confidence} {row.reasons[0]}" + (f" repeat {repeat}" if repeat else "")


def play(scenario: dict[str, Any], *, at_once: bool) -> tuple[MailRoom, list[Hit]]:
    room = MailRoom()
    people = {
        number: room.add(f"p{number}", domain=next((e["domain"] for e in scenario["events"] if "domain" in e), ""))
        for number in sorted({event.get("recipient", 0) for event in scenario["events"]})
    }
    hits, everything = [], []
    for event in scenario["events"]:
        hit = room.fetch(event, people[event.get("recipient", 0)])
        hits.append(hit)
        everything.append(hit)
        everything += [room.landing(hit, name, user_agent=event["ua"]) for name in event.get("landing", ())]
    room.run(everything, at_once=at_once)
    return room, hits


@pytest.mark.parametrize("at_once", [False, True], ids=["apart", "at once"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[f"{s['scenario']} {s['title']}" for s in SCENARIOS])
def test_scenario(scenario: dict[str, Any], at_once: bool) -> None:
    room, hits = play(scenario, at_once=at_once)
    rows = [room.row(hit) for hit in hits]
    assert [shown(row) for row in rows] == scenario["expect"]
    more, events = scenario.get("more", {}), [row for row in rows if isinstance(row, Event)]
    people = [event for event in events if event.actor in PEOPLE]
    if "human_openers" in more:  # a click that is certain makes the open certain
        assert len({event.recipient for event in people}) == more["human_openers"]
    if "human_clickers" in more:
        clickers = {event.recipient for event in people if event.name == "email_click"}
        assert len(clickers) == more["human_clickers"]
    if "flags" in more:
        assert events[0].flags == more["flags"]
    if "flags_last" in more:
        assert events[-1].flags == more["flags_last"] and events[-1].user_id == "" and events[0].user_id == "u-p0"
    for event in events:
        if event.actor not in ("human", "suspect"):
            assert (event.browser, event.os, event.device, event.country) == ("", "", "", "")
