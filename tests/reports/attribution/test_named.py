from __future__ import annotations

import pytest

from onebyone.reports.attribution.named import SHORT, UnknownModel, get_model, get_rule
from reports.attribution.vectors import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_model_of_the_vectors_is_found_by_its_name(name: str) -> None:
    assert get_model(name).name == name


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("first", "first_touch"),
        ("last", "last_touch"),
        ("linear", "linear"),
        ("position", "position_40_20_40"),
        ("time_decay", "time_decay_half_life_168h"),
        ("markov", "markov_order1_global"),
        ("shapley", "shapley_set"),
    ],
)
def test_short_names_mean_full_ones(short: str, full: str) -> None:
    assert get_model(short).name == full


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Linear",
        "markov_order0_global",
        "markov_order4_global",
        "markov_order1",
        "time_decay_half_life_0h",
        "time_decay_half_life_1.5h",
        "position_40_20",
        "linear ",
        "position_٤٠_20_40",
    ],
)
def test_other_names_are_refused_with_the_list_of_them(name: str) -> None:
    with pytest.raises(UnknownModel, match="say linear, first, last") as refused:
        get_model(name)
    assert all(short in str(refused.value) for short in SHORT)


@pytest.mark.parametrize("name", ["position_40_20_30", "position_0_100_0"])
def test_parts_of_a_position_that_cannot_share_are_refused(name: str) -> None:
    with pytest.raises(UnknownModel, match="must add up to 100"):
        get_model(name)


@pytest.mark.parametrize("name", ["markov", "markov_order1_per_path", "shapley_rate_scaled"])
def test_what_learns_from_all_paths_shares_out_no_single_order(name: str) -> None:
    assert get_rule("linear")(["A", "B"], None) == [0.5, 0.5]
    with pytest.raises(UnknownModel, match="learns from all paths"):
        get_rule(name)
