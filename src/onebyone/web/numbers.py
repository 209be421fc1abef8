"""How a number, an amount, a day and a time are written. The only place that formats them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from onebyone.money import exponent_of
from onebyone.reports.few import Hidden

SOME_HIDDEN = "Some of these numbers are of fewer than 10 people, and hidden."
_TELLS_HIDDEN = re.compile(r"(?:^|[ (+])(?:<10|hidden)(?=[ .,;:)]|$)")
NONE = "–"  # unknown or none; never 0
MINUS = "−"

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}


def hides(*values: object) -> bool:
    """Whether one of them may not be told to who asks."""
    return any(isinstance(value, Hidden) for value in values)


def said(text: str) -> str:
    """A sentence, unless it would be about numbers that may not be told."""
    return SOME_HIDDEN if _TELLS_HIDDEN.search(text) else text


def _untold(*values: object) -> str:
    """<10 of few people as they are; of what was computed with them, hidden."""
    return str(values[0] if len(values) == 1 else Hidden())


def count(n: float | None) -> str:
    if hides(n):
        return _untold(n)
    if n is None:
        return NONE
    return f"{_sign(n)}{abs(round(n)):,}"


def money(minor: float | None, currency: str) -> str:
    """To the minor unit: €207,896.10."""
    if hides(minor):
        return _untold(minor)
    if minor is None:
        return NONE
    places = exponent_of(currency)
    return f"{_sign(minor)}{_symbol(currency)}{abs(minor) / 10**places:,.{places}f}"


def money_short(minor: float | None, currency: str) -> str:
    """Whole units, for large figures: €207,896."""
    if hides(minor):
        return _untold(minor)
    if minor is None:
        return NONE
    return f"{_sign(minor)}{_symbol(currency)}{abs(minor) / 10 ** exponent_of(currency):,.0f}"


def axis(value: float, currency: str = "") -> str:
    """A label at an axis: 250, 2.5k, €10k, €1.2M."""
    if hides(value):
        return _untold(value)
    symbol = _symbol(currency) if currency else ""
    for limit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{symbol}{_short(value / limit)}{letter}"
    return f"{symbol}{_short(value)}"


def axis_percent(value: float) -> str:
    if hides(value):
        return _untold(value)
    return f"{_short(value)}%"


def share(part: float | None, whole: float | None) -> str:
    """One decimal, two below 1 %: 22.0%, 0.43%."""
    if hides(part, whole):
        return _untold(part, whole)
    if part is None or not whole:
        return NONE
    return percent(100 * part / whole)


def percent(value: float | None) -> str:
    if hides(value):
        return _untold(value)
    if value is None:
        return NONE
    return f"{_sign(value)}{abs(value):.{2 if 0 < abs(value) < 1 else 1}f}%"


def rate(part: float | None, whole: float | None) -> str:
    """A conversion rate: always two decimals."""
    if hides(part, whole):
        return _untold(part, whole)
    if part is None or not whole:
        return NONE
    return f"{100 * part / whole:.2f}%"


def interval(low: float, high: float) -> str:
    """Two shares between 0 and 1: 20.3 – 23.8%; below 1 % with two decimals."""
    if hides(low, high):
        return _untold(low, high)
    if high < 0.01:
        return f"{100 * low:.2f} – {100 * high:.2f}%"
    return f"{100 * low:.1f} – {100 * high:.1f}%"


def change(now: float | None, before: float | None) -> str:
    """+4.9%, −1.5%; – where there was nothing to compare with."""
    if hides(now, before):
        return _untold(now, before)
    if now is None or not before:
        return NONE
    difference = round(100 * (now - before) / before, 1)
    return f"{'+' if difference > 0 else _sign(difference)}{abs(difference):,.1f}%"


def points(now: float | None, before: float | None) -> str:
    """The difference of two shares (0 to 1) in percentage points: +0.11 pt."""
    if hides(now, before):
        return _untold(now, before)
    if now is None or before is None:
        return NONE
    difference = round(100 * (now - before), 2)
    return f"{'+' if difference > 0 else _sign(difference)}{abs(difference):.2f} pt"


def day(value: date) -> str:
    return f"{value.day} {value:%b}"


def week_day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


def long_day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b %Y}"


def days(first: date, last: date, today: date) -> str:
    """14 Oct – 12 Nov; with the year where it is not this year's."""
    if first == last:
        return long_day(first) if first.year != today.year else week_day(first)
    if first.year == last.year == today.year:
        if first.month == last.month:
            return f"{first.day} – {day(last)}"
        return f"{day(first)} – {day(last)}"
    if first.year == last.year:
        return f"{day(first)} – {day(last)} {last.year}"
    return f"{day(first)} {first.year} – {day(last)} {last.year}"


def clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def clock_ms(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def moment(at: datetime, zone: str) -> str:
    """Tue 10 Nov 2026 at 19:42:08."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{long_day(local.date())} at {local:%H:%M:%S}"


def when(at: datetime, zone: str, today: date) -> str:
    """14:32:07 today, 11 Nov 08:03 on another day."""
    local = at.astimezone(ZoneInfo(zone))
    if local.date() == today:
        return f"{local:%H:%M:%S}"
    return f"{day(local.date())} {local:%H:%M}" if local.year == today.year else f"{day(local.date())} {local.year}"


def duration(length: timedelta) -> str:
    """48 s, 5 min, 1 h 52 min, 3 days."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def duration_ms(ms: float) -> str:
    return _untold(ms) if hides(ms) else duration(timedelta(milliseconds=ms))


def size(n: int) -> str:
    """640 B, 12.4 KB, 3.1 MB."""
    value = float(n)
    for unit in ("B", "KB", "MB"):
        if value < 1000:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _sign(value: float) -> str:
    return MINUS if value < 0 else ""


def _short(value: float) -> str:
    return f"{_sign(value)}{abs(value):.3g}"


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} " if currency else "")
