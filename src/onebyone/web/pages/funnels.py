"""Funnels: where do people stop?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Response, get
from litestar.response import Redirect

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import behind, funnel, funnel_split, numbers
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View, address
from onebyone.web.desk import Answer, Desk, Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered, offered_properties
from onebyone.web.nearest import nearest_events
from onebyone.web.view import asked, controls, params

_LOOKED_AT = timedelta(days=2)  # for own properties to offer, as on Explore
_OFFERED = 300


@get("/s/{site_id:str}/funnels", sync_to_thread=True, include_in_schema=False)
def funnels(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, funnel.KEYS, narrows=EVERY_FIELD)
    given, split = params(view, site), funnel_split.read_by(view)
    lately: dict[str, Any] = {"from": max(given["from"], given["to"] - _LOOKED_AT)}  # type: ignore[operator, type-var]
    seen = desk.ask_all(
        {
            "names": ("event_names", given),
            "own": ("properties", {**given, **lately, "limit": _OFFERED}),
            "ever": ("ledger_totals", given),
        }
    )
    names = offered(desk, site, seen["names"].rows)
    shown = funnel.read_funnel(view, names)
    answers = desk.ask_all(questions(desk, view, site, shown, split)) if _can_be_asked(shown, seen["names"]) else {}
    answer, parts = answers.get("funnel", Answer()), answers.get("split", Answer())
    return page(
        desk,
        "funnels.html",
        frame(request, desk, "Funnels", site=site, page="funnels"),
        view=view,
        shown=shown,
        split=split,
        parts=parts,
        split_table=funnel_split.table(split, parts.rows),
        says=numbers.said(funnel.says(shown, answer.rows)) if answer.rows else "",
        ever=seen["ever"],
        failed_answer=seen["names"] if seen["names"].error else answer,
        table=funnel.table(answer, partial(_behind, view, shown)),
        nobody=bool(answer.rows) and not answer.rows[0]["people"],
        find_near=partial(nearest_events, desk, site, view, **funnel.first_step(shown), named=True),
        names=names,
        properties=[
            *funnel_split.PROPERTIES,
            *offered_properties(desk, site, seen["own"].rows),
        ],
        choices=funnel_split.CHOICE_NAMES,
        withins=[(key, name) for key, (name, _) in funnel.WITHIN.items()],
        fields=[*shown.steps, *[""] * (funnel.MOST_STEPS - len(shown.steps))],
        **controls(view, desk, site, compares=False),
    )


def _can_be_asked(shown: funnel.Funnel, seen: Answer) -> bool:
    return len(shown.steps) > 1 and not seen.error


def questions(
    desk: Desk, view: View, site: Site, shown: funnel.Funnel, split: funnel_split.Split
) -> dict[str, tuple[str, dict[str, Param]]]:
    """The report of the funnel, and that of its parts where it is split."""
    given = params(view, site) | shown.params
    whole: dict[str, tuple[str, dict[str, Param]]] = {"funnel": ("funnel", given)}
    if not split.prop:
        return whole
    return whole | {"split": ("funnel_split", given | split.params | {"now": desk.clock()})}


def _behind(view: View, shown: funnel.Funnel, kind: str, row: Row) -> str:
    """Those who came to a step, or who stopped at the one before."""
    step, which = (row["step"], "all") if kind == "visitors" else (row["step"] - 1, "stopped")
    asked = {"steps": ",".join(shown.steps), "within": shown.within, "without": shown.without}
    return behind.link(view, "visitors", "funnel", [str(step), which], asked)


@get("/s/{site_id:str}/funnels/choose", sync_to_thread=True, include_in_schema=False)
def choose(request: Ask, desk: TheDesk, site: TheSite) -> Redirect:
    """The form's fields as the page's own address."""
    query = request.query_params
    steps = ",".join(text.strip().replace(",", "") for text in query.getall("at", []) if text.strip())
    kept = {
        key: value
        for key, value in query.multi_items()
        if key in ("period", "from", "to", "traffic", "segment") and value
    }
    path = f"/s/{site.id}/funnels"
    chosen = {"steps": steps} | {key: query.get(key, "").strip() for key in ("within", "without")}
    chosen["by"] = funnel_split.written(query.get("choice", ""), query.get("prop", "").strip())
    filters = asked(request, desk, site, ("at", "choice", "prop", *funnel.KEYS), narrows=EVERY_FIELD).filters
    return Redirect(address(path, kept | chosen, filters), status_code=303)


ROUTES = (funnels, choose)
