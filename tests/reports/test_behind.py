"""What is behind a number: each list counts, and adds up to, what the row says that it stands behind."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.store import Param
from reports.golden import Case, cases
from reports.test_golden import tell
from store.engine_fixture import holding
from store.rows import put

PARAMS: dict[str, Param] = {
    "site": "s1", "from": datetime.fromisoformat("2026-11-19T23:00:00Z"), "zone": "Europe/Berlin", "currency": "EUR",
    "to": datetime.fromisoformat("2026-11-20T23:00:00Z"), "traffic": "people", "limit": 500,
}  # fmt: skip
BEGINNING: dict[str, Param] = {"after_ms": 2**63 - 1, "after_id": ""}
Named = Callable[[Mapping[str, Any]], list[str]]
OF_VISITS: dict[str, tuple[str, Named]] = {
    "channels": ("channel", lambda row: [row["channel"]]),
    "sources": ("source", lambda row: [row["source"], row["medium"]]),
    "campaigns": ("campaign", lambda row: [row["campaign"], row["source"], row["medium"]]),
    "terms": ("term", lambda row: [row["term"], row["campaign"]]),
    "contents": ("content", lambda row: [row["content"], row["campaign"]]),
    "referrers": ("referrer", lambda row: [row["referrer_host"]]),
    "landing_pages": ("landing", lambda row: [row["host"], row["path"]]),
}
OF_PLACES = {"countries": "country", "devices": "device", "browsers": "browser"}


@pytest.fixture
def shop() -> Reports:
    outcomes = Case(title="", params={}, given="shop").outcomes()
    return Reports(holding("golden day", lambda store: put(store, outcomes)))


def behind(shop: Reports, report: str, by: str, named: list[str], **more: Param) -> list[dict[str, Any]]:
    rows = shop.run(report, **PARAMS | BEGINNING | {"by": by, "is": named} | more).dicts()
    assert all(row["counted"] == len(rows) for row in rows)
    return rows


def orders_fit(row: Mapping[str, Any], orders: list[dict[str, Any]]) -> bool:
    sums = {one["net_sum"] for one in orders} or {0}
    net = sum(one["net_minor"] for one in orders if one["currency"] in ("", "EUR"))
    return (row["orders"], {row["revenue_minor"]}, row["revenue_minor"]) == (len(orders), sums, net)


def test_behind_every_row_of_visits_are_its_orders_and_its_visitors(shop: Reports) -> None:
    for report in OF_VISITS if os.environ.get("PROVE") else ("channels", "landing_pages"):
        by, named = OF_VISITS[report]
        rows = shop.run(report, **PARAMS).dicts()
        assert rows
        for row in rows:
            assert orders_fit(row, behind(shop, "credited_orders", by, named(row))), (report, row)
            visitors = behind(shop, "session_visitors", by, named(row))
            sessions = {one["times_sum"] for one in visitors} or {0}
            assert (row["visitors"], {row["sessions"]}) == (len(visitors), sessions), (report, row)


def test_the_days_of_all_rows_of_a_table_sum_up_to_its_sessions_and_views(shop: Reports) -> None:
    for report in OF_VISITS if os.environ.get("PROVE") else ("sources", "landing_pages"):
        by, named = OF_VISITS[report]
        rows = shop.run(report, **PARAMS).dicts()
        flat = [value for row in rows for value in named(row)]
        days = shop.run("row_days", **PARAMS, by=by, rows=flat).dicts()
        assert {tuple(named(row)): row["sessions"] for row in rows if row["sessions"]} == _sums(days), report
    pages = shop.run("pages", **PARAMS).dicts()
    days = shop.run("page_days", **PARAMS, rows=[text for row in pages for text in (row["host"], row["path"])]).dicts()
    assert {(row["host"], row["path"]): row["views"] for row in pages} == _sums(days)
    assert shop.run("row_days", **PARAMS, by="source", rows=["google"]).dicts() == []  # half a name is none


def _sums(days: list[dict[str, Any]]) -> dict[tuple[str, ...], int]:
    found: Counter[tuple[str, ...]] = Counter()
    for row in days:
        found[tuple(row["named"])] += row["counted"]
    return dict(found)


def test_behind_every_row_of_places_are_its_orders_and_its_visitors(shop: Reports) -> None:
    for report, by in OF_PLACES.items():
        for row in shop.run(report, **PARAMS).dicts():
            assert orders_fit(row, behind(shop, "placed_orders", by, [row["name"]])), (report, row)
            assert row["visitors"] == len(behind(shop, "event_visitors", by, [row["name"]])), (report, row)


def test_behind_every_page_are_its_visitors_its_views_and_its_entries(shop: Reports) -> None:
    for row in shop.run("pages", **PARAMS).dicts():
        at = [row["host"], row["path"]]
        assert row["visitors"] == len(behind(shop, "event_visitors", "page", at)), row
        entries = behind(shop, "session_visitors", "landing", at)
        assert row["entries"] == sum(one["times"] for one in entries), row
        filters = [f"page={row['path']}", f"host={row['host']}"]
        views = shop.run("event_list", **PARAMS, **BEGINNING, event="page_view", of=[], filters=filters).dicts()
        assert {len(views)} == {row["views"]} == {one["counted"] for one in views}, row


def test_behind_every_name_are_its_events_page_after_page(shop: Reports) -> None:
    for row in shop.run("event_names", **PARAMS).dicts():
        found: list[dict[str, Any]] = []
        after = BEGINNING
        while True:
            asked = PARAMS | after | {"event": row["name"], "of": [], "traffic": "all", "limit": 4}
            rows = shop.run("event_list", **asked).dicts()
            found += rows
            if len(rows) < 4:
                break
            last = rows[-1]
            at = datetime.fromisoformat(last["at"])
            after = {"after_ms": round(at.timestamp() * 1000), "after_id": f"{last['hit']}.{last['n']}"}
        assert len({(one["hit"], one["n"]) for one in found}) == len(found) == row["seen"] == found[0]["counted"]


def test_a_filter_narrows_the_list_as_it_narrows_the_row(shop: Reports) -> None:
    row = shop.run("channels", **PARAMS, filters=["device=phone"]).dicts()[0]
    orders = behind(shop, "credited_orders", "channel", [row["channel"]], filters=["device=phone"])
    assert row["orders"] == 1 and orders_fit(row, orders)


def test_a_name_that_no_row_has_has_nothing_behind_it(shop: Reports) -> None:
    for report in ("credited_orders", "session_visitors", "placed_orders", "event_visitors"):
        for by in ("channel", "country", "nothing"):
            assert behind(shop, report, by, ["'; DROP"]) == [], (report, by)


@pytest.mark.parametrize(
    "case", [one for one in cases("revenue_days") if one.params["dated"] == "order"], ids=lambda case: case.title
)
def test_behind_a_day_of_conversions_are_those_that_count_on_it(case: Case) -> None:
    shop = Reports(holding(f"golden {case.story}", lambda store: tell(store, case)))
    days = shop.run_dicts("revenue_days", **case.typed_params())
    alone = Counter(row["day"] for row in days)
    told = [row for row in days if row["counted"] and alone[row["day"]] == 1]
    assert told
    for row in told:
        begins = datetime.fromisoformat(row["day"]).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        asked: dict[str, Param] = {"from": begins, "to": begins + timedelta(days=1), "event": "purchase"}
        every: dict[str, Param] = {"via": "", "matched": "", "flag": "", "low": -(10**15), "high": 10**15}
        counted = shop.run_dicts("conversion_sums", **{"site": "s1", "traffic": "people"} | asked | every)
        assert sum(one["counted"] for one in counted) == row["counted"]


PERSONS: dict[str, tuple[str, Callable[[Mapping[str, Any]], list[tuple[int, dict[str, Param]]]]]] = {
    "populations": (
        "population_people",
        lambda row: [
            (row[which], {"starts": row["starts"], "which": which})
            for which in ("seen", "fresh", "returning", "resurrected", "dormant")
        ],
    ),
    "days_active": ("active_people", lambda row: [(row["people"], {"days": row["days"]})]),
    "lifetime": (
        "lifetime_people",
        lambda row: [(row["people"], {"cohort": row["cohort"]})] if row["later"] == -1 else [],
    ),
    "experiment": (
        "experiment_seen",
        lambda row: [
            (row[counted], {"variant": row["variant"], "which": which})
            for counted, which in (("people", "all"), ("converted", "converted"))
            if row["kind"] == "arm"
        ],
    ),
    "property_paths": (
        "property_path_people",
        lambda row: [
            (row[counted], {"kind": row["kind"], "which": which, "path": row["path"]})
            for counted, which in (("people", "all"), ("converted", "converted"))
            if row["kind"] != "others"
        ],
    ),
}


@pytest.mark.parametrize("name", PERSONS)
def test_behind_every_number_of_persons_are_as_many(name: str) -> None:
    """In two golden cases of the report; in all of them, and where nobody is, with PROVE=1."""
    wrong, asked = [], 0
    for case in cases(name) if os.environ.get("PROVE") else cases(name)[:2]:
        reports = Reports(holding(f"golden {case.story}", lambda store, case=case: tell(store, case)))  # type: ignore[misc]
        params = case.typed_params()
        report, named = PERSONS[name]
        for counted, which in (one for row in reports.run(name, **params).dicts() for one in named(row)):
            if not (counted or os.environ.get("PROVE")):
                continue
            given = {key: value for key, value in params.items() if key not in ("sort", "limit")}
            rows = reports.run(report, **given | which | BEGINNING | {"limit": 500}).dicts()
            asked += 1
            if len(rows) != counted or any(row["counted"] != counted for row in rows):
                wrong.append((case.title, which, counted, len(rows)))
    assert wrong == [] and asked > 2


def test_behind_every_number_of_verdicts_are_its_events() -> None:
    (case,) = cases("verdict_days")
    reports, params = Reports(holding(f"golden {case.story}", lambda store: tell(store, case))), case.typed_params()

    def events(who: str, *of: str, **more: Param) -> list[dict[str, Any]]:
        rows = reports.run("judged_events", **params | BEGINNING | {"who": who, "of": list(of), "limit": 50} | more)
        assert {row["counted"] for row in rows.dicts()} <= {len(rows.rows)}
        return rows.dicts()

    for day in reports.run("verdict_days", **params).dicts():
        start = datetime.fromisoformat(f"{day.pop('local_day')}T00:00:00").replace(tzinfo=ZoneInfo("Europe/Berlin"))
        days: dict[str, Param] = {"from": start, "to": start + timedelta(days=1)}
        assert day == {kind: len(events(kind, **days)) for kind in day}
    for row in reports.run("networks", **params, limit=50).dicts():
        found = [len(events(who, "network", row["name"])) for who in ("all", "people", "suspect", "automated")]
        assert found == [row[column] for column in ("events", "people", "unclear", "machines")]
    kinds = reports.run("verdict_kinds", **params, limit=50).dicts()
    for row in kinds:
        same = [one for one in kinds if (one["actor"], one["reasons"]) == (row["actor"], row["reasons"])]
        assert len(events(row["actor"], "reasons", *row["reasons"])) == sum(one["events"] for one in same)
    for row in reports.run("new_agents", **params, limit=50).dicts():
        assert len(events("all", "agent", row["agent"])) == row["events"]
