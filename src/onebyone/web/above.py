"""The Overview above its tables: one round of questions, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import day_chart, overview_tables
from onebyone.web.address import View
from onebyone.web.desk import Answer
from onebyone.web.figures import Figure, SeenBy, Totals, figures, seen_by, totals
from onebyone.web.ledger import Ledger, count_ledger
from onebyone.web.view import params


class Above(Struct, frozen=True, kw_only=True):
    """What stands above the tables: the sentence, the figures, the chart, how the count came about."""

    totals: Totals
    figures: list[Figure]
    failed: Answer | None
    seen: SeenBy
    ledger: Ledger
    drawn: day_chart.Drawn | None
    chart_answer: Answer


def questions(site: Site, view: View) -> dict[str, tuple[str, dict[str, Param]]]:
    """Every report of the page by the name it has here."""
    now = params(view, site)
    days = "overview_hours" if day_chart.step_of(view) == "hour" else "overview"
    asked: dict[str, tuple[str, dict[str, Param]]] = {"days": (days, now), "ever": ("ledger_totals", now)}
    asked |= {name: (name, now) for name in ("totals", "seen_by", "copies")}
    asked |= {name: (name, now | {"limit": overview_tables.ASKED}) for name in overview_tables.REPORTS}
    if view.before:
        before = params(view, site, view.before)
        asked |= {"days_before": (days, before), "channels_before": ("channels", before)}
        asked |= {f"{name}_before": (name, before) for name in ("totals", "seen_by")}
    return asked


def read_above(
    answers: Mapping[str, Answer],
    site: Site,
    view: View,
    clock: datetime,
    notes: Mapping[date, Sequence[str]] = {},
) -> Above:
    nothing = Answer()
    now, seen, copies = answers["totals"], answers["seen_by"], answers["copies"]
    before, seen_before = answers.get("totals_before", nothing), answers.get("seen_by_before", nothing)
    sums = totals(now.rows, site.currency)
    return Above(
        totals=sums,
        figures=figures(
            sums,
            totals(before.rows, site.currency) if before.rows else None,
            seen_by(seen.rows),
            seen_by(seen_before.rows) if seen_before.rows else None,
        ),
        failed=next((answer for answer in (now, seen) if answer.error), None),
        seen=seen_by(seen.rows),
        ledger=count_ledger(copies),
        drawn=_chart(answers["days"], answers.get("days_before", nothing), site, view, clock, notes),
        chart_answer=answers["days"],
    )


def _chart(
    now: Answer, before: Answer, site: Site, view: View, clock: datetime, notes: Mapping[date, Sequence[str]]
) -> day_chart.Drawn | None:
    if now.error:
        return None
    step = day_chart.step_of(view)
    earlier = view.before if before.rows else None
    return day_chart.draw(
        view,
        day_chart.sums(now.rows, view.period, step, currency=site.currency, zone=site.zone),
        day_chart.sums(before.rows, earlier, step, currency=site.currency, zone=site.zone) if earlier else [],
        currency=site.currency,
        zone=site.zone,
        clock=clock,
        notes=notes,
    )
