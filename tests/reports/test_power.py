"""The power report: what may be asked, that no name is SQL, that pages meet, and that it agrees with other reports."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.catalogue import Reports
from onebyone.reports.own import OWN
from onebyone.reports.power import (
    CHOICES,
    FIELDS,
    KINDS,
    MOST_COLUMNS,
    OF_RECORDS,
    VISITS,
    WITH_NUMBER,
    WITH_TEXT,
    Column,
    PowerUnreadable,
    chosen_of,
    read_column,
    read_question,
    shaped,
)
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from reports.shop import END, a_month
from store.engine_fixture import holding
from store.rows import NOON, an_event, put

PARAMS: dict[str, Param] = {
    "site": "s1", "from": END - timedelta(days=30), "to": END, "zone": "Europe/Berlin", "currency": "EUR",
    "traffic": "people", "limit": 500,
}  # fmt: skip
_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
PROVE = "PROVE" in os.environ
HOSTILE = "x'] , (SELECT 1)) -- \\ \" ` {n:String} :,"


def month() -> Reports:
    return Reports(holding("a month", a_month))


def a_column(kind: str, event: str, name: str) -> Column:
    return Column(kind, event, f"{OWN}{name}" if kind in WITH_NUMBER + WITH_TEXT else "")


@given(st.sampled_from(KINDS), _TEXT, _TEXT)
def test_a_column_that_is_written_is_read_again(kind: str, event: str, name: str) -> None:
    column = a_column(kind, event, name)
    assert read_column(str(column)) == column


@given(st.sampled_from(KINDS), _TEXT, _TEXT)
def test_nothing_that_was_typed_is_part_of_the_sql(kind: str, event: str, name: str) -> None:
    like = "p" if re.fullmatch(r"[A-Za-z0-9_]+", name) else "p q"  # which is read in another way
    asked = [
        shaped({"by": [f"{OWN}{one}", f"last_ever.{OWN}{one}"], "cols": [str(a_column(kind, of, one))]})
        for of, one in ((event, name), ("e", like))
    ]
    assert asked[0].places == asked[1].places


@pytest.mark.parametrize(
    ("by", "cols", "sort"),
    [
        (["colour"], ["events"], ""),
        (["prop."], ["events"], ""),
        (["last_ever."], ["events"], ""),
        (["last_ever.channel"], ["events"], ""),
        (["country"], ["last::channel"], ""),
        (["last_ever.first_ever.country"], ["events"], ""),
        (["ever.prop.plan"], ["events"], ""),
        (["prop.a\nb"], ["events"], ""),
        ([f"prop.{'x' * 201}"], ["events"], ""),
        (["country", "page", "day"], ["events"], ""),
        (["country", "country"], ["events"], ""),
        (["country"], [], ""),
        (["country"], ["events"] * (MOST_COLUMNS + 1), ""),
        (["country"], ["median:scroll:prop.percent"], ""),
        (["country"], ["sum:scroll"], ""),
        (["country"], ["sum:scroll:page"], ""),
        (["country"], ["events:scroll:page"], ""),
        (["country"], ["sum:scroll:prop.a:b"], ""),
        (["country"], [f"events:{'x' * 201}"], ""),
        (["country"], ["events"], "-people"),
    ],
)
def test_what_is_no_row_column_or_order_is_told(by: list[str], cols: list[str], sort: str) -> None:
    with pytest.raises(PowerUnreadable):
        read_question(by, cols, sort)
    with pytest.raises(BadParameter):
        shaped({"by": by, "cols": cols, "sort": sort})


@pytest.mark.parametrize("after", [["1"], ["much", "", ""]])
def test_a_place_that_is_none_is_refused(after: list[str]) -> None:
    with pytest.raises(BadParameter, match="after"):
        shaped({"after": after})


def test_names_of_columns_are_harmless_and_no_two_alike() -> None:
    question = read_question(["prop.a b", "prop.a-b"], ["events:é", "events:ü", "first::prop.1"])
    assert question.names == ("prop_a_b", "prop_a_b_2", "events", "events_2", "first_prop_1")


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_name_is_only_a_name(kind: str) -> None:
    """Of an event's own property, and of a person's."""
    store = holding("many rows", _many_rows)
    asked = PARAMS | {"site": "hostile", "from": NOON - timedelta(days=1), "to": NOON + timedelta(days=1)}
    column = a_column(kind, HOSTILE, HOSTILE)
    rows = Reports(store).run("power", **asked, by=[f"{OWN}{HOSTILE}"], cols=[str(column)]).rows
    noon = "2026-11-20T12:00:00.000Z"
    holds = {"people": 1, "events": 1, "first_at": noon, "last_at": noon, "first": "7", "last": "7"}
    assert rows == ([] if kind in OF_RECORDS else [["7", holds.get(kind, 7)]])
    held = f"last_before.{OWN}{HOSTILE}"
    assert Reports(store).run("power", **asked, by=[held], cols=[str(column)]).rows == rows


@pytest.mark.parametrize("sort", ["-events", "last::page", "mean::prop.n", *(("-rows", "first_at") if PROVE else ())])
def test_pages_meet_whatever_the_order(sort: str) -> None:
    reports = Reports(holding("many rows", _many_rows))
    given = PARAMS | {"from": NOON - timedelta(days=1), "to": NOON + timedelta(days=1)}
    cols = ["events", "last::page", "first_at", "mean::prop.n"]
    asked: dict[str, Any] = given | {"by": ["page", "country"], "cols": cols, "sort": sort, "paged": 1}
    whole, *all_rows = reports.run_dicts("power", **asked)
    (alone,) = reports.run_dicts("power", **asked | {"by": [], "paged": 0, "sort": ""})
    assert alone.items() <= whole.items() and whole["is_whole"] and whole["events"] == 59
    found: list[dict[str, Any]] = []
    while rows := reports.run_dicts("power", **asked | {"limit": 9}, **_behind(found))[1:]:
        found += rows
    assert found == all_rows and len(all_rows) == whole["rows_in_all"] == 22


def test_the_whole_of_every_column_is_what_it_is_alone() -> None:
    reports = Reports(holding("many rows", _many_rows))
    cols = [str(a_column(kind, "", "n")) for kind in KINDS]
    for some in (cols[:8], cols[8:]):
        asked: dict[str, Any] = PARAMS | {
            "from": NOON - timedelta(days=1),
            "to": NOON + timedelta(days=1),
            "cols": some,
        }
        whole = reports.run("power", **asked, by=["prop.n", "country"], paged=1).rows[0]
        (alone,) = reports.run("power", **asked, by=[]).rows
        assert whole[2:-4] == alone and len(alone) == len(some)


def _many_rows(store: Embedded) -> None:
    """22 rows, many of them with the same number of events, some without any number; and of another site one event."""
    put(store, [an_event(site="hostile", name=HOSTILE, properties={HOSTILE: "7"}, visitor=1)], token="hostile")
    own = [{"n": str(n % 3)} if n % 4 else {} for n in range(60)]
    country = ("", "DE")
    put(
        store,
        [
            an_event(
                n,
                path=f"/{n % 11}",
                visitor=n,
                properties=own[n],
                country=country[n % 2],
                at=NOON + timedelta(seconds=n % 7),
            )
            for n in range(1, 60)
        ],
    )


def _behind(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"after": [str(found[-1]["rank"]), *list(found[-1].values())[:2]]} if found else {}


@pytest.mark.parametrize("filters", [[], ["country=DE"], *([["channel=Email"], ["did=purchase"]] if PROVE else [])])
def test_it_says_what_other_reports_say(filters: list[str]) -> None:
    reports, asked = month(), PARAMS | ({"filters": filters} if filters else {})
    everything = asked | {"traffic": "all"}  # which the list of events is of
    events = {row["name"]: row["seen"] for row in reports.run_dicts("event_names", **everything)}
    ours = reports.run_dicts("power", **everything, by=["event"], cols=["events"])
    assert {row["event"]: row["events"] for row in ours} == events and len(events) == 2
    (total, *_) = reports.run_dicts("totals", **asked)
    (all_of_it,) = reports.run_dicts("power", **asked, by=[], cols=["events:page_view", "conversions", "revenue"])
    assert list(all_of_it.values()) == [total["views"], total["orders"], total["revenue_minor"]]
    places = {row["name"]: (row["orders"], row["revenue_minor"]) for row in reports.run_dicts("countries", **asked)}
    cols = ["conversions", "revenue"]
    rows = reports.run_dicts("power", **asked, by=["country"], cols=cols)
    assert {row["country"]: tuple(row.values())[1:] for row in rows} == {k: v for k, v in places.items() if v[0]}


def test_rows_by_what_a_visit_came_by_are_the_sessions_of_other_reports() -> None:
    reports = month()
    visits = {row["channel"]: row["visitors"] for row in reports.run_dicts("channels", **PARAMS) if row["visitors"]}
    rows = reports.run_dicts("power", **PARAMS, by=["channel"], cols=["people"])
    assert {row["channel"] or "Unassigned": row["people"] for row in rows} == visits and len(visits) > 3
    (whole,) = reports.run_dicts("power", **PARAMS, by=[], cols=["events", "conversions", "revenue"])
    for field in VISITS if PROVE else ("landing", "campaign"):
        rows = reports.run_dicts("power", **PARAMS, by=[field], cols=["events", "conversions", "revenue"])
        assert {key: sum(row[key] for row in rows) for key in whole} == whole and len(rows) > 1


def test_an_event_and_a_record_are_of_the_visit_that_had_begun_last(store: Embedded) -> None:
    first, second = NOON, NOON + timedelta(hours=2)
    order = {"name": "purchase", "order_id": "a", "value": 100, "currency": "EUR", "via": "server"}
    put(store, [
        an_event(1, at=first, visitor=1, channel="Email", source="news", campaign="may"),
        an_event(2, at=first + timedelta(minutes=1), visitor=1, channel="Direct"),
        an_event(3, at=second, visitor=1, channel="Paid Search", source="google", campaign=""),
        an_event(4, at=first + timedelta(hours=1), visitor=1, **order),
        an_event(5, at=second, channel="Email"),
    ])  # fmt: skip
    asked = PARAMS | {"from": NOON - timedelta(days=1), "to": NOON + timedelta(days=1), "sort": "rows"}
    cols = ["events:page_view", "conversions"]
    rows = Reports(store).run("power", **asked, by=["channel", "campaign"], cols=cols).rows
    assert [row[:4] for row in rows] == [["", "", 1, 0], ["Email", "may", 2, 1], ["Paid Search", "", 1, 0]]


def test_every_property_that_all_events_carry_makes_rows_of_events_and_of_records() -> None:
    reports, cols = month(), ["events:page_view", "conversions"]
    (whole,) = reports.run_dicts("power", **PARAMS, by=[], cols=cols)
    for field in FIELDS if PROVE else ("consent", "region", "week", "hour"):
        rows = reports.run_dicts("power", **PARAMS, by=[field], cols=cols)
        for column in whole:
            assert sum(row[column] for row in rows) == whole[column] > 0, field


@pytest.mark.parametrize("choice", CHOICES)
def test_a_persons_value_makes_rows_of_all_that_they_did(choice: str) -> None:
    reports, cols = month(), ["events:page_view", "conversions", "revenue"]
    (whole,) = reports.run_dicts("power", **PARAMS, by=[], cols=cols)
    rows = reports.run_dicts("power", **PARAMS, by=[f"{choice}.country"], cols=cols)
    for column in whole:
        assert sum(row[column] for row in rows) == whole[column] > 0


def test_the_last_value_before_an_event_is_its_own_where_it_has_one() -> None:
    reports, asked = Reports(holding("many rows", _many_rows)), PARAMS | {"from": NOON - timedelta(days=1)}
    asked |= {"to": NOON + timedelta(days=1), "cols": ["people", "events", "last_at"]}
    own = reports.run("power", **asked, by=["page", "country"]).rows
    assert reports.run("power", **asked, by=["last_before.page", "country"]).rows == own and len(own) == 22


def test_a_property_that_is_called_like_a_choice_is_still_a_property() -> None:
    (by,) = read_question([f"{OWN}last_ever.country"], ["events"]).by
    assert chosen_of(by) == ("", by) and shaped({"by": [by]}).places["row_open"] == ""


def test_it_takes_every_filter_and_refuses_what_is_none() -> None:
    assert set(month().get("power").fields) == {*month().get("channels").fields}
    with pytest.raises(BadParameter):
        month().run("power", **PARAMS, filters=["colour=red"])
