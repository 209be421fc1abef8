"""Who says who is who, and that a crash between state and log loses and doubles nothing."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from onebyone.event import Event, Hit, Permission, visitor_hash
from onebyone.identity.facts import Relation, facts_of
from onebyone.identity.nodes import user_node
from onebyone.log import LogUnavailable
from onebyone.pipeline.decode import decode
from pipeline.examples import RECEIVED_MS, SITE, a_hit, an_event
from property.room import Room

_BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
    "accept-language": "de-DE,de;q=0.9",
}
_YES = {"analytics": "granted"}
MANY = 1_000_000 if os.environ.get("PROVE") else 2_000


def a_batch(number: int, *events: dict[str, Any]) -> Hit:
    events_ = [{"id": f"{number}/{n}", "at": RECEIVED_MS - 1_000, **event} for n, event in enumerate(events)]
    body = json.dumps({"site": SITE.id, "sent_at": RECEIVED_MS, "events": events_})
    return a_hit(
        "tag", id=number.to_bytes(16, "big"), body=body, count=len(events), visitor=f"v{number}", headers=_BROWSER
    )


def lines(room: Room) -> list[dict[str, Any]]:
    records = [r for group in room.events.read({}, max_groups=1_000) for r in group.records]
    return [json.loads(record[1:]) for record in records if record[:1] == b"P"]


@pytest.mark.parametrize(
    ("given", "relations"),
    [
        ({"visitor": 7, "user_id": "bob"}, [Relation.IDENTIFY]),
        ({"visitor": 7}, []),
        ({"user_id": "bob"}, []),
        ({"visitor": 7, "name": "reset"}, [Relation.RESET]),
        ({"user_id": "bob", "name": "alias", "properties": {"previous_id": "b1"}}, [Relation.ALIAS]),
        ({"user_id": "bob", "name": "alias", "properties": {"previous_id": "null"}}, []),
        ({"visitor": 7, "identifiers": {"email": "e", "phone": "p"}}, [Relation.VALUE, Relation.VALUE]),
        ({"visitor": 7, "user_id": "bob", "identifiers": {"email": "e"}}, [Relation.IDENTIFY, Relation.VALUE]),
        ({"visitor": 7, "user_id": "bob", "actor": "machine_declared"}, []),
        ({"visitor": 7, "user_id": "bob", "consent_source": "user"}, []),
        ({"visitor": 7, "user_id": "bob", "consent_source": "user", "permissions": Permission.ANALYTICS.bit},
         [Relation.IDENTIFY]),
    ],
)  # fmt: skip
def test_an_event_says_who_is_who_only_where_consent_covers_it(given: dict[str, Any], relations: list[str]) -> None:
    assert [fact.relation for fact in facts_of(an_event(**given))] == relations


def test_a_user_called_undefined_is_nobody_however_often() -> None:
    for number in range(MANY // 1_000):
        batch = [{"name": "page_view", "user_id": "undefined"}] * 1_000
        found = [row.outcome for row in decode(a_batch(number, *batch), SITE)]
        assert all(isinstance(event, Event) and event.user_id == "" and not facts_of(event) for event in found)


def test_a_crash_between_state_and_log_sends_the_same_versions_again() -> None:
    hits = [a_batch(number, {"name": "identify", "user_id": "bob", "consent": _YES}) for number in (1, 2)]
    room = Room(hits, [2])
    broken = room.worker(faults=iter([LogUnavailable("full")]))
    with pytest.raises(LogUnavailable):
        broken.run_once()
    assert lines(room) == []
    assert room.worker().run_once() == 2
    first = lines(room)
    assert [(line["person"], line["version"]) for line in first] == [(user_node(SITE.id, "bob"), 1)] * 2
    worker = room.worker()
    assert worker.run_once() == 0  # a new process does not know yet that the log has them
    assert {line["version"] for line in lines(room)} == {1}
    assert (worker.run_once(), len(lines(room))) == (0, 4)
    room.close()


def joined(room: Room) -> dict[int, int]:
    """Whose the browsers are, by the newest rows."""
    newest = sorted(lines(room), key=lambda row: row["version"])
    return {row["visitor"]: row["person"] for row in newest if row["kind"] == "browser"}


def said_by(browser: int, at_ms: int, *, analytics: str, **event: Any) -> Hit:
    said = {
        "id": f"{browser}/{at_ms}",
        "at": at_ms,
        "name": "page_view",
        "consent": {"analytics": analytics, "at": at_ms},
        **event,
    }
    body = json.dumps({"site": SITE.id, "sent_at": at_ms, "events": [said]})
    return a_hit(
        "tag", id=(browser << 64 | at_ms).to_bytes(16, "big"), body=body, count=1, visitor=f"v{browser}",
        headers=_BROWSER, received_ms=at_ms, asking=f"v{browser}",
    )  # fmt: skip


def test_who_takes_back_consent_is_joined_with_nobody_and_a_replay_does_not_join_them_again() -> None:
    bob = user_node(SITE.id, "bob")
    hits = [
        said_by(1, RECEIVED_MS, analytics="granted", user_id="bob"),
        said_by(2, RECEIVED_MS + 10, analytics="granted", user_id="bob"),
        said_by(1, RECEIVED_MS + 20, analytics="denied"),
    ]
    room = Room(hits, [1])
    one, two = (visitor_hash(SITE.id, name) for name in ("v1", "v2"))
    room.run(max_groups=2)
    assert joined(room) == {one: one, two: bob}
    worker = room.worker()
    worker.restart()
    while worker.run_once():
        continue
    assert joined(room) == {one: one, two: bob}
    room.close()


def test_in_one_batch_it_is_the_same_and_a_later_yes_joins_from_then_on() -> None:
    hits = [
        said_by(1, RECEIVED_MS, analytics="granted", user_id="bob"),
        said_by(1, RECEIVED_MS + 20, analytics="denied"),
        said_by(1, RECEIVED_MS + 30, analytics="granted", user_id="bill"),
    ]
    room = Room(hits, [3])
    room.run()
    browser = visitor_hash(SITE.id, "v1")
    assert joined(room) == {browser: user_node(SITE.id, "bill")}
    room.close()
