"""Everything that is kept of a person, as files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec

TABLES = ("events", "conversions", "deliveries", "consent_records", "messages")


def zipped(bundle: Mapping[str, Any]) -> bytes:
    """The same as files: the whole as JSON, and each table as CSV, lists and objects in it as JSON."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("person.json", msgspec.json.encode(bundle))
        for table in TABLES:
            rows = bundle[table]
            text = io.StringIO()
            names = list(dict.fromkeys(name for row in rows for name in row))
            writer = csv.writer(text)
            writer.writerow(names)
            writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
            files.writestr(f"{table}.csv", text.getvalue())
    return packed.getvalue()


def _cell(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value
