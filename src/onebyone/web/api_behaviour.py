"""What people do over time, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import Narrowing
from onebyone.web.choices import chosen, keys
from onebyone.web.desk import TheDesk
from onebyone.web.view import asked, params


class LifetimeOut(Struct, frozen=True):
    """`later` counts units; -1 is the cohort itself, -2 orders that name nobody. Minor units, each unit by itself."""

    site: str
    unit: str
    since: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    rows: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/lifetime",
    sync_to_thread=True,
    tags=["reports"],
    summary="What cohorts were worth by their age",
    operation_class=Narrowing,
)
def api_lifetime(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    unit: Annotated[str | None, QueryParameter(description="month week")] = None,
    since: Annotated[str | None, QueryParameter(description="order visit")] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> LifetimeOut:
    """`from` and `to` choose days of one's own, as on the page."""
    view = asked(request, desk, site, keys("lifetime"), narrows=EVERY_FIELD)
    choice = chosen(view, "lifetime")
    return LifetimeOut(
        site=site.id,
        unit=str(choice["unit"]),
        since=str(choice["since"]),
        first_day=view.period.first.isoformat(),
        last_day=view.period.last.isoformat(),
        zone=site.zone,
        currency=site.currency,
        rows=rows_of(desk, "lifetime", **params(view, site), **choice, now=desk.clock()),
    )


ROUTES = (api_lifetime,)
