"""Filters: what an address means, that hostile text stays text, and that the parts add up to the whole."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.event import event_uuid
from onebyone.identity.nodes import user_node
from onebyone.reports.catalogue import NotNarrowed, Reports, filtered, narrowed_by, taken
from onebyone.reports.filters import (
    FIELDS,
    MOST_CONDITIONS,
    OPERATORS,
    ROWS,
    SENT,
    SESSIONS,
    Condition,
    FilterUnreadable,
    narrowed,
    read_condition,
    read_written,
)
from onebyone.state.graph import Row as Whose
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from reports.golden import names
from reports.shop import END, a_month
from reports.test_sorting import ALIKE
from store.engine_fixture import holding
from store.rows import a_delivery, a_drop, a_hit, an_event, put, put_facts
from web.test_reports_agree import MORE

PARAMS: dict[str, Param] = {
    "site": "s1", "from": END - timedelta(days=30), "to": END, "zone": "Europe/Berlin", "currency": "EUR",
    "traffic": "people", "limit": 500,
}  # fmt: skip
_GIVEN: dict[str, dict[str, Param]] = {
    "event_count": {"event": "purchase"},
    "reconciliation_orders": {"window_days": 30},
}
ELSEWHERE = ("power", "stored_events")  # test_power.py, test_day_files.py
_SAID = {"value": "value>=1", "visitor": "visitor=7", "person": "person=7"}
TEXTS = tuple(field for field in FIELDS if field not in (*_SAID, *SENT))
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
    [("colour", "x"), ("channel!!", "x"), ("prop.", "x"), ("prop." + "x" * 101, "x"), ("prop.a\nb", "x"),
     ("prop.a=b", "x"), ("prop.<a", "x"), ("channel", ""), ("channel", ","), ("page~", "-"), ("page", "a\nb"),
     ("value", "5"), ("value>", "5,6"), ("value>", "five"), ("value>", "NaN"), ("value<", "1e99"), ("value>", "-"),
     ("page>", "5"), ("person", "p_8KD2"), ("person~", "7"), ("visitor", "1" * 21), ("visitor", "٣"),
     ("page", "x" * 501), ("page", ",".join(map(str, range(51))))],
)  # fmt: skip
def test_what_is_no_filter_is_told(key: str, text: str) -> None:
    with pytest.raises(FilterUnreadable):
        read_condition(key, text)


def test_more_conditions_than_a_report_takes_are_refused() -> None:
    with pytest.raises(FilterUnreadable):
        read_written([f"page=/{n}" for n in range(MOST_CONDITIONS + 1)])


def test_an_amount_is_in_whole_units_of_the_sites_currency() -> None:
    (one,) = read_written(["value>=49.9"])
    assert (one.key, str(one)) == ("value>", "value>=49.9")
    assert narrowed([one], currency="EUR").params == {"filter_1": 4990}
    assert narrowed([one], currency="JPY").params == {"filter_1": 49}


@given(st.sampled_from(TEXTS), st.sampled_from(OPERATORS), st.lists(_TEXT, min_size=1, max_size=5, unique=True))
def test_a_condition_that_is_written_is_read_again(field: str, op: str, values: list[str]) -> None:
    one = Condition(field, op, tuple(values))
    assert read_written([str(one)]) == (one,)


@given(st.sampled_from(TEXTS), st.sampled_from(OPERATORS), _TEXT)
def test_nothing_that_was_typed_is_part_of_the_sql(field: str, op: str, value: str) -> None:
    found, plain = (narrowed([Condition(field, op, (text,))]) for text in (value, "x"))
    assert found.places == plain.places
    assert found.params == {"filter_1": [value]}


@pytest.fixture
def shop() -> Reports:
    return Reports(holding("a month", a_month))


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


@pytest.mark.parametrize(
    ("field", "report", "value"), [("term", "terms", "red, shoes"), ("content", "contents", "button")]
)
def test_a_term_or_content_narrows_like_a_campaign(shop: Reports, field: str, report: str, value: str) -> None:
    (row,) = rows(shop, report)
    found = rows(shop, "totals", str(Condition(field, "=", (value,))))
    assert (row[field], row["visitors"], row["sessions"]) == (value, total(found, "visitors"), total(found, "sessions"))
    unsaid, whole = rows(shop, "totals", f"{field}=-"), rows(shop, "totals")
    assert 0 < total(unsaid, "sessions") == total(whole, "sessions") - total(found, "sessions")


def test_a_property_narrows_to_the_visitors_who_told_it_and_the_rest_are_everybody_else(shop: Reports) -> None:
    whole = total(rows(shop, "totals", "page=-,/,/shoes,/Checkout"), "visitors")
    parts = {
        said: total(rows(shop, "totals", f"prop.my plan={said}"), "visitors")
        for said in ("gold", "basic", "-", "gold,-")
    }
    assert min(parts.values()) > 0 and parts["gold"] + parts["basic"] + parts["-"] == whole
    assert parts["gold,-"] == parts["gold"] + parts["-"]
    for said in parts:
        assert total(rows(shop, "totals", f"prop.my plan!={said}"), "visitors") == whole - parts[said]
    assert total(rows(shop, "totals", "prop.my plan~=OL"), "visitors") == parts["gold"]


@pytest.mark.parametrize(
    "name", ["x'] OR 1=1 --".replace("=", ""), "\\'", "{{column}}", "{filter_1:Array(String)}", "ключ", "color"]
)
def test_the_name_of_a_property_is_no_part_of_the_sql(shop: Reports, name: str) -> None:
    """A plain one alone is a column of its own, and so another type of parameter."""
    other = "plan" if re.fullmatch(r"[A-Za-z0-9_]+", name) else "a plan"
    found, plain = (narrowed([Condition(f"prop.{one}", "=", ("x",))]) for one in (name, other))
    assert found.places == plain.places
    assert any(one in found.params.values() for one in (name, f"properties.key_{name}"))
    assert total(rows(shop, "totals", f"prop.{name}=gold"), "visitors") == 0


def test_who_did_something_and_who_did_not_are_everybody_with_a_browser(shop: Reports) -> None:
    whole, did, did_not = (
        total(rows(shop, "totals", *said), "visitors") for said in ((), ("did=purchase",), ("did!=purchase",))
    )
    assert 0 < did < whole and did + did_not == whole
    saw = total(rows(shop, "totals", "saw~=/CHECK"), "visitors")
    assert 0 < saw < whole


def test_who_did_something_is_in_on_every_browser_and_under_every_user_id_of_theirs(store: Embedded) -> None:
    bought = {"name": "purchase", "value": 100, "currency": "EUR"}
    at = END - timedelta(days=1)
    put(store, [
        an_event(1, at=at, visitor=11, user_id="bob", order_id="a", **bought), an_event(2, at=at, visitor=12),
        an_event(3, at=at, via="server", user_id="bob", order_id="b", **bought),
        an_event(4, at=at, visitor=13), an_event(5, at=at, visitor=14, user_id="guest"), an_event(6, at=at),
        an_event(7, at=at, visitor=12, user_id="ann"),
        *(Whose(site="s1", visitor=node, kind="browser", person=7, version=1) for node in (11, 12)),
        Whose(site="s1", visitor=user_node("s1", "bob"), kind="user", person=7, version=1),
        Whose(site="s1", visitor=user_node("s1", "ann"), kind="user", person=8, version=1),
    ])  # fmt: skip

    def counted(said: str) -> tuple[int, ...]:
        (row,) = Reports(store).run_dicts("totals", **PARAMS, filters=[said])
        return tuple(row[key] for key in ("visitors", "views", "orders"))

    assert counted("did=purchase") == (2, 1, 2)  # ann at bob's laptop is somebody else
    assert counted("did!=purchase") == (3, 4, 0)
    assert counted("people who did purchase") == (2, 1, 2)


def test_orders_are_narrowed_by_their_own_and_all_else_by_the_people_who_placed_them(store: Embedded) -> None:
    bought, at = {"name": "purchase", "currency": "EUR"}, END - timedelta(days=1)
    put(store, [
        an_event(1, at=at, visitor=1, order_id="a", value=9000, **bought),
        an_event(2, at=at, visitor=1, order_id="b", value=100, **bought),
        an_event(3, at=at, visitor=1), an_event(4, at=at, visitor=2), an_event(5, at=at, visitor=3),
        an_event(6, at=at, visitor=2, order_id="c", via="server", value=5000, **bought | {"currency": "USD"}),
        an_event(7, at=at, via="server", order_id="d", value=7000, **bought),
        a_drop(1, reason="order_joined", via="server", of_hit=a_hit(1)),
    ])  # fmt: skip

    def counted(*said: str) -> tuple[int, ...]:
        found = Reports(store).run_dicts("totals", **PARAMS, filters=list(said))
        return tuple(sum(row[key] for row in found) for key in ("visitors", "views", "orders"))

    assert counted() == (3, 3, 4)
    assert counted("value>=50") == (2, 2, 3)  # who placed d is not known; the order counts
    assert counted("value>=50", "currency=EUR") == (1, 1, 2)
    channels = Reports(store).run_dicts("channels", **PARAMS, filters=["value>=50"])
    assert sum(row["orders"] for row in channels) == 3 and sum(row["visitors"] for row in channels) == 2
    assert counted("value<=1") == (1, 1, 1)
    assert counted("order=c,d") == (1, 1, 2)
    assert counted("order!~=a") == (2, 2, 3)
    assert counted("via=server-only") == (1, 1, 2) and counted("via=both") == (1, 1, 1)
    assert counted("via=server") == (2, 2, 3) and counted("matched=-") == (2, 2, 4) == counted("flag=-")
    assert counted("flag=cancelled") == (0, 0, 0) and counted("visitor=1") == (1, 1, 2)
    assert counted("person=2") == (1, 1, 1) and counted("person!=2") == (2, 2, 3)
    put_facts(store, [a_delivery(1, conversion=event_uuid("s1", "conversion", an_event(1).sighting), at=at)])
    assert counted("destination=meta") == (1, 1, 1) == counted("delivery=accepted", "destination!=ga4")
    assert counted("destination!=meta") == (2, 2, 3) and counted("delivery=refused") == (0, 0, 0)


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
@pytest.mark.parametrize("name", [name for name in names() if name not in ALIKE])
def test_every_report_takes_every_filter_or_says_that_it_takes_none(name: str) -> None:
    """All that it takes at once, for most of the time goes into reading its SQL; with PROVE those like others, too."""
    store = holding("a month", a_month)
    report, given = filtered(
        Reports(store).get(name), PARAMS | {"now": END} | _GIVEN.get(name, {}) | MORE.get(name, {})
    )
    said = [one for field in FIELDS for one in read_written([_SAID.get(field, f"{field}=x")])]
    for one in said:
        if one.field not in report.fields:
            with pytest.raises(NotNarrowed):
                narrowed_by(report, given, [one])
    taken_here = [one for one in said if one.field in report.fields]
    if taken_here and name not in ELSEWHERE:
        found, params = narrowed_by(report, given, taken_here)
        store.query(found.sql, taken(found, params))


@pytest.mark.slow
@pytest.mark.parametrize("said", ["channel=Email", "did=purchase"])
def test_orders_of_attribution_are_those_of_the_overview_and_keep_all_their_touches(shop: Reports, said: str) -> None:
    asked = PARAMS | MORE["paths"] | {"filters": [said]}
    paths = shop.run("paths", **asked).dicts()
    linear = [row for row in shop.run("credits_by_rule", **asked).dicts() if row["model"] == "linear"]
    orders = total(rows(shop, "totals", said), "orders")
    assert 0 < orders == total(paths, "orders") == round(sum(float(row["orders"]) for row in linear))
    assert len({touch for row in paths for touch in row["path"]}) > 2


def test_paths_without_an_order_are_narrowed_by_the_visitor_and_hold_nobody_who_ordered(shop: Reports) -> None:
    def nulls(*filters: str) -> int:
        return total(shop.run("paths", **PARAMS | MORE["paths"] | {"filters": list(filters)}).dicts(), "nulls")

    assert nulls("did=purchase") == 0
    assert nulls("did!=purchase") == nulls() > nulls("country=DE") > 0


@pytest.mark.parametrize("report", ["verdict_days", "verdict_kinds", "networks"])
def test_verdicts_of_all_values_of_a_field_add_up_to_the_whole(shop: Reports, report: str) -> None:
    def events(*filters: str) -> int:
        counted = [dict(row) for row in rows(shop, report, *filters)]
        return sum(number for row in counted for number in row.values() if isinstance(number, int))

    assert 0 < events("device=phone") < events()
    if report != "verdict_kinds":
        assert events("device=phone") + events("device!=phone") == events()


def test_an_agent_is_new_where_it_is_new_to_the_site_and_counted_where_the_filter_says(store: Embedded) -> None:
    day = timedelta(days=1)
    old = {"agent": "OldBot", "actor": "machine_declared"}
    put(store, [
        an_event(1, at=END - 40 * day, path="/a", **old), an_event(2, at=END - day, path="/b", **old),
        an_event(3, at=END - day, path="/a", agent="NewBot", actor="machine_declared"),
        an_event(4, at=END - day, path="/b", agent="NewBot", actor="machine_declared"),
    ])  # fmt: skip
    reports = Reports(store)
    assert [(row["agent"], row["events"]) for row in rows(reports, "new_agents")] == [("NewBot", 2)]
    assert [(row["agent"], row["events"]) for row in rows(reports, "new_agents", "page=/b")] == [("NewBot", 1)]
    assert rows(reports, "new_agents", "page=/c") == []


def test_live_is_narrowed_by_what_a_drop_keeps_too(store: Embedded) -> None:
    at = END - timedelta(minutes=5)
    put(store, [
        an_event(1, at=at, received_at=at, country="DE"), an_event(2, at=at, received_at=at, country="AT"),
        a_drop(3, at=at, received_at=at, country="DE"), a_drop(4, at=at, received_at=at, country=""),
    ])  # fmt: skip
    reports = Reports(store)
    after: dict[str, Param] = {
        "site": "s1",
        "limit": 1,
        "after_at": END - timedelta(hours=1),
        "after_hit": "",
        "after_n": 0,
    }
    assert len(reports.run("live", **after | {"limit": 9}, filters=["country=DE"]).rows) == 2
    assert [row["country"] for row in reports.run_dicts("live", **after, filters=["country=AT"])] == ["AT"]
    fates = reports.run_dicts("live_fates", site="s1", to=END, filters=["country=DE"])
    assert fates == [{"kept": 1, "dropped": 1, "failed": 0}]
    minutes = reports.run_dicts("live_minutes", site="s1", to=END, filters=["country=AT"])
    assert [(row["people"], row["machines"]) for row in minutes] == [(1, 0)]
    with pytest.raises(NotNarrowed):
        reports.run("live", **after, filters=["channel=Email"])


def test_loss_is_narrowed_by_what_the_record_and_what_the_withheld_copy_tell(store: Embedded) -> None:
    order = {"name": "purchase", "value": 100, "currency": "EUR"}
    at = END - timedelta(days=2)
    put(store, [
        an_event(1, at=at, order_id="a", via="tag", host="m.shop.example", **order),
        an_event(2, at=at, order_id="b", via="server", host="m.shop.example", **order),
        an_event(3, at=at, order_id="c", via="server", host="shop.example", **order),
        a_drop(4, at=at, name="purchase", reason="consent_withheld", via="tag", host="shop.example"),
    ])  # fmt: skip
    reports, given = Reports(store), PARAMS | {"by": "", "event": "purchase"}

    def seen(*filters: str) -> tuple[int, ...]:
        (row,) = reports.run_dicts("loss", **given, filters=list(filters))
        return tuple(row[key] for key in ("both", "browser_only", "server_only", "withheld"))

    assert seen("host=m.shop.example") == (0, 1, 1, 0)
    assert seen("host=shop.example") == (0, 0, 1, 1)
    assert seen() == (0, 1, 2, 1)


def test_values_are_offered_for_every_field_that_has_them(shop: Reports) -> None:
    for field in FIELDS:
        found = shop.run_dicts("filter_values", **PARAMS, field=field, text="")
        assert (field in ("consent", "matched", *SENT, *_SAID)) == (not found), field
        assert [row["found"] for row in found] == sorted((row["found"] for row in found), reverse=True)
    assert [row["value"] for row in shop.run_dicts("filter_values", **PARAMS, field="page", text="chECK")] == [
        "/Checkout"
    ]


def test_filters_that_are_none_are_a_bad_parameter(shop: Reports) -> None:
    for wrong in ("channel=Email", ["nonsense"], ["colour=red"], [1]):
        with pytest.raises(BadParameter):
            shop.run("totals", **PARAMS, filters=wrong)  # type: ignore[arg-type]


def test_rows_and_sessions_have_no_field_in_common() -> None:
    assert not set(ROWS) & set(SESSIONS)
