"""Credits that the store gives: the same to the last digit however rows come, and those of the rules of given paths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from onebyone.reports.attribution.money import split
from onebyone.reports.attribution.named import get_rule
from onebyone.reports.attribution.side_by_side import BY_RULE
from onebyone.reports.catalogue import Reports
from onebyone.store.engine import Embedded
from reports.golden import cases
from store.engine_fixture import holding
from store.rows import an_event, put

ORDERS = 80
HOUR_MS = 3_600_000
NIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def journeys() -> list[tuple[int, list[int]]]:
    """By order its cents, and how many milliseconds before it its sessions were, the oldest first."""
    random = Random(7)
    found = []
    for n in range(ORDERS):
        hours = sorted(random.sample(range(1, 700), 1 + n % 7), reverse=True)
        found.append((random.randrange(1, 9_999), [hour * HOUR_MS + random.randrange(1_000_000) for hour in hours]))
    return found


def told(store: Embedded, visitor: Callable[[int], int], campaign: Callable[[int, int], str]) -> None:
    common: dict[str, Any] = {"host": "shop.example", "via": "tag", "channel": "Email"}
    rows = []
    for n, (value, ages) in enumerate(journeys()):
        at = NIGHT + timedelta(hours=12, minutes=n)
        own = common | {"visitor": visitor(n)}
        rows += [
            an_event(
                100 * n + i, name="page_view", at=at - timedelta(milliseconds=age), campaign=campaign(n, i), **own
            )
            for i, age in enumerate(ages)
        ]  # fmt: skip
        order = own | {"via": "server", "value": value, "currency": "EUR", "order_id": f"o{n}"}  # which is no session
        rows.append(an_event(100 * n + 99, name="purchase", at=at, **order))
    put(store, rows)


def credits(store: Embedded) -> list[dict[str, Any]]:
    return Reports(store).run_dicts("credits_by_rule", **cases("credits_by_rule")[0].typed_params(by="campaign"))


def test_credits_are_the_same_to_the_last_digit_whatever_order_people_are_read_in() -> None:
    """Sums of floats are not: which person is read first is the store's choice, and another with each thread."""

    def of(factor: int) -> list[dict[str, Any]]:
        told_so = partial(told, visitor=lambda n: 1 + n * factor, campaign=lambda _, i: f"c{i % 3}")
        return credits(holding(f"people times {factor}", told_so))

    first, *others = map(of, (1, 7_919, 104_729))
    assert others == [first, first]
    for model in BY_RULE:
        assert sum(round(row["orders"] * 10**12) for row in first if row["model"] == model) == ORDERS * 10**12, model


@pytest.mark.parametrize("model", BY_RULE)
def test_each_order_is_shared_as_the_rule_shares_a_given_path(model: str) -> None:
    store = holding("a campaign each", lambda store: told(store, lambda n: 1 + n, lambda n, i: f"{n}-{i}"))
    found = {row["label"]: row for row in credits(store) if row["model"] == model}
    for n, (value, ages) in enumerate(journeys()):
        shares = get_rule(model)([f"{n}-{i}" for i in range(len(ages))], [age / HOUR_MS for age in ages])
        rows = [found[f"{n}-{i}"] for i in range(len(ages))]
        assert [row["revenue_minor"] for row in rows] == split(value, shares)
        assert [row["orders"] for row in rows] == pytest.approx(shares, abs=1e-11)
