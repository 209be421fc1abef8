"""Acquisition, Pages with time and errors: where people come from, what they see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from litestar.response import Redirect

from onebyone.state.sites import Site
from onebyone.web import numbers, on_page, row_lines
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import ASKED_TO_COMPARE, EVERY_FIELD, View
from onebyone.web.breakdown import ALL, EVENTS, Breakdown
from onebyone.web.compared import filled, questions, read_places, says
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.nearest import Near, nearest_events
from onebyone.web.table_place import KEYS, Place
from onebyone.web.view import asked, controls, params


def _page(shown: Breakdown) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{shown.page}", sync_to_thread=True, include_in_schema=False)
    def breakdown(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
        view = asked(request, desk, site, (*KEYS, row_lines.KEY), narrows=EVERY_FIELD, usual=ASKED_TO_COMPARE)
        at = read_places(shown, view)
        every = questions(shown, view, site, at) | {"ledger_totals": ("ledger_totals", params(view, site))}
        ticked = row_lines.read_ticked(shown, view)
        if ticked:
            every["lines"] = row_lines.question(ticked, params(view, site))
        answers = desk.ask_all(every)
        lines = answers.pop("lines", Answer())
        rows = filled(shown, answers, site, view, at)
        return page(
            desk,
            "breakdown.html",
            frame(request, desk, shown.title, site=site, page=shown.menu or shown.page),
            view=view,
            shown=shown,
            ever=answers["ledger_totals"],
            says=numbers.said(says(shown, answers, rows)),
            tabs=on_page.TABS if shown.page in on_page.TABS else {},
            tab=shown.page,
            teach=_teach(shown, answers, site, at),
            rows=rows,
            drawn=row_lines.draw(ticked, lines, view, site, desk) if ticked and not lines.error else None,
            lines=lines,
            ticked={ticked.table.report: ticked.ticks} if ticked else {},
            most_lines=row_lines.MOST,
            find_near=_finding_near(desk, site, view, shown),
            **controls(view, desk, site),
        )

    return breakdown


def _finding_near(desk: Desk, site: Site, view: View, shown: Breakdown) -> Callable[[], Near | None]:
    """Asks for days in which the page would have rows."""
    return partial(
        nearest_events,
        desk,
        site,
        view,
        event={"pages": "page_view", "errors": "exception"}.get(shown.page, ""),
        named=shown.page == "acquisition",  # a visit is somebody's
    )


def _teach(
    shown: Breakdown, answers: Mapping[str, Answer], site: Site, at: Mapping[str, Place]
) -> on_page.Teach | None:
    """Where a module of the script is needed and told nothing: how it is turned on."""
    told = any(
        answers[report].error or place.skip or answers[report].first.get(on_page.TOLD.get(report, "rows_in_all"))
        for report, place in at.items()
    )
    return None if told or shown.page not in on_page.MODULE_OF else on_page.teach(shown.page, site)


@get("/s/{site_id:str}/lines", sync_to_thread=False, include_in_schema=False)
def tick(
    site: TheSite, at: FromQuery[str] = "", table: FromQuery[str] = "", row: FromQuery[list[str] | None] = None
) -> Redirect:
    """The form below a table, as the page's own address. Only ever leads to a page of this site."""
    path, _, query = at.partition("?")
    if path not in [f"/s/{site.id}/{shown.page}" for shown in ALL]:
        path, query = f"/s/{site.id}/acquisition", ""
    values = {key: value for key, value in parse_qsl(query) if key != row_lines.KEY}
    if row:
        values[row_lines.KEY] = f"{table}:{','.join(row[: row_lines.MOST])}"
    told = urlencode(values, safe="/.,:~!")
    return Redirect(f"{path}?{told}{'#lines' if row else ''}" if told else path, status_code=303)


_SHOWN = (one for one in (*ALL, *on_page.ALL) if one is not EVENTS)  # which is the library's
ROUTES = (*map(_page, _SHOWN), tick)
