"""Dashboards as JSON: the list, and one with the rows behind each of its cells."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web import board
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import safe
from onebyone.web.api_filters import Narrowing
from onebyone.web.desk import TheDesk
from onebyone.web.pages.dashboards import find
from onebyone.web.saved import open_to
from onebyone.web.view import asked


class DashboardLine(Struct, frozen=True):
    slug: str
    name: str
    shared: bool
    cells: int


class CellOut(Struct, frozen=True):
    """`reports` are the rows of the answers that the cell is made of, by name; `error` says why there are none."""

    id: str
    what: str
    title: str
    error: str
    reports: dict[str, list[dict[str, Any]]]


class DashboardOut(Struct, frozen=True):
    site: str
    slug: str
    name: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    cells: list[CellOut]


@get("/api/v1/sites/{site_id:str}/dashboards", sync_to_thread=True, tags=["reports"], summary="Dashboards")
def api_dashboards(request: Ask, desk: TheDesk, site: TheSite) -> list[DashboardLine]:
    """One's own and the shared ones."""
    there = [one for one in open_to(desk, site, request.user) if one.kind == "board"]
    return [DashboardLine(one.slug, one.name, one.shared, len(one.cells)) for one in there]


@get(
    "/api/v1/sites/{site_id:str}/dashboards/{slug:str}",
    sync_to_thread=True,
    tags=["reports"],
    summary="A dashboard with the rows behind its cells",
    operation_class=Narrowing,
)
def api_dashboard(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    slug: FromPath[str],
    period: FromQuery[str | None] = None,
    compare: Annotated[str | None, QueryParameter(description="previous year none, or two dates")] = None,
    traffic: FromQuery[str | None] = None,
) -> DashboardOut:
    """`from` and `to` choose days of one's own, as on the page. A cell that fails says so; the others have rows."""
    found = find(desk, site, request, slug)
    view = asked(request, desk, site, narrows=EVERY_FIELD)
    cells, answers = board.fill(desk, site, view, found.cells)
    return DashboardOut(
        site=site.id,
        slug=found.slug,
        name=found.name,
        first_day=view.period.first.isoformat(),
        last_day=view.period.last.isoformat(),
        zone=site.zone,
        currency=site.currency,
        cells=[
            CellOut(
                one.id, one.what, one.title, one.unreadable or one.answer.error,
                {name: safe(answers[name].rows) for name in one.asked},
            )
            for one in cells
        ],
    )  # fmt: skip


ROUTES = (api_dashboards, api_dashboard)
