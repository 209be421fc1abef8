"""Charts, drawn here as SVG: complete without script, one drawing for every width, no style attribute.

x is a percentage of the outer drawing; lines stand in an inner one that is stretched; text and marks stay outside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.few import told

TOP = 22  # pixels: room for "preliminary"
FLOOR = 260  # the base line
HEIGHT = 286
NOTE_LETTERS = 44  # of a note in a tip


class Point(Struct, frozen=True, kw_only=True):
    """One step of the line. `value` None: nothing is known."""

    short: str  # at the axis: 14 Oct
    long: str  # in the tip: Wed 14 Oct
    value: float | None
    text: str  # €5,866.94
    before: float | None = None
    before_text: str = ""
    href: str = ""
    preliminary: bool = False
    running: bool = False  # not over yet
    notes: tuple[str, ...] = ()  # what people wrote about it: a square on the axis


class Minute(Struct, frozen=True, kw_only=True):
    """A bar of the last half hour."""

    label: str
    people: int
    machines: int
    orders: int


def line_chart(name: str, points: Sequence[Point], *, title: str, write_axis: Callable[[float], str]) -> Markup:
    """The line of a period over the one it is compared with. `name` is unique in the page."""
    points = [replace(p, value=told(p.value), before=told(p.before)) for p in points]
    known = [v for p in points for v in (p.value, p.before) if v is not None]
    ticks = nice_ticks(max(known, default=0))
    scale = Scale(len(points), ticks[-1], min(0.0, min(known, default=0)))
    parts = [
        f'<svg class="chart" width="100%" height="{HEIGHT}" role="group" aria-roledescription="chart" '
        f'aria-label="{escape(title)}">',
        hatched(name, points, scale),
        *(tick_line(tick, scale, write_axis(tick)) for tick in ticks),
        f'<svg x="0" y="{TOP}" width="100%" height="{FLOOR - TOP}" viewBox="0 0 100 100" '
        'preserveAspectRatio="none" overflow="visible">',
        _lines(points, scale),
        "</svg>",
        _running_dot(points, scale),
        *step_labels(points, scale),
        *(mark(scale.x(n), FLOOR) for n, point in enumerate(points) if point.notes),
        *(_hover(n, point, scale) for n, point in enumerate(points)),
        "</svg>",
    ]
    return Markup("".join(parts))


def minutes_chart(minutes: Sequence[Minute], *, title: str) -> Markup:
    """Hits a minute: people below, machines above, a square where an order came in."""
    top = max((m.people + m.machines for m in minutes), default=0) or 1
    width = 100 / max(1, len(minutes))
    parts = [f'<svg class="mins" width="100%" height="90" role="img" aria-label="{escape(title)}">']
    for n, minute in enumerate(minutes):
        parts.append(_minute_bar(n * width, width * 0.76, minute, 58 / top))
    parts.append('<line x1="0" x2="100%" y1="72" y2="72" class="base"/>')
    if minutes:
        middle = minutes[len(minutes) // 2]
        parts.append(f'<text x="0" y="86" class="ax">{escape(minutes[0].label)}</text>')
        parts.append(f'<text x="50%" y="86" class="ax mid">{escape(middle.label)}</text>')
    parts.append('<text x="100%" y="86" class="ax end">now</text></svg>')
    return Markup("".join(parts))


def sparkline(values: Sequence[float], *, title: str) -> Markup:
    """A line without axes, for a row of a table."""
    top = max(values, default=0) or 1
    step = 100 / max(1, len(values) - 1)
    path = "M" + "L".join(f"{n * step:.2f} {92 - 84 * value / top:.2f}" for n, value in enumerate(values))
    return Markup(
        f'<svg class="spark" width="100%" height="24" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}">{f"<path d={chr(34)}{path}{chr(34)}/>" if len(values) > 1 else ""}</svg>'
    )


def bar(share: float) -> Markup:
    """The fill behind a cell's text; `share` from 0 to 1."""
    width = f"{100 * min(1.0, max(0.0, told(share) or 0.0)):.3f}".rstrip("0").rstrip(".")
    return Markup(
        '<svg class="fill" width="100%" height="100%" aria-hidden="true">'
        f'<rect width="{width}%" height="100%" rx="3"/></svg>'
    )


def nice_ticks(highest: float, count: int = 4) -> list[float]:
    """From zero in round steps to at least `highest`."""
    if highest <= 0:
        return [0, 1]
    raw = highest / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    return [step * n for n in range(math.ceil(highest / step - 1e-9) + 1)]


class Scale:
    """Where steps and values stand: x in per cent of the drawing, y in pixels."""

    def __init__(self, count: int, top: float, bottom: float) -> None:
        self.width = 100 / max(1, count)
        self._bottom = bottom
        self._reach = (top - bottom) or 1

    def x(self, n: int) -> float:
        return (n + 0.5) * self.width

    def share(self, value: float) -> float:
        """0 at the top, 100 at the bottom: the inner drawing's y."""
        return 100 - 100 * (value - self._bottom) / self._reach

    def y(self, value: float) -> float:
        return TOP + (FLOOR - TOP) * self.share(value) / 100


def tick_line(value: float, scale: Scale, label: str) -> str:
    y = scale.y(value)
    text = f'<text x="-10" y="{y + 4:.1f}" class="ax end">{escape(label)}</text>'
    return f'<line x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}" class="{"base" if value == 0 else "grid"}"/>{text}'


def hatched(name: str, points: Sequence[Point], scale: Scale) -> str:
    first = next((n for n, point in enumerate(points) if point.preliminary), None)
    if first is None:
        return ""
    x = first * scale.width
    return (
        f'<defs><pattern id="{name}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V6" class="hatch"/></pattern></defs>'
        f'<rect x="{x:.3f}%" y="{TOP}" width="{100 - x:.3f}%" height="{FLOOR - TOP}" fill="url(#{name}-h)"/>'
        '<text x="100%" y="14" class="ax end">preliminary</text>'
    )


def _lines(points: Sequence[Point], scale: Scale) -> str:
    """The area and line of what is over, the dash to what is running, the dots of the comparison."""
    over = [(scale.x(n), scale.share(p.value)) for n, p in enumerate(points) if p.value is not None and not p.running]
    running = [(scale.x(n), scale.share(p.value)) for n, p in enumerate(points) if p.value is not None and p.running]
    before = [(scale.x(n), scale.share(p.before)) for n, p in enumerate(points) if p.before is not None]
    floor = scale.share(0)
    parts = []
    if len(over) > 1:
        area = f"{path_of(over)}L{over[-1][0]:.2f} {floor:.2f}L{over[0][0]:.2f} {floor:.2f}Z"
        parts.append(f'<path class="area" d="{area}"/>')
    if len(before) > 1:
        parts.append(f'<path class="prev" d="{path_of(before)}"/>')
    if len(over) > 1:
        parts.append(f'<path class="line" d="{path_of(over)}"/>')
    if over and running:
        parts.append(f'<path class="line dash" d="{path_of([over[-1], *running])}"/>')
    return "".join(parts)


def path_of(dots: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in dots)


def _running_dot(points: Sequence[Point], scale: Scale) -> str:
    """Also the only mark of a line that has a single point."""
    known = [n for n, p in enumerate(points) if p.value is not None]
    alone = len(known) == 1
    parts = []
    for n in known:
        value, running = points[n].value, points[n].running
        if value is not None and (running or alone):
            parts.append(
                f'<rect x="{scale.x(n):.3f}%" y="{scale.y(value):.1f}" width="7" height="7" '
                f'class="dot{" now" if running else ""}" transform="translate(-3.5 -3.5)"/>'
            )
    return "".join(parts)


def step_labels(points: Sequence[Point], scale: Scale) -> list[str]:
    """About six at the axis; every second one gives way on a phone."""
    every = max(1, round(len(points) / 6))
    labels = []
    for shown, n in enumerate(range(0, len(points), every)):
        minor = " minor" if shown % 2 else ""
        labels.append(
            f'<text x="{scale.x(n):.3f}%" y="{FLOOR + 20}" class="ax mid{minor}">{escape(points[n].short)}</text>'
        )
    return labels


def shortened(note: str) -> str:
    """For a tip."""
    return note if len(note) <= NOTE_LETTERS else f"{note[: NOTE_LETTERS - 1]}…"


def mark(x: float, floor: float) -> str:
    """The square on the axis that a note is."""
    return f'<rect x="{x:.3f}%" y="{floor}" width="8" height="8" class="mark" transform="translate(-4 -4)"/>'


def _hover(n: int, point: Point, scale: Scale) -> str:
    """The column one points at, with its tip; a link to the step it shows."""
    x = scale.x(n)
    lines = [("th", point.long + (" so far" if point.running else "")), ("tv", point.text)]
    if point.before_text:
        lines.append(("tp", f"{point.before_text} before"))
    lines += [("tn", shortened(note)) for note in point.notes[:3]]
    dot = ""
    if point.value is not None:
        dot = (
            f'<rect x="{x:.3f}%" y="{scale.y(point.value):.1f}" width="8" height="8" class="dot" '
            'transform="translate(-4 -4)"/>'
        )
    label = escape("; ".join((f"{lines[0][1]}: {point.text}", *point.notes)))
    return (
        f'<a href="{escape(point.href)}" tabindex="-1" class="pt" aria-label="{label}">'
        f'<rect x="{n * scale.width:.3f}%" y="0" width="{scale.width:.3f}%" height="{FLOOR}" class="hit"/>'
        f'<line x1="{x:.3f}%" x2="{x:.3f}%" y1="{TOP}" y2="{FLOOR}" class="cross"/>{dot}{tip(x, lines)}</a>'
    )


def tip(x: float, lines: Sequence[tuple[str, str]]) -> str:
    width = 28 + round(6.8 * max(len(text) for _, text in lines))
    left = 10 if x < 50 else -10 - width
    texts = "".join(
        f'<text x="{left + 12}" y="{26 + 18 * n}" class="{kind}">{escape(text)}</text>'
        for n, (kind, text) in enumerate(lines)
    )
    box = f'<rect x="{left}" y="8" width="{width}" height="{16 + 18 * len(lines)}" rx="6"/>'
    return f'<svg x="{x:.3f}%" y="0" class="tip" overflow="visible">{box}{texts}</svg>'


def _minute_bar(x: float, width: float, minute: Minute, scale: float) -> str:
    people, machines = minute.people * scale, minute.machines * scale
    spot = f'x="{x:.3f}%" width="{width:.3f}%"'
    title = f"<title>{escape(minute.label)}: {minute.people} from people, {minute.machines} from machines</title>"
    parts = []
    if people:
        parts.append(f'<rect {spot} y="{72 - people:.1f}" height="{people:.1f}" class="m-h">{title}</rect>')
    if machines:
        y = 72 - people - machines
        parts.append(f'<rect {spot} y="{y:.1f}" height="{max(1, machines - 1):.1f}" class="m-m">{title}</rect>')
    if minute.orders:
        y = max(0.0, 72 - people - machines - 11)
        parts.append(
            f'<rect x="{x + width / 2:.3f}%" y="{y:.1f}" width="6" height="6" class="m-o" transform="translate(-3 0)">'
            f"<title>{minute.orders} {'order' if minute.orders == 1 else 'orders'}</title></rect>"
        )
    return "".join(parts)


def apart(wanted: Sequence[float], *, top: float, floor: float, gap: float) -> list[float]:
    """Heights from above, moved until no text is on another; the order stays."""
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    found = list(wanted)
    low = floor
    for one in reversed(order):
        found[one] = min(found[one], low)
        low = found[one] - gap
    high = top
    for one in order:
        found[one] = max(found[one], high)
        high = found[one] + gap
    return found
