"""Notes on days as a chart and its page show them, and the form that writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from onebyone.state.annotations import Annotation
from onebyone.web import numbers
from onebyone.web.period import Period

LONGEST = 140  # letters of a text
MOST = 1_000  # of a site
UNDO_MS = 3_600_000  # how long one that was removed can be put back


class Note(Struct, frozen=True, kw_only=True):
    """A line below the chart. `gone`: it was removed just now, and can be put back."""

    id: str
    day: str
    text: str
    by: str
    gone: bool


class Wrong(ValueError):
    """What was written is no note; the message says why."""


def read(day: str, text: str, *, today: date) -> tuple[date, str]:
    """Raises Wrong."""
    words = " ".join(text.split())
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise Wrong("Choose the day of the note.") from None
    if not words or len(words) > LONGEST or not words.isprintable():
        raise Wrong(f"Write what happened, in {LONGEST} letters at most.")
    if not date(2000, 1, 1) <= when <= today.replace(year=today.year + 1, day=1):
        raise Wrong("Choose a day that a chart of this site can show.")
    return when, words


def on_days(notes: Sequence[Annotation]) -> Mapping[date, list[str]]:
    """What stands on a chart."""
    found: dict[date, list[str]] = {}
    for note in notes:
        if not note.removed_ms:
            found.setdefault(note.day, []).append(note.text)
    return found


def lines(notes: Sequence[Annotation], period: Period, *, today: date, now_ms: int, may_edit: bool) -> list[Note]:
    """Those of the period; to who may put them back, also those removed within the last hour."""
    return [
        Note(
            id=one.id,
            day=numbers.days(one.day, one.day, today),
            text=one.text,
            by=one.by,
            gone=bool(one.removed_ms),
        )
        for one in notes
        if period.first <= one.day <= period.last
        and (not one.removed_ms or (may_edit and now_ms - one.removed_ms < UNDO_MS))
    ]
