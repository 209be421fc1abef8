"""Reports whose rows can be sorted by a column, and read a page at a time.

Their header names the columns, the one that bars are drawn of first. `sort` is one of them, with - in front from the
largest to the smallest; rows that have no number come last either way. `skip` leaves out the first rows. `whole` adds
to each row `rows_in_all`, `most_in_all` of that first column, and of the columns that are summed `NAME_in_all` and
`NAME_most`, of all rows before the limit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from onebyone.reports.power import Shape
from onebyone.store import BadParameter, Param
from onebyone.store.parts import with_parts

_SQL = tomllib.loads(Path(__file__).with_name("sorting.toml").read_text(encoding="utf-8"))
PLACES = ("sorted", "sorted_join", "in_all", "skipped")
PARAMS = ("sort", "skip", "whole")


class Sorts(Struct, frozen=True):
    """The columns that a report's rows can be sorted by; of `sums` all rows are added up."""

    columns: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Of `sort`."""
        return (*self.columns, *(f"-{column}" for column in self.columns))


def shaped(sorts: Sorts, given: Mapping[str, Param]) -> Shape:
    """Of the parameters `PARAMS`, none of which has to be given. Raises BadParameter."""
    sort, skip = given.get("sort", ""), given.get("skip", 0)
    if sort and sort not in sorts.values:
        raise BadParameter(f"sort: {sort!r} is none of {', '.join(sorts.values)}")
    column = next((one for one in sorts.columns if sort in (one, f"-{one}")), "")
    order = _SQL["order"]["down" if str(sort).startswith("-") else "up"]
    ranked = _SQL["ranked"].get(column, column)
    places = {
        "sorted": with_parts(order, {"ranked": ranked}) if column else "",
        "sorted_join": _SQL["joined"]["join"] if column in _SQL["joined"]["columns"] else "",
        "in_all": _in_all(sorts) if given.get("whole") else "",
        "skipped": _SQL["place"]["skipped"] if skip else "",
    }
    return Shape(places, {"skip": skip} if skip else {})


def _in_all(sorts: Sorts) -> str:
    rows = with_parts(_SQL["whole"]["rows"], {"column": sorts.columns[0]})
    return rows + "".join(with_parts(_SQL["whole"]["sum"], {"column": column}) for column in sorts.sums)
