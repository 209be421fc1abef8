from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from onebyone.reports.attribution import reductions
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.side_by_side import BY_RULE, MODELS, MOST_CHANNELS, Share, Table, side_by_side
from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from reports.golden import Case, cases
from store.rows import an_event, put

PATHS: list[dict[str, Any]] = [
    {"path": ["Email", "Paid Search", "Direct"], "orders": 1, "revenue_minor": 100, "nulls": 0},
    {"path": ["Email"], "orders": 2, "revenue_minor": 1001, "nulls": 3},
    {"path": ["Paid Search"], "orders": 0, "revenue_minor": 0, "nulls": 4},
    {"path": [], "orders": 1, "revenue_minor": 500, "nulls": 0},
]


def rules() -> list[dict[str, Any]]:
    """Everything to Email, but what is unattributed."""
    rows = [{"model": model, "label": "Email", "orders": 3.0, "revenue_minor": 1101} for model in BY_RULE]
    return [*rows, *({"model": model, "label": "", "orders": 1.0, "revenue_minor": 500} for model in BY_RULE)]


def sums(table: Table, model: str) -> tuple[float, int]:
    shares = [*(line.shares[model] for line in table.lines), table.unattributed]
    return sum(share.orders for share in shares), sum(share.money for share in shares)


@pytest.mark.parametrize("model", MODELS)
def test_under_every_model_the_lines_add_up(model: str) -> None:
    table = side_by_side(rules(), PATHS, random=Random(1))
    assert table.total == Share(4.0, 1601) and table.unattributed == Share(1.0, 500)
    orders, money = sums(table, model)
    assert orders == pytest.approx(4) and money == 1601


def test_each_channel_of_a_path_has_the_same_under_shapley() -> None:
    table = side_by_side(rules(), PATHS, random=Random(1))
    found = {line.label: line.shares["shapley_set"] for line in table.lines}
    assert found["Email"].orders == pytest.approx(2 + 1 / 3)
    assert sorted(found[label].money for label in ("Direct", "Paid Search")) == [33, 33]


def by_last(paths: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every rule gives all to the last."""
    orders, money = Counter[str](), Counter[str]()
    for row in paths:
        orders[row["path"][-1]] += row["orders"]
        money[row["path"][-1]] += row["revenue_minor"]
    return [
        {"model": model, "label": label, "orders": count, "revenue_minor": money[label]}
        for label, count in orders.items()
        for model in BY_RULE
    ]


def path(*steps: str, orders: int = 0, money: int = 0, nulls: int = 0) -> dict[str, Any]:
    return {"path": list(steps), "orders": orders, "revenue_minor": money, "nulls": nulls}


def test_markov_shares_money_as_it_shares_orders_and_the_other_markov_shares_both_by_path() -> None:
    paths = [path("A", orders=6, money=60, nulls=4), path("A", "B", orders=1, money=40, nulls=9)]
    paths.append(path("B", orders=9, money=10_000))
    table = side_by_side(by_last(paths), paths, random=Random(1))
    a = next(line for line in table.lines if line.label == "A").shares
    whole, each = a["markov_order1_global"], a["markov_order1_per_path"]
    assert whole.money == pytest.approx(10_100 * whole.orders / 16, abs=1)
    of_both = each.orders - 6
    assert 0 < of_both < 1 and each.money == pytest.approx(60 + 40 * of_both, abs=1)


def test_the_order_of_markov_is_the_one_that_tells_best_what_comes_next() -> None:
    remembers = [path("A", "B", orders=900, nulls=30), path("C", "B", orders=30, nulls=900), path("A", orders=100)]
    table = side_by_side(by_last(remembers), remembers, random=Random(1))
    assert (table.order, min(table.losses, key=lambda one: table.losses[one])) == (2, 2)
    assert {"markov_order2_global", "markov_order2_per_path"} < set(table.models)
    few = [row | {"orders": row["orders"] // 10} for row in remembers]
    assert side_by_side(by_last(few), few, random=Random(1)).order == 1


def test_what_is_said_of_some_paths_is_said_of_all_orders() -> None:
    """The rows of the rules know the orders of every path."""
    table = side_by_side(by_last([*PATHS[:1], path("Email", orders=41, money=999)]), PATHS[:1], random=Random(1))
    for model in table.models:
        orders, money = sums(table, model)
        assert orders == pytest.approx(42) and money == 1099, model


def test_with_many_channels_rates_are_sampled_and_with_too_many_left_out() -> None:
    paths = [path(f"c{n}", f"c{n // 2}", orders=n % 3, money=n, nulls=n % 5) for n in range(40)]
    table = side_by_side(by_last(paths), paths, random=Random(1))
    assert max(table.errors.values()) > 0
    many = [path(f"c{n}", orders=1, money=7) for n in range(MOST_CHANNELS + 1)]
    table = side_by_side(by_last(many), many, random=Random(1))
    assert table.models == (*BY_RULE, "shapley_set") and "left out" in table.warnings[0]
    assert all(sums(table, model)[1] == 7 * len(many) for model in table.models)


def test_nothing_to_share_is_an_empty_table() -> None:
    table = side_by_side([], [], random=Random(1))
    assert (table.lines, table.unattributed, table.total) == ([], Share(), Share())


def test_orders_that_were_worth_nothing_have_credit_and_no_money() -> None:
    free = [row | {"revenue_minor": 0} for row in PATHS]
    table = side_by_side([row | {"revenue_minor": 0} for row in rules()], free, random=Random(1))
    assert all(sums(table, model)[1] == 0 for model in MODELS)


OF_ORDERS = [case for case in cases("credits_by_rule") if case.params["event"] == "purchase"]


@pytest.mark.parametrize("case", OF_ORDERS, ids=lambda case: case.title)
def test_the_reports_add_up_to_the_cent(store: Embedded, case: Case) -> None:
    put(store, [*case.outcomes(), *case.whose()])
    reports, asking = Reports(store), case.typed_params()
    by_rule = reports.run("credits_by_rule", **asking).dicts()
    table = side_by_side(by_rule, reports.run("paths", **asking, limit=100).dicts(), random=Random(1))
    (whole,) = reports.run_dicts(
        "totals", **{key: asking[key] for key in ("site", "from", "to", "currency", "traffic")}
    )
    assert table.total == Share(whole["orders"], whole["revenue_minor"]) and whole["orders"] > 3
    for model in MODELS:
        orders, money = sums(table, model)
        assert orders == pytest.approx(whole["orders"]) and money == whole["revenue_minor"]


def test_the_last_non_direct_rule_is_that_of_the_channels_report(store: Embedded) -> None:
    case = cases("credits_by_rule")[0]
    put(store, case.outcomes())
    asking = case.typed_params()
    ours = {
        row["label"] or "Unattributed": (row["orders"], row["revenue_minor"])
        for row in Reports(store).run("credits_by_rule", **asking).dicts()
        if row["model"] == "last_non_direct" and row["orders"]
    }
    plain = {key: asking[key] for key in ("site", "from", "to", "currency", "traffic")}
    theirs = Reports(store).run("channels", **plain).dicts()
    assert ours == {row["channel"]: (row["orders"], row["revenue_minor"]) for row in theirs if row["orders"]}


def test_the_reports_shorten_paths_as_the_models_of_given_paths_do(store: Embedded) -> None:
    case = cases("paths")[0]
    put(store, case.outcomes())
    asking, reports = case.typed_params(), Reports(store)

    def asked(reduce: str) -> Counter[tuple[str, ...]]:
        found: Counter[tuple[str, ...]] = Counter()
        for row in reports.run("paths", **asking | {"reduce": reduce}).dicts():
            found[tuple(row["path"])] += row["orders"] + 100 * row["nulls"]
        return found

    whole = asked("")
    for name in (*reductions.NAMED, "last_1", "last_2", "last_9"):
        expected: Counter[tuple[str, ...]] = Counter()
        for channels, count in whole.items():
            expected[reductions.get_reduction(name)(Path(channels, 1)).channels] += count
        assert asked(name) == expected and len(expected) > 1, name
    lines = reports.run("credits_by_rule", **case.typed_params(reduce="no_direct")).dicts()
    assert sum(row["revenue_minor"] for row in lines if row["model"] == "linear") == 1611


def test_sessions_before_the_order_before_may_have_no_part(store: Embedded) -> None:
    """As with journeys: an order of the same instant takes nothing, and one before the period does."""
    visitor: dict[str, Any] = {"visitor": 1, "host": "shop.example", "via": "tag"}
    seen = {(1, 9): "Email", (3, 9): "Referral", (20, 9): "Paid Search", (20, 12): "Direct"}
    rows = []
    for number, ((day, hour), channel) in enumerate(seen.items()):
        own = visitor | {"at": datetime(2026, 11, day, hour, tzinfo=UTC), "channel": channel}
        rows.append(an_event(number=2 * number, name="page_view", **own))
        if channel != "Referral":
            own |= {"at": datetime(2026, 11, day, hour, 10, tzinfo=UTC), "order_id": f"o{number}"}
            rows.append(an_event(number=2 * number + 1, name="purchase", value=100, currency="EUR", **own))
    put(store, rows)
    asking = cases("paths")[0].typed_params()
    kept = {tuple(row["path"]) for row in Reports(store).run("paths", **asking | {"reset": 1}).dicts()}
    assert kept == {("Referral", "Paid Search"), ("Direct",)}
    whole = {tuple(row["path"]) for row in Reports(store).run("paths", **asking).dicts()}
    assert whole == {("Email", "Referral", "Paid Search"), ("Email", "Referral", "Paid Search", "Direct")}


def test_a_limit_keeps_the_most_frequent_paths_with_an_order_or_without(store: Embedded) -> None:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    common: dict[str, Any] = {"host": "shop.example", "via": "tag"}
    rows = [an_event(number=n, name="page_view", at=at, visitor=n, channel="Email", **common) for n in (1, 2, 3)]
    rows.append(an_event(number=4, name="page_view", at=at, visitor=4, channel="Referral", **common))
    order = common | {"at": at.replace(minute=5), "visitor": 4, "value": 100, "currency": "EUR", "order_id": "o"}
    put(store, [*rows, an_event(number=5, name="purchase", **order)])
    (row,) = Reports(store).run("paths", **cases("paths")[0].typed_params(limit=1)).dicts()
    assert (row["path"], row["orders"], row["nulls"]) == (["Email"], 0, 3)
    assert (row["all_paths"], row["all_nulls"]) == (2, 3)
