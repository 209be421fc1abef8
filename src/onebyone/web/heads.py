"""Heads of columns that sort, and the order that an address asks: a column, with - in front from the largest."""

from __future__ import annotations

from msgspec import Struct


class Head(Struct, frozen=True, kw_only=True):
    """`href` sorts by the column, "" where nothing can; `sorted` is "", "ascending" or "descending".

    `without` is the address without the column, "" of the last.
    """

    title: str
    sub: str = ""
    css: str = ""
    href: str = ""
    sorted: str = ""
    without: str = ""


def direction(sort: str, key: str) -> str:
    """How the column `key` is sorted where `sort` is asked; "" if it is not."""
    if not key or sort.removeprefix("-") != key:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


def turned(sort: str, key: str, *, is_text: bool = False) -> str:
    """What a click on the head of `key` asks: from the largest, texts from the first; the next one turns it round."""
    first, other = (key, f"-{key}") if is_text else (f"-{key}", key)
    return other if sort == first else first
