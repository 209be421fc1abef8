"""Planted causes are named with their planted sizes, for every platform, through its own export."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from onebyone.reports.attribution.rules import last_non_direct
from onebyone.reports.reconciliation.claims import Import
from onebyone.reports.reconciliation.compare import Asked, Kept, Reconciliation, compare, reach
from onebyone.reports.reconciliation.match import Theirs, match
from onebyone.reports.reconciliation.orders import Order, extra_within
from onebyone.reports.reconciliation.platforms import read_platforms
from onebyone.reports.reconciliation.read import Told, read_export
from reports.reconciliation import planted as truth
from reports.reconciliation.planted import KINDS, META, Kind, Planted

PLATFORMS = read_platforms()
ASKED = Asked(site_zone=truth.SITE_ZONE, rule=last_non_direct, today=date(2027, 3, 1))
SIZES = st.integers(0, 9)


def claims_of(kind: Kind, planted: Planted) -> list[Kept]:
    told = Told(zone="" if kind.name == "linkedin" else kind.zone)
    found = read_export(truth.export(kind, planted), PLATFORMS, zone=truth.SITE_ZONE, currency="EUR", told=told)
    assert isinstance(found, Import)
    return [Kept(1, claim) for claim in found.claims]


def reconciled(kind: Kind, planted: Planted, asked: Asked = ASKED) -> Reconciliation:
    orders = truth.orders(kind, planted, Random(7))
    return compare(claims_of(kind, planted), orders, PLATFORMS, asked)


def check(kind: Kind, planted: Planted) -> None:
    (found,) = reconciled(kind, planted).platforms
    steps = {step.name: step.orders for step in found.ladder.steps}
    clicks = planted.clicked_inside - planted.clicked_before if kind.by_click else 0
    views = planted.viewed if kind.views_counted else 0
    assert steps == {
        "time_zone": -planted.lost_by_zone,
        "date_basis": clicks,
        "attribution": planted.emailed_after_click,
        "window": -planted.clicked_long_ago if kind.window_days < 30 else 0,
        "view_through": views,
        "duplicates": planted.reported_twice,
        "refunds": planted.cancelled,
        "not_forwarded": -planted.declined - truth.blocked(planted),
    }
    assert (found.ladder.not_allowed, found.ladder.not_seen) == (-planted.declined, -truth.blocked(planted))
    assert found.ladder.residual.orders == planted.unseen
    assert found.ladder.theirs.orders == truth.claimed(kind, planted)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_planted_cause_is_named_with_its_size(kind: Kind) -> None:
    check(kind, Planted())


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.builds(
        Planted, plain=SIZES, lost_by_zone=SIZES, clicked_before=SIZES, clicked_inside=SIZES, emailed_after_click=SIZES,
        clicked_long_ago=SIZES, viewed=SIZES, reported_twice=SIZES, cancelled=SIZES, declined=SIZES, unseen=SIZES,
        a_browser=st.sampled_from([0, 10, 30]),
    ),
)  # fmt: skip
def test_causes_of_any_size_are_told_apart(kind: Kind, planted: Planted) -> None:
    check(kind, planted)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_ours_and_the_steps_and_the_residual_add_up_to_the_claim(kind: Kind) -> None:
    for one in reconciled(kind, Planted()).platforms:
        for found in (one.ladder, *(campaign.ladder for campaign in one.campaigns)):
            told = found.ours.orders + sum(step.orders or 0 for step in found.steps) + (found.residual.orders or 0)
            assert told == pytest.approx(found.theirs.orders)
            money = found.ours.money + sum(step.money or 0 for step in found.steps) + (found.residual.money or 0)
            assert money == pytest.approx(found.theirs.money)


def test_a_step_that_nobody_can_know_is_not_called_nought() -> None:
    blind = [Kept(1, replace(claim, view_through=None)) for _, claim in claims_of(META, Planted())]
    (found,) = compare(blind, truth.orders(META, Planted(), Random(1)), PLATFORMS, ASKED).platforms
    views = next(step for step in found.ladder.steps if step.name == "view_through")
    assert views.orders is None
    assert found.ladder.residual.orders == Planted().unseen + Planted().viewed


def test_a_period_that_ended_less_than_a_window_ago_is_not_judged() -> None:
    early = Asked(site_zone=truth.SITE_ZONE, rule=last_non_direct, today=truth.LAST + timedelta(days=3))
    (found,) = reconciled(META, Planted(), early).platforms
    assert not found.settled and found.ladder.light is None
    assert reconciled(META, Planted()).platforms[0].ladder.light == "green"


def test_platforms_claim_more_than_happened_where_they_share_orders() -> None:
    planted = Planted(plain=10)
    kept = claims_of(META, planted) + claims_of(truth.TIKTOK, planted)
    both = truth.orders(META, planted, Random(1))
    found = compare(kept, [clicked_on_both(order) for order in both], PLATFORMS, ASKED)
    assert all(one.ratio is not None and one.ratio > 1 for one in found.over_claims)
    pair = next(one for one in found.overlap if (one.one, one.other) == ("meta", "tiktok"))
    assert pair.orders == sum(not order.cancelled for order in both) - planted.clicked_long_ago


def clicked_on_both(order: Order) -> Order:
    mine = order.visits[0]
    return replace(order, visits=(replace(mine, platform="tiktok"), *order.visits))


def test_only_rows_inside_the_asked_days_are_compared() -> None:
    asked = Asked(
        site_zone="UTC", rule=last_non_direct, today=date(2027, 1, 1), first=date(2026, 10, 2), last=date(2026, 10, 9)
    )
    assert reach(claims_of(META, Planted()), asked) is None
    assert reconciled(META, Planted(), asked).platforms == []


def test_a_platform_that_forgets_ids_counts_a_late_copy_again() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert extra_within([("a", start), ("a", start + timedelta(hours=47))]) == 0
    assert extra_within([("a", start), ("a", start + timedelta(hours=49))]) == 1
    assert extra_within([("a", start), ("b", start)]) == 1
    assert extra_within([]) == 0


def test_campaigns_match_by_id_then_by_name_then_as_said_and_never_by_likeness() -> None:
    theirs = [
        Theirs("Brand", frozenset({"21034567890"})),
        Theirs("Spring_Sale | DE"),
        Theirs("Prospecting"),
        Theirs("Winter drops"),
        Theirs("Zeros", frozenset({"123"})),
    ]
    ours = ["21034567890", "spring-sale-de", "cold", "winter-drop", "00123", "brand"]
    found = {one.theirs: one for one in match(theirs, ours, {"Prospecting": "cold", "Zeros": "not there"})}
    assert (found["Brand"].how, found["Brand"].ours) == ("id", ("21034567890",))
    assert (found["Spring_Sale | DE"].how, found["Spring_Sale | DE"].ours) == ("name", ("spring-sale-de",))
    assert (found["Prospecting"].how, found["Prospecting"].ours) == ("said", ("cold",))
    assert (found["Winter drops"].how, found["Winter drops"].suggestion) == ("none", "winter-drop")
    assert (found["Zeros"].how, found["Zeros"].suggestion) == ("none", "00123")


def test_a_name_stands_for_the_ids_that_came_with_it_also_after_it_was_renamed() -> None:
    theirs = [Theirs("Brand 2027", frozenset({"21034567890"})), Theirs("Generic", frozenset({"5"}))]
    ids = {"brand": ["21034567890"], "brand old": ["21034567890"], "generic": ["6"]}
    found = match(theirs, ["brand", "brand old", "generic"], ids=ids)
    assert [(one.how, one.ours) for one in found] == [("id", ("brand", "brand old")), ("name", ("generic",))]


def test_ten_thousand_campaigns_are_matched() -> None:
    theirs = [Theirs(f"Campaign {n}", frozenset({str(n)})) for n in range(10_000)]
    found = match(theirs, [f"campaign-{n}" for n in range(10_000)])
    assert sum(one.how == "name" for one in found) == 10_000


def test_a_campaign_of_ours_goes_to_one_of_theirs_alone() -> None:
    theirs = [Theirs("Brand", names=frozenset({"Shared"})), Theirs("Generic", names=frozenset({"shared"}))]
    assert [one.ours for one in match(theirs, ["shared"])] == [("shared",), ()]
