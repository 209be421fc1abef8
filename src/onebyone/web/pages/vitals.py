"""Web vitals: how fast are the pages for the people who open them?"""

from __future__ import annotations

from functools import partial

from litestar import Response, get

from onebyone.web import vitals
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.definitions import sorts
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.nearest import nearest_events
from onebyone.web.on_page import TABS, teach
from onebyone.web.table_place import KEYS, places
from onebyone.web.view import asked, controls, params
from onebyone.web.vital_list import of_device


@get("/s/{site_id:str}/vitals", sync_to_thread=True, include_in_schema=False)
def web_vitals(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    ((report, at),) = places(view, {vitals.BY_PAGE.report: sorts(vitals.BY_PAGE.report)}).items()
    given = params(view, site)
    every = {"vitals": given, report: given | vitals.BY_PAGE.asked(at), "ledger_totals": given}
    answers = desk.ask_all({name: (name, one) for name, one in every.items()})
    found = answers["vitals"]
    return page(
        desk,
        "vitals.html",
        frame(request, desk, "Web vitals", site=site, page="pages"),
        view=view,
        tabs=TABS,
        tab="vitals",
        ever=answers["ledger_totals"],
        answer=found,
        says="" if found.error else vitals.says(found),
        teach=None if found.rows or found.error else teach("vitals", site),
        figures=vitals.figures(found),
        thresholds=vitals.thresholds(),
        devices=vitals.devices(found, partial(of_device, view)),
        place=at,
        find_near=partial(nearest_events, desk, site, view),
        table=vitals.BY_PAGE.fill(answers[report], site, view, place=at),
        **controls(view, desk, site, compares=False),
    )


ROUTES = (web_vitals,)
