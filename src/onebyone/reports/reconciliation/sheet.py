"""A file as a sheet of cells: its encoding, its separator, and the row that is the header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from msgspec import Struct

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 200_000
_LOOKED_AT = 40  # lines before which a header must come
_BRACKETED_CURRENCY = re.compile(r"\s*\(([A-Z]{3})\)\s*$")


class BadExport(ValueError):
    """This file cannot be imported; the text says why and what to do."""


class Sheet(Struct, frozen=True):
    """`lines` are the rows behind the header with the number each has in the file."""

    encoding: str
    separator: str
    preamble: list[list[str]]
    header: list[str]
    lines: list[tuple[int, list[str]]]


def decode(body: bytes) -> tuple[str, str]:
    """The text and the encoding's name. Raises BadExport."""
    if not body.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise BadExport("The file is empty. Export it again and choose CSV.")
    if len(body) > MAX_BYTES:
        raise BadExport(f"The file is larger than {MAX_BYTES // 2**20} MB. Export a shorter period.")
    if body[:4] == b"PK\x03\x04":
        raise BadExport("This is an Excel workbook or a zip file. Export as CSV, or unpack it first.")
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return _read(body, name), name
    if body[:200].count(0) > len(body[:200]) // 4:
        name = "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
        return _read(body, name), name
    return _read(body, "utf-8"), "utf-8"


def _read(body: bytes, encoding: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise BadExport(
            f"Line {line} is no {encoding.upper().removesuffix('-SIG')}. Save the file as CSV UTF-8 and import it "
            "again; a spreadsheet's plain CSV breaks letters such as é."
        ) from error
    if "\x00" in text:
        raise BadExport("The file holds bytes that no text has. Export it again and choose CSV.")
    return text


def read_sheet(body: bytes, knows: Callable[[str], int]) -> Sheet:
    """`knows` says how much a normalised header cell counts as one. Raises BadExport."""
    text, encoding = decode(body)
    separator = _separator(text)
    try:
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), start=1)
        ]
    except csv.Error as error:
        raise BadExport(f"The file is no table: {error}. Export it again and choose CSV.") from error
    if len(rows) > MAX_ROWS:
        raise BadExport(f"The file has more than {MAX_ROWS:,} rows. Export a shorter period, or by campaign only.")
    at = _header_at([row for _, row in rows[:_LOOKED_AT]], knows)
    return Sheet(
        encoding=encoding,
        separator=separator,
        preamble=[row for _, row in rows[:at]],
        header=_whole(rows[at][1]),
        lines=[(number, row) for number, row in rows[at + 1 :] if any(row)],
    )


def plain(cell: str) -> str:
    """A header cell as it is compared: lower case, single spaces, no currency behind it."""
    bare = _BRACKETED_CURRENCY.sub("", cell.replace("’", "'").lstrip("\ufeff"))
    return " ".join(bare.lower().split())


def currency_of(cell: str) -> str:
    """EUR of "Amount spent (EUR)"; else ""."""
    found = _BRACKETED_CURRENCY.search(cell)
    return found[1] if found else ""


def _separator(text: str) -> str:
    """The one that makes most cells in the widest lines of the file's beginning."""
    lines = text.splitlines()[:_LOOKED_AT]
    counts = {mark: sorted((line.count(mark) for line in lines), reverse=True)[:3] for mark in ("\t", ";", ",")}
    best = max(counts, key=lambda mark: (sum(counts[mark]), mark == "\t"))
    tabs, semicolons = sum(counts["\t"]), sum(counts[";"])
    if best == "," and semicolons and semicolons >= sum(counts[","]) // 2 and lines and "," not in _widest(lines, ";"):
        return ";"
    return "\t" if tabs and best != "\t" and tabs * 2 >= sum(counts[best]) else best


def _widest(lines: Sequence[str], mark: str) -> str:
    return max(lines, key=lambda line: line.count(mark))


def _header_at(rows: Sequence[Sequence[str]], knows: Callable[[str], int]) -> int:
    """The row with most known headers; where fewer than two are known, the first that has three cells or more."""
    scores = [sum(knows(plain(cell)) for cell in row) for row in rows]
    best = max(range(len(rows)), key=lambda number: (scores[number], -number), default=0)
    if rows and scores[best] >= 2:
        return best
    wide = next((number for number, row in enumerate(rows) if sum(bool(cell) for cell in row) >= 3), None)
    if wide is None:
        raise BadExport("No row of the file looks like a header: three columns at least are needed. Choose CSV.")
    return wide


def _whole(header: Sequence[str]) -> list[str]:
    return [cell.lstrip("\ufeff").strip() for cell in header]
