"""Property paths as a table, and the sentence that answers first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from onebyone.web import numbers
from onebyone.web.address import View
from onebyone.web.desk import Row
from onebyone.web.heads import Head, direction, turned
from onebyone.web.path_question import USUAL_SORT, Question

Behind = Callable[[str, Row], str]  # the list of all or the converted of a row
_HEADS = (
    ("people", "People", "n"),
    ("converted", "Converted", "n p2"),
    ("rate", "Rate", "n"),
    ("time", "Median time", "n p2"),
)


class Line(Struct, frozen=True, kw_only=True):
    """`steps` are none where the row is of no one path: `name` says of whom it is."""

    steps: list[str]
    name: str = ""
    share: float  # of the longest bar
    cells: list[tuple[str, str]]  # texts, and the addresses of the lists behind them


class Paths(Struct, frozen=True):
    heads: list[Head]
    lines: list[Line]
    total: list[tuple[str, str]]
    says: str
    waiting: str  # "" where nobody's time runs


def paths(question: Question, rows: Sequence[Row], view: View, behind: Behind) -> Paths:
    most = max((row["people"] for row in rows if row["kind"] == "path"), default=0) or 1
    lines = [_line(row, most, question, behind) for row in rows]
    people, converted = sum(row["people"] for row in rows), sum(row["converted"] for row in rows)
    waiting = sum(row["waiting"] for row in rows)
    return Paths(
        [_head(question, view, *head) for head in _HEADS],
        lines,
        _cells({"kind": "all", "path": [], "people": people, "converted": converted}, "", behind),
        numbers.said(_says(question, rows, people, converted)),
        f"The time of {numbers.count(waiting)} of those who did not convert is not over." if waiting else "",
    )


def _head(question: Question, view: View, key: str, title: str, css: str) -> Head:
    then = turned(question.sort, key)
    href = view.link(sort="" if then == USUAL_SORT else then)
    return Head(title=title, css=css, href=href, sorted=direction(question.sort, key))


def _line(row: Row, most: int, question: Question, behind: Behind) -> Line:
    name = {
        "path": "",
        "others": f"{numbers.count(row['paths'])} other path{'' if row['paths'] == 1 else 's'}",
        "none": f"No {question.property_name.lower()} on the way",
    }[row["kind"]]
    took = numbers.duration_ms(row["median_ms"]) if row["converted"] else numbers.NONE
    return Line(
        steps=row["path"],
        name=name,
        share=row["people"] / most if row["kind"] == "path" else 0,
        cells=_cells(row, took, behind),
    )


def _cells(row: Row, took: str, behind: Behind) -> list[tuple[str, str]]:
    counted = [
        (numbers.count(row[key]), behind(which, row) if row[key] and not numbers.hides(row[key]) else "")
        for key, which in (("people", "all"), ("converted", "converted"))
    ]
    return [*counted, (numbers.rate(row["converted"], row["people"]), ""), (took, "")]


def _says(question: Question, rows: Sequence[Row], people: int, converted: int) -> str:
    if not people:
        return (
            f"Nobody did {question.start_name} in this period." if question.first else "Nobody was here in this period."
        )
    start = f"from {question.start_name} " if question.first else ""
    text = f"{numbers.rate(converted, people)} of {numbers.count(people)} people went {start}to {question.goal_name}"
    text += f" within {question.within_name}."
    led = max((row for row in rows if row["kind"] == "path"), key=lambda row: row["converted"], default=None)
    if led is None or not led["converted"]:
        return text
    way = " → ".join(led["path"])
    return f"{text} {numbers.count(led['converted'])} of them went by {way}, more than by any other path below."
