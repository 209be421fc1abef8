"""Overview: what happened, and is the count right?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, get
from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import day_chart, numbers, overview_tables
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import View
from onebyone.web.csv_file import csv_answer
from onebyone.web.day_chart import Drawn
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.figures import Figure, SeenBy, Totals, figures, seen_by, totals
from onebyone.web.frame import frame, page
from onebyone.web.ledger import Ledger, count_ledger
from onebyone.web.period import COMPARISONS, PRESETS, compared_name
from onebyone.web.view import asked, params


class Above(Struct, frozen=True, kw_only=True):
    """What stands above the tables: the sentence, the figures, the chart, how the count came about."""

    totals: Totals
    figures: list[Figure]
    failed: Answer | None
    seen: SeenBy
    ledger: Ledger
    drawn: Drawn | None
    chart_answer: Answer


@get("/s/{site_id:str}/overview", sync_to_thread=True, include_in_schema=False)
def overview(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site)
    answers = desk.ask_all(_questions(site, view))
    above = _above(answers, site, view, desk.clock())
    empty = not above.failed and not _ever(desk, site, above)
    return page(
        desk,
        "overview_empty.html" if empty else "overview.html",
        frame(request, desk, "Overview", site=site, page="overview"),
        view=view,
        above=above,
        tables=overview_tables.tables(answers, site.currency),
        ever=answers["ever"],
        period_name=numbers.days(view.period.first, view.period.last, desk.today(site.zone)),
        compare_name=compared_name(view.period, view.get("compare")),
        presets=[(key, name) for key, (name, _) in PRESETS.items()],
        comparisons=COMPARISONS,
        to_come=view.period.last >= desk.today(site.zone),
        clock=numbers.clock(desk.clock(), site.zone),
    )


@get("/s/{site_id:str}/overview.csv", sync_to_thread=True, include_in_schema=False)
def overview_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
    view = asked(request, desk, site)
    return csv_answer(f"{site.name}-overview", desk.reports.run("overview", **params(view, site)).dicts())


ROUTES = (overview, overview_csv)


def _questions(site: Site, view: View) -> dict[str, tuple[str, dict[str, Param]]]:
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


def _above(answers: Mapping[str, Answer], site: Site, view: View, clock: datetime) -> Above:
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
        drawn=_chart(answers["days"], answers.get("days_before", nothing), site, view, clock),
        chart_answer=answers["days"],
    )


def _chart(now: Answer, before: Answer, site: Site, view: View, clock: datetime) -> Drawn | None:
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
    )


def _ever(desk: Desk, site: Site, above: Above) -> bool:
    """Whether the site has any event; asked only where this period has none."""
    if above.totals.views or above.totals.all_orders or above.totals.machine_views:
        return True
    always = {"from": datetime.min.replace(year=1990, tzinfo=desk.clock().tzinfo), "to": desk.clock()}
    return bool(desk.ask("event_names", site=site.id, **always).rows)
