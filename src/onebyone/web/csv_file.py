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
    return Response(csv_text(rows), media_type="text/csv; charset=utf-8", headers=download(name, "csv"))


def parquet_answer(name: str, body: bytes) -> Response[bytes]:
    return Response(body, media_type="application/vnd.apache.parquet", headers=download(name, "parquet"))


def csv_text(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([harmless(value) for value in row.values()] for row in rows)
    return text.getvalue()


def download(name: str, ending: str) -> dict[str, str]:
    """The headers of a file with a harmless name."""
    return {"Content-Disposition": f'attachment; filename="{safe_name(name)}.{ending}"'}


def safe_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-").lower()


def harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
