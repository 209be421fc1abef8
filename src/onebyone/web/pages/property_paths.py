"""Property paths: by which way do people come to a conversion, and which way leads there most often?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import path_question as asking
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.funnel import WITHIN
from onebyone.web.library import offered, offered_properties
from onebyone.web.pages.explore import TABS
from onebyone.web.path_table import paths
from onebyone.web.person_lists import of_path
from onebyone.web.view import asked, controls, params

_LOOKED_AT = timedelta(days=2)  # for own properties to offer, as on Explore
_OFFERED = 300


@get("/s/{site_id:str}/paths", sync_to_thread=True, include_in_schema=False)
def property_paths(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = _view(request, desk, site)
    question, given = asking.read_question(view), params(view, site)
    lately: dict[str, Any] = {"from": max(given["from"], given["to"] - _LOOKED_AT)}  # type: ignore[operator, type-var]
    answers = desk.ask_all(
        {
            "paths": ("property_paths", asked_of(desk, view, site, question)),
            "ever": ("ledger_totals", given),
            "seen": ("event_names", given),
            "own": ("properties", {**given, **lately, "limit": _OFFERED}),
        }
    )
    return page(
        desk,
        "property_paths.html",
        frame(request, desk, "Paths", site=site, page="explore"),
        view=view,
        question=question,
        answer=answers["paths"],
        found=paths(question, answers["paths"].rows, view, of_path(view)),
        ever=answers["ever"],
        tabs=TABS,
        names=offered(desk, site, answers["seen"].rows),
        properties=[
            *asking.PROPERTIES,
            *offered_properties(desk, site, answers["own"].rows),
        ],
        withins=[(key, name) for key, (name, _) in WITHIN.items()],
        step_names=asking.STEP_NAMES,
        shows=asking.SHOWS,
        **controls(view, desk, site, compares=False),
    )


def asked_of(desk: Desk, view: View, site: Site, question: asking.Question) -> dict[str, Param]:
    return params(view, site) | question.params | {"now": desk.clock()}


def _view(request: Ask, desk: Desk, site: Site) -> View:
    return asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD)


ROUTES = (property_paths,)
