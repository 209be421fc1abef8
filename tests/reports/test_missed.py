"""Rates and refusals from the rows of the report `loss`."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.loss import wilson
from onebyone.reports.missed import NOTHING, breakdown, days, in_a_row, read_group, whole


def a_row(
    label: str = "", *, both: int = 0, server_only: int = 0, browser_only: int = 0, **more: Any
) -> dict[str, Any]:
    """Each conversion another person's, unless said otherwise."""
    server = both + server_only
    squares = {"missed_squares": server_only, "missed_products": server_only, "server_squares": server}
    seen = {"label": label, "both": both, "server_only": server_only, "browser_only": browser_only}
    return dict(NOTHING) | seen | squares | {"server_people": server} | more


def test_a_rate_stands_beside_its_interval() -> None:
    found = whole([a_row(both=1698, server_only=478, browser_only=4)])
    assert found.refused == "" and found.block_rate == 478 / 2176
    assert found.block_rate_95 == wilson(478, 2176)
    assert found.rates.uplift == 478 / 1702


def test_21875_percent_missed_of_a_complete_server_are_28_percent_more() -> None:
    found = whole([a_row(both=78_125, server_only=21_875)])
    assert found.block_rate == 0.21875 and found.rates.uplift == pytest.approx(0.28)
    assert found.rates.uplift_low < 0.28 < (found.rates.uplift_high or 0)
    assert found.estimate.status == "one_source_contains_other"


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (a_row(), "no_conversions"),
        (a_row(browser_only=900), "no_server_source"),
        (a_row(server_only=900), "no_browser_source"),
        (a_row(server_only=100, browser_only=400), "no_overlap"),
        (a_row(both=20, server_only=9, browser_only=400), "too_few"),
        (a_row("Brave", both=20, server_only=10, server_people=9), "too_few_people"),
        (a_row("Brave", server_only=30), ""),
        (a_row(both=20, server_only=10), ""),
    ],
)
def test_a_figure_that_would_be_dishonest_is_refused_by_name(row: dict[str, Any], refused: str) -> None:
    found = read_group(row)
    assert found.refused == refused
    assert (found.block_rate is None) == (found.block_rate_95 is None) == bool(refused)


def test_an_event_that_only_browsers_can_send_has_no_server_source_and_no_loss() -> None:
    found = whole([a_row(browser_only=5_000)])
    assert (found.refused, found.block_rate, found.estimate.status) == ("no_server_source", None, "no_server_source")


def test_a_server_that_steps_in_where_a_browser_failed_estimates_nothing() -> None:
    found = whole([a_row(both=500, server_only=300, third_and_both=50, third_only=40)], "fallback")
    assert found.refused == "server_is_fallback" and found.three is None
    assert (found.estimate.status, found.estimate.chapman) == ("server_is_fallback", None)


def test_what_browsers_told_of_people_who_declined_is_no_loss() -> None:
    """The demo: 51 that only the server reported, of which browsers told 26 that their people did not allow to keep."""
    row = a_row(both=53, server_only=51, withheld=26, silent=51, missed_minor=1_155_879)
    found = whole([row])
    assert (found.seen.server_only, found.seen.server, found.declined, found.silent) == (25, 78, 26, 25)
    assert found.block_rate == 25 / 78 and found.missed_minor == 1_155_879 * 25 // 51
    assert not breakdown([a_row("Chrome", both=53, server_only=51, silent=51), a_row(withheld=26)]).is_told


def test_no_more_are_taken_off_than_nobody_knows_the_choice_of() -> None:
    found = whole([a_row(both=53, server_only=51, withheld=26, silent=4)])
    assert (found.seen.server_only, found.declined, found.silent) == (47, 4, 0)


def test_people_who_convert_more_than_once_widen_the_interval() -> None:
    """100 people with four each, one in four missed wholly: as if there were 100."""
    row = a_row(both=300, server_only=100)
    row |= {"missed_squares": 25 * 16, "missed_products": 25 * 16, "server_squares": 100 * 16, "server_people": 100}
    found = read_group(row)
    assert found.design_effect == pytest.approx(4.0)
    assert found.block_rate_95 == wilson(25, 100)
    of_all = wilson(25, 100)
    assert (found.rates.uplift_low, found.rates.uplift_high) == pytest.approx(
        (of_all.low / (1 - of_all.low), of_all.high / (1 - of_all.high))
    )


def test_people_who_convert_more_than_once_widen_the_estimate_and_the_limits_of_a_day() -> None:
    """The same counts, as if each person converted four times: twice as far on the scale of the logarithm."""
    single = a_row(both=300, server_only=60, browser_only=40)
    again = single | {"missed_squares": 60 * 4, "missed_products": 60 * 4, "server_squares": 360 * 4}
    one, four = read_group(single).estimate, read_group(again).estimate
    assert (one.unseen, one.union) == (four.unseen, four.union)
    assert one.interval_95 and four.interval_95 and one.variance and four.variance == pytest.approx(4 * one.variance)
    known, unseen = 399.5, 40.5 * 60.5 / 300.5  # of the transformed logit
    near, far = (math.log((interval.high - known) / unseen) for interval in (one.interval_95, four.interval_95))
    assert far == pytest.approx(2 * near)
    before = [a_row(f"2026-10-{n:02}", both=40, server_only=10) for n in range(1, 15)]
    day = a_row("2026-10-15", both=40, server_only=10)
    wide = day | {"missed_squares": 40, "missed_products": 40, "server_squares": 200}
    [narrow], [wider] = (days([*before, one], ["2026-10-15"]) for one in (day, wide))
    assert wider.high - 0.2 == pytest.approx(2 * (narrow.high - 0.2))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=50))
def test_an_interval_is_never_narrower_than_wilsons(people: list[tuple[int, int]]) -> None:
    row = a_row(both=sum(both for both, _ in people), server_only=sum(missed for _, missed in people)) | {
        "missed_squares": sum(missed**2 for _, missed in people),
        "missed_products": sum(missed * (both + missed) for both, missed in people),
        "server_squares": sum((both + missed) ** 2 for both, missed in people),
    }
    found = read_group(row)
    assert found.design_effect >= 1.0
    if found.block_rate_95 is not None:
        plain = wilson(found.seen.server_only, found.seen.server)
        assert found.block_rate_95.low <= plain.low + 1e-12 and found.block_rate_95.high >= plain.high - 1e-12


def test_groups_stand_by_their_rate_and_small_ones_are_hidden() -> None:
    rows = [
        a_row("Chrome", both=454, server_only=148),
        a_row("Opera", both=20, server_only=5),
        a_row("Brave", both=8, server_only=33),
        a_row("Lynx", browser_only=3),
    ]
    found = breakdown(rows)
    assert [group.label for group in found.shown] == ["Brave", "Chrome"]
    assert [group.label for group in found.hidden] == ["Opera"]
    assert found.is_told


def test_rates_are_not_told_where_the_missed_do_not_say_their_group() -> None:
    """A server that does not pass on the user agent: every browser would look as if it missed nothing."""
    found = breakdown([a_row("Chrome", both=400), a_row("", server_only=100)])
    assert (found.missed, found.unknown, found.is_told) == (100, 100, False)
    assert breakdown([a_row("Chrome", both=400, server_only=90), a_row("", server_only=10)]).is_told


def test_a_day_is_held_against_the_four_weeks_before_it() -> None:
    first = date(2026, 10, 1)
    rows = [a_row((first + timedelta(days=n)).isoformat(), both=40, server_only=10) for n in range(29)]
    rows[-1] = a_row("2026-10-29", both=20, server_only=30)
    found = days(rows, ["2026-10-01", "2026-10-28", "2026-10-29", "2026-10-30"])
    assert [day.is_outside for day in found] == [False, False, True, False]
    assert found[0].expected is None and found[1].expected == 0.2
    assert found[2].low == pytest.approx(0.2 - 3 * (0.2 * 0.8 / 50) ** 0.5)
    assert found[3].group.refused == "no_conversions"


def test_a_third_list_is_fitted_where_it_shares_enough() -> None:
    row = a_row(both=741, server_only=209, browser_only=23) | {
        "third_and_both": 292, "third_and_browser": 9, "third_and_server": 82, "third_only": 6,
    }  # fmt: skip
    found = read_group(row)
    assert found.three is not None and found.three.fits[0].model == "BS,E"  # the case of the vectors
    assert found.three.union == 979 and found.three.fits[0].total == pytest.approx(988.24282)
    few = read_group(a_row(both=50, server_only=20, third_and_both=6, third_only=9))
    assert (few.three, few.third, few.third_shared) == (None, 15, 6)


def test_a_refused_group_has_no_figures_in_a_row() -> None:
    row = in_a_row(read_group(a_row(server_only=900, browser_only=7)))
    assert row["refused"] == "no_overlap"
    assert all(row[name] is None for name in ("missed", "missed_low", "missed_high", "uplift", "unseen", "all_high"))
