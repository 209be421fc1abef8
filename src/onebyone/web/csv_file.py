"""Rows of a report as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from litestar import Response

from onebyone.web.desk import Row

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a text that begins so


def csv_answer(name: str, rows: Sequence[Row]) -> Response[str]:
    """Raw values: minor units, UTC instants, no thousands."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=download(name, "csv"))


def download(name: str, ending: str) -> dict[str, str]:
    """The headers of a file with a harmless name."""
    safe = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-").lower()
    return {"Content-Disposition": f'attachment; filename="{safe}.{ending}"'}


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
