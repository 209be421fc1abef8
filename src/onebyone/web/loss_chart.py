"""The drawings of the Loss page: who saw what, days on control limits, and intervals in a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from onebyone.reports.loss import Interval
from onebyone.web import numbers
from onebyone.web.chart import mark, nice_ticks, shortened

_TOP, _FLOOR, _HEIGHT = 16, 230, 256


class Dot(Struct, frozen=True, kw_only=True):
    """A step of the chart. `share` None: too little is known of it."""

    short: str
    long: str
    text: str  # 14 of 61, 14 – 35%
    share: float | None
    interval: Interval | None
    limits: Interval | None
    href: str
    is_outside: bool
    is_open: bool  # not final yet
    notes: tuple[str, ...] = ()  # about its days: a square on the axis


def who_saw(parts: Sequence[tuple[str, int, str]]) -> Markup:
    """One bar of all: (name, how many, class)."""
    total = sum(count for _, count, _ in parts) or 1
    label = ", ".join(f"{name} {numbers.count(count)}" for name, count, _ in parts)
    x, found = 0.0, []
    for name, count, css in parts:
        width = 100 * count / total
        if count:
            found.append(
                f'<rect x="{x:.3f}%" width="{max(0.3, width - 0.3):.3f}%" height="22" class="{css}">'
                f"<title>{escape(name)}: {numbers.count(count)}</title></rect>"
            )
        x += width
    svg = f'<svg class="seg" width="100%" height="22" role="img" aria-label="{escape(label)}">'
    return Markup(f"{svg}{''.join(found)}</svg>")


def on_a_line(share: float, interval: Interval, centre: float | None) -> Markup:
    """A share with its interval between 0 and 100 %, and the share of all as a dotted mark."""
    mark = ""
    if centre is not None:
        mark = f'<line x1="{100 * centre:.3f}%" x2="{100 * centre:.3f}%" y1="0" y2="20" class="centre"/>'
    return Markup(
        '<svg class="ival" width="100%" height="20" aria-hidden="true">'
        f'<line x1="0" x2="100%" y1="10" y2="10" class="grid"/>{mark}'
        f'<line x1="{100 * interval.low:.3f}%" x2="{100 * interval.high:.3f}%" y1="10" y2="10" class="whisk"/>'
        f'<rect x="{100 * share:.3f}%" y="10" width="8" height="8" class="dot" transform="translate(-4 -4)"/></svg>'
    )


def by_day(dots: Sequence[Dot], *, centre: float | None, title: str) -> Markup:
    """Dots with intervals on control limits; what lies outside is large and named."""
    highest = max((dot.interval.high for dot in dots if dot.interval), default=0.0)
    ticks = [tick for tick in nice_ticks(100 * highest) if tick <= 100]
    pen = _Pen(len(dots), max(ticks[-1], 100 * highest) / 100)
    parts = [
        f'<svg class="chart miss" width="100%" height="{_HEIGHT}" role="group" aria-roledescription="chart" '
        f'aria-label="{escape(title)}">',
        *(_tick(tick, pen) for tick in ticks),
        f'<svg x="0" y="{_TOP}" width="100%" height="{_FLOOR - _TOP}" viewBox="0 0 100 100" '
        f'preserveAspectRatio="none">{_limits(dots, pen)}</svg>',
    ]
    if centre is not None:
        parts.append(f'<line x1="0" x2="100%" y1="{pen.y(centre):.1f}" y2="{pen.y(centre):.1f}" class="centre"/>')
    parts += [_dot(n, dot, pen) for n, dot in enumerate(dots)]
    parts += [_label(n, dots[n], pen, shown) for shown, n in enumerate(range(0, len(dots), max(1, len(dots) // 6)))]
    parts += [mark(pen.x(n), _FLOOR) for n, dot in enumerate(dots) if dot.notes]
    parts += [_point(n, dot, pen) for n, dot in enumerate(dots)]
    return Markup("".join([*parts, "</svg>"]))


class _Pen:
    def __init__(self, count: int, top: float) -> None:
        self.width = 100 / max(1, count)
        self._top = top or 1.0

    def x(self, n: int) -> float:
        return (n + 0.5) * self.width

    def of_height(self, share: float) -> float:
        return 100 - 100 * min(share, self._top) / self._top

    def y(self, share: float) -> float:
        return _TOP + (_FLOOR - _TOP) * self.of_height(share) / 100


def _tick(percent: float, pen: _Pen) -> str:
    y = pen.y(percent / 100)
    text = f'<text x="-10" y="{y + 4:.1f}" class="ax end">{numbers.axis_percent(percent)}</text>'
    return f'<line x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}" class="{"grid" if percent else "base"}"/>{text}'


def _limits(dots: Sequence[Dot], pen: _Pen) -> str:
    """What is normal of this site, a band a day."""
    return "".join(
        f'<rect x="{n * pen.width:.3f}" width="{pen.width + 0.02:.3f}" y="{pen.of_height(dot.limits.high):.2f}" '
        f'height="{pen.of_height(dot.limits.low) - pen.of_height(dot.limits.high):.2f}" class="limits"/>'
        for n, dot in enumerate(dots)
        if dot.limits
    )


def _dot(n: int, dot: Dot, pen: _Pen) -> str:
    if dot.share is None or dot.interval is None:
        return ""
    x, out, half = pen.x(n), " out" if dot.is_outside else "", 4.5 if dot.is_outside else 3.5
    name = ""
    if dot.is_outside:
        name = (
            f'<svg x="{x:.3f}%" y="{pen.y(dot.interval.high):.1f}" overflow="visible">'
            f'<text x="0" y="-5" class="ax mid strong">{escape(dot.short)}</text></svg>'
        )
    return (
        f'<line x1="{x:.3f}%" x2="{x:.3f}%" y1="{pen.y(dot.interval.low):.1f}" y2="{pen.y(dot.interval.high):.1f}" '
        f'class="whisk{out}"/><rect x="{x:.3f}%" y="{pen.y(dot.share):.1f}" width="{2 * half}" height="{2 * half}" '
        f'class="dot{out}{" open" if dot.is_open else ""}" transform="translate(-{half} -{half})"/>{name}'
    )


def _label(n: int, dot: Dot, pen: _Pen, shown: int) -> str:
    minor = " minor" if shown % 2 else ""
    return f'<text x="{pen.x(n):.3f}%" y="{_FLOOR + 20}" class="ax mid{minor}">{escape(dot.short)}</text>'


def _point(n: int, dot: Dot, pen: _Pen) -> str:
    said = numbers.NONE if dot.share is None else f"{numbers.percent(100 * dot.share)} missed"
    lines = [("th", dot.long), ("tv", said), ("tp", dot.text), *(("tn", shortened(note)) for note in dot.notes[:3])]
    label = "; ".join((f"{dot.long}: {said}", *dot.notes))
    width = 28 + round(6.8 * max(len(text) for _, text in lines))
    left = 10 if pen.x(n) < 50 else -10 - width
    texts = "".join(
        f'<text x="{left + 12}" y="{26 + 18 * row}" class="{css}">{escape(text)}</text>'
        for row, (css, text) in enumerate(lines)
    )
    return (
        f'<a href="{escape(dot.href)}" tabindex="-1" class="pt" aria-label="{escape(label)}">'
        f'<rect x="{n * pen.width:.3f}%" y="0" width="{pen.width:.3f}%" height="{_FLOOR}" class="hit"/>'
        f'<svg x="{pen.x(n):.3f}%" y="0" class="tip" overflow="visible">'
        f'<rect x="{left}" y="8" width="{width}" height="{16 + 18 * len(lines)}" rx="6"/>{texts}</svg></a>'
    )
