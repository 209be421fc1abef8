from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from onebyone.reports.attribution.windows import DAY_S, Kind, Touch, Window, eligible, read_presets

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)


def _ago(seconds: float, kind: Kind = "click") -> Touch:
    return Touch(AT - timedelta(seconds=seconds), "Email", kind)


@pytest.mark.parametrize(
    ("name", "click_days", "view_days"),
    [
        ("default", 30, 1),
        ("meta", 7, 1),
        ("google_ads", 30, 1),
        ("linkedin", 30, 7),
        ("ga4", 90, None),
        ("ga4_acquisition", 30, None),
        ("tiktok", 7, 1),
    ],
)
def test_a_touch_as_old_as_the_window_counts_and_a_second_older_does_not(
    name: str, click_days: int, view_days: int | None
) -> None:
    window = read_presets()[name].window()
    clicks = [_ago(click_days * DAY_S + 1), _ago(click_days * DAY_S), _ago(click_days * DAY_S + 1, "visit")]
    assert eligible(clicks, AT, window) == [1]
    views = [_ago((view_days or 0) * DAY_S + late, "view") for late in (0, 1)]
    assert eligible(views, AT, window) == ([] if view_days is None else [0])


def test_the_default_preset_is_the_default() -> None:
    assert read_presets()["default"].window() == Window()


def test_every_preset_says_since_when_it_holds() -> None:
    assert all(preset.name == name and preset.as_of.year >= 2026 for name, preset in read_presets().items())


def test_a_visit_sends_views_away_like_a_click() -> None:
    touches = [_ago(60, "view"), _ago(3600, "visit")]
    assert eligible(touches, AT, Window()) == [1]
    assert eligible(touches, AT, Window(views_only_if_no_click=False)) == [1, 0]
    assert eligible([_ago(60, "view"), _ago(40 * DAY_S)], AT, Window()) == [0]  # a click out of its window does not


def test_a_touch_with_the_previous_conversion_belongs_to_that_one() -> None:
    reset = Window(reset_on_conversion=True)
    touches = [_ago(100), _ago(99)]
    assert eligible(touches, AT, reset, after=AT - timedelta(seconds=100)) == [1]
    assert eligible(touches, AT, Window(), after=AT - timedelta(seconds=100)) == [0, 1]


def test_touches_of_one_instant_keep_the_order_of_arrival() -> None:
    assert eligible([_ago(5), _ago(0), _ago(9), _ago(0), _ago(-1)], AT, Window()) == [2, 0, 1, 3]
