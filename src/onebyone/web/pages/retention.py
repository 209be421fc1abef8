"""Retention: do they come back and buy?"""

from __future__ import annotations

from functools import partial

from litestar import Response, get

from onebyone.web import cohort_list, retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered
from onebyone.web.view import asked, controls, params


@get("/s/{site_id:str}/retention", sync_to_thread=True, include_in_schema=False)
def cohorts(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, retention.KEYS, narrows=EVERY_FIELD)
    question = retention.read_question(view)
    given = params(view, site)
    asking = {
        "seen": ("event_names", given),
        "cohorts": ("retention", given | question.params),
        "ever": ("ledger_totals", given),
    }
    answers = desk.ask_all(asking)
    return page(
        desk,
        "retention.html",
        frame(request, desk, "Retention", site=site, page="retention"),
        view=view,
        question=question,
        ever=answers["ever"],
        answer=answers["cohorts"],
        grid=retention.grid(
            question,
            answers["cohorts"].rows,
            min(desk.today(site.zone), view.period.last),
            site.currency,
            view.period.first,
        ),
        behind=partial(cohort_list.link, view),
        names=offered(desk, site, answers["seen"].rows),
        units=retention.UNITS,
        shows=retention.SHOWS,
        entries=retention.ENTRIES,
        tabs=retention.TABS,
        tab="retention",
        **controls(view, desk, site, compares=False),
    )


ROUTES = (cohorts,)
