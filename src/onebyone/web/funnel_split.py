"""A split funnel: which property an address names, and its values by steps as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from onebyone.reports.funnel_split import USUAL_CHOICE, read_split
from onebyone.reports.power import FIELDS
from onebyone.reports.property_paths import PropertyUnreadable
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.desk import Row
from onebyone.web.filter_words import FIELD_NAMES
from onebyone.web.funnel import name_of
from onebyone.web.power_question import TIMES, property_name

MOST_VALUES = 10
CHOICE_NAMES: Mapping[str, str] = {
    "first_in_range": "first in the period",
    "last_to_end": "last up to its end",
    "first_ever": "first ever",
    "last_ever": "last ever",
    "last_before": "last before each step",
}
PROPERTIES: tuple[tuple[str, str], ...] = tuple((key, TIMES.get(key) or FIELD_NAMES[key]) for key in FIELDS)


class Split(Struct, frozen=True):
    """`prop` is "" where the funnel is not split."""

    choice: str = USUAL_CHOICE
    prop: str = ""

    @property
    def params(self) -> dict[str, Param]:
        return {"by": self.key, "limit": MOST_VALUES}

    @property
    def key(self) -> str:
        return f"{self.choice}.{self.prop}" if self.prop else ""

    @property
    def name(self) -> str:
        return property_name(self.prop)

    @property
    def choice_name(self) -> str:
        return CHOICE_NAMES[self.choice]

    @property
    def moves(self) -> bool:
        """Whether a person may stand in another row at another step."""
        return self.choice == "last_before"


class Came(Struct, frozen=True):
    """`part` is of the step before, or where people move between rows, of all who came to the step."""

    count: str
    part: str = ""


class Line(Struct, frozen=True):
    name: str
    named: bool  # a value, not what is summed up
    share: float  # of the longest bar
    steps: list[Came]
    in_all: str


class Table(Struct, frozen=True):
    """`total` is the funnel itself: the sum of the lines at each step."""

    heads: list[str]
    lines: list[Line]
    total: Line | None


def read_by(view: View) -> Split:
    """Raises NotUnderstood."""
    text = view.given.get("by", "").strip()
    if not text:
        return Split()
    try:
        return Split(*read_split(text))
    except PropertyUnreadable as error:
        raise NotUnderstood(f"{error} ", "Show the funnel as a whole", view.link(by=""), ".") from None


def written(choice: str, prop: str) -> str:
    """As an address has it: the usual choice is not said."""
    return prop if not prop or choice in ("", USUAL_CHOICE) else f"{choice}.{prop}"


def table(split: Split, rows: Sequence[Row]) -> Table:
    """Of the rows of the report, which are by value and then by step."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["kind"], row["value"]), []).append(row)
    if not found:
        return Table([], [], None)
    came = {key: [row["people"] for row in theirs] for key, theirs in found.items()}
    whole = [sum(each) for each in zip(*came.values(), strict=True)]
    longest = max((max(each) for (kind, _), each in came.items() if kind == "value"), default=0) or 1
    lines = [
        Line(
            name=_name(split, theirs[0]),
            named=kind == "value",
            share=max(came[kind, value]) / longest if kind == "value" else 0,
            steps=_steps(split, came[kind, value], whole),
            in_all="" if split.moves else numbers.rate(came[kind, value][-1], came[kind, value][0]),
        )
        for (kind, value), theirs in found.items()
    ]
    heads = [name_of(row["name"]) for row in next(iter(found.values()))]
    total = Line("All people", False, 0, _steps(split, whole, whole), numbers.rate(whole[-1], whole[0]))
    return Table(heads, lines, total)


def _steps(split: Split, came: Sequence[int], whole: Sequence[int]) -> list[Came]:
    if split.moves:
        return [Came(numbers.count(n), numbers.share(n, all_)) for n, all_ in zip(came, whole, strict=True)]
    parts = ["", *(numbers.rate(n, before) for before, n in pairwise(came))]
    return [Came(numbers.count(n), part) for n, part in zip(came, parts, strict=True)]


def _name(split: Split, row: Row) -> str:
    if row["kind"] == "others":
        return f"{numbers.count(row['counted'])} other value{'' if row['counted'] == 1 else 's'}"
    return f"No {split.name.lower()}" if row["kind"] == "none" else str(row["value"])


def in_columns(rows: Sequence[Row]) -> list[Row]:
    """A row for each value and a column for each step, as the page shows them."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        line = found.setdefault(
            (row["kind"], row["value"]), {"kind": row["kind"], "value": row["value"], "counted": row["counted"]}
        )
        line[f"{row['step']} {row['name']}"] = row["people"]
    return list(found.values())
