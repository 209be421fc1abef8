"""Retention: do they come back and buy?"""

from __future__ import annotations

from litestar import Response, get

from onebyone.store import Param
from onebyone.web import retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.csv_file import csv_answer
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered
from onebyone.web.view import asked, controls, params

KEYS = ("first", "again", "unit", "show")


@get("/s/{site_id:str}/retention", sync_to_thread=True, include_in_schema=False)
def cohorts(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    question = retention.read_question(view)
    given = params(view, site)
    asking = {
        "seen": ("event_names", given),
        "cohorts": ("retention", given | asked_of(question)),
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
            question, answers["cohorts"].rows, min(desk.today(site.zone), view.period.last), site.currency
        ),
        names=offered(desk, site, answers["seen"].rows),
        units=retention.UNITS,
        tabs=retention.TABS,
        tab="retention",
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/retention.csv", sync_to_thread=True, include_in_schema=False)
def cohorts_file(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    """Raises what the report raises: no file is better than an empty one."""
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    asking = params(view, site) | asked_of(retention.read_question(view))
    return csv_answer(f"{site.name}-retention", desk.reports.run("retention", **asking).dicts())


def asked_of(question: retention.Question) -> dict[str, Param]:
    return {"first": question.first, "again": question.again, "unit": question.unit}


ROUTES = (cohorts, cohorts_file)
