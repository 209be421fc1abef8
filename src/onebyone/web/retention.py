"""Retention: cohorts in a grid, from the rows of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.desk import Row

KEYS = ("first", "again", "unit", "show", "entry")
TABS = {
    "retention": "Cohorts",
    "lifetime": "Lifetime value",
    "populations": "Populations",
    "days_active": "Days active",
}
UNITS = ("day", "week", "month")
SHOWS = {  # revenue kept its key when the money of each unit came beside it
    "people": "People",
    "earned": "Revenue",
    "revenue": "Lifetime value",
}
ENTRIES = {"first": "New people", "recurring": "Everybody each time"}
MOST_COLUMNS = 13
MOST_ROWS = 40
DEFAULT_EVENT = "page_view"


class Question(Struct, frozen=True):
    first: str
    again: str
    unit: str
    show: str
    entry: str = "first"  # into a cohort: by somebody's very first time, or recurring in each unit

    @property
    def params(self) -> dict[str, Param]:
        return {"first": self.first, "again": self.again, "unit": self.unit, "entry": self.entry}


class Cell(Struct, frozen=True):
    text: str
    title: str
    shade: int = 0  # 0 to 10
    running: bool = False  # its time is not over
    people: int = 0  # whom it counts


class Cohort(Struct, frozen=True):
    name: str
    size: str
    cells: list[Cell | None]  # None: not begun
    begin: date
    is_told: bool  # how many they are
    note: str = ""  # where its first days are not in the period


class Grid(Struct, frozen=True):
    heads: list[str]
    cohorts: list[Cohort]
    says: str
    hidden: int = 0  # older cohorts that are not shown


def read_question(view: View) -> Question:
    """Raises NotUnderstood."""
    unit, show = view.given.get("unit", "week"), view.given.get("show", "people")
    entry = view.given.get("entry", "first")
    for key, value, allowed in (("unit", unit, UNITS), ("show", show, SHOWS), ("entry", entry, ENTRIES)):
        if value not in allowed:
            raise NotUnderstood(
                f"`{value}` is no {key}. Use {', '.join(allowed)}. ", "Show the page without it",
                view.link(**{key: ""}), ".",
            )  # fmt: skip
    first = view.given.get("first", DEFAULT_EVENT)
    return Question(first, view.given.get("again", DEFAULT_EVENT), unit, show, entry)


def grid(question: Question, rows: Sequence[Row], today: date, currency: str, since: date = date.min) -> Grid:
    """`today` is the last day that was counted, where the period ended before; `since` the first."""
    cohorts: dict[date, dict[int, Row]] = {}
    for row in rows:
        cohorts.setdefault(date.fromisoformat(row["cohort"]), {})[row["later"]] = row
    newest = sorted(cohorts)[-MOST_ROWS:]
    columns = min(MOST_COLUMNS, 1 + max((age(begin, today, question.unit) for begin in newest), default=0))
    lines = [
        replace(
            _cohort(begin, cohorts[begin], question, today, currency, columns),
            note=f"from {numbers.day(since)}" if begin < since else "",
        )
        for begin in newest
    ]
    return Grid(
        heads=[f"{question.unit.capitalize()} {n}" for n in range(columns)],
        cohorts=lines,
        says=numbers.said(_says(question, cohorts, today)),
        hidden=len(cohorts) - len(newest),
    )


def _cohort(begin: date, found: dict[int, Row], question: Question, today: date, currency: str, columns: int) -> Cohort:
    size = found[-1]["people"]
    oldest = age(begin, today, question.unit)
    cells: list[Cell | None] = []
    worth = 0
    for later in range(columns):
        row = found.get(later, {"people": 0, "value_minor": 0})
        worth += row["value_minor"]
        cells.append(_cell(question, row, size, worth, currency, later == oldest) if later <= oldest else None)
    return Cohort(cohort_name(begin, question.unit), numbers.count(size), cells, begin, not numbers.hides(size))


def _cell(question: Question, row: Row, size: int, worth: int, currency: str, running: bool) -> Cell:
    share = row["people"] / size
    back = f"{numbers.count(row['people'])} of {numbers.count(size)} came back"
    shade = min(10, -int(-share * 10 // 1))
    if question.show == "people":
        return Cell(
            numbers.share(row["people"], size) if row["people"] else numbers.NONE, back, shade, running, row["people"]
        )
    if question.show == "earned":
        earned = numbers.money(row["value_minor"], currency)
        text = earned if row["value_minor"] else numbers.NONE
        title = f"{earned} by {numbers.count(row['people'])} of {numbers.count(size)} people"
        return Cell(text, title, shade, running)
    text = numbers.money(round(worth / size), currency) if worth else numbers.NONE
    title = f"{numbers.money(worth, currency)} by {numbers.count(size)} people until then"
    return Cell(text, title, shade, running)


def _says(question: Question, cohorts: dict[date, dict[int, Row]], today: date) -> str:
    """Over the cohorts whose first unit after their own is over."""
    old = [found for begin, found in cohorts.items() if age(begin, today, question.unit) > 1]
    people = sum(found[-1]["people"] for found in old)
    if not people:
        return f"No {question.unit} after a first one is over yet in this period."
    unit, again = question.unit, question.entry == "recurring"
    who = f"who came in a {unit}" if again else "new people"
    each = f"; everybody counts in each {unit} they came" if again else ""
    back = sum(found[1]["people"] for found in old if 1 in found)
    did = "came back" if question.again == DEFAULT_EVENT else f"did {question.again}"
    return f"{numbers.share(back, people)} of {numbers.count(people)} {who} {did} in the {unit} after{each}."


def age(begin: date, today: date, unit: str) -> int:
    """Units from the cohort's to today's."""
    if unit == "month":
        return (today.year - begin.year) * 12 + today.month - begin.month
    if unit == "week":
        return ((today - timedelta(days=today.weekday())) - begin).days // 7
    return (today - begin).days


def cohort_name(begin: date, unit: str) -> str:
    if unit == "month":
        return f"{begin:%b %Y}"
    return numbers.day(begin)
