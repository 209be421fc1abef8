"""Tables with a bar behind the first column, from the rows of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from onebyone.web.desk import Answer, Row


class Cell(Struct, frozen=True):
    text: str
    tone: str = ""
    href: str = ""  # what is behind the number


class Line(Struct, frozen=True, kw_only=True):
    name: str
    sub: str = ""
    share: float
    cells: list[Cell]
    href: str = ""
    faint: bool = False


class Bars(Struct, frozen=True, kw_only=True):
    """A table as it stands on the page, or why it cannot."""

    title: str
    columns: list[tuple[str, str]]  # head, class
    lines: list[Line]
    answer: Answer
    empty: str
    more: int = 0  # rows that are not shown
    note: str = ""


class Column(Struct, frozen=True):
    """`write` makes a row's cell; `css` are classes: n for numbers, p2 to give way on a phone, sorted.

    `behind` is the list that its numbers lead to: orders, visitors, events, or sessions where a row began them.
    """

    head: str
    css: str
    write: Callable[[Row], Cell]
    behind: str = ""


def bars(
    title: str,
    answer: Answer,
    *,
    name: Callable[[Row], tuple[str, str]],
    by: str,
    columns: Sequence[Column],
    empty: str,
    show: int = 10,
    head: str = "",
    faint: str = "",
    note: str = "",
    link: Callable[[Row], str] | None = None,
    behind: Callable[[str, Row], str] | None = None,
) -> Bars:
    """Rows keep the report's order; the bars are shares of the largest in column `by`.

    `link` is the address of a row's name, `behind` that of the list behind its number.
    """
    top = max((row[by] or 0 for row in answer.rows), default=0) or 1
    lines = []
    for row in answer.rows[:show]:
        text, sub = name(row)
        cells = [_led(column, row, behind) for column in columns]
        lines.append(
            Line(
                name=text,
                sub=sub,
                share=(row[by] or 0) / top,
                cells=cells,
                faint=text == faint,
                href=link(row) if link else "",
            )
        )
    return Bars(
        title=title,
        columns=[(head or title, ""), *((column.head, column.css) for column in columns)],
        lines=lines,
        answer=answer,
        empty=empty,
        more=max(0, len(answer.rows) - show),
        note=note,
    )


def _led(column: Column, row: Row, behind: Callable[[str, Row], str] | None) -> Cell:
    """The cell, and where there is something behind its number, the address of that."""
    cell = column.write(row)
    if behind is None or not column.behind or cell.tone == "mut":
        return cell
    return replace(cell, href=behind(column.behind, row))
