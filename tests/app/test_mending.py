"""Dead letters, corrected and sent again through the pipeline: each is counted once, at its own moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebyone.app.mending import Mending
from onebyone.app.pipelining import Pipeline
from onebyone.app.settings import Place, Settings, open_place
from onebyone.app.state import State, open_state
from onebyone.app.waiting import LogWaiting
from onebyone.collect.desk import now_ms
from onebyone.event import Hit, HitIds, Reason, hit_uuid
from onebyone.log import DeadLetter, LogUnavailable
from onebyone.log.dead_letters import SqliteDeadLetters
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_writer import SqliteWriter
from onebyone.state.sites import Site
from onebyone.web.waiting import Unmendable

AGO = 7_200_000
GOOD = {"name": "sign_up", "id": "e1"}
WRONG = {"name": "purchase", "id": "e2", "order": {"id": "A1", "value": "twelve", "currency": "EUR"}}
RIGHT = WRONG | {"order": {"id": "A1", "value": "12.00", "currency": "EUR"}}


class Desk:
    """One place with its pipeline, driven by hand."""

    def __init__(self, path: Path) -> None:
        self.place: Place = open_place(path)
        self.settings = Settings()
        self.state: State = open_state(self.place)
        self.site: Site = self.state.sites.add("shop", ["https://shop.example"])
        self.letters = SqliteDeadLetters(self.place.letters)
        self.mending = Mending(self.place, self.settings, LogWaiting(self.place, self.state.bounds), now_ms=now_ms)
        self.pipeline = Pipeline(self.place, self.settings)
        self._writer = SqliteWriter(self.place.hits, "c0", now_ms=lambda: now_ms() - AGO, settings=self.settings.log)
        self._ids = HitIds()

    def receive(self, via: str, *, body: bytes = b"", count: int = 1, **fields: Any) -> str:
        at = now_ms() - AGO
        hit = Hit(
            id=self._ids.new(at), received_ms=at, via=via, site=self.site.id, method="POST", path="/x",
            headers={}, body=body, count=count, region="US", **{"query": "", **fields},
        )  # fmt: skip
        self._writer.append([msgspec.msgpack.encode(hit)], count=count)
        self.pipeline.drain()
        return hit_uuid(hit.id)

    def events(self) -> list[dict[str, Any]]:
        """Whatever was kept until now, in the order of the log."""
        reader = SqliteReader(self.place.events)
        groups = reader.read({}, max_groups=100)
        reader.close()
        return [json.loads(one[1:]) for group in groups for one in group.records if one[:1] == b"E"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.pipeline.close()


def server(*events: object) -> bytes:
    return msgspec.json.encode({"events": events})


def test_the_one_wrong_event_of_a_batch_is_corrected_and_counted_once_at_its_own_moment(desk: Desk) -> None:
    hit = desk.receive("server", body=server(GOOD, WRONG), count=2)
    assert [one["name"] for one in desk.events()] == ["sign_up"]
    opened = desk.mending.open(desk.site.id, hit, 1)
    assert opened is not None and json.loads(opened.text) == WRONG and not opened.why_not
    fresh = desk.mending.send(desk.site, hit, 1, json.dumps(RIGHT))
    desk.pipeline.drain()
    sign_up, purchase = desk.events()
    assert (purchase["hit"], purchase["order_id"], purchase["value"]) == (fresh, "A1", 1200)
    assert purchase["received_at"] == sign_up["received_at"]
    assert desk.mending.open(desk.site.id, hit, 1) is None and desk.letters.count() == 0


def test_what_would_be_dropped_again_is_not_sent(desk: Desk) -> None:
    hit = desk.receive("server", body=server(WRONG))
    for text, says in (
        (None, "order"),
        (json.dumps(WRONG | {"order": {"id": "A1", "value": "1", "currency": "XQZ!"}}), "currency"),
        ("{not json", "no JSON object"),
        (json.dumps(RIGHT | {"user_data": {"email": "anna@shop.example"}}), "Leave user_data out"),
    ):
        with pytest.raises(Unmendable, match=says):
            desk.mending.send(desk.site, hit, 0, text)
    assert desk.letters.count() == 1 and desk.events() == []


def test_nobody_sends_one_twice(desk: Desk) -> None:
    hit = desk.receive("server", body=server(WRONG))
    desk.mending.send(desk.site, hit, 0, json.dumps(RIGHT))
    with pytest.raises(Unmendable, match="no longer there"):
        desk.mending.send(desk.site, hit, 0, json.dumps(RIGHT))


@pytest.mark.parametrize(
    ("via", "came", "text", "count"),
    [
        ("server", {"body": b'{"events":[{"name":"a"},{"name":"b"}'}, '{"events":[{"name":"a"},{"name":"b"}]}', 2),
        ("image", {"query": "e=purchase&o=A1&val=x&cur=EUR"}, "e=purchase&o=A1&val=9&cur=EUR", 1),
        (
            "tag",
            {"body": b'{"events":', "refused": Reason.BODY_UNREADABLE},
            '{"site":"s","events":[{"name":"page_view"}]}',
            1,
        ),
    ],
)
def test_what_is_no_batch_is_corrected_as_a_whole(
    desk: Desk, via: str, came: dict[str, Any], text: str, count: int
) -> None:
    hit = desk.receive(via, **came)
    opened = desk.mending.open(desk.site.id, hit, 0)
    assert opened is not None and opened.text.encode() in (came.get("body", b""), came.get("query", "").encode())
    desk.mending.send(desk.site, hit, 0, text)
    desk.pipeline.drain()
    assert len(desk.events()) == count and desk.letters.count() == 0


def test_an_address_that_is_typed_is_kept_as_its_network(desk: Desk) -> None:
    hit = desk.receive("server", body=server(WRONG))
    desk.mending.send(desk.site, hit, 0, json.dumps(RIGHT | {"ip": "192.0.2.77"}))
    reader = SqliteReader(desk.place.hits)
    sent = reader.read({"c0": 1}, max_groups=9)[0].records[0]
    reader.close()
    assert b"192.0.2.0" in sent and b"192.0.2.77" not in sent


def failed(hit: str, n: int = 0) -> DeadLetter:
    return DeadLetter(at_ms=1, site="", hit=hit, n=n, reason="KeyError", step="add_place", detail="", body=b"")


def test_what_failed_is_sent_again_as_it_came_and_what_lost_its_hit_stays(desk: Desk) -> None:
    here = desk.receive("server", body=server({"name": "sign_up"}))
    gone = hit_uuid(HitIds().new(now_ms()))
    desk.letters.add([msgspec.structs.replace(failed(one), site=desk.site.id) for one in (here, gone)])
    assert desk.mending.reasons(desk.site.id) == {"KeyError": 2}
    assert desk.mending.can_send(desk.site.id, "KeyError") == 1
    assert desk.mending.send_all(desk.site, "KeyError") == 1
    desk.pipeline.drain()
    assert [one["name"] for one in desk.events()] == ["sign_up", "sign_up"]  # nothing tells the copies of it apart
    assert [one.hit for one in desk.letters.find()] == [gone]
    assert "no longer holds" in (desk.mending.open(desk.site.id, gone, 0) or pytest.fail("gone")).why_not
    assert desk.mending.discard_all(desk.site.id, "KeyError") == 1 and desk.letters.count() == 0


def test_no_site_touches_the_letters_of_another(desk: Desk) -> None:
    hit = desk.receive("server", body=server(WRONG))
    assert desk.mending.open("other", hit, 0) is None
    assert desk.mending.discard("other", hit, 0) == 0 == desk.mending.discard_all("other", Reason.VALUE_IMPOSSIBLE)
    assert desk.mending.discard(desk.site.id, hit, 0) == 1 and desk.letters.count() == 0


def test_a_log_that_takes_nothing_leaves_the_letter(desk: Desk) -> None:
    hit = desk.receive("server", body=server(WRONG))
    full = msgspec.structs.replace(desk.settings, log=msgspec.structs.replace(desk.settings.log, max_bytes=1))
    waiting = LogWaiting(desk.place, desk.state.bounds)
    with pytest.raises(LogUnavailable):
        Mending(desk.place, full, waiting, now_ms=now_ms).send(desk.site, hit, 0, json.dumps(RIGHT))
    assert [one.hit for one in desk.letters.find(site=desk.site.id)] == [hit]
    assert Mending(desk.place, desk.settings, waiting, now_ms=now_ms).send(desk.site, hit, 0, json.dumps(RIGHT))


class Killed(BaseException):
    pass


@pytest.mark.parametrize(("where", "sent"), [("append", 0), ("take", 1)])
def test_a_process_that_is_killed_while_it_sends_loses_nothing_and_sends_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: str, sent: int
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise Killed

    hit = desk.receive("server", body=server(WRONG))
    with monkeypatch.context() as patched:
        patched.setattr(SqliteWriter if where == "append" else SqliteDeadLetters, where, killed)
        with pytest.raises(Killed):
            desk.mending.send(desk.site, hit, 0, json.dumps(RIGHT))
    desk.pipeline.drain()
    assert len(desk.events()) == sent and desk.letters.count() == 1
    with pytest.raises(Unmendable, match="Somebody else"):  # or nobody any more: in a minute that is known
        desk.mending.send(desk.site, hit, 0, json.dumps(RIGHT))
    later = Mending(
        desk.place, desk.settings, LogWaiting(desk.place, desk.state.bounds), now_ms=lambda: now_ms() + 60_000
    )
    if not sent:
        later.send(desk.site, hit, 0, json.dumps(RIGHT))
    desk.pipeline.drain()
    assert [one["name"] for one in desk.events()] == ["purchase"] and desk.letters.count() == 0
