"""Overview: what happened, and is the count right?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get
from msgspec import Struct

from onebyone.state.sites import Site
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
    above = _above(desk, site, view)
    empty = not above.failed and not _ever(desk, site, above)
    return page(
        desk,
        "overview_empty.html" if empty else "overview.html",
        frame(request, desk, "Overview", site=site, page="overview"),
        view=view,
        above=above,
        tables=overview_tables.tables(desk, params(view, site), site.currency) if not empty else {},
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


def _above(desk: Desk, site: Site, view: View) -> Above:
    now = desk.ask("totals", **params(view, site))
    seen = desk.ask("seen_by", **params(view, site))
    copies = desk.ask("copies", **params(view, site))
    before = seen_before = None
    if view.before:
        before = desk.ask("totals", **params(view, site, view.before))
        seen_before = desk.ask("seen_by", **params(view, site, view.before))
    sums = totals(now.rows, site.currency)
    drawn, chart_answer = _chart(desk, site, view)
    return Above(
        totals=sums,
        figures=figures(
            sums,
            totals(before.rows, site.currency) if before and before.rows else None,
            seen_by(seen.rows),
            seen_by(seen_before.rows) if seen_before and seen_before.rows else None,
        ),
        failed=next((answer for answer in (now, seen) if answer.error), None),
        seen=seen_by(seen.rows),
        ledger=count_ledger(copies),
        drawn=drawn,
        chart_answer=chart_answer,
    )


def _chart(desk: Desk, site: Site, view: View) -> tuple[Drawn | None, Answer]:
    step = day_chart.step_of(view)
    report = "overview_hours" if step == "hour" else "overview"
    now = desk.ask(report, **params(view, site))
    before = desk.ask(report, **params(view, site, view.before)) if view.before else Answer()
    if now.error:
        return None, now
    drawn = day_chart.draw(
        view,
        day_chart.sums(now.rows, view.period, step, currency=site.currency, zone=site.zone),
        day_chart.sums(before.rows, view.before, step, currency=site.currency, zone=site.zone) if view.before else [],
        currency=site.currency,
        zone=site.zone,
        clock=desk.clock(),
    )
    return drawn, now


def _ever(desk: Desk, site: Site, above: Above) -> bool:
    """Whether the site has any event; asked only where this period has none."""
    if above.totals.views or above.totals.all_orders or above.totals.machine_views:
        return True
    always = {"from": datetime.min.replace(year=1990, tzinfo=desk.clock().tzinfo), "to": desk.clock()}
    return bool(desk.ask("event_names", site=site.id, **always).rows)
