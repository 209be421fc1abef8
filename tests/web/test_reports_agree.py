"""The fakes' rows have the columns of the real reports, asked on a real store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.store import Param
from store.engine_fixture import holding
from web.month import NOW, a_drop, an_event, month

PARAMS: dict[str, Param] = {
    "site": "s1", "from": NOW - timedelta(days=3), "to": NOW, "zone": "Europe/Berlin", "currency": "EUR",
    "traffic": "people", "limit": 10,
}  # fmt: skip
_NARROWED: dict[str, Param] = {
    **dict.fromkeys(("event", "via", "matched", "flag"), ""), "low": -(10**9), "high": 10**9,
}  # fmt: skip
_BEHIND: dict[str, Param] = {"after_ms": 2**63 - 1, "after_id": ""}
_FUNNEL: dict[str, Param] = {"steps": ["page_view", "purchase"], "within_ms": 1000, "without": ""}
MORE: dict[str, dict[str, Param]] = {
    "live": {"after_at": NOW - timedelta(hours=1), "after_hit": "", "after_n": 0},
    "fate_events": {"ids": ["NL-48213"]},
    "fate_drops": {"ids": ["NL-48213"]},
    "nearest_orders": {"id": "NL-9"},
    **dict.fromkeys(("conversion_sums", "conversion_parts"), _NARROWED),
    "conversion_records": _NARROWED
    | {"sort": "-at", "after_rank": 2**63 - 1, "after_id": "f" * 8 + "-ffff" * 4 + "f" * 8},
    "filter_values": {"field": "channel", "text": ""},
    **dict.fromkeys(("credited_orders", "session_visitors"), _BEHIND | {"by": "channel", "is": ["Email"]}),
    **dict.fromkeys(("placed_orders", "event_visitors"), _BEHIND | {"by": "country", "is": ["DE"]}),
    "event_list": _BEHIND | {"event": "page_view"},
    "loss": {"by": "browser", "event": "purchase"},
    "credits_by_rule": {"by": "channel", "window_days": 30, "reset": 0, "reduce": ""},
    "paths": {"by": "channel", "window_days": 30, "reset": 0, "reduce": ""},
    "funnel": _FUNNEL,
    "funnel_split": _FUNNEL | {"by": "last_before.prop.theme"},
    "funnel_people": _FUNNEL | _BEHIND | {"step": 1, "which": "all"},
    "node_events": {"nodes": ["7001"]},
    "people": {"persons": [], "text": ""},
    "person_worth": {"nodes": ["7001"], "person": "7001"},
    "person_events": {"nodes": ["7001"], "person": "7001"},
    "segment_why": {"person": "7001"},
    "kept_rows": {"events_days": 400, "drops_days": 90, "details_days": 90},
    "revenue_days": {"dated": "order", "event": "purchase", "now": NOW},
    "revenue_revisions": {"dated": "order", "event": "purchase"},
    "retention": {"first": "page_view", "again": "purchase", "unit": "week"},
    "experiment": {
        "event": "experiment_view",
        "prop": "variant",
        "only": "",
        "value": "",
        "goal": "purchase",
        "wait_ms": 0,
        "within_ms": 1000,
        "now": NOW,
    },
    "populations": {"unit": "week"},
    "property_paths": {
        "first": "page_view",
        "goal": "purchase",
        "prop": "prop.theme",
        "steps": "last",
        "within_ms": 1000,
        "sort": "-rate",
        "now": NOW,
    },
    "power": {"by": ["country", "prop.theme"], "cols": ["people", "sum:scroll:prop.percent", "last_at"], "paged": 1},
    "churn": {"unit": "month", "k": "3", "now": NOW},
    "lifetime": {"unit": "month", "since": "order", "now": NOW},
}


@pytest.mark.parametrize("name", sorted(month()))
def test_a_fake_row_has_the_columns_of_its_report(name: str) -> None:
    params = PARAMS | MORE.get(name, {})
    real = Reports(holding("nothing", lambda _: None)).run(name, **params)
    rows = month()[name](params)
    wanted = {"fate_events": an_event(), "fate_drops": a_drop()}.get(name) or rows[0]
    assert set(real.columns) == set(wanted)
