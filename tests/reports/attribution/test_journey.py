from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.attribution import rules
from onebyone.reports.attribution.journey import Conversion, Journey, attribute, observe
from onebyone.reports.attribution.named import ByRule, get_model
from onebyone.reports.attribution.paths import Path
from onebyone.reports.attribution.rules import Rule
from onebyone.reports.attribution.windows import DAY_S, Touch, Window
from reports.attribution.vectors import VECTORS

START = datetime(2026, 3, 1, tzinfo=UTC)


def _journey(one: dict[str, Any]) -> Journey:
    touches = (Touch(datetime.fromisoformat(it["t"]), it["channel"], it["kind"]) for it in one["touches"])
    conversions = (
        Conversion(it["id"], datetime.fromisoformat(it["t"]), it["value_minor"]) for it in one["conversions"]
    )
    return Journey(tuple(touches), tuple(conversions))


def _rule(config: dict[str, Any]) -> Rule:
    if "half_life_s" in config:
        return rules.time_decay(config["half_life_s"] / 3600)
    model = get_model(config["model"])
    assert isinstance(model, ByRule)
    return model.rule


def _window(config: dict[str, Any]) -> Window:
    return Window(
        click_s=config["click_window_s"],
        view_s=config["view_window_s"],
        views_only_if_no_click=config["views_only_if_no_click"],
        reset_on_conversion=config["reset_on_conversion"],
    )


@pytest.mark.parametrize("one", VECTORS["journeys"], ids=lambda one: one["id"])
def test_journeys_of_the_vectors(one: dict[str, Any]) -> None:
    found = attribute(_journey(one), _window(one["config"]), _rule(one["config"]))
    assert [(it.conversion, it.unattributed) for it in found] == [
        (it["conversion"], it["unattributed"]) for it in one["expected"]
    ]
    for got, wanted in zip(found, one["expected"], strict=True):
        assert [(it.touch, it.channel, it.value_minor) for it in got.credits] == [
            (it["touch"], it["channel"], it["value_minor"]) for it in wanted["credits"]
        ]
        assert [it.credit for it in got.credits] == pytest.approx([it["credit"] for it in wanted["credits"]], abs=1e-9)


def _at(day: float, channel: str = "Email", kind: Any = "click") -> Touch:
    return Touch(START + timedelta(days=day), channel, kind)


@given(
    days=st.lists(st.floats(0, 40), max_size=6),
    value=st.integers(0, 10**9),
    rule=st.sampled_from([rules.linear, rules.first, rules.position(40, 20, 40), rules.time_decay(168)]),
)
def test_credits_add_up_to_one_and_money_to_the_value(days: list[float], value: int, rule: Rule) -> None:
    journey = Journey(tuple(map(_at, days)), (Conversion("c", START + timedelta(days=30), value),))
    (found,) = attribute(journey, Window(), rule)
    assert found.unattributed == (not any(day <= 30 for day in days))
    assert sum(it.credit for it in found.credits) == pytest.approx(0 if found.unattributed else 1)
    assert sum(it.value_minor for it in found.credits) == (0 if found.unattributed else value)


def test_a_touch_before_the_previous_conversion_is_not_used_again_after_a_reset() -> None:
    conversions = (Conversion("late", START + timedelta(days=2)), Conversion("early", START + timedelta(days=1)))
    journey = Journey((_at(0.5), _at(1)), conversions)
    late, early = attribute(journey, Window(reset_on_conversion=True), rules.linear)
    assert late.unattributed and len(early.credits) == 2


def test_conversions_of_one_instant_share_their_touches() -> None:
    both = tuple(Conversion(id, START + timedelta(days=1)) for id in ("a", "b"))
    found = attribute(Journey((_at(0),), both), Window(reset_on_conversion=True), rules.linear)
    assert [one.unattributed for one in found] == [False, False]


def test_models_learn_from_every_conversion_and_from_who_did_not_convert() -> None:
    journeys = [
        Journey((_at(0, "A"), _at(2, "B")), (Conversion("1", START + timedelta(days=1)), Conversion("2", _at(3).at))),
        Journey((_at(0, "A"), _at(40, "B"), _at(41, "C"))),  # the first is out of the last window
        Journey((), (Conversion("3", START),)),
        Journey(()),
    ]
    assert observe(journeys, Window(click_s=30 * DAY_S)) == [
        Path(("A",), 1, 0, (24.0,)),
        Path(("A", "B"), 1, 0, (72.0, 24.0)),
        Path(("B", "C"), 0, 1, (24.0, 0.0)),
        Path((), 1, 0, ()),
    ]
