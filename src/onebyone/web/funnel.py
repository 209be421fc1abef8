"""A funnel: its steps as an address names them, and what its report says in words and bars."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct

from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.desk import Answer, Row
from onebyone.web.tables import Bars, Cell, Column, bars

KEYS = ("steps", "within", "without", "by")
MOST_STEPS = 8
USUAL = ("page_view", "view_item", "add_to_cart", "begin_checkout", "purchase")
WITHIN: Mapping[str, tuple[str, timedelta]] = {
    "30min": ("30 minutes", timedelta(minutes=30)),
    "1d": ("a day", timedelta(days=1)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}
DEFAULT_WITHIN = "30d"


class Funnel(Struct, frozen=True):
    steps: tuple[str, ...]  # event names, or page_view:/path
    within: str = DEFAULT_WITHIN
    without: str = ""  # written like a step: who does it begins anew

    @property
    def within_ms(self) -> int:
        return int(WITHIN[self.within][1].total_seconds() * 1000)

    @property
    def params(self) -> dict[str, Param]:
        return {"steps": list(self.steps), "within_ms": self.within_ms, "without": self.without}

    @property
    def within_name(self) -> str:
        return WITHIN[self.within][0]


def read_funnel(view: View, seen: Collection[str]) -> Funnel:
    """The steps of the address, else the usual ones among the events `seen`. Raises NotUnderstood."""
    within = view.given.get("within", DEFAULT_WITHIN)
    if within not in WITHIN:
        raise NotUnderstood(
            f"`{within}` is no time to go on within. Times are {', '.join(WITHIN)}. ", "Show 30 days",
            view.link(within=""), ".",
        )  # fmt: skip
    steps = split(view.given.get("steps", "")) or tuple(name for name in USUAL if name in seen)
    if len(steps) > MOST_STEPS:
        raise NotUnderstood(
            f"A funnel has {MOST_STEPS} steps at most. ", f"Show the first {MOST_STEPS}",
            view.link(steps=",".join(steps[:MOST_STEPS])), ".",
        )  # fmt: skip
    return Funnel(steps, within, view.given.get("without", "").strip())


def split(text: str) -> tuple[str, ...]:
    return tuple(step.strip() for step in text.split(",") if step.strip())


def first_step(funnel: Funnel) -> dict[str, str]:
    """What somebody must have done to be in it: `event`, and on which `path` if on one."""
    name, _, path = (funnel.steps[0] if funnel.steps else "").partition(":")
    return {"event": name, "path": path}


def name_of(step: str) -> str:
    """A step as a person reads it: a page by its path, an event by its name."""
    name, colon, path = step.partition(":")
    return path if colon and name == "page_view" else step


def says(funnel: Funnel, rows: Sequence[Row]) -> str:
    """The answer in one sentence."""
    first, last = rows[0], rows[-1]
    if not first["people"]:
        return f"Nobody did {name_of(first['name'])} in this period."
    done = numbers.rate(last["people"], first["people"])
    text = f"{done} of {numbers.count(first['people'])} people went from {name_of(first['name'])} to "
    text += f"{name_of(last['name'])} within {funnel.within_name}"
    text += f" without {name_of(funnel.without)} between." if funnel.without else "."
    losses = [(a["people"] - b["people"], a["name"]) for a, b in pairwise(rows)]
    if losses and max(losses)[0] and len(rows) > 2:
        lost, where = max(losses)
        text += f" Most of those who stop, {numbers.count(lost)}, stop after {name_of(where)}."
    return text


def table(answer: Answer, behind: Callable[[str, Row], str] | None = None) -> Bars:
    """`behind` gives the address of the list behind a step's number: "visitors" who came there, "stopped" before it."""
    by_step: dict[str, tuple[int, int]] = {}
    before = 0
    for row in answer.rows:
        by_step[_key(row)] = (before or row["people"], answer.rows[0]["people"])
        before = row["people"]
    return bars(
        "Steps",
        answer,
        head="Step",
        name=lambda row: (name_of(row["name"]), f"step {row['step']}"),
        by="people",
        columns=[
            Column("People", "n", _came, "visitors"),
            Column("Of the first", "n p2", lambda row: Cell(numbers.rate(row["people"], by_step[_key(row)][1]))),
            Column("Of the step before", "n p2", lambda row: _went_on(row, by_step[_key(row)][0])),
            Column("Stopped before it", "n", lambda row: _stopped(row, by_step[_key(row)][0]), "stopped"),
            Column("Median time", "n p2", _median, "visitors"),
        ],
        empty="Choose at least two steps.",
        show=MOST_STEPS,
        behind=behind,
    )


def _key(row: Row) -> str:
    return str(row["step"])


def _came(row: Row) -> Cell:
    return Cell(numbers.count(row["people"]), "" if row["people"] else "mut")


def _went_on(row: Row, before: int) -> Cell:
    return Cell(numbers.NONE, "mut") if row["step"] == 1 else Cell(numbers.rate(row["people"], before))


def _stopped(row: Row, before: int) -> Cell:
    lost = before - row["people"]
    return Cell(numbers.count(lost), "missed") if lost and row["step"] > 1 else Cell(numbers.NONE, "mut")


def _median(row: Row) -> Cell:
    if row["step"] == 1 or not row["people"]:
        return Cell(numbers.NONE, "mut")
    return Cell(numbers.duration_ms(row["median_ms"]))
