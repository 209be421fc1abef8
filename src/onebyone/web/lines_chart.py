"""Several rows of a table as lines over the same days, each with its name at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from onebyone.web import chart, numbers
from onebyone.web.chart import FLOOR, HEIGHT, TOP, Point, Scale

_GAP = 15.0  # pixels between two names
_NAME_LETTERS = 20


class Series(Struct, frozen=True):
    """One row: its name and a number for each step."""

    name: str
    values: Sequence[int]


def lines_chart(
    name: str, steps: Sequence[Point], series: Sequence[Series], *, title: str, write_axis: Callable[[float], str]
) -> Markup:
    """`steps` say when; their own values are not drawn. `name` is unique in the page."""
    ticks = chart.nice_ticks(max((max(one.values, default=0) for one in series), default=0))
    scale = Scale(len(steps), ticks[-1], 0)
    over = sum(not step.running for step in steps)
    parts = [
        f'<svg class="chart lines" width="100%" height="{HEIGHT}" role="group" aria-roledescription="chart" '
        f'aria-label="{escape(title)}">',
        chart.hatched(name, steps, scale),
        *(chart.tick_line(tick, scale, write_axis(tick)) for tick in ticks),
        f'<svg x="0" y="{TOP}" width="100%" height="{FLOOR - TOP}" viewBox="0 0 100 100" '
        'preserveAspectRatio="none" overflow="visible">',
        *(_line(n, one.values, over, scale) for n, one in enumerate(series, start=1)),
        "</svg>",
        *_ends(series, scale),
        *chart.step_labels(steps, scale),
        *(_hover(n, step, series, scale) for n, step in enumerate(steps)),
        "</svg>",
    ]
    return Markup("".join(parts))


def _line(n: int, values: Sequence[int], over: int, scale: Scale) -> str:
    dots = [(scale.x(at), scale.share(value)) for at, value in enumerate(values)]
    parts = [f'<path class="line c{n}" d="{chart.path_of(dots[:over])}"/>'] if over > 1 else []
    if over and len(dots) > over:
        parts.append(f'<path class="line dash c{n}" d="{chart.path_of(dots[over - 1 :])}"/>')
    return "".join(parts)


def _ends(series: Sequence[Series], scale: Scale) -> list[str]:
    """A square at the end of each line, and beside the drawing its name where there is room for it."""
    if not series or not series[0].values:
        return []
    last = len(series[0].values) - 1
    ends = [scale.y(one.values[-1]) for one in series]
    names = chart.apart(ends, top=float(TOP), floor=float(FLOOR), gap=_GAP)
    return [
        f'<rect x="{scale.x(last):.3f}%" y="{end:.1f}" width="7" height="7" class="end c{n}" '
        f'transform="translate(-3.5 -3.5)"/><text x="100%" dx="8" y="{at + 4:.1f}" class="ax at c{n}">'
        f"{escape(shortened(one.name))}</text>"
        for n, (one, end, at) in enumerate(zip(series, ends, names, strict=True), start=1)
    ]


def shortened(name: str) -> str:
    return name if len(name) <= _NAME_LETTERS else f"{name[: _NAME_LETTERS - 1]}…"


def _hover(n: int, step: Point, series: Sequence[Series], scale: Scale) -> str:
    """The step one points at, with the number of each row; a link to it."""
    x = scale.x(n)
    told = [f"{one.name}: {numbers.count(one.values[n])}" for one in series]
    lines = [("th", step.long + (" so far" if step.running else "")), *(("tp", chart.shortened(one)) for one in told)]
    label = escape("; ".join((lines[0][1], *told)))
    return (
        f'<a href="{escape(step.href)}" tabindex="-1" class="pt" aria-label="{label}">'
        f'<rect x="{n * scale.width:.3f}%" y="0" width="{scale.width:.3f}%" height="{FLOOR}" class="hit"/>'
        f'<line x1="{x:.3f}%" x2="{x:.3f}%" y1="{TOP}" y2="{FLOOR}" class="cross"/>{chart.tip(x, lines)}</a>'
    )
