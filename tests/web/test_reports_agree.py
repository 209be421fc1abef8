"""The fakes' rows have the columns of the real reports, asked on a real store; and reports agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.reports.few import Hidden
from onebyone.reports.sight import CELLS, Sight
from onebyone.store import Param
from onebyone.store.engine import Embedded
from reports.golden import cases
from store.engine_fixture import holding
from store.rows import an_event as stored_event
from store.rows import put
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
    "order_channels": {"orders": ["NL-48213"]},
    "nearest_events": {
        "event": "",
        "text": "",
        "named": 0,
        "shown_from": NOW - timedelta(days=2),
        "shown_to": NOW - timedelta(days=1),
    },
    **dict.fromkeys(("conversion_sums", "conversion_parts"), _NARROWED),
    "conversion_records": _NARROWED
    | {"sort": "-at", "after_rank": 2**63 - 1, "after_id": "f" * 8 + "-ffff" * 4 + "f" * 8},
    "filter_values": {"field": "channel", "text": ""},
    **dict.fromkeys(("credited_orders", "session_visitors"), _BEHIND | {"by": "channel", "is": ["Email"]}),
    **dict.fromkeys(("placed_orders", "event_visitors"), _BEHIND | {"by": "country", "is": ["DE"]}),
    "event_list": _BEHIND | {"event": "page_view", "of": []},
    "page_days": {"rows": ["nordlight.example", "/"]},
    "row_days": {"by": "channel", "rows": ["Email"]},
    "drop_list": _BEHIND | {"reason": "order_joined"},
    "missed_orders": _BEHIND | {"event": "purchase", "by": "browser", "label": "Chrome", "seen": "server-only"},
    "cohort_people": _BEHIND
    | {"first": "page_view", "again": "purchase", "unit": "week", "entry": "first", "cohort": "2026-11-09", "later": 1},
    "loss": {"by": "browser", "event": "purchase"},
    "credits_by_rule": {"by": "channel", "event": "purchase", "window_days": 30, "reset": 0, "reduce": ""},
    "shared_orders": _BEHIND
    | {
        "by": "channel",
        "event": "purchase",
        "window_days": 30,
        "reset": 0,
        "reduce": "",
        "model": "linear",
        "label": [],
    },
    "order_touches": {"event": "purchase", "id": "5b0c2d1e-2222-4222-8333-444455556666", "window_days": 30},
    "paths": {"by": "channel", "event": "purchase", "window_days": 30, "reset": 0, "reduce": ""},
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
    "retention": {"first": "page_view", "again": "purchase", "unit": "week", "entry": "first"},
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
    "experiment_seen": _BEHIND
    | {
        **{"event": "experiment_view", "prop": "variant", "only": "", "value": "", "goal": "purchase"},
        **{"wait_ms": 0, "within_ms": 1000, "variant": "b", "which": "all", "now": NOW},
    },
    "populations": {"unit": "week"},
    "population_people": _BEHIND | {"unit": "week", "starts": "2026-11-09", "which": "fresh"},
    "active_people": _BEHIND | {"days": 1},
    "lifetime_people": _BEHIND | {"unit": "month", "since": "visit", "cohort": "2026-11-01", "now": NOW},
    "mail_readers": _BEHIND | {"message": f"{1:032x}", "which": "openers"},
    "mail_ordered": _BEHIND | {"message": f"{1:032x}"},
    "vital_list": _BEHIND | {"of": ["device", "", "lcp"]},
    "kept_events": _BEHIND,
    "judged_events": _BEHIND | {"who": "automated", "of": ["rule", "crawler.verified"]},
    "property_path_people": _BEHIND
    | {
        **{"first": "page_view", "goal": "purchase", "prop": "prop.theme", "steps": "last", "within_ms": 1000},
        **{"which": "converted", "kind": "path", "path": ["dark"]},
    },
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


def of_devices() -> Reports:
    """Orders of persons on several devices, one that names nobody known, and one in another currency."""
    (case,) = [case for case in cases("channels") if case.given == "devices"]

    def tell(store: Embedded) -> None:
        abroad = stored_event(50, name="purchase", visitor=6, value=90, currency="USD", order_id="o6")
        put(store, [*case.outcomes(), *case.whose(), abroad])

    return Reports(holding("reports agree about persons", tell))


DAY: dict[str, Param] = {
    "site": "s1", "from": datetime(2026, 11, 20, tzinfo=UTC), "to": datetime(2026, 11, 21, tzinfo=UTC), "zone": "UTC",
    "currency": "EUR", "traffic": "people", "limit": 100,
}  # fmt: skip
EACH_ORDER: dict[str, dict[str, Param]] = {
    "overview": {}, "totals": {}, "channels": {}, "sources": {}, "countries": {}, "devices": {}, "browsers": {},
    "paths": {"by": "channel", "event": "purchase", "window_days": 30, "reset": 0, "reduce": ""},
}  # fmt: skip


@pytest.mark.parametrize("name", EACH_ORDER)
def test_every_order_is_in_each_report_once_and_its_money_is_of_the_sites_currency(name: str) -> None:
    rows = of_devices().run_dicts(name, **DAY, **EACH_ORDER[name])
    assert sum(row["orders"] for row in rows) == 6
    assert sum(row["revenue_minor"] for row in rows if row.get("currency", "EUR") == "EUR") == 1580


FEW: dict[str, dict[str, Param]] = {
    "channels": {}, "countries": {}, "pages": {"whole": 1}, "overview": {}, "totals": {}, "days_active": {},
    "power": {"by": ["country"], "cols": ["events:page_view"], "paged": 1},
    "funnel": _FUNNEL, "funnel_split": _FUNNEL | {"by": "country"},
    "retention": {"first": "page_view", "again": "purchase", "unit": "week", "entry": "first"},
    "property_paths": MORE["property_paths"], "populations": {"unit": "week"},
}  # fmt: skip


@pytest.mark.parametrize("name", FEW)
def test_of_six_people_a_real_report_tells_no_number_to_who_may_not_see_it(name: str) -> None:
    rows = Sight(of_devices(), lambda _: False).run(name, **DAY | FEW[name]).dicts()
    counting = CELLS[name].people if name in CELLS else ()
    assert rows and not any(row[column] > 0 for row in rows for column in counting if type(row[column]) is int)
    assert any(isinstance(value, Hidden) for row in rows for value in row.values())


def test_people_channels_and_attribution_say_the_same_of_whom_an_email_reached() -> None:
    reports = of_devices()
    (ann,) = [row for row in reports.run_dicts("people", **DAY, persons=[], text="") if row["person"] == "100"]
    (email,) = [row for row in reports.run_dicts("channels", **DAY) if row["channel"] == "Email"]
    credits = reports.run_dicts(
        "credits_by_rule", **DAY, event="purchase", by="channel", window_days=30, reset=0, reduce=""
    )
    (first,) = [row for row in credits if (row["model"], row["label"]) == ("first_touch", "Email")]
    (mailed,) = reports.run_dicts("mail_orders", **DAY)
    for row in (ann, email, first, mailed):
        assert (row["orders"], row["revenue_minor"]) == (2, 350)


def test_each_model_shares_out_every_order() -> None:
    rows = of_devices().run_dicts(
        "credits_by_rule", **DAY, event="purchase", by="channel", window_days=30, reset=0, reduce=""
    )
    for model in {row["model"] for row in rows}:
        of_model = [row for row in rows if row["model"] == model]
        assert sum(row["orders"] for row in of_model) == pytest.approx(6)
        assert sum(row["revenue_minor"] for row in of_model) == 1580


def test_a_funnel_its_parts_and_the_list_behind_it_count_the_same_persons() -> None:
    reports = of_devices()
    asked = DAY | {"from": datetime(2026, 11, 15, tzinfo=UTC), "steps": ["page_view", "purchase"], "without": ""}
    asked |= {"within_ms": 30 * 86_400_000}
    whole = {row["step"]: row["people"] for row in reports.run_dicts("funnel", **asked)}
    assert whole == {1: 4, 2: 3}
    parts = reports.run_dicts("funnel_split", **asked, by="last_ever.host")
    behind = {
        step: {row["person"] for row in reports.run_dicts("funnel_people", **asked, **_BEHIND, step=step, which="all")}
        for step in whole
    }
    for step, people in whole.items():
        assert sum(row["people"] for row in parts if row["step"] == step) == people == len(behind[step])
    assert "100" in behind[2]
