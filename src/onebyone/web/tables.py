"""Tables with a bar behind the first column, from the rows of a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from onebyone.web import numbers
from onebyone.web.desk import Answer, Row
from onebyone.web.earlier import NOTHING, Earlier
from onebyone.web.heads import Head, direction, turned

NEW, GONE = "new", "gone"  # of a row that the period before did not have, or had alone


class Cell(Struct, frozen=True):
    text: str
    tone: str = ""
    href: str = ""  # what is behind the number
    change: str = ""  # against the period before: +4.9%, +0.11 pt, new
    direction: str = ""  # up, down or nothing
    before: str = ""  # the number that it had


class Line(Struct, frozen=True, kw_only=True):
    name: str
    sub: str = ""
    share: float
    cells: list[Cell]
    href: str = ""
    faint: bool = False
    tick: str = ""  # what stands for the row in a form that chooses rows; "" where it cannot be chosen


class Bars(Struct, frozen=True, kw_only=True):
    """A table as it stands on the page, or why it cannot. Its lines are the rows `first` to `last` of `all`."""

    title: str
    columns: list[Head]
    lines: list[Line]
    answer: Answer
    empty: str
    more: int = 0  # rows that are not shown
    note: str = ""
    first: int = 1
    last: int = 0
    all: int = 0
    is_cut: bool = False  # there may be more rows than `all`


class Order(Struct, frozen=True):
    """How the rows are sorted, and the address of another order. `name` is the key of the first column, "" of none."""

    sort: str
    link: Callable[[str], str]
    name: str = ""


class Column(Struct, frozen=True):
    """`write` makes a row's cell; `css` are classes: n for numbers, p2 to give way on a phone, sorted.

    `behind` is the list that its numbers lead to: orders, visitors, events, or sessions where a row began them.
    `number` is what is compared with the period before; a share (0 to 1) is compared in points. Where more is neither
    good nor bad, the difference is `neutral`. `key` is the report's column that it is sorted by.
    """

    head: str
    css: str
    write: Callable[[Row], Cell]
    behind: str = ""
    number: Callable[[Row], float | None] | None = None
    is_share: bool = False
    neutral: bool = False
    key: str = ""


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
    tick: Callable[[Row], str] | None = None,
    was: Earlier = NOTHING,
    gone: Sequence[Row] = (),
    order: Order | None = None,
    skipped: int = 0,
    is_cut: bool = False,
) -> Bars:
    """Rows keep the report's order; the bars are shares of the largest in column `by`, also where the report counts it
    beyond its limit. `skipped` rows came before these.

    `link` is the address of a row's name, `behind` that of the list behind its number, `tick` what stands for a row
    where rows are chosen. `was` are the rows of the period before; those of `gone`, which it had alone, come last.
    """
    rows = [*answer.rows, *gone]
    told = answer.first
    top = max(told.get("most_in_all") or 0, *(row[by] or 0 for row in answer.rows), 1)
    every = max(told.get("rows_in_all", 0), skipped + len(answer.rows)) + len(gone)
    lines = []
    for row in rows[:show]:
        text, sub = name(row)
        cells = [_compared(column, row, was, _led(column, row, behind)) for column in columns]
        lines.append(
            Line(
                name=text,
                sub=sub,
                share=(row[by] or 0) / top,
                cells=cells,
                faint=text == faint,
                href=link(row) if link else "",
                tick=tick(row) if tick and text != faint else "",
            )
        )
    return Bars(
        title=title,
        columns=[_name_head(head or title, order), *(_head(column, order) for column in columns)],
        lines=lines,
        answer=answer,
        empty=empty,
        more=max(0, every - skipped - len(lines)),
        note=note,
        first=skipped + 1,
        last=skipped + len(lines),
        all=every,
        is_cut=is_cut,
    )


def _name_head(title: str, order: Order | None) -> Head:
    if order is None or not order.name:
        return Head(title=title)
    return _sorting(Head(title=title), order, order.name, is_text=True)


def _head(column: Column, order: Order | None) -> Head:
    head = Head(title=column.head, css=column.css)
    if order is None:
        return replace(head, sorted="descending" if "sorted" in column.css else "")
    return _sorting(head, order, column.key) if column.key else head


def _sorting(head: Head, order: Order, key: str, *, is_text: bool = False) -> Head:
    href = order.link(turned(order.sort, key, is_text=is_text))
    return replace(head, href=href, sorted=direction(order.sort, key))


def _led(column: Column, row: Row, behind: Callable[[str, Row], str] | None) -> Cell:
    """The cell, and where there is something behind its number, the address of that."""
    cell = column.write(row)
    if behind is None or not column.behind or cell.tone == "mut":
        return cell
    return replace(cell, href=behind(column.behind, row))


def _compared(column: Column, row: Row, was: Earlier, cell: Cell) -> Cell:
    """The cell with its difference; in the column that the table is usually sorted by, a row can be new or gone."""
    if column.number is None:
        return cell
    leads, before, now = "sorted" in column.css, was.find(row), column.number(row)
    if before is None:
        return replace(cell, change=NEW) if leads and was.is_new(row) else cell
    then = column.number(before)
    if now is None or then is None or numbers.hides(now, then) or not (then or column.is_share):
        return cell
    text = numbers.points(now, then) if column.is_share else GONE if leads and not now else numbers.change(now, then)
    direction = "" if column.neutral or now == then else "up" if now > then else "down"
    return replace(cell, change=text, direction=direction, before=column.write(before).text)
