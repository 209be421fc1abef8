"""Charts as SVG: drawn without style attributes, whole without script."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from onebyone.web.chart import Minute, Point, bar, line_chart, minutes_chart, nice_ticks, sparkline


def _points(*values: float | None, running: bool = False, preliminary: int = 99) -> list[Point]:
    last = len(values) - 1
    return [
        Point(
            short=f"{n + 1} Nov",
            long=f"Day {n + 1}",
            value=value,
            text=str(value),
            before=1.0,
            before_text="1",
            href=f"?from={n}&to={n}",
            preliminary=n >= preliminary,
            running=running and n == last,
        )
        for n, value in enumerate(values)
    ]


def _draw(points: list[Point]) -> str:
    return str(line_chart("c", points, title="Orders <by> day", write_axis=str))


def test_a_chart_is_well_formed_and_has_no_style() -> None:
    svg = _draw(_points(1, 2, 3, running=True, preliminary=1))
    ElementTree.fromstring(svg)
    assert "style=" not in svg
    assert 'aria-label="Orders &lt;by&gt; day"' in svg and 'aria-roledescription="chart"' in svg


def test_every_point_is_a_link_with_its_name() -> None:
    svg = _draw(_points(4, None, 6))
    assert re.findall(r'class="pt" aria-label="([^"]+)"', svg) == ["Day 1: 4", "Day 2: None", "Day 3: 6"]
    assert 'href="?from=0&amp;to=0"' in svg


def test_the_running_step_is_dashed_and_the_unfinished_ones_hatched() -> None:
    svg = _draw(_points(1, 2, 3, 4, running=True, preliminary=2))
    assert 'class="line dash"' in svg and 'class="dot now"' in svg
    assert 'x="50.000%"' in svg and ">preliminary<" in svg
    assert "so far" in svg
    assert "hatch" not in _draw(_points(1, 2)) and "dash" not in _draw(_points(1, 2))


@pytest.mark.parametrize("values", [(), (5,), (None, None), (0, 0, 0)])
def test_few_or_no_values_still_draw(values: tuple[float | None, ...]) -> None:
    ElementTree.fromstring(_draw(_points(*values)))


def test_values_below_zero_stay_inside_the_drawing() -> None:
    svg = _draw(_points(-5, 10))
    ys = [float(y) for y in re.findall(r'class="line" d="M[\d.]+ ([\d.-]+)L', svg)]
    assert ys == [100.0]


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(0, [0, 1]), (9432, [0, 2500, 5000, 7500, 10000]), (4, [0, 1, 2, 3, 4]), (110, [0, 50, 100, 150])],
)
def test_ticks_are_round_and_reach_the_highest(highest: float, ticks: list[float]) -> None:
    assert nice_ticks(highest) == ticks


def test_minutes_stack_machines_on_people_and_mark_orders() -> None:
    svg = str(minutes_chart([Minute(label="14:02", people=3, machines=2, orders=1)], title="t"))
    ElementTree.fromstring(svg)
    assert svg.count('class="m-h"') == svg.count('class="m-m"') == svg.count('class="m-o"') == 1
    assert "3 from people, 2 from machines" in svg and "1 order<" in svg
    ElementTree.fromstring(str(minutes_chart([], title="t")))


def test_bars_and_sparklines_keep_their_bounds() -> None:
    assert 'width="50%"' in bar(0.5) and 'width="100%"' in bar(7) and 'width="0%"' in bar(-1)
    ElementTree.fromstring(str(sparkline([1, 5, 2], title="t")))
    assert "<path" not in sparkline([1], title="t")
