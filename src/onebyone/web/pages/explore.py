"""The power report: a table of one's own, rows by any property, columns of whatever was counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.response import Redirect

from onebyone.reports.power import FIELDS, VISITS, Question, chosen_of
from onebyone.state.sites import Site
from onebyone.web import power_question as asking
from onebyone.web import power_table as shown
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered, offered_properties
from onebyone.web.view import asked, controls, params

_LOOKED_AT = timedelta(days=2)  # for own properties to offer: a form must not make its page slow
_OFFERED = 300
TABS = {"explore": "Power report", "paths": "Paths", "dashboards": "Dashboards"}


@get("/s/{site_id:str}/explore", sync_to_thread=True, include_in_schema=False)
def explore(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD)
    question = asking.question_of(view)
    given = params(view, site)
    lately: dict[str, Any] = {"from": max(given["from"], given["to"] - _LOOKED_AT)}  # type: ignore[operator, type-var]
    answers = desk.ask_all(
        {
            "rows": rows_asked(desk, view, site, question, limit=shown.SHOWN + 1),
            "ever": ("ledger_totals", given),
            "seen": ("event_names", given),
            "own": ("properties", {**given, **lately, "limit": _OFFERED}),
        }
    )
    made = shown.Asked(question, view, site, desk.today(site.zone))
    return page(
        desk,
        "explore.html",
        frame(request, desk, "Explore", site=site, page="explore"),
        view=view,
        question=question,
        answer=answers["rows"],
        table=shown.table(made, answers["rows"].rows),
        ever=answers["ever"],
        tabs=TABS,
        kinds=asking.KINDS,
        whose=asking.WHOSE,
        rows_by=[chosen_of(one) for one in (*question.by, "")[:2]],
        form_lines=asking.lines(question),
        names=offered(desk, site, answers["seen"].rows),
        visits=[(key, asking.property_name(key)) for key in VISITS],
        properties=[
            *((key, asking.property_name(key)) for key in FIELDS),
            *offered_properties(desk, site, answers["own"].rows),
        ],
        **controls(view, desk, site, compares=False),
    )


def rows_asked(desk: Desk, view: View, site: Site, question: Question, *, limit: int) -> tuple[str, dict[str, Any]]:
    """The whole first, which is asked in the same pass, and the rows behind the place of the address."""
    given = params(view, site) | {"now": desk.clock(), "paged": 1}
    return "power", given | asking.params(question, view) | {"limit": limit}


@get("/s/{site_id:str}/explore/choose", sync_to_thread=True, include_in_schema=False)
def choose(request: Ask, desk: TheDesk, site: TheSite) -> Redirect:
    """The form's fields as the page's own address. Raises NotUnderstood."""
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD, but=asking.CHOSEN)
    return Redirect(asking.chosen(f"/s/{site.id}/explore", request.query_params, view), status_code=303)


ROUTES = (explore, choose)
