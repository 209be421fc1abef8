"""The rows of a report beside those of the period it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from onebyone.web.desk import Row

_Key = tuple[object, ...]


class Earlier(Struct, frozen=True):
    """What was there before, by the columns `key` that name a row. `is_whole`: no limit cut it off."""

    key: tuple[str, ...] = ()
    rows: Mapping[_Key, Row] = {}
    is_whole: bool = False

    def find(self, row: Row) -> Row | None:
        return self.rows.get(_named(row, self.key))

    def is_new(self, row: Row) -> bool:
        """Whether it is known that there was no such row before."""
        return bool(self.rows) and self.is_whole and self.find(row) is None

    def gone(self, rows: Sequence[Row]) -> list[Row]:
        """What was there before and is in none of `rows`, which are all there are: with 0 for its numbers."""
        there = {_named(row, self.key) for row in rows}
        return [_emptied(row, self.key) for named, row in self.rows.items() if named not in there]


NOTHING = Earlier()  # compares nothing


def earlier(key: Sequence[str], rows: Sequence[Row], limit: int) -> Earlier:
    """`rows` were asked with `limit`."""
    return Earlier(tuple(key), {_named(row, key): row for row in rows}, len(rows) < limit)


def with_before(rows: Sequence[Row], was: Earlier, limit: int) -> list[Row]:
    """For a file: each number and beside it, as NAME_before, that of the period before; what is gone at the end."""
    every = [*rows, *(was.gone(rows) if len(rows) < limit else [])]
    columns = [name for name in (every[0] if every else {}) if name not in was.key]
    compared = [name for name in columns if any(_is_number(row[name]) for row in (*every, *was.rows.values()))]
    nothing: Row = {}
    return [row | {f"{name}_before": (was.find(row) or nothing).get(name) for name in compared} for row in every]


def _named(row: Row, key: Sequence[str]) -> _Key:
    return tuple(row[column] for column in key)


def _emptied(row: Row, key: Sequence[str]) -> Row:
    return {name: 0 if _is_number(value) and name not in key else value for name, value in row.items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
