"""Which numbers of a table would tell of fewer than 10 people, and what stands there instead.

A number of people from 1 to 9 is hidden (`<10`), and with it the numbers of its row that bound it or are of each
person. Where the rows of a column may be added up to a total that is known, the smallest shown ones are hidden as well,
until what is shown leaves each hidden number all that `<10` itself leaves it: complementary suppression, as in
Hundepool and others, Statistical Disclosure Control (2012), on cell suppression. Knowing this rule does not help.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Self

from msgspec import Struct

LEAST = 10  # people
Row = dict[str, Any]


class Hidden(float):
    """A number that is not told. What is computed of it is not told either; it sorts as few."""

    said: str

    def __new__(cls, said: str = "hidden") -> Self:
        self = super().__new__(cls, math.nan)
        self.said = said
        return self

    def __str__(self) -> str:
        return self.said

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return self.said if not spec or "," in spec else "0"  # a length of a drawing, else

    def __hash__(self) -> int:
        return id(self)

    def __round__(self, *_: Any) -> Any:
        return self

    def _more(self, other: Any = 0, *_: Any) -> Any:
        return HIDDEN

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _more
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = _more

    def __int__(self) -> int:
        return 0  # `int` takes nothing else

    def __lt__(self, other: float) -> bool:
        return other > 1

    def __le__(self, other: float) -> bool:
        return other >= 1

    def __gt__(self, other: float) -> bool:
        return other < 1

    def __ge__(self, other: float) -> bool:
        return other <= 1


HIDDEN = Hidden()
FEW = Hidden(f"<{LEAST}")


def told(value: float | None) -> float | None:
    """For a drawing: what may not be told is not known."""
    return None if isinstance(value, Hidden) else value


def is_few(value: Any) -> bool:
    return value is not None and not isinstance(value, Hidden) and 0 < value < LEAST


def _whole(_: Row) -> Hashable:
    return None


class Cells(Struct, frozen=True, kw_only=True):
    """`people` are the columns that count people; `beside` are hidden where one of them is.

    `way` hides them in all rows together; `parts` names the rows that are added up with one another.
    """

    people: tuple[str, ...]
    beside: tuple[str, ...] = ()
    way: Callable[[list[Row], Cells], None] | None = None  # add_up, where nothing is said
    parts: Callable[[Row], Hashable] = _whole


def hide(rows: Sequence[Row], cells: Cells) -> list[Row]:
    """Other rows, as somebody may see them who may not see personal data."""
    found = [dict(row) for row in rows]
    (cells.way or add_up)(found, cells)
    return found


def add_up(rows: list[Row], cells: Cells) -> None:
    """Rows that are parts of a whole. Where too few are left to hide one among, what says the whole is hidden too."""
    groups = _by(rows, cells.parts)
    # every column is asked: `all` would leave the rest of them unhidden
    guarded = [_hide_column(group, column, cells) for column in cells.people for group in groups]
    if not all(guarded):
        _hide_totals(rows)


def _hide_column(rows: Sequence[Row], column: str, cells: Cells) -> bool:
    """Whether the sum of all rows may be known."""
    held = [row for row in rows if column in row and row[column] is not None]
    few = [row for row in held if is_few(row[column])]
    more = sorted((row for row in held if row not in few and row[column]), key=lambda row: (row[column], _name(row)))
    beside: list[Row] = []
    numbers = [row[column] for row in few]

    def guarded() -> bool:
        most = more[0][column] if more else math.inf
        return is_guarded(numbers, [row[column] for row in beside], most)

    while few and more and not guarded():
        beside.append(more.pop(0))
    safe = not few or guarded()
    for kind, hidden in ((FEW, few), (HIDDEN, beside)):
        for row in hidden:
            row[column] = kind
            _hide_beside(row, cells)
    return safe


def is_guarded(few: Sequence[float], beside: Sequence[float], most: float = math.inf) -> bool:
    """Whether who knows the sum of all these, and the rule, cannot tell one of the few from any other 1 to 9.

    `beside` were at least LEAST and at most `most`.
    """
    whole, count, others = sum(few) + sum(beside), len(few), len(beside)
    largest = whole - (count - 1) - others * LEAST
    smallest = whole - (count - 1) * (LEAST - 1) - (others * most if others else 0)
    return bool(largest >= LEAST - 1 and smallest <= 1)


def _name(row: Row) -> str:
    """So that of two equal ones the same is hidden, however the rows are sorted."""
    return str([value for value in row.values() if isinstance(value, str)])


def alone(rows: list[Row], cells: Cells) -> None:
    """Rows that nobody adds up: each number by itself."""
    for row in rows:
        hit = [column for column in cells.people if is_few(row.get(column))]
        for column in hit:
            row[column] = FEW
        if hit:
            _hide_beside(row, cells)


def flows(rows: list[Row], cells: Cells) -> None:
    """Who was there, came and went, unit by unit: how many there are follows from the unit before, and from its own."""
    small = [n for n, row in enumerate(rows) if any(is_few(row[column]) for column in cells.people)]
    for n in {*small, *(n - 1 for n in small)}:
        if n >= 0:
            for column in (*cells.people, *cells.beside):
                rows[n][column] = FEW if is_few(rows[n][column]) else HIDDEN


def steps(rows: list[Row], cells: Cells) -> None:
    """Each of who came to the step before: those who stopped there are people too."""
    (column,) = cells.people
    for group in _by(rows, cells.parts):
        before = None
        for row in sorted(group, key=lambda row: row["step"]):
            now = row[column]
            if isinstance(now, Hidden):
                continue
            if is_few(now) or (before is not None and is_few(before - now)):
                row[column] = FEW if is_few(now) else HIDDEN
                _hide_beside(row, cells)
            else:
                before = now


def split_steps(rows: list[Row], cells: Cells) -> None:
    """The values of each step add up to its people, and the steps of each value are steps.

    A value of few is one of the others.
    """
    sizes: dict[Hashable, float] = defaultdict(int)
    for row in rows:
        sizes[row["value"]] = max(sizes[row["value"]], row["people"])
    _among_others(
        rows, [row for row in rows if row["kind"] == "value" and is_few(sizes[row["value"]])], ("step", "name")
    )
    by_value = Cells(people=cells.people, beside=cells.beside, parts=lambda row: (row["kind"], row["value"]))
    by_step = Cells(people=cells.people, beside=cells.beside, parts=lambda row: row["step"])
    steps(rows, by_value)
    for group in _by(rows, by_step.parts):
        hidden = [row for row in group if isinstance(row["people"], Hidden)]
        if hidden or any(is_few(row["people"]) for row in group):
            for row in group:
                if row["people"]:
                    row["people"] = FEW if is_few(row["people"]) else row["people"] if row in hidden else HIDDEN


def paths(rows: list[Row], cells: Cells) -> None:
    """A path of few is one of the others; who converted and who waits are parts of who was there."""
    _among_others(rows, [row for row in rows if row["kind"] == "path" and is_few(row["people"])], ())
    add_up(rows, cells)


def merged(rows: Sequence[Row], cells: Cells, *, names: Sequence[str]) -> list[Row]:
    """Of free rows, where a first one may be of everybody: `names` are what the others are called.

    The first of `people` are those of a row. Who is in a hidden row is not said: all of them are one, the last, which
    says how many they are. The other columns of people are hidden each alone.
    """
    found = [dict(row) for row in rows]
    whole = [row for row in found if row.get("is_whole")]
    rest = [row for row in found if not row.get("is_whole")]
    first, *others = cells.people
    _hide_with_whole(rest, whole, first, cells)
    for column in others:
        _hide_with_whole(rest, whole, column, Cells(people=(column,)))
    hidden = [row for row in rest if isinstance(row[first], Hidden)]
    shown = [row for row in rest if not isinstance(row[first], Hidden)]
    if not hidden or not names:
        return found
    more = {names[0]: f"{len(hidden)} more, hidden: under {LEAST} people"}
    return [*whole, *shown, hidden[0] | dict.fromkeys(names, "") | more]


def _hide_with_whole(rest: Sequence[Row], whole: Sequence[Row], column: str, cells: Cells) -> None:
    is_guarded = _hide_column(rest, column, cells)
    for row in whole:
        if not is_guarded or is_few(row[column]):
            row[column] = FEW if is_few(row[column]) else HIDDEN
            _hide_beside(row, cells)


def _among_others(rows: list[Row], few: Sequence[Row], key: Sequence[str]) -> None:
    for row in few:
        rows.remove(row)
        same = (one for one in rows if one["kind"] == "others" and all(one[name] == row[name] for name in key))
        other = next(same, None)
        if other is None:
            none = {name: [] if isinstance(row[name], list) else "" for name in ("path", "value") if name in row}
            counted = {name: 0 for name in ("people", "converted", "waiting", "paths", "counted") if name in row}
            other = {name: row[name] for name in row} | none | counted | {"kind": "others"}
            place = next((n for n, one in enumerate(rows) if one["kind"] == "none"), len(rows))
            rows.insert(place, other)
        for name in ("people", "converted", "waiting"):
            if name in row:
                other[name] += row[name]
        for name in ("paths", "counted"):
            if name in row:
                other[name] += 1
        if "median_ms" in row:
            other["median_ms"] = HIDDEN


def _by(rows: Sequence[Row], key: Callable[[Row], Hashable]) -> list[list[Row]]:
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return list(groups.values())


def _hide_beside(row: Row, cells: Cells) -> None:
    for column in cells.beside:
        if row.get(column) is not None:
            row[column] = HIDDEN


def _hide_totals(rows: Sequence[Row]) -> None:
    for row in rows:
        for key in row:
            if key.endswith(("_in_all", "_most")) and key != "rows_in_all":
                row[key] = HIDDEN
