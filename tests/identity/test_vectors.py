"""The rows of the specification: every event with the person it belongs to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onebyone.event import visitor_hash
from onebyone.identity.clusters import resolve
from onebyone.identity.facts import Fact, Relation, edges_of, timeline_of
from onebyone.identity.nodes import Kind, epoch_node, user_node
from onebyone.identity.rules import Rules

ROWS = json.loads((Path(__file__).parents[1] / "golden/vectors/identity.json").read_text())["identity"]
RULES = Rules()


def _facts(events: list[dict[str, Any]]) -> list[Fact]:
    facts = []
    for at_ms, event in enumerate(events, start=1):
        browser = visitor_hash("s", event.get("anon", ""))
        user = user_node("s", event["user"]) if "user" in event else 0
        relation = Relation.RESET if event.get("op") == "reset" else Relation.IDENTIFY
        if browser and (user or relation is Relation.RESET):
            kinds = (Kind.BROWSER, Kind.USER)
            facts.append(Fact(left=browser, right=user, relation=relation, kinds=kinds, first_ms=at_ms, last_ms=at_ms))
    return facts


def _person_of(events: list[dict[str, Any]]) -> list[int]:
    facts = _facts(events)
    browsers = {visitor_hash("s", event["anon"]) for event in events if "anon" in event}
    lines = {b: timeline_of(b, [fact for fact in facts if fact.left == b], RULES) for b in browsers}
    clusters = resolve(edges_of(facts, lambda browser, at_ms: lines[browser].holder(at_ms)).values(), RULES)
    found = []
    for at_ms, event in enumerate(events, start=1):
        if "user" in event:
            node = user_node("s", event["user"])
        else:
            node = lines[visitor_hash("s", event["anon"])].holder(at_ms)
        found.append(clusters.person(node))
    return found


def _named(person: str) -> int:
    kind, _, name = person.partition(":")
    if kind == "user":
        return user_node("s", name)
    anon, _, epoch = name.partition("#")
    return epoch_node(visitor_hash("s", anon), int(epoch))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_event_belongs_to_the_person_of_the_specification(row: dict[str, Any]) -> None:
    wanted = [person and _named(person) for person in row["person_of_event"]]
    found = [person if want else None for person, want in zip(_person_of(row["events"]), wanted, strict=True)]
    assert found == wanted
