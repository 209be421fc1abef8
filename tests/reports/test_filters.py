"""Filters: what an address means, that hostile text stays text, and that the parts add up to the whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.catalogue import NotNarrowed, Reports
from onebyone.reports.filters import (
    FIELDS,
    MOST_CONDITIONS,
    OPERATORS,
    ROWS,
    SESSIONS,
    Condition,
    FilterUnreadable,
    narrowed,
    read_condition,
    read_written,
)
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from reports.shop import END, a_month
from web.test_reports_agree import MORE

PARAMS: dict[str, Param] = {
    "site": "s1", "from": END - timedelta(days=30), "to": END, "zone": "Europe/Berlin", "currency": "EUR",
    "traffic": "people", "limit": 500,
}  # fmt: skip
_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("key", "text", "op", "values"),
    [
        ("channel", "Email", "=", ("Email",)),
        ("channel!", "Direct,Email", "!=", ("Direct", "Email")),
        ("page~", "/a\\,b", "~=", ("/a,b",)),
        ("page!~", "a,a", "!~=", ("a",)),
        ("country", "-,DE", "=", ("", "DE")),
        ("campaign", "\\-", "=", ("-",)),
        ("campaign", "a\\\\,b", "=", ("a\\", "b")),
        ("campaign", ",,a,", "=", ("a",)),
    ],
)
def test_a_pair_of_a_query_is_a_condition(key: str, text: str, op: str, values: tuple[str, ...]) -> None:
    found = read_condition(key, text)
    assert (found.op, found.values) == (op, values)


@pytest.mark.parametrize(
    ("key", "text"),
    [("colour", "x"), ("channel!!", "x"), ("channel", ""), ("channel", ","), ("page~", "-"), ("page", "a\nb"),
     ("page", "x" * 501), ("page", ",".join(map(str, range(51))))],
)  # fmt: skip
def test_what_is_no_filter_is_told(key: str, text: str) -> None:
    with pytest.raises(FilterUnreadable):
        read_condition(key, text)


def test_more_conditions_than_a_report_takes_are_refused() -> None:
    with pytest.raises(FilterUnreadable):
        read_written([f"page=/{n}" for n in range(MOST_CONDITIONS + 1)])


@given(st.sampled_from(FIELDS), st.sampled_from(OPERATORS), st.lists(_TEXT, min_size=1, max_size=5, unique=True))
def test_a_condition_that_is_written_is_read_again(field: str, op: str, values: list[str]) -> None:
    one = Condition(field, op, tuple(values))
    assert read_written([str(one)]) == (one,)


@given(st.sampled_from(FIELDS), st.sampled_from(OPERATORS), _TEXT)
def test_nothing_that_was_typed_is_part_of_the_sql(field: str, op: str, value: str) -> None:
    found, plain = (narrowed([Condition(field, op, (text,))]) for text in (value, "x"))
    assert found.places == plain.places
    assert found.params == {"filter_1": [value]}


@pytest.fixture
def shop(store: Embedded) -> Reports:
    a_month(store)
    return Reports(store)


def total(rows: list[dict[str, object]], column: str) -> int:
    return sum(int(str(row[column])) for row in rows)


def rows(shop: Reports, report: str, *filters: str) -> list[dict[str, object]]:
    return shop.run(report, **PARAMS, filters=list(filters)).dicts()


@pytest.mark.slow
@pytest.mark.parametrize("field", ["country", "consent"])
def test_views_and_orders_of_all_values_of_what_rows_carry_add_up_to_the_whole(shop: Reports, field: str) -> None:
    values = {"country": ["DE", "AT", "-"], "consent": ["all", "statistics", "ads", "none"]}[field]
    whole = rows(shop, "totals")
    parts = [rows(shop, "totals", f"{field}={value}") for value in values]
    for column in ("views", "orders", "revenue_minor", "machine_views", "views_without_visitor"):
        assert total(whole, column) > 0 or column in ("machine_views", "views_without_visitor")
        assert sum(total(part, column) for part in parts) == total(whole, column), column


@pytest.mark.slow
@pytest.mark.parametrize("field", ["channel"])
def test_sessions_of_all_values_of_what_sessions_carry_add_up_to_the_whole(shop: Reports, field: str) -> None:
    whole = rows(shop, "sessions")
    values = {str(row[field]) or "-" for row in whole}
    assert len(values) > 1
    parts = [rows(shop, "totals", f"{field}={value}") for value in values]
    assert sum(total(part, "sessions") for part in parts) == len(whole) == total(rows(shop, "totals"), "sessions")


def test_channels_narrowed_to_one_keep_its_row_as_it_was(shop: Reports) -> None:
    whole = {row["channel"]: row for row in rows(shop, "channels")}
    assert len(whole) > 2
    assert rows(shop, "channels", "channel=Email") == [whole["Email"]]
    assert rows(shop, "channels", "channel!=Email") == [row for name, row in whole.items() if name != "Email"]
    unnamed = [row for name, row in whole.items() if name in ("Unassigned", "Unattributed")]
    assert rows(shop, "channels", "channel=-") == rows(shop, "channels", "channel=Unassigned") == unnamed


def test_who_did_something_and_who_did_not_are_everybody_with_a_browser(shop: Reports) -> None:
    whole, did, did_not = (
        total(rows(shop, "totals", *said), "visitors") for said in ((), ("did=purchase",), ("did!=purchase",))
    )
    assert 0 < did < whole and did + did_not == whole
    saw = total(rows(shop, "totals", "saw~=/CHECK"), "visitors")
    assert 0 < saw < whole


def test_a_row_is_narrowed_by_a_session_through_its_visitor(shop: Reports) -> None:
    of_mail = total(rows(shop, "totals", "channel=Email"), "visitors")
    assert of_mail == next(row["visitors"] for row in rows(shop, "channels") if row["channel"] == "Email")


@pytest.mark.parametrize("op", OPERATORS)
def test_hostile_text_finds_nothing_and_breaks_nothing(shop: Reports, op: str) -> None:
    whole = total(rows(shop, "browsers"), "views")
    for text in ("'); DROP TABLE events; --", "\\'", "{from:Date}", "%", "\\N", "-- {{wanted}}"):
        found = total(rows(shop, "browsers", str(Condition("page", op, (text,)))), "views")
        assert found == (whole if "!" in op else 0)


@pytest.mark.slow
@pytest.mark.parametrize("fields", [FIELDS[:9], FIELDS[9:]])
def test_every_report_takes_every_filter_or_says_that_it_takes_none(shop: Reports, fields: tuple[str, ...]) -> None:
    asked = [f"{field}=x" for field in fields]
    for name in shop.names():
        report = shop.get(name)
        given = PARAMS | MORE.get(name, {})
        refused = [one for one in asked if one.partition("=")[0] not in report.fields]
        if refused:
            with pytest.raises(NotNarrowed):
                shop.run(name, **given, filters=asked)
        asked_here = [one for one in asked if one not in refused]
        if asked_here and report.params.keys() <= given.keys() | {"filters"}:
            shop.run(name, **given, filters=asked_here)


def test_filters_that_are_none_are_a_bad_parameter(shop: Reports) -> None:
    for wrong in ("channel=Email", ["nonsense"], ["colour=red"], [1]):
        with pytest.raises(BadParameter):
            shop.run("totals", **PARAMS, filters=wrong)  # type: ignore[arg-type]


def test_rows_and_sessions_have_no_field_in_common() -> None:
    assert not set(ROWS) & set(SESSIONS)
