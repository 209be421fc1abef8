"""Cells as values: numbers in the ways of many countries, days, and ids that a spreadsheet may have eaten."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]
DayOrder = Literal["mdy", "dmy"]

_NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "null", "none"})
_AROUND = re.compile(r"^(?:[A-Z]{3}|[$€£¥₹zł\s])+|(?:[A-Z]{3}|[$€£¥₹%złkr.\s])+$")
_GROUPED = re.compile(r"[\s\u00a0\u202f'’]")
_DIGITS = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_THREES = {mark: re.compile(rf"-?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", re.ASCII) for mark in (".", ",")}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?: [\d:]+)?", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.? ([A-Za-z]{3,9})\.? (\d{4})", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_ROUNDED = re.compile(r"\d{15}0+", re.ASCII)


def number(cell: str, mark: Mark) -> Decimal | None:
    """With that decimal mark. None for a cell that holds none. Raises ValueError for what is no number."""
    text = _bare(cell)
    if text is None:
        return None
    other: Mark = "," if mark == "." else "."
    if mark in text and other in text and text.rindex(other) > text.rindex(mark):
        mark, other = other, mark  # the last of both can only be the decimal mark
    text = text.replace(other, "").replace(mark, ".")
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"{cell!r} is no number")
    return Decimal(text)


def is_below(cell: str) -> bool:
    """A `<0.01`: less than what is written."""
    return cell.strip().startswith("<")


def decimal_mark(cells: Iterable[str], separator: str) -> Mark:
    """What the file's own numbers prove; else a comma where semicolons part the cells, and a point elsewhere."""
    points = commas = 0
    for cell in cells:
        text = _bare(cell) or ""
        if "." in text and "," in text:
            points, commas = (points + 1, commas) if text.rindex(".") > text.rindex(",") else (points, commas + 1)
        elif "." in text and not _THREES["."].fullmatch(text):
            points += 1
        elif ("," in text and not _THREES[","].fullmatch(text)) or _many(text, "."):
            commas += 1
        elif _many(text, ","):
            points += 1
    if points == commas:
        return "," if separator == ";" else "."
    return "." if points > commas else ","


def _many(text: str, mark: str) -> bool:
    return text.count(mark) > 1


def _bare(cell: str) -> str | None:
    text = cell.strip().lstrip("<").replace("−", "-")
    if text.lower() in _NOTHING:
        return None
    sign = "-" if text.startswith(("-", "(")) else ""
    text = _AROUND.sub("", text.strip("()-"))
    return sign + _GROUPED.sub("", text)


def day_order(cells: Iterable[str]) -> tuple[DayOrder, bool]:
    """Whether the month or the day comes first, and whether a cell proves it. Raises ValueError if cells disagree."""
    seen: set[DayOrder] = set()
    for cell in cells:
        if found := _NUMERIC.fullmatch(cell.strip()):
            first, mark, second = int(found[1]), found[2], int(found[3])
            if first > 12 or (mark == "." and second <= 12):
                seen.add("dmy")
            elif second > 12:
                seen.add("mdy")
    if len(seen) > 1:
        raise ValueError("some dates begin with the day and others with the month")
    return (seen.pop(), True) if seen else ("mdy", False)


def is_numeric_day(cell: str) -> bool:
    return _NUMERIC.fullmatch(cell.strip()) is not None


def day(cell: str, order: DayOrder) -> date:
    """Raises ValueError for what is no day."""
    text = " ".join(cell.split())
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if year < 100 else 0
        return date(year, first, second) if order == "mdy" else date(year, second, first)
    if found := _MONTH_FIRST.fullmatch(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    if found := _DAY_FIRST.fullmatch(text):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    raise ValueError(f"{cell!r} is no day")


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1  # raises ValueError


def read_id(cell: str) -> tuple[str, bool]:
    """The id, and whether a spreadsheet damaged it: then there is none. Formulas, quotes and `.0` come off."""
    text = cell.strip().lstrip("'").removeprefix("=").strip('"').strip()
    if text.lower() in _NOTHING:
        return "", False
    if _SCIENTIFIC.fullmatch(text) or _ROUNDED.fullmatch(text):
        return "", True
    text = text.removesuffix(".0")
    if re.fullmatch(r"\d{3}-\d{3}-\d{4}", text, re.ASCII):  # a Google account
        return text, False
    return text[:128], False
