"""The Overview's line: one figure, day by day, over the period it is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from onebyone.money import exponent_of
from onebyone.web import numbers
from onebyone.web.address import View
from onebyone.web.chart import Point, line_chart
from onebyone.web.desk import Row
from onebyone.web.figures import average
from onebyone.web.period import Period

MOST_POINTS = 92


class Steps(Struct, frozen=True, kw_only=True):
    """Sums of one step: a day, a week, a month or an hour."""

    start: date | datetime
    days: int = 1  # of the period, in this step
    revenue_minor: int = 0
    orders: int = 0  # of every currency
    browser_orders: int = 0  # those that a browser reported
    paid_orders: int = 0  # of the site's
    visitors: int = 0
    sessions: int = 0
    views: int = 0


class Measure(Struct, frozen=True):
    """How a figure is read from a step and written."""

    name: str
    value: Callable[[Steps], float | None]
    write: Callable[[float | None, str], str]
    axis: Callable[[float, str], str]


def _plain(value: float | None, _currency: str) -> str:
    return numbers.count(value)


def _scaled(value: float, currency: str) -> str:
    return numbers.axis(value / 10 ** exponent_of(currency), currency)


MEASURES: Mapping[str, Measure] = {
    "net-revenue": Measure("Net revenue", lambda s: s.revenue_minor, numbers.money, _scaled),
    "orders": Measure("Orders", lambda s: s.orders, _plain, lambda v, _: numbers.axis(v)),
    "average-order": Measure(
        "Average order", lambda s: average(s.revenue_minor, s.paid_orders), numbers.money, _scaled
    ),
    "visitors": Measure("Visitors", lambda s: s.visitors / s.days, _plain, lambda v, _: numbers.axis(v)),
    "conversion-rate": Measure(
        "Conversion rate",
        lambda s: 100 * s.browser_orders / s.sessions if s.sessions else None,
        lambda v, _: numbers.percent(v),
        lambda v, _: numbers.axis_percent(v),
    ),
}


class TableRow(Struct, frozen=True):
    name: str
    href: str
    text: str
    orders: str
    before: str
    notes: tuple[str, ...] = ()


class Drawn(Struct, frozen=True, kw_only=True):
    title: str
    svg: Markup
    rows: list[TableRow]
    step: str
    now_name: str
    before_name: str
    preliminary: str  # "9 – 12 Nov preliminary"


def step_of(view: View) -> str:
    """The step asked for, or the finest that leaves 92 points at most."""
    wanted = view.get("step")
    length = view.period.length
    if wanted == "hour" and length * 24 <= MOST_POINTS:
        return "hour"
    order = ("day", "week", "month")
    start = order.index(wanted) if wanted in order else 0
    fits = {"day": length, "week": length // 7, "month": length // 30}
    return next((step for step in order[start:] if fits[step] <= MOST_POINTS), "month")


def sums(rows: Sequence[Row], period: Period, step: str, *, currency: str, zone: str) -> list[Steps]:
    """One entry a step, also where nothing happened; money of the site's currency alone."""
    lengths = Counter(floor(day, step) for day in period.days())
    found: dict[date | datetime, Steps] = {
        start: Steps(start=start, days=lengths.get(_day(start), 1)) for start in _starts(period, step)
    }
    for row in rows:
        start = _start(row, step, zone)
        old = found.get(start)
        if old is None:
            continue
        ours = row["currency"] == currency
        found[start] = Steps(
            start=start,
            days=old.days,
            revenue_minor=old.revenue_minor + ours * row["revenue_minor"],
            orders=old.orders + row["orders"],
            browser_orders=old.browser_orders + row["browser_orders"],
            paid_orders=old.paid_orders + ours * row["orders"],
            visitors=old.visitors + row["visitors"],
            sessions=old.sessions + row["sessions"],
            views=old.views + row["views"],
        )
    return list(found.values())


def steps_of(view: View, step: str, *, zone: str, clock: datetime) -> list[tuple[date, Point]]:
    """The days, weeks or months of the period that have begun, each with a point that has no value."""
    pen = _Pen(view, step, MEASURES["visitors"], "", zone, clock)
    today = clock.astimezone(ZoneInfo(zone)).date()
    starts = [_day(start) for start in _starts(view.period, step)]
    return [
        (start, replace(_point(pen, Steps(start=start), None), value=None, text=""))
        for start in starts
        if start <= today
    ]


def _starts(period: Period, step: str) -> list[date | datetime]:
    if step == "hour":
        first = datetime.combine(period.first, datetime.min.time())
        return [first + timedelta(hours=n) for n in range(period.length * 24)]
    return list(dict.fromkeys(floor(day, step) for day in period.days()))


def _start(row: Row, step: str, zone: str) -> date | datetime:
    if step == "hour":
        return datetime.fromisoformat(row["hour"]).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return floor(date.fromisoformat(row["day"]), step)


def floor(day: date, step: str) -> date:
    """The first day of its week (Monday) or month."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


class _Pen(Struct, frozen=True):
    """What stays the same for every point."""

    view: View
    step: str
    measure: Measure
    currency: str
    zone: str
    clock: datetime
    notes: Mapping[date, Sequence[str]] = {}


def draw(
    view: View,
    now: Sequence[Steps],
    before: Sequence[Steps],
    *,
    currency: str,
    zone: str,
    clock: datetime,
    notes: Mapping[date, Sequence[str]] = {},
    name: str = "line",
) -> Drawn:
    """`notes` are what people wrote about a day; `name` is unique in the page."""
    pen = _Pen(view, step_of(view), MEASURES[view.get("metric")], currency, zone, clock, notes)
    today = clock.astimezone(ZoneInfo(zone)).date()
    points = [
        _point(pen, at, before[n] if n < len(before) else None) for n, at in enumerate(now) if _day(at.start) <= today
    ]
    mean = " a day, mean" if view.get("metric") == "visitors" and pen.step in ("week", "month") else ""
    title = f"{pen.measure.name}{mean} by {pen.step}"  # visitors of two days may be one: they do not add up
    svg = line_chart(name, points, title=_label(title, points), write_axis=lambda v: pen.measure.axis(v, currency))
    return Drawn(
        title=title,
        svg=svg,
        rows=[
            TableRow(p.long, p.href, p.text, numbers.count(at.orders), p.before_text or numbers.NONE, p.notes)
            for p, at in zip(points, now, strict=False)
        ],
        step=pen.step,
        now_name=numbers.days(view.period.first, view.period.last, today),
        before_name="" if view.before is None else numbers.days(view.before.first, view.before.last, today),
        preliminary=_preliminary_days(view.period, zone, clock, today),
    )


def _point(pen: _Pen, at: Steps, was: Steps | None) -> Point:
    view, measure, day = pen.view, pen.measure, _day(at.start)
    last = min(_last_of(at.start, pen.step), view.period.last)
    value = measure.value(at)
    before = measure.value(was) if was else None
    return Point(
        short=numbers.day(day) if not isinstance(at.start, datetime) else f"{at.start:%H:%M}",
        long=_long(at.start, last),
        value=value,
        text=measure.write(value, pen.currency),
        before=before,
        before_text=measure.write(before, pen.currency) if was else "",
        href=view.link(**{"from": day.isoformat(), "to": last.isoformat(), "step": "hour" if day == last else ""}),
        preliminary=view.period.is_preliminary(last, pen.zone, pen.clock),
        running=_runs(at.start, last, pen.clock.astimezone(ZoneInfo(pen.zone))),
        notes=_notes(pen, at.start, last),
    )


def _notes(pen: _Pen, start: date | datetime, last: date) -> tuple[str, ...]:
    """Of the days in the step; of hours, the first one's."""
    if isinstance(start, datetime) and start.hour:
        return ()
    return tuple(text for day, texts in pen.notes.items() if _day(start) <= day <= last for text in texts)


def _long(start: date | datetime, last: date) -> str:
    if isinstance(start, datetime):
        return f"{numbers.week_day(start.date())}, {start:%H:%M}"
    return numbers.week_day(start) if start == last else f"{numbers.day(start)} – {numbers.day(last)}"


def _last_of(start: date | datetime, step: str) -> date:
    day = _day(start)
    if step == "week":
        return day + timedelta(days=6)
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day


def _runs(start: date | datetime, last: date, local: datetime) -> bool:
    if isinstance(start, datetime):
        return start <= local.replace(tzinfo=None) < start + timedelta(hours=1)
    return start <= local.date() <= last


def _label(title: str, points: Sequence[Point]) -> str:
    known = [p for p in points if p.value is not None]
    if not known:
        return f"{title}: nothing yet."
    low, high = min(known, key=_value), max(known, key=_value)
    text = f"{title}, {known[0].long} to {known[-1].long}: between {low.text} and {high.text} on {high.long}"
    early = next((p for p in points if p.preliminary), None)
    return f"{text}; preliminary from {early.long}." if early else f"{text}."


def _value(point: Point) -> float:
    return point.value or 0


def _preliminary_days(period: Period, zone: str, clock: datetime, today: date) -> str:
    early = [day for day in period.days() if day <= today and period.is_preliminary(day, zone, clock)]
    return f"{numbers.days(early[0], early[-1], today)} preliminary" if early else ""


def _day(start: date | datetime) -> date:
    return start.date() if isinstance(start, datetime) else start
