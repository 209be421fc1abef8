"""An order that only browsers told, of a site whose server tells every one, is no revenue a day later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from onebyone.event import Conversion
from onebyone.reports.catalogue import Reports
from onebyone.state.sites import LossRules, Site
from onebyone.store.engine import Embedded
from onebyone.store.order_rules import OrderRules
from store.rows import NOON, a_conversion, put

DAY = timedelta(days=1)
SINCE = NOON - 5 * DAY
LATE = NOON + 9 * DAY  # long after the day of NOON was final
PERIOD: dict[str, Any] = {
    "from": NOON - 10 * DAY,
    "to": NOON + 2 * DAY,
    "zone": "UTC",
    "currency": "EUR",
    "traffic": "people",
}


def an_order(number: int, at: datetime = NOON, confirmed_at: datetime | None = None) -> Conversion:
    history = [(f"{at:%Y-%m-%dT%H:%M:%S}", f"{at:%Y-%m-%dT%H:%M:%S}", "arrived", 1, 1000, 0, 1000)]
    made = a_conversion(number, history=history, at=at, value=1000, order_id=f"T-{number}")
    return replace(
        made,
        event=replace(made.event, via="tag"),
        confirmed_at=confirmed_at,
        vias=["server", "tag"] if confirmed_at else ["tag"],
    )


ORDERS = [
    an_order(1, confirmed_at=NOON),
    an_order(2),
    an_order(3, confirmed_at=LATE),
    an_order(4, at=SINCE - DAY),  # before the site said that its server tells every order
]


def a_site(since: datetime | None) -> Site:
    rules = LossRules(every_order_since_ms=round(since.timestamp() * 1000) if since else 0)
    return Site(id="s1", name="N", prefix="bcdfg", origins=(), loss=rules)


@pytest.fixture
def rules(store: Embedded) -> OrderRules:
    put(store, ORDERS)
    rules = OrderRules(store)
    rules.follow([a_site(SINCE)])
    return rules


def asked(store: Embedded, report: str, now: datetime, **more: Any) -> list[dict[str, Any]]:
    return Reports(store, clock=lambda: now).run_dicts(report, **{"site": "s1"} | PERIOD | more)


ALL: dict[str, Any] = {
    "event": "",
    "via": "",
    "matched": "",
    "flag": "",
    "low": 0,
    "high": 1 << 50,
}


def test_for_a_day_it_counts_and_then_no_more(store: Embedded, rules: OrderRules) -> None:
    def orders(now: datetime) -> tuple[int, int]:
        (row,) = asked(store, "totals", now)
        return row["orders"], row["revenue_minor"]

    assert orders(NOON + DAY) == (4, 4000)
    assert orders(NOON + DAY + timedelta(milliseconds=1)) == (3, 3000)
    rules.follow([a_site(None)])  # nobody says so any more
    assert orders(LATE) == (4, 4000)
    OrderRules(store).follow([a_site(SINCE)])  # another process
    assert orders(LATE) == (3, 3000)


def test_every_report_that_counts_orders_leaves_it_out_and_names_it(store: Embedded, rules: OrderRules) -> None:
    (sums,) = asked(store, "conversion_sums", LATE, **ALL)
    assert (sums["counted"], sums["net_minor"], sums["unconfirmed"], sums["unconfirmed_minor"]) == (3, 3000, 1, 1000)
    (totals,) = asked(store, "conversion_totals", LATE)
    assert (totals["counted"], totals["unconfirmed"], totals["net_minor"]) == (3, 1, 3000)
    copies = {row["reason"]: row["copies"] for row in asked(store, "copies", LATE)}
    assert copies == {"kept": 3, "unconfirmed": 1}
    parts = [row for row in asked(store, "conversion_parts", LATE, **ALL) if row["kind"] == "flag"]
    assert parts == [{"kind": "flag", "value": "unconfirmed", "records": 1}]
    page = {"sort": "at", "after_rank": 2**63 - 1, "after_id": "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12, "limit": 9}
    (record,) = asked(store, "conversion_records", LATE, **ALL | page | {"flag": "unconfirmed"})
    assert (record["order_id"], record["status"]) == ("T-2", "unconfirmed")
    assert len(asked(store, "reconciliation_orders", LATE, window_days=30, limit=9)) == 3
    (seen,) = asked(store, "seen_by", LATE)
    assert (seen["both"], seen["browser_only"]) == (2, 1)


def test_one_confirmed_late_is_a_revision_of_its_final_day(store: Embedded, rules: OrderRules) -> None:
    given = {"event": "purchase", "dated": "order"}
    days = {row["day"]: row for row in asked(store, "revenue_days", LATE + DAY, **given)}
    day = days[f"{NOON:%Y-%m-%d}"]
    assert (day["counted"], day["closed_counted"], day["net_minor"], day["closed_net_minor"]) == (2, 1, 2000, 1000)
    (revision,) = asked(store, "revenue_revisions", LATE + DAY, **given, limit=9)
    assert (revision["revised_on"], revision["counted"], revision["examples"]) == (f"{LATE:%Y-%m-%d}", 1, ["T-3"])


def test_another_site_says_nothing_of_this_one(store: Embedded) -> None:
    put(store, ORDERS)
    OrderRules(store).follow([replace(a_site(SINCE), id="s2")])
    (row,) = asked(store, "totals", LATE)
    assert row["orders"] == 4
