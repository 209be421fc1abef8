from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.attribution.side_by_side import BY_RULE
from onebyone.reports.catalogue import Reports
from onebyone.state.sites import Site
from onebyone.web.counted import ORDERS
from onebyone.web.order_credit import Credit, tell
from reports.golden import cases
from store.engine_fixture import holding
from store.rows import put
from web.fakes import Place
from web.month import month

Client = TestClient[Litestar]
NOW = datetime(2026, 11, 12, 13, 32, tzinfo=UTC)
SITE = Site(id="s", name="Shop", prefix="p", origins=(), zone="Europe/Berlin", currency="EUR")


def told(rows: list[dict[str, Any]]) -> Credit:
    return tell(rows, SITE, ORDERS, NOW)


def touches() -> list[dict[str, Any]]:
    return month()["order_touches"]({})


def test_the_chain_is_told_from_the_oldest_with_what_was_left_out_and_why() -> None:
    found = told(touches())
    assert [(one.label, one.why) for one in found.touches] == [
        ("Organic Search", "older than 30 days"), ("Paid Search", ""), ("Email", ""), ("Direct", ""),
    ]  # fmt: skip
    assert found.touches[2].campaign == "newsletter / email, lichterzeit-2026" and found.touches[2].elsewhere
    assert found.says == "Email: of 3 sessions within 30 days it is the last that was not direct."


def test_each_model_shares_the_order_to_the_cent() -> None:
    shares = {one.model: [(label, money) for label, _, money in one.parts] for one in told(touches()).shares}
    assert shares["Last"] == [("Direct", "€113.90")] and shares["Last non-direct"] == [("Email", "€113.90")]
    assert shares["Linear"] == [("Paid Search", "€37.97"), ("Email", "€37.97"), ("Direct", "€37.96")]
    assert len(shares) == 7


def test_what_is_worth_nothing_is_shared_in_parts() -> None:
    free = told([row | {"net_minor": 0} for row in touches()])
    assert next(one for one in free.shares if one.model == "Position").parts[0] == ("Paid Search", "40.0%", "")


def test_without_a_session_in_time_it_is_unattributed() -> None:
    nobody = touches()[0] | {"label": "", "age_ms": 0, "counts": 1}
    assert told([nobody]) == Credit("Unattributed: no session of theirs is known.", [], [])
    late = told([row | {"counts": 0} for row in touches()])
    assert late.says.startswith("Unattributed: every session of theirs is older") and len(late.touches) == 4


def test_an_only_session_is_not_compared() -> None:
    assert told(touches()[1:2]).says == "Email: the only session within 30 days."


def test_sessions_that_are_all_direct_or_of_no_channel_are_said_to_be() -> None:
    alone = touches()[0] | {"label": "Unassigned"}
    assert told([alone]).says == "Unassigned: not even the only session before this order came from elsewhere."


def test_it_is_what_the_report_of_all_orders_gives_that_order() -> None:
    case = cases("order_touches")[0]
    reports = Reports(holding("one order", lambda store: put(store, [*case.outcomes(), *case.whose()])))
    asking = case.typed_params()
    credit = told(reports.run_dicts("order_touches", **asking))
    alone = {key: value for key, value in asking.items() if key not in ("id", "limit")}
    rows = reports.run_dicts("credits_by_rule", **alone, by="channel", reset=0, reduce="")
    for model, share in zip(BY_RULE, credit.shares, strict=False):
        own = [row for row in rows if row["model"] == model and row["orders"]]
        theirs = {row["label"]: f"€{row['revenue_minor'] / 100:.2f}" for row in own}
        assert {label: money for label, _, money in share.parts} == theirs, model


def test_an_orders_page_and_its_persons_say_it(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/fate/NL-48213").text
    assert "it is the last that was not direct" in page and "left out: older than 30 days" in page
    asked = place.reports.asked_of("order_touches")
    assert (asked["id"], asked["event"]) == ("5b0c2d1e-2222-4222-8333-444455556666", "purchase")
    assert asked["to"] > asked["from"]  # type: ignore[operator]
    person = f"/s/{place.site.id}/people/7002"
    assert "Order NL-48213 13:02:11" in admin.get(person).text
    assert "it is the last that was not direct" in admin.get(f"{person}?order=NL-48213").text
    place.reports.down.add("order_touches")
    assert admin.get(f"/s/{place.site.id}/fate/NL-48213").text.count("The store does not answer") == 1


def test_what_does_not_count_has_no_credit(place: Place, admin: Client) -> None:
    place.reports.answers["order_touches"] = lambda _: []
    assert '<section id="credit">' not in admin.get(f"/s/{place.site.id}/fate/NL-48213").text
    assert "nobody has credit for it" in admin.get(f"/s/{place.site.id}/people/7002?order=NL-48213").text
    assert "nobody has credit for it" not in admin.get(f"/s/{place.site.id}/people/7002?order=NL-1").text
