"""Lifetime value: what cohorts of people were worth by their age, from the rows of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from onebyone.web import numbers
from onebyone.web.desk import Row
from onebyone.web.retention import MOST_COLUMNS, MOST_ROWS, Cell, Cohort, Grid, age, cohort_name

ITSELF, NOBODY = -1, -2  # rows that are no age
SINCE = {"order": "First order", "visit": "First visit"}
_TOLD = (12, 6, 3, 1)  # ages that the sentence may be about


class Question(Struct, frozen=True):
    unit: str
    since: str

    @property
    def people(self) -> str:
        return "customers" if self.since == "order" else "people"


class Worth(Struct, frozen=True):
    """One cohort: its people, and what its orders of each age were worth."""

    begin: date
    age: int  # units from its own to today's
    people: int
    net: dict[int, int]

    def until(self, later: int) -> int:
        """In minor units, up to the end of that age."""
        return sum(net for at, net in self.net.items() if at <= later)


class Lifetime(Struct, frozen=True):
    grid: Grid
    together: list[str]  # of all cohorts that are older than a column; – where none is
    nobody: str = ""  # what belongs to no cohort


def lifetime(question: Question, rows: Sequence[Row], today: date, currency: str) -> Lifetime:
    cohorts = _cohorts(question, rows, today)
    newest = cohorts[-MOST_ROWS:]
    columns = min(MOST_COLUMNS, 1 + max((one.age for one in newest), default=0))
    most = max((one.until(n) / one.people for one in newest for n in range(columns)), default=0)
    grid = Grid(
        heads=[f"{question.unit.capitalize()} {n}" for n in range(columns)],
        cohorts=[_line(one, columns, most, question, currency) for one in newest],
        says=numbers.said(_says(question, cohorts, currency)),
        hidden=len(cohorts) - len(newest),
    )
    together = [_mean(cohorts, n) for n in range(columns)]
    return Lifetime(grid, [numbers.money(minor, currency) for minor in together], _nobody(rows, currency))


def _cohorts(question: Question, rows: Sequence[Row], today: date) -> list[Worth]:
    found: dict[date, Worth] = {}
    for row in rows:
        begin = date.fromisoformat(row["cohort"])
        if row["later"] == ITSELF:
            found[begin] = Worth(begin, age(begin, today, question.unit), row["people"], {})
        elif row["later"] >= 0:
            found[begin].net[row["later"]] = row["net_minor"]
    return [found[begin] for begin in sorted(found)]


def _line(one: Worth, columns: int, most: float, question: Question, currency: str) -> Cohort:
    cells: list[Cell | None] = []
    for later in range(columns):
        if later > one.age:
            cells.append(None)
            continue
        worth = one.until(later)
        title = f"{numbers.money(worth, currency)} by {numbers.count(one.people)} {question.people} until then"
        shade = min(10, max(0, -int(-10 * worth / one.people / most // 1))) if most > 0 else 0
        cells.append(Cell(numbers.money(worth / one.people, currency), title, shade, later == one.age))
    name, is_told = cohort_name(one.begin, question.unit), not numbers.hides(one.people)
    return Cohort(name, numbers.count(one.people), cells, one.begin, is_told)


def _mean(cohorts: Sequence[Worth], later: int) -> float | None:
    """Of the people of all cohorts for which that age is over; the younger ones say nothing of it yet."""
    old = [one for one in cohorts if one.age > later]
    people = sum(one.people for one in old)
    return sum(one.until(later) for one in old) / people if people else None


def _says(question: Question, cohorts: Sequence[Worth], currency: str) -> str:
    later = next((n for n in _TOLD if _mean(cohorts, n) is not None), 0)
    mean = _mean(cohorts, later)
    if mean is None:
        return f"No {question.unit} of these cohorts is over yet, so none can be compared."
    old = [one for one in cohorts if one.age > later]
    people, first = sum(one.people for one in old), _mean(old, 0)
    text = f"{numbers.count(people)} {question.people} whose {question.unit} {later} is over: "
    if not later:
        return f"{text}{numbers.money(mean, currency)} each in the {question.unit} of their {_began(question)}."
    began = numbers.money(first, currency)
    return f"{text}{numbers.money(mean, currency)} each until then, {began} of it in {question.unit} 0."


def _began(question: Question) -> str:
    return SINCE[question.since].lower()


def _nobody(rows: Sequence[Row], currency: str) -> str:
    left = [row for row in rows if row["later"] == NOBODY]
    orders = sum(row["orders"] for row in left)
    if not orders:
        return ""
    worth = numbers.money(sum(row["net_minor"] for row in left), currency)
    many = f"{numbers.count(orders)} more orders name" if orders > 1 else "One more order names"
    return f"{many} no browser and no user, so {worth} belongs to no cohort."
