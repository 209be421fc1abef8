"""Conversions by region and period, from a CSV file or from rows that were pasted."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping

from msgspec import Struct

COLUMNS = ("region", "period", "conversions")
_MOST_ROWS = 200_000


class Totals(Struct, frozen=True):
    """By region a number for each period, 0 where the file has none; periods in their own order."""

    regions: dict[str, list[int]]
    periods: list[str]


def read_totals(text: str) -> Totals:
    """Columns are parted by commas, semicolons or tabs. Raises ValueError, which says the line."""
    head = text.lstrip("\ufeff\r\n").partition("\n")[0]
    delimiter = next((sign for sign in "\t;" if sign in head), ",")
    rows = csv.DictReader(text.lstrip("\ufeff\r\n").splitlines(), delimiter=delimiter, skipinitialspace=True)
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    try:
        names = [name.strip().lower() for name in rows.fieldnames or ()]
        if missing := [name for name in COLUMNS if name not in names]:
            raise ValueError(f"there is no column {', '.join(missing)}")
        rows.fieldnames = names
        for row in rows:
            if rows.line_num > _MOST_ROWS:
                raise ValueError(f"more than {_MOST_ROWS:,} rows")
            _count(counts, row, f"line {rows.line_num}")
    except csv.Error as error:
        raise ValueError(str(error)) from error
    periods = sorted({period for own in counts.values() for period in own})
    if not periods:
        raise ValueError("there are no rows")
    return Totals({region: [own.get(period, 0) for period in periods] for region, own in counts.items()}, periods)


def _count(counts: defaultdict[str, dict[str, int]], row: Mapping[str, str | None], place: str) -> None:
    region, period, text = ((row[name] or "").strip() for name in COLUMNS)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise ValueError(f"{place}: {text[:32]!r} is no number of conversions")
    if period in counts[region]:
        raise ValueError(f"{place}: {region[:64]} has {period[:64]} twice")
    counts[region][period] = int(text)
