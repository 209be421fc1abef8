"""Where sightings went: sums by fate, reasons in words, dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from onebyone.event import COPIES, utc
from onebyone.log import DeadLetter
from onebyone.state.sites import Site
from onebyone.web import numbers, words
from onebyone.web.desk import Desk, Row
from onebyone.web.words import Words


class Reasoned(Struct, frozen=True, kw_only=True):
    """One reason of the period, with its words."""

    reason: str
    words: Words
    count: int
    last: str
    is_copy: bool


class Letter(Struct, frozen=True, kw_only=True):
    at: str
    title: str
    to_do: str
    href: str
    hit: str
    mend: str  # where it is opened
    step: str
    detail: str  # "" for those who may not see it
    body: str  # likewise


class Sums(Struct, frozen=True):
    """Where the sightings of a period or of all time went."""

    kept: int = 0
    dropped: int = 0
    failed: int = 0

    @property
    def received(self) -> int:
        return self.kept + self.dropped + self.failed


def sums(row: Row) -> Sums:
    return Sums(row.get("kept") or 0, row.get("dropped") or 0, row.get("failed") or 0)


def total(rows: Sequence[Row]) -> Sums:
    return Sums(*(sum(row[key] for row in rows) for key in ("kept", "dropped", "failed")))


def reasons(rows: Sequence[Row], site: Site, desk: Desk) -> list[Reasoned]:
    """One entry a reason, whatever step decided it; the most frequent first."""
    counts: dict[str, int] = {}
    lasts: dict[str, str] = {}
    for row in rows:
        counts[row["reason"]] = counts.get(row["reason"], 0) + row["sightings"]
        lasts[row["reason"]] = max(lasts.get(row["reason"], ""), row["last_at"])
    today = desk.today(site.zone)
    return [
        Reasoned(
            reason=reason,
            words=words.of_reason(reason),
            count=count,
            last=numbers.when(datetime.fromisoformat(lasts[reason]), site.zone, today),
            is_copy=reason in COPIES,
        )
        for reason, count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def day_name(day: str) -> str:
    return numbers.week_day(datetime.fromisoformat(day).date())


def letter(letter: DeadLetter, site: Site, *, shows_body: bool, sees: bool) -> Letter:
    """A traceback may quote what was sent, so `detail` is for who `sees` personal data."""
    told = words.of_reason(letter.reason)
    return Letter(
        at=numbers.moment(utc(letter.at_ms), site.zone),
        title=told.title,
        to_do=told.to_do,
        href=f"/s/{site.id}/fate/{letter.hit}/{letter.n}",
        hit=letter.hit,
        mend=f"/s/{site.id}/ledger/letters/{letter.hit}/{letter.n}",
        step=letter.step,
        detail=letter.detail if sees else "",
        body=letter.body.decode("utf-8", "replace") if shows_body else "",
    )
