"""Conversions by day: what did a day bring, is that final, and what changed it later?"""

from __future__ import annotations

from litestar import Response, get

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import revenue as shown
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View
from onebyone.web.counted import words_of
from onebyone.web.desk import TheDesk
from onebyone.web.filter_words import note_of_orders
from onebyone.web.frame import frame, page
from onebyone.web.view import asked, controls, params


def _given(site: Site, view: View) -> dict[str, Param]:
    return params(view, site) | shown.params(view, site)


@get("/s/{site_id:str}/conversions/days", sync_to_thread=True, include_in_schema=False)
def revenue(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, shown.KEYS, narrows=EVERY_FIELD)
    given = _given(site, view)
    answers = desk.ask_all(
        {
            "ledger_totals": ("ledger_totals", params(view, site)),
            "days": ("revenue_days", given | {"now": desk.clock()}),
            "revisions": ("revenue_revisions", given | {"limit": shown.SHOWN}),
        }
    )
    rows = answers["days"].rows
    return page(
        desk,
        "revenue.html",
        frame(request, desk, "Conversions by day", site=site, page="conversions"),
        view=view,
        event=given["event"],
        dated=given["dated"],
        names=shown.NAMES,
        kinds={name: words_of(name).title for name in site.conversions},
        failed_answer=next((answer for answer in answers.values() if answer.error), None),
        days=shown.days(rows, site, view),
        total=shown.total(rows, site.currency),
        currency=site.currency,
        preliminary=sum(not row["is_final"] for row in rows),
        revisions=shown.revisions(answers["revisions"].rows, site),
        most=shown.SHOWN,
        ever=answers["ledger_totals"],
        **controls(view, desk, site, compares=False) | {"filter_note": note_of_orders(view)},
    )


ROUTES = (revenue,)
