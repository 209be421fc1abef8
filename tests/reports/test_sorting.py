"""Sorted rows are the same rows, their pages leave none out, and what is said of all counts those beyond the limit."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest

from onebyone.reports.catalogue import DIRECTORY, Reports, read_report
from onebyone.reports.sorting import Sorts, shaped
from onebyone.store import BadParameter, Param
from reports.golden import cases
from reports.test_golden import tell
from store.engine_fixture import holding

ALIKE = (
    () if os.environ.get("PROVE") else ("campaigns", "contents", "referrers", "landing_pages", "devices", "browsers")
)
SORTED = [
    file.stem
    for file in sorted(DIRECTORY.glob("*.sql"))
    if read_report(file).sorts.columns and file.stem not in ALIKE  # the same SQL as sources, terms or countries
]
TOLD = [name for name in SORTED if "{{in_all}}" in read_report(DIRECTORY / f"{name}.sql").template]
Row = dict[str, Any]


def _asked(name: str) -> tuple[Reports, dict[str, Param]]:
    case = max(cases(name), key=lambda one: len(one.rows))
    return Reports(holding(f"golden {case.story}", lambda store: tell(store, case))), case.typed_params()


def _rank(row: Row, column: str) -> Any:
    """What the page shows in that column; None where it shows nothing."""
    if column == "to_end":
        return row["to_end"] / row["scroll_measured"] if row["scroll_measured"] else None
    if column in ("median_ms", "median_scroll"):
        return row[column] if row["measured" if column == "median_ms" else "scroll_measured"] else None
    if column[:3] in ("lcp", "inp", "cls"):
        loads = row[f"{column[:3]}_loads"]
        value = row[column] if column.endswith("_p75") else row[column] / (loads or 1)
        return value if loads >= 30 else None
    return datetime.fromisoformat(row[column]) if column.endswith("_at") else row[column]


@pytest.mark.parametrize("name", SORTED)
def test_every_column_sorts_and_what_has_no_number_comes_last(name: str) -> None:
    reports, params = _asked(name)
    usual = reports.run_dicts(name, **params)
    assert usual
    columns = read_report(DIRECTORY / f"{name}.sql").sorts.columns
    for sort in (*(f"-{column}" for column in columns), columns[0]):
        rows = reports.run_dicts(name, **params, sort=sort)
        ranks = [_rank(row, sort.removeprefix("-")) for row in rows]
        numbers = [rank for rank in ranks if rank is not None]
        assert sorted(map(str, rows)) == sorted(map(str, usual))
        assert numbers == sorted(numbers, reverse=sort.startswith("-")), sort
        assert ranks[: len(numbers)] == numbers


@pytest.mark.parametrize("name", TOLD)
def test_pages_hold_every_row_once_and_tell_of_all(name: str) -> None:
    reports, params = _asked(name)
    sorts = read_report(DIRECTORY / f"{name}.sql").sorts
    asked = params | {"sort": sorts.columns[0]}
    every = reports.run_dicts(name, **asked)
    size = len(every) // 3 + 1
    pages = [
        reports.run_dicts(name, **asked | {"limit": size, "skip": n, "whole": 1})
        for n in range(0, len(every) + size, size)
    ]
    assert [{key: row[key] for key in every[0]} for page in pages for row in page] == every
    assert pages[-1] == []
    told = pages[0][0]
    assert told["rows_in_all"] == len(every)
    assert told["most_in_all"] == max(row[sorts.columns[0]] for row in every)
    for column in sorts.sums:
        assert told[f"{column}_in_all"] == sum(row[column] for row in every)
        assert told[f"{column}_most"] == max(row[column] for row in every)


@pytest.mark.parametrize("sort", ["-orders", "views"])
def test_people_are_chosen_in_the_order_that_they_are_shown_in(sort: str) -> None:
    reports, params = _asked("people")
    every = reports.run_dicts("people", **params | {"sort": sort, "limit": 100})
    half = len(every) // 2
    pages = [
        reports.run_dicts("people", **params | {"sort": sort, "limit": half, "skip": n}) for n in (0, half, 2 * half)
    ]
    assert len(every) > 3 and [row for page in pages for row in page] == every


@pytest.mark.parametrize("sort", ["visitor", "-", "--visitors", "visitors DESC", "-visitors; DROP TABLE events", 1])
def test_a_text_that_is_no_column_is_refused(sort: Param) -> None:
    with pytest.raises(BadParameter, match="sort"):
        shaped(Sorts(("visitors",)), {"sort": sort})
