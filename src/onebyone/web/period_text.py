"""Days as somebody types them: 2026-10-14, 14.10., 14 oct, oct, last 6 weeks, and two of them with `to` between."""

from __future__ import annotations

import re
from datetime import date, timedelta

from onebyone.web.period import PRESETS, Period, PeriodUnreadable, between

EXAMPLES = "2026-10-14, 14.10., oct, last 6 weeks, or two of them with “to” between"
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_LONGEST = 60
_BETWEEN = re.compile(r"\s+(?:to|until|–|—|-)\s+|\s*\.\.\s*(?=\S)|\s*[–—]\s*")
_SPAN = re.compile(r"(?:the )?(?:last|past)? ?(\d{1,4}) (day|week|month|year)s?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?\s?(\d{4}|\d{2})?")
_NAMED = re.compile(r"(?:(\d{1,2})\.? )?([a-z]+)\.?(?: (\d{1,2}))?(?:,? (\d{4}))?")


def read_period(text: str, today: date) -> Period:
    """Without a year it is the latest that has begun. Raises PeriodUnreadable, which says how days are written."""
    plain = re.sub(r"\s+", " ", text.strip().lower())
    parts = _BETWEEN.split(plain) if len(plain) <= _LONGEST else []
    if len(parts) not in (1, 2):
        raise _unreadable(text)
    found = [_one(part, today) for part in parts]
    if len(parts) == 1 and found[0] is not None:
        return found[0]
    first, last = found[0], found[-1]
    if first is None or last is None:
        raise _unreadable(text)
    return between(first.first.isoformat(), last.last.isoformat())


def _one(text: str, today: date) -> Period | None:
    named = {"today": "today", "yesterday": "yesterday", "this month": "mtd", "last month": "lm", "this year": "ytd"}
    if text in named:
        return Period(*PRESETS[named[text]][1](today, today))
    if text in ("this week", "last week"):
        monday = today - timedelta(days=today.weekday() + (7 if text == "last week" else 0))
        return Period(monday, min(monday + timedelta(days=6), today))
    if span := _SPAN.fullmatch(text):
        return _back(int(span[1]), span[2], today)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return between(text, text)
    if month := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return _month(int(month[1]), int(month[2]))
    if re.fullmatch(r"(19|20|21)\d{2}", text):
        return Period(date(int(text), 1, 1), date(int(text), 12, 31))
    if dotted := _DOTTED.fullmatch(text):
        return _day(int(dotted[1]), int(dotted[2]), dotted[3], today)
    return _of_a_month(text, today)


def _of_a_month(text: str, today: date) -> Period | None:
    """oct, october 2025, 14 oct, oct 14, 2025"""
    named = _NAMED.fullmatch(text)
    month = next((n for n, name in enumerate(_MONTHS, 1) if named and named[2] in (name, name[:3])), 0)
    if named is None or not month or (named[1] and named[3]):
        return None
    day = named[1] or named[3]
    if day:
        return _day(int(day), month, named[4], today)
    year = int(named[4]) if named[4] else today.year - (month > today.month)
    return _month(year, month)


def _back(count: int, unit: str, today: date) -> Period | None:
    """So many up to today, as the presets count them."""
    if not count:
        return None
    if unit in ("day", "week"):
        return between(
            (today - timedelta(days=count * (7 if unit == "week" else 1) - 1)).isoformat(), today.isoformat()
        )
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    if months < 12 * 1990:
        return None
    whole = _month(months // 12, months % 12 + 1)
    if whole is None:
        return None
    since = whole.first.replace(day=min(today.day, whole.last.day)) + timedelta(days=1)
    return between(since.isoformat(), today.isoformat())


def _month(year: int, month: int) -> Period | None:
    if not 1 <= month <= 12 or not 1990 <= year <= 2200:
        return None
    first = date(year, month, 1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _day(day: int, month: int, year: str | None, today: date) -> Period | None:
    """Of a day that not every year has, the latest there was."""
    written = int(year) + (2000 if len(year) == 2 else 0) if year else 0
    years = [written] if year else [today.year - n for n in range(9)]
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year or found <= today:
            return between(found.isoformat(), found.isoformat())
    return None


def _unreadable(text: str) -> PeriodUnreadable:
    return PeriodUnreadable(f"“{text[:_LONGEST]}” is no period that can be read. Write {EXAMPLES}.")
