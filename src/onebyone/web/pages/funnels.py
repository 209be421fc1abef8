"""Funnels: where do people stop?"""

from __future__ import annotations

from functools import partial

from litestar import Response, get
from litestar.response import Redirect

from onebyone.web import behind, funnel
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View, address
from onebyone.web.csv_file import csv_answer
from onebyone.web.desk import Answer, Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import offered
from onebyone.web.view import asked, controls, params

_KEYS = ("steps", "within", "without")


@get("/s/{site_id:str}/funnels", sync_to_thread=True, include_in_schema=False)
def funnels(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD)
    given = params(view, site)
    seen = desk.ask("event_names", **given)
    names = offered(desk, site, seen.rows)
    shown = funnel.read_funnel(view, names)
    answer = desk.ask("funnel", **given, **shown.params) if len(shown.steps) > 1 and not seen.error else Answer()
    return page(
        desk,
        "funnels.html",
        frame(request, desk, "Funnels", site=site, page="funnels"),
        view=view,
        shown=shown,
        says=funnel.says(shown, answer.rows) if answer.rows else "",
        ever=desk.ask("ledger_totals", **given),
        failed_answer=seen if seen.error else answer,
        table=funnel.table(answer, partial(_behind, view, shown)),
        names=names,
        withins=[(key, name) for key, (name, _) in funnel.WITHIN.items()],
        fields=[*shown.steps, *[""] * (funnel.MOST_STEPS - len(shown.steps))],
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/funnels.csv", sync_to_thread=True, include_in_schema=False)
def funnels_file(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    """Raises what the report raises: no file is better than an empty one."""
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD)
    shown = funnel.read_funnel(view, ())
    rows = desk.reports.run("funnel", **params(view, site), **shown.params).dicts()
    return csv_answer(f"{site.name}-funnel", rows)


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
    filters = asked(request, desk, site, ("at", *_KEYS), narrows=EVERY_FIELD).filters
    return Redirect(address(path, kept | chosen, filters), status_code=303)


ROUTES = (funnels, funnels_file, choose)
