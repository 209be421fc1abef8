"""What dashboards and the power report ask, under a rule: the numbers of its members alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from onebyone.reports.catalogue import COMMON, Reports
from onebyone.reports.segment.read import read
from onebyone.store import Param
from onebyone.store.engine import Embedded
from reports.segment.rules import holds
from reports.segment.test_segment import END, EVENTS, PEOPLE, ZONE
from store.engine_fixture import holding
from store.rows import put

RULE = "people who did page_view then purchase within 20 days or did refund at least 2 times"
MEMBERS = {visitor for visitor, events in PEOPLE.items() if holds(read(RULE), events, END, ZONE)}
REPORTS = ("totals", "overview", "seen_by", "funnel", "power", "channels", "countries", "pages")
COLUMNS = ["people", "events", "people:purchase", "conversions", "revenue", "mean:page_view:prop.number", "last::page"]
KNOWN: dict[str, Param] = {
    "from": END - timedelta(days=50), "to": END + timedelta(days=1), "zone": ZONE, "currency": "EUR",
    "traffic": "people", "limit": 100, "now": END, "steps": ["page_view", "purchase"], "within_ms": 10**9,
    "without": "",
    "by": ["country", "prop.plan"], "cols": COLUMNS, "sort": "", "after": [], "paged": 1,
}  # fmt: skip


def tell(store: Embedded) -> None:
    """Everybody on one site, and the members alone on another."""
    orders = [
        replace(event, order_id=f"O{n}", value=1_000 + n, currency="EUR") if event.name == "purchase" else event
        for n, event in enumerate(EVENTS)
    ]
    alone = [replace(event, site="members") for event in orders if event.visitor in MEMBERS]
    put(store, [*orders, *alone])


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_under_a_rule_is_that_of_its_members_alone(name: str) -> None:
    reports = Reports(holding("people of rules, and members alone", tell))
    given = {key: value for key, value in KNOWN.items() if key in reports.get(name).params or key in COMMON}
    narrowed = reports.run(name, site="s1", filters=[RULE], **given)
    assert narrowed.rows == reports.run(name, site="members", **given).rows
    assert narrowed.rows != reports.run(name, site="s1", **given).rows
