"""Ledger: is every hit accounted for?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get
from msgspec import Struct

from onebyone.event import COPIES, utc
from onebyone.log import DeadLetter
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import numbers, words
from onebyone.web.access import Ask, TheSite
from onebyone.web.csv_file import csv_answer
from onebyone.web.desk import Desk, Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.period import PRESETS
from onebyone.web.view import asked, params
from onebyone.web.words import Words

LETTERS = 50


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
    step: str
    detail: str
    body: str  # "" for those who may not see it


class Sums(Struct, frozen=True):
    """Where the sightings of a period or of all time went."""

    kept: int = 0
    dropped: int = 0
    failed: int = 0

    @property
    def received(self) -> int:
        return self.kept + self.dropped + self.failed


@get("/s/{site_id:str}/ledger", sync_to_thread=True, include_in_schema=False)
def ledger(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site)
    given = params(view, site)
    answers = desk.ask_all({name: (name, given) for name in ("drops", "ledger_days", "ledger_totals")})
    drops, days, ever = answers["drops"], answers["ledger_days"], answers["ledger_totals"]
    reasons = _reasons(drops.rows, site, desk)
    is_admin = request.user.may(site.id, Role.ADMIN)
    return page(
        desk,
        "ledger.html",
        frame(request, desk, "Ledger", site=site, page="ledger"),
        view=view,
        drops=drops,
        days=days,
        day_rows=[(_day_name(row["day"]), _sums(row)) for row in reversed(days.rows)],
        ever=ever,
        ever_sums=_sums(ever.first),
        period_sums=_total(days.rows),
        copies=[one for one in reasons if one.is_copy],
        lost=[one for one in reasons if not one.is_copy],
        letters=[_letter(one, site, is_admin) for one in desk.waiting.dead_letters(site.id, LETTERS)],
        period_name=numbers.days(view.period.first, view.period.last, desk.today(site.zone)),
        compare_name="",
        presets=[(key, name) for key, (name, _) in PRESETS.items()],
        comparisons={},
        to_come=view.period.last >= desk.today(site.zone),
        clock=numbers.clock(desk.clock(), site.zone),
    )


@get("/s/{site_id:str}/ledger.csv", sync_to_thread=True, include_in_schema=False)
def ledger_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
    view = asked(request, desk, site)
    return csv_answer(f"{site.name}-ledger", desk.reports.run("ledger_days", **params(view, site)).dicts())


@get("/s/{site_id:str}/drops.csv", sync_to_thread=True, include_in_schema=False)
def drops_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
    view = asked(request, desk, site)
    return csv_answer(f"{site.name}-drops", desk.reports.run("drops", **params(view, site)).dicts())


ROUTES = (ledger, ledger_csv, drops_csv)


def _sums(row: Row) -> Sums:
    return Sums(row.get("kept") or 0, row.get("dropped") or 0, row.get("failed") or 0)


def _total(rows: Sequence[Row]) -> Sums:
    return Sums(*(sum(row[key] for row in rows) for key in ("kept", "dropped", "failed")))


def _reasons(rows: Sequence[Row], site: Site, desk: Desk) -> list[Reasoned]:
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


def _day_name(day: str) -> str:
    return numbers.week_day(datetime.fromisoformat(day).date())


def _letter(letter: DeadLetter, site: Site, is_admin: bool) -> Letter:
    told = words.of_reason(letter.reason)
    return Letter(
        at=numbers.moment(utc(letter.at_ms), site.zone),
        title=told.title,
        to_do=told.to_do,
        href=f"/s/{site.id}/fate/{letter.hit}/{letter.n}",
        hit=letter.hit,
        step=letter.step,
        detail=letter.detail,
        body=letter.body.decode("utf-8", "replace") if is_admin else "",
    )
