from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.rules import NoAges
from reports.attribution.vectors import CLOSE, NAMES, PATH_SETS, VECTORS, aged, any_paths, credited, paths_of

EXPECTED = [(one, name) for one in PATH_SETS for name in one["expected"]]


@pytest.mark.parametrize(("one", "name"), EXPECTED, ids=lambda value: value if isinstance(value, str) else value["id"])
def test_credits_are_those_of_the_vectors(one: dict[str, Any], name: str) -> None:
    found = credited(name, paths_of(one))
    assert found.credits == pytest.approx(one["expected"][name], abs=VECTORS["conventions"]["tolerance"])
    assert list(found.credits) == sorted(found.credits)
    assert (found.conversions, found.unattributed) == (one["total_conversions"], 0)
    assert found.conversions + found.nulls == one["total_paths"]


@pytest.mark.parametrize("one", PATH_SETS, ids=lambda one: one["id"])
def test_base_removal_effects_and_rate_values_are_those_of_the_vectors(one: dict[str, Any]) -> None:
    for order in ("markov_order1", "markov_order2"):
        found, detail = credited(f"{order}_global", paths_of(one)), one["detail"][order]
        assert found.base_conversion_probability == pytest.approx(detail["base_conversion_probability"], abs=CLOSE)
        assert found.removal_effect == pytest.approx(detail["removal_effect"], abs=CLOSE)
    assert credited("shapley_rate_scaled", paths_of(one)).phi == pytest.approx(
        one["detail"]["shapley_rate_phi"], abs=CLOSE
    )


@pytest.mark.parametrize("name", NAMES)
@given(paths=any_paths)
def test_credits_and_the_unattributed_add_up_to_the_conversions(name: str, paths: list[Path]) -> None:
    found = credited(name, aged(paths))
    assert sum(found.credits.values()) + found.unattributed == pytest.approx(found.conversions, abs=1e-7)
    assert found.conversions == sum(path.conversions for path in paths)
    assert all(share >= 0 for share in found.credits.values())


@pytest.mark.parametrize("name", NAMES)
@given(paths=any_paths, seed=st.integers())
def test_the_order_of_rows_changes_no_digit(name: str, paths: list[Path], seed: int) -> None:
    shuffled = aged(paths)
    Random(seed).shuffle(shuffled)
    assert credited(name, shuffled) == credited(name, aged(paths))


@pytest.mark.parametrize("name", NAMES)
@given(paths=any_paths)
def test_a_row_may_come_in_parts(name: str, paths: list[Path]) -> None:
    whole = aged(paths)
    parts = [Path(one.channels, one.conversions, 0, one.hours_before) for one in whole]
    parts += [Path(one.channels, 0, one.nulls, one.hours_before) for one in whole]
    assert credited(name, parts).credits == pytest.approx(credited(name, whole).credits, abs=1e-7)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "last_non_direct"])  # to which a name matters
@given(paths=any_paths, names=st.permutations(["Direct", "Email", "Paid Search", "Display"]))
def test_names_of_channels_do_not_matter(name: str, paths: list[Path], names: list[str]) -> None:
    renamed = dict(zip(["Direct", "Email", "Paid Search", "Display"], names, strict=True))
    other = [Path(tuple(renamed[one] for one in path.channels), path.conversions, path.nulls) for path in paths]
    before, after = credited(name, aged(paths)).credits, credited(name, aged(other)).credits
    assert {renamed[channel]: share for channel, share in before.items()} == pytest.approx(after, abs=1e-7)


def test_conversions_without_a_touch_are_unattributed_and_touch_no_model() -> None:
    paths = [Path(("Email",), 3, 1), Path((), 5, 2)]
    for name in ("linear", "markov_order1_global", "shapley_set", "shapley_rate_scaled"):
        found = credited(name, paths)
        assert (found.credits, found.unattributed, found.conversions, found.nulls) == ({"Email": 3.0}, 5, 8, 3)


def test_no_paths_are_no_credits() -> None:
    for name in NAMES:
        found = credited(name, [])
        assert (found.credits, found.conversions, found.unattributed) == ({}, 0, 0)


def test_time_decay_without_ages_names_the_path() -> None:
    with pytest.raises(NoAges, match="A > B: no hours_before"):
        credited("time_decay", [Path(("A", "B"), 1)])
    assert credited("time_decay", [Path(("A", "B"), 0, 4)]).credits == {"A": 0.0, "B": 0.0}  # nothing to share out


def test_few_conversions_are_a_warning_of_markov_alone() -> None:
    few, enough = [Path(("A",), 999, 1)], [Path(("A",), 1000, 1)]
    assert "Only 999 conversions" in credited("markov", few).warnings[0]
    assert credited("markov", enough).warnings == credited("linear", few).warnings == []


def test_every_answer_says_that_it_proves_no_cause() -> None:
    assert all("proves a cause" in credited(name, []).note for name in NAMES)
