"""Web vitals in words: where three of four loads stay, and how many were good.

The thresholds are the public ones of web.dev/articles/vitals (LCP, INP, CLS) and of its pages on FCP and TTFB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from onebyone.web import numbers
from onebyone.web.breakdown import Table
from onebyone.web.desk import Answer, Row
from onebyone.web.tables import Bars, Cell, Column, bars
from onebyone.web.vital_list import of_page
from onebyone.web.vital_words import CORE, MEASURES, Measure, device_name, written

ENOUGH = 30  # loads, for a value that three of four stay within


_LEVELS = {"good": ("full", "ok"), "needs work": ("half", "wa"), "poor": ("x", "ba"), "": ("open", "of")}


class Part(Struct, frozen=True):
    """Of a bar: good, between, poor."""

    title: str
    count: int
    shade: str
    x: float
    width: float


class Figure(Struct, frozen=True, kw_only=True):
    """One measure at the head of the page. `level` is "" where too little was measured to say one."""

    name: str
    long_name: str
    text: str
    level: str
    glyph: str
    tone: str
    note: str
    parts: list[Part]


def level(measure: Measure, value: float) -> str:
    if value <= measure.good_until:
        return "good"
    return "poor" if value > measure.poor_from else "needs work"


def figures(answer: Answer) -> list[Figure]:
    all_devices = {row["measure"]: row for row in answer.rows if not row["device"]}
    return [_figure(measure, all_devices.get(measure.key)) for measure in MEASURES]


def _figure(measure: Measure, row: Row | None) -> Figure:
    measured = row["measured"] if row else 0
    enough = row if measured >= ENOUGH else None
    said = level(measure, enough["p75"]) if enough else ""
    glyph, tone = _LEVELS[said]
    note = f"of {numbers.count(measured)} loads" if enough else f"{numbers.count(measured)} of {ENOUGH} loads"
    return Figure(
        name=measure.name, long_name=measure.long_name, text=written(measure, enough["p75"] if enough else None),
        level=said, glyph=glyph, tone=tone, note=note, parts=_parts(row) if row else [],
    )  # fmt: skip


def _parts(row: Row) -> list[Part]:
    whole, x, made = row["measured"], 0.0, []
    between = whole - row["good"] - row["poor"]
    for title, count, shade in (
        ("good", row["good"], "s-ok"),
        ("between", between, "s-w"),
        ("poor", row["poor"], "s-b"),
    ):
        if count:
            width = 100 * count / whole
            made.append(Part(title, count, shade, round(x, 3), round(max(0.1, width - 0.35), 3)))
            x += width
    return made


def says(answer: Answer) -> str:
    found = [one for one in figures(answer)[: len(CORE)] if one.level]
    if not answer.rows:
        return "No load of a page was measured in this period."
    if not found:
        return f"Fewer than {ENOUGH} loads were measured: too few to say how fast the pages are."
    told = "; ".join(f"{one.name} {one.text}, {one.level}" for one in found)
    return f"Three of four loads stay within: {told}."


def devices(answer: Answer, behind: Callable[[str, Row], str]) -> Bars:
    """A row a device, the measures as columns."""
    by_device: dict[str, Row] = {}
    for row in answer.rows:
        mine = by_device.setdefault(row["device"], {"device": row["device"], "loads": 0})
        if row["measured"] > mine["loads"]:
            mine |= {"loads": row["measured"], "measure": row["measure"]}
        mine |= {f"{row['measure']}_p75": row["p75"], f"{row['measure']}_loads": row["measured"]}
    order = sorted(by_device.values(), key=lambda row: (-row["loads"], row["device"]))
    return bars(
        "By device", Answer(order, answer.error, answer.too_large), head="Device", by="loads",
        name=lambda row: (device_name(row["device"]), ""),
        columns=[_loads(), *(_value(measure) for measure in MEASURES)], empty="No device was measured in this period.",
        behind=behind,
    )  # fmt: skip


def _loads() -> Column:
    return Column("Loads", "n sorted", lambda row: Cell(numbers.count(row["loads"])), "events", key="loads")


def _value(measure: Measure) -> Column:
    def write(row: Row) -> Cell:
        value = row.get(f"{measure.key}_p75")
        if value is None or (row.get(f"{measure.key}_loads") or 0) < ENOUGH:
            return Cell(numbers.NONE, "mut")
        return Cell(written(measure, value), {"poor": "bad", "needs work": "wrn"}.get(level(measure, value), ""))

    return Column(measure.name, "n" if measure in CORE else "n p2", write, key=f"{measure.key}_p75")


def _good(measure: Measure) -> Column:
    def write(row: Row) -> Cell:
        loads = row[f"{measure.key}_loads"]
        if loads < ENOUGH:
            return Cell(numbers.NONE, "mut")
        return Cell(numbers.share(row[f"{measure.key}_good"], loads))

    return Column(f"{measure.name} good", "n p2", write, key=f"{measure.key}_good")


def thresholds() -> Sequence[str]:
    """What good and poor mean, one line a measure."""
    return [
        f"{one.name} good to {written(one, one.good_until)}, poor above {written(one, one.poor_from)}"
        for one in MEASURES
    ]


BY_PAGE = Table(
    report="vital_pages",
    key=("host", "path", "device"),
    sorts_by_name="path",
    title="By page and device",
    head="Page",
    name=lambda row: (row["path"], device_name(row["device"]) if row["device"] else "Unknown"),
    by="loads",
    columns=lambda _: [_loads(), *(column for measure in CORE for column in (_value(measure), _good(measure)))],
    empty="No page was measured in this period.",
    note=f"a value from {ENOUGH} loads on",
    behind=of_page,
)
