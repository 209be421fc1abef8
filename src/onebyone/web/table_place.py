"""What an address says of a page's tables: which stands alone, how each is sorted, and where its rows begin.

`sort=-orders` is of the only table, as that of a file is; of several, `sort=campaigns:-orders,sources:medium`. A table
that stands alone (`table=campaigns`) is read in pages; `after` is the number of rows before the page. A row is named by
its columns with a semicolon between them; a backslash stands before a comma, a semicolon or a backslash of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from onebyone.reports.sorting import Sorts
from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View

KEYS = ("table", "sort", "after")
PAGE = 100
MOST_SKIPPED = 1_000_000
_OWN = re.compile(r"([\\,;])")
_PART = re.compile(r"(?:\\.|[^\\,;])*+")


class Place(Struct, frozen=True):
    """Of one table. `sort` is "" where it is the usual one."""

    report: str
    sort: str = ""
    is_alone: bool = False
    skip: int = 0
    others: str = ""  # how the other tables of the page are sorted, as an address has it
    is_linked: bool = True  # False where the table stands on a page whose address cannot sort it

    @property
    def order(self) -> dict[str, Param]:
        """The parameter of its report."""
        return {"sort": self.sort} if self.sort else {}

    def sorted(self, view: View, sort: str) -> str:
        """The address of the page with the table in another order, "" for the usual one, from its first row."""
        own = f"{self.report}:{sort}" if sort and not self.is_alone else sort
        return f"{view.link(sort=','.join(filter(None, (self.others, own))), after='')}#{self.report}"

    def alone(self, view: View) -> str:
        return view.link(table=self.report, sort=self.sort, after="")

    def among_others(self, view: View) -> str:
        """The page with all its tables."""
        return view.link(table="", sort=f"{self.report}:{self.sort}" if self.sort else "", after="")

    def file(self, view: View, path: str) -> str:
        return view.file(path, table="", sort=self.sort, lines="", after="", show="")


def places(view: View, tables: Mapping[str, Sorts]) -> dict[str, Place]:
    """Of the tables that the address shows, by their reports; `tables` are all of the page.

    Raises NotUnderstood.
    """
    chosen = view.given.get("table", "")
    if chosen and chosen not in tables:
        raise NotUnderstood(
            f"`{chosen}` is no table of this page. Use {', '.join(tables)}. ", "Show all of them",
            view.link(table="", sort="", after=""), ".",
        )  # fmt: skip
    sorts = _sorts(view, {chosen: tables[chosen]} if chosen else tables)
    if chosen:
        return {chosen: Place(chosen, sorts.get(chosen, ""), True, skipped(view))}
    if view.given.get("after"):
        raise _no_place(view)
    return {
        report: Place(report, sorts.get(report, ""), others=_written({k: v for k, v in sorts.items() if k != report}))
        for report in tables
    }


def sorted_by(view: View, sorts: Sorts) -> dict[str, Param]:
    """The parameter of a report whose rows the address sorts. Raises NotUnderstood."""
    sort = view.given.get("sort", "")
    if sort and sort not in sorts.values:
        raise _no_order(view, sort, sorts)
    return Place("", sort).order


def written(row: Sequence[str]) -> str:
    """A row, as it stands in an address."""
    return ";".join(_OWN.sub(r"\\\1", value) for value in row)


def read_rows(text: str) -> list[tuple[str, ...]]:
    """Rows as `written` writes them, with commas between; each once, in the order of the address."""
    rows: list[tuple[str, ...]] = []
    parts: list[str] = []
    at = 0
    while at <= len(text):
        found = _PART.match(text, at)
        end = found.end() if found else at
        parts.append(re.sub(r"\\(.)", r"\1", text[at:end]))
        if text[end : end + 1] != ";":
            rows.append(tuple(parts))
            parts = []
        at = end + 1
    return list(dict.fromkeys(row for row in rows if any(row)))


def _sorts(view: View, tables: Mapping[str, Sorts]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, view.given.get("sort", "").split(",")):
        report, named, sort = part.rpartition(":")
        if not named and len(tables) == 1:
            report = next(iter(tables))
        if report not in tables:
            names = ", ".join(f"{name}:{sort}" for name in tables)
            raise NotUnderstood(
                f"`{part}` does not say which table it sorts. Use {names}. ", "Show the usual order",
                view.link(sort="", after=""), ".",
            )  # fmt: skip
        if sort not in tables[report].values:
            raise _no_order(view, sort, tables[report])
        found[report] = sort
    return found


def _written(sorts: Mapping[str, str]) -> str:
    return ",".join(f"{report}:{sort}" for report, sort in sorts.items())


def skipped(view: View) -> int:
    """The rows before the page. Raises NotUnderstood."""
    text = view.given.get("after", "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= MOST_SKIPPED):
        raise _no_place(view)
    return int(text)


def _no_place(view: View) -> NotUnderstood:
    return NotUnderstood("This place in the list cannot be read. ", "Show its beginning", view.link(after=""), ".")


def _no_order(view: View, sort: str, sorts: Sorts) -> NotUnderstood:
    may = f"Use {', '.join(sorts.columns)}, with - in front the largest first. " if sorts.columns else ""
    return NotUnderstood(
        f"`{sort}` is no column to sort by. {may}", "Show the usual order", view.link(sort="", after=""), "."
    )
