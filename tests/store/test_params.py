from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebyone.store import BadParameter
from onebyone.store.engine import Embedded
from onebyone.store.params import declared, write

HOSTILE = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\\'\"\t\n\r\0;`{}:-")))


def test_the_parameters_of_a_query_are_read_from_its_text() -> None:
    sql = "SELECT {a:String}, {b: Array(String)}, {a:String}, {c:DateTime64(3)}"
    assert declared(sql) == {"a": "String", "b": "Array(String)", "c": "DateTime64(3)"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("UInt8", 300),  # the engine would make 44 of it
        ("UInt8", -1),
        ("UInt8", True),
        ("UInt8", "7"),
        ("Int64", 2**63),
        ("UInt32", 1.5),
        ("Float64", float("nan")),
        ("Date", "2026-13-01"),  # the engine would make 1970-01-01 of it
        ("Date", date(1969, 12, 31)),
        ("Date", datetime(2026, 1, 1, tzinfo=UTC)),
        ("DateTime64(3)", datetime(2026, 1, 1)),  # noqa: DTZ001 - no zone is the point
        ("DateTime64(3)", "2026-01-01T00:00:00Z"),
        ("String", 7),
        ("String", "\ud800"),
        ("Array(String)", "text"),
        ("Array(String)", ["a", 1]),
        ("Array(String)", ["\ud800"]),
        ("Identifier", "events; DROP TABLE events"),
        ("UUID", "no"),
        ("Nullable(String)", "a kind nobody declared"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(BadParameter, match=r"^x: "):
        write(f"SELECT {{x:{kind}}}", {"x": value})


def test_a_parameter_that_is_missing_or_not_declared_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"^b, c: the query declares \['a', 'b'\]"):
        write("SELECT {a:String}, {b:String}", {"a": "", "c": ""})


def test_a_moment_arrives_as_the_same_instant(store: Embedded) -> None:
    at = datetime(2026, 3, 29, 3, 30, 0, 123_000, tzinfo=timezone(timedelta(hours=2)))
    rows = store.query("SELECT {at:DateTime64(3)} AS at, toUnixTimestamp64Milli({at:DateTime64(3)}) AS ms", {"at": at})
    assert rows.dicts() == [{"at": "2026-03-29T01:30:00.123Z", "ms": int(at.timestamp() * 1000)}]


def test_numbers_at_their_limits_arrive(store: Embedded) -> None:
    rows = store.query(
        "SELECT {a:UInt64} AS a, {b:Int64} AS b, {c:Float64} AS c", {"a": 2**64 - 1, "b": -(2**63), "c": 0.5}
    )
    assert rows.rows == [[2**64 - 1, -(2**63), 0.5]]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=HOSTILE, texts=st.lists(HOSTILE, max_size=4))
def test_hostile_texts_arrive_as_they_were_sent(store: Embedded, text: str, texts: list[str]) -> None:
    rows = store.query("SELECT {a:String} AS a, {b:Array(String)} AS b", {"a": text, "b": texts})
    assert rows.rows == [[text, texts]]
