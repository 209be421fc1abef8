"""Acquisition, Pages, Events: where people come from, what they see, what is sent."""

from __future__ import annotations

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.web.access import Ask, TheSite
from onebyone.web.breakdown import ALL, ASKED, Breakdown
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.view import asked, controls, params


def _page(shown: Breakdown) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{shown.page}", sync_to_thread=True, include_in_schema=False)
    def breakdown(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
        view = asked(request, desk, site)
        given = params(view, site) | {"limit": ASKED}
        if shown.of_all:
            given["traffic"] = "all"
        reports = [*(table.report for table in shown.tables), "ledger_totals"]
        answers = desk.ask_all({report: (report, given) for report in reports})
        failed = next((answer for answer in answers.values() if answer.error), None)
        return page(
            desk,
            "breakdown.html",
            frame(request, desk, shown.title, site=site, page=shown.page),
            view=view,
            shown=shown,
            ever=answers["ledger_totals"],
            says="" if failed else shown.says(answers),
            rows=[(css, [(t.report, t.fill(answers[t.report], site)) for t in tables]) for css, tables in shown.rows],
            **controls(view, desk, site, compares=False),
        )

    return breakdown


ROUTES = tuple(_page(shown) for shown in ALL)
