"""The over-claim ratio: both sides are of the same days."""

from __future__ import annotations

from datetime import date, timedelta

from onebyone.reports.reconciliation.claims import Claim
from onebyone.reports.reconciliation.over_claim import Held, over_claims

FIRST = date(2026, 10, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


def ten_a_day(first: date, last: date) -> int:
    return 10 * ((last - first).days + 1)


def held(title: str, first: int, last: int, *, daily: int, days_of_row: int = 1) -> Held:
    claims = [
        Claim(
            platform=title, first=day(start), last=day(start + days_of_row - 1), date_basis="click", zone="UTC",
            currency="EUR", conversions=1000 * daily * days_of_row,
        )
        for start in range(first, last + 1, days_of_row)
    ]  # fmt: skip
    return Held(title, day(first), day(last), claims)


def test_a_week_of_one_and_a_month_of_the_other_are_compared_in_that_week() -> None:
    (found,) = over_claims([held("Meta", 8, 14, daily=8), held("Google", 1, 30, daily=7)], ten_a_day)
    assert (found.platforms, found.first, found.last) == (["Meta", "Google"], day(8), day(14))
    assert (found.claimed, found.orders, found.ratio) == (7 * 15, 70, 1.5)


def test_a_row_that_reaches_beyond_the_common_days_cannot_be_cut() -> None:
    month = held("Google", 1, 30, daily=7, days_of_row=30)
    found = over_claims([held("Meta", 8, 14, daily=8), month], ten_a_day)
    assert [(one.platforms, one.orders, one.ratio) for one in found] == [(["Meta"], 70, 0.8), (["Google"], 300, 0.7)]


def test_files_without_a_day_in_common_stand_each_by_itself() -> None:
    found = over_claims([held("Meta", 1, 7, daily=8), held("Google", 8, 14, daily=7)], ten_a_day)
    assert [one.ratio for one in found] == [0.8, 0.7]


def test_without_orders_there_is_no_ratio_and_without_platforms_nothing() -> None:
    assert [one.ratio for one in over_claims([held("Meta", 1, 7, daily=8)], lambda *_: 0)] == [None]
    assert over_claims([], ten_a_day) == []
