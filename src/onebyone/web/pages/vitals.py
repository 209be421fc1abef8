"""Web vitals: how fast are the pages for the people who open them?"""

from __future__ import annotations

from litestar import Response, get

from onebyone.web import vitals
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.on_page import TABS, teach
from onebyone.web.view import asked, controls, params

_ASKED = 500


@get("/s/{site_id:str}/vitals", sync_to_thread=True, include_in_schema=False)
def web_vitals(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=EVERY_FIELD)
    given = params(view, site) | {"limit": _ASKED}
    answers = desk.ask_all({name: (name, given) for name in ("vitals", "vital_pages", "ledger_totals")})
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
        devices=vitals.devices(found),
        table=vitals.pages(answers["vital_pages"]),
        **controls(view, desk, site, compares=False),
    )


ROUTES = (web_vitals,)
