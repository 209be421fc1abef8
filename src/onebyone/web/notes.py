"""Notes on days as a chart and its page show them, from people and from the product, and the form that writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.event import utc
from onebyone.state.annotations import Annotation
from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.desk import Desk
from onebyone.web.period import Period

HAPPENED: Mapping[str, str] = {  # what the trail calls it, and its note
    "container_published": "Container published",
    "container_rolled_back": "Container rolled back",
    "tags_stopped": "Tags stopped",
    "tags_resumed": "Tags run again",
    "conversions_changed": "Conversions declared",
    "script_changed": "Script changed",
    "sessions_changed": "Rules of sessions changed",
    "consent_rules_changed": "Rules of consent changed",
    "verdicts_changed": "Rules of verdicts reached the past",
}
LONGEST = 140  # letters of a text
MOST = 1_000  # of a site
UNDO_MS = 3_600_000  # how long one that was removed can be put back


class Note(Struct, frozen=True, kw_only=True):
    """A line below the chart. `gone`: it was removed just now, and can be put back. One of the product has no id."""

    id: str
    day: str
    date: str  # as a form has it
    text: str
    by: str
    gone: bool


class Wrong(ValueError):
    """What was written is no note; the message says why."""


def all_of(desk: Desk, site: Site) -> list[Annotation]:
    """By their days: what people wrote, and what was changed here that may move a number. The latter has no id."""
    zone = ZoneInfo(site.zone)
    made = [
        Annotation(
            site=site.id,
            id="",
            day=utc(line.at_ms).astimezone(zone).date(),
            text=": ".join(filter(None, (HAPPENED[line.what], line.detail)))[:LONGEST],
            by=line.user,
            made_ms=line.at_ms,
        )
        for line in desk.users.happened(site.id, HAPPENED)
    ]
    return sorted([*desk.annotations.all(site.id), *made], key=lambda one: (one.day, one.made_ms, one.id))


def add(desk: Desk, site: Site, by: str, day: str, text: str) -> Annotation:
    """Also into the trail. Raises Wrong."""
    now_ms = int(desk.clock().timestamp() * 1000)
    desk.annotations.forget(site.id, removed_before_ms=now_ms - UNDO_MS)
    if len(desk.annotations.all(site.id)) >= MOST:
        raise Wrong(f"{MOST} notes are the most a site has. Remove one first.")
    when, words = read(day, text, today=desk.today(site.zone))
    note = desk.annotations.add(site.id, when, words, by=by, now_ms=now_ms)
    desk.users.note(by, site.id, "note_added", f"{when}: {words}")
    return note


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
            date=one.day.isoformat(),
            day=numbers.days(one.day, one.day, today),
            text=one.text,
            by=one.by,
            gone=bool(one.removed_ms),
        )
        for one in notes
        if period.first <= one.day <= period.last
        and (not one.removed_ms or (may_edit and now_ms - one.removed_ms < UNDO_MS))
    ]
