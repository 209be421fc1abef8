from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fakes.memory_log import MemoryLog
from fakes.state import in_memory
from onebyone.app.event_import import Rules, import_rows, read_rows
from onebyone.app.log_import import Imported
from onebyone.app.settings import ConfigError
from onebyone.event import Drop, Event, Hit, Reason
from onebyone.pipeline.decode import decode
from onebyone.state.claims import Claims
from onebyone.state.sites import Site

COLUMNS = (
    "event_id", "event_name", "collector_tstamp", "derived_tstamp", "dvce_created_tstamp", "dvce_sent_tstamp",
    "domain_userid", "domain_sessionid", "user_id", "page_url",
    "contexts_com_snowplowanalytics_snowplow_web_page_1_0_0", "tr_orderid", "tr_total", "tr_currency",
)  # fmt: skip
TRACKER = Rules(tracker_sessions=True)
SITE = Site(id="s1", name="s1", prefix="s1", origins=())


def a_row(id: str = "e1", at: str = "2021-03-01 10:00:00.123", **fields: str) -> dict[str, str]:
    common = {
        "event_name": "page_view",
        "domain_userid": "u",
        "domain_sessionid": "a",
        "page_url": "https://a.example/",
    }
    return {"event_id": id, "collector_tstamp": at, "derived_tstamp": at} | common | fields


def a_file(tmp_path: Path, rows: Sequence[dict[str, str]], *, separator: str = ",", packed: bool = False) -> Path:
    lines = [separator.join(COLUMNS), *(separator.join(_quoted(row.get(name, "")) for name in COLUMNS) for row in rows)]
    text = ("\n".join(lines) + "\n").encode()
    path = tmp_path / "events.csv"
    path.write_bytes(gzip.compress(text) if packed else text)
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def read(path: Path, rules: Rules = TRACKER) -> list[dict[str, Any]]:
    return [row.event for row in read_rows(path, rules, lambda done: None)]


class Room:
    def __init__(self) -> None:
        self.log = MemoryLog()
        self._claims = Claims(in_memory())

    def bring(self, path: Path, rules: Rules = TRACKER) -> Imported:
        rows = read_rows(path, rules, lambda done: None)
        writer = self.log.writer("import0")
        return import_rows(rows, rules, "s1", writer=writer, claims=self._claims, now_ms=lambda: 1_800_000_000_000)

    def outcomes(self) -> list[Event | Drop]:
        groups = self.log.read({}, max_groups=1_000)
        hits = [msgspec.msgpack.decode(record, type=Hit) for group in groups for record in group.records]
        return [each.outcome for hit in hits for each in decode(hit, SITE)]

    def left_out(self) -> dict[str, str]:
        events = [event for event in self.outcomes() if isinstance(event, Event)]
        return {event.sent_id: event.properties["tracker_left_out"] for event in events}


@pytest.mark.parametrize(("separator", "packed"), [(",", False), ("\t", False), (",", True)])
def test_a_row_is_an_event_with_its_id_its_time_and_its_browser(tmp_path: Path, separator: str, packed: bool) -> None:
    room = Room()
    done = room.bring(a_file(tmp_path, [a_row()], separator=separator, packed=packed))
    assert done == Imported(lines=1, added=1, known=0)
    (event,) = room.outcomes()
    assert isinstance(event, Event)
    assert (event.via, event.sent_id, event.at.isoformat()) == ("import", "e1", "2021-03-01T10:00:00.123000+00:00")
    assert event.visitor != 0 and event.properties["tracker_session"] == "a"


def test_what_an_earlier_import_brought_is_known(tmp_path: Path) -> None:
    room = Room()
    room.bring(a_file(tmp_path, [a_row("e1"), a_row("e1")]))
    assert room.bring(a_file(tmp_path, [a_row("e1"), a_row("e1"), a_row("e2")])) == Imported(lines=3, added=1, known=2)


def test_rows_come_in_the_order_in_which_they_were_collected(tmp_path: Path) -> None:
    rows = [a_row("late", collector_tstamp="2021-03-01 11:00:00"), a_row("soon")]
    assert [event["id"] for event in read(a_file(tmp_path, rows))] == ["soon", "late"]


def test_the_trackers_rules_leave_out_what_is_late_has_no_session_or_outlives_it(tmp_path: Path) -> None:
    room = Room()
    created = {"dvce_created_tstamp": "2021-03-01 10:00:00", "dvce_sent_tstamp": "2021-03-04 10:00:00"}
    room.bring(
        a_file(
            tmp_path,
            [
                a_row("first"), a_row("nowhere", domain_sessionid=""), a_row("on time", **created),
                a_row("late", **created | {"dvce_sent_tstamp": "2021-03-04 10:00:01"}),
                a_row("third day", "2021-03-04 10:00:00.123"), a_row("fourth day", "2021-03-04 10:00:00.124"),
            ],
        )
    )  # fmt: skip
    assert room.left_out() == {
        "first": "", "nowhere": "no_session", "on time": "", "late": "late", "third day": "", "fourth day": "over_long",
    }  # fmt: skip


def test_without_the_option_no_session_of_the_tracker_is_kept(tmp_path: Path) -> None:
    room = Room()
    room.bring(a_file(tmp_path, [a_row()]), Rules())
    (event,) = room.outcomes()
    assert isinstance(event, Event) and event.properties == {"tracker_view": ""}


def test_a_column_is_a_users_only_if_it_is_said_to_be(tmp_path: Path) -> None:
    path = a_file(tmp_path, [a_row(user_id="long session")])
    assert [event["user_id"] for event in read(path)] == [""]
    assert [event["user_id"] for event in read(path, Rules(user_column="user_id"))] == ["long session"]


def test_a_transaction_is_an_order(tmp_path: Path) -> None:
    (event,) = read(a_file(tmp_path, [a_row(tr_orderid="o1", tr_total="12.50", tr_currency="EUR")]))
    assert (event["name"], event["order"]) == ("purchase", {"id": "o1", "value": "12.50", "currency": "EUR"})


def test_what_people_allowed_is_said_by_who_imports(tmp_path: Path) -> None:
    (event,) = read(a_file(tmp_path, [a_row()]), Rules(allowed=("analytics",)))
    assert event["consent"]["analytics"] == "granted"


def test_an_event_of_tomorrow_is_dropped(tmp_path: Path) -> None:
    room = Room()
    room.bring(a_file(tmp_path, [a_row(at="2099-01-01 00:00:00")]))
    assert [drop.reason for drop in room.outcomes() if isinstance(drop, Drop)] == [Reason.TIME_IN_FUTURE]


@pytest.mark.parametrize("context", ["{", "[]", '[{"id":null}]', '[{"other":1}]', '{"id":"x"}'])
def test_a_page_view_that_cannot_be_read_is_none(tmp_path: Path, context: str) -> None:
    (event,) = read(a_file(tmp_path, [a_row(**{COLUMNS[10]: context})]))
    assert event["props"] == {"tracker_view": ""}


@pytest.mark.parametrize(
    ("text", "says"),
    [(b"a,b\n1,2\n", "no column collector"), (b"", "no column"), (b"\xff\xfe", "cannot"), (b"\x1f\x8bx", "cannot")],
)
def test_a_file_of_another_kind_is_refused_in_one_line(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "x.csv").write_bytes(text)
    with pytest.raises(ConfigError, match=says):
        read(tmp_path / "x.csv")


def test_a_time_that_is_none_names_its_row(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"row 3: 'yesterday' is no time"):
        read(a_file(tmp_path, [a_row(), a_row(at="yesterday")]))
