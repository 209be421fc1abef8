from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution.markov import Effects, choose_order, effects, transitions
from onebyone.reports.attribution.paths import Path, conversions_of
from reports.attribution.vectors import PATH_SETS, any_paths, credited, path_set, paths_of

orders = st.integers(1, 3)


@pytest.mark.parametrize("one", PATH_SETS, ids=lambda one: one["id"])
def test_transitions_are_those_of_the_vectors(one: dict[str, Any]) -> None:
    found = {
        (state[0] if state else "(start)", following if isinstance(following, str) else following[-1]): n
        / sum(row.values())
        for state, row in transitions(paths_of(one), 1).items()
        for following, n in row.items()
    }
    wanted = {(a, b): chance for a, b, chance in one["detail"]["markov_order1"]["transitions"]}
    assert found == pytest.approx(wanted, abs=1e-9)


@given(paths=any_paths, order=orders)
def test_the_base_is_the_share_of_paths_that_convert_whatever_the_order(paths: list[Path], order: int) -> None:
    people = sum(path.conversions + path.nulls for path in paths if path.channels)
    assert effects(paths, order).base == pytest.approx(conversions_of(paths) / people if people else 0, abs=1e-12)


@given(paths=any_paths, order=orders)
def test_effects_lie_between_nothing_and_everything(paths: list[Path], order: int) -> None:
    assert all(0 <= effect <= 1 for effect in effects(paths, order).removed.values())


@given(paths=any_paths)
def test_repeating_a_touch_changes_no_effect(paths: list[Path]) -> None:
    doubled = [Path(tuple(c for c in path.channels for _ in "12"), path.conversions, path.nulls) for path in paths]
    assert effects(doubled).removed == pytest.approx(effects(paths).removed, abs=1e-9)


def test_a_channel_that_never_converts_has_credit_by_what_follows_it_at_order_one_alone() -> None:
    paths = paths_of(path_set("four_channels_mixed"))
    assert credited("markov", paths).credits["Display"] == pytest.approx(3.2861588833)
    assert credited("markov_order2_global", paths).credits["Display"] == 0.0
    assert effects([*paths, Path(("Audio",), 0, 9)]).removed["Audio"] == 0.0


def test_channels_may_be_called_like_the_ends() -> None:
    paths = [Path(("(null)", "(conversion)", "(start)"), 3, 1), Path(("(conversion)",), 0, 4)]
    plain = effects([Path(("a", "b", "c"), 3, 1), Path(("b",), 0, 4)])
    found = effects(paths)
    assert found.base == plain.base == 0.375
    assert [found.removed[one] for one in ("(null)", "(conversion)", "(start)")] == [*plain.removed.values()]


def test_an_unseen_row_changes_nothing() -> None:
    assert effects([Path(("A",), 0, 0)]) == Effects(0.0, {"A": 0.0})
    assert effects([Path(("A",), 1, 1), Path(("B", "A"), 0, 0)]) == Effects(0.5, {"A": 1.0, "B": 0.0})


def _walks(people: int, order: int, random: Random) -> list[Path]:
    """People who, at order 2, never go back to the channel before the last."""
    paths = []
    for _ in range(people):
        channels = ["A"]
        while random.random() < 0.8:
            barred = channels[-2] if order == 2 and len(channels) > 1 else ""
            channels.append(random.choice([one for one in "ABC" if one != barred]))
        converted = random.randrange(2)
        paths.append(Path(tuple(channels), converted, 1 - converted))
    return paths


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", [1, 2])
def test_the_order_that_people_follow_is_chosen(order: int, seed: int) -> None:
    paths = _walks(2000, order, Random(seed))
    chosen = choose_order(paths, random=Random(1))
    assert chosen.order == order and set(chosen.log_loss) == {1, 2, 3}
    assert choose_order(paths[::-1], random=Random(1)) == chosen


def test_without_people_the_order_is_one() -> None:
    assert choose_order([], random=Random(1)).order == 1


def test_an_order_is_chosen_for_a_million_people_at_once() -> None:
    paths = [Path(("A", "B"), 300_000, 700_000)]
    chosen = choose_order(paths, random=Random(1))
    assert chosen.order == 1 and all(0 < loss < 1 for loss in chosen.log_loss.values())


def test_an_order_that_would_take_too_long_is_not_tried() -> None:
    paths = _walks(2000, 2, Random(3))
    steps = {order: sum(map(len, transitions(paths, order).values())) for order in (2, 3)}
    channels = len({channel for path in paths for channel in path.channels})
    free = choose_order(paths, random=Random(1))
    for most, tried in ((channels * steps[2] - 1, {1}), (channels * steps[3] - 1, {1, 2}), (10**9, {1, 2, 3})):
        found = choose_order(paths, random=Random(1), most=most).log_loss
        assert found == {order: free.log_loss[order] for order in tried}
