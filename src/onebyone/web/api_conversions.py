"""Records of conversions as JSON, with the filters of the page."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web import conversions as shown
from onebyone.web import revenue
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import MOST_ROWS, rows_of
from onebyone.web.api_filters import NarrowingConversions, NarrowingRecords
from onebyone.web.desk import TheDesk
from onebyone.web.view import asked, params


class ConversionsOut(Struct, frozen=True):
    """`after` asks for the next ones; "" if these are the last. Money is in minor units, times are UTC."""

    rows: list[dict[str, Any]]
    after: str


class RevenueOut(Struct, frozen=True):
    """`rows` are days, in minor units; `revisions` what changed those that were final, the newest first."""

    rows: list[dict[str, Any]]
    revisions: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/conversions",
    sync_to_thread=True,
    tags=["conversions"],
    summary="Records, each once",
    operation_class=NarrowingRecords,
)
def api_conversions(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    event: Annotated[str, QueryParameter(description="such as purchase; the site's first if it is left out")] = "",
    via: Annotated[str, QueryParameter(description="both server-only browser-only neither, or a way in")] = "",
    matched: Annotated[str, QueryParameter(description="order_id event_id bridge reload weak")] = "",
    flag: FromQuery[str] = "",
    sort: Annotated[str, QueryParameter(description="-at at -net net -copies copies")] = "",
    after: FromQuery[str] = "",
    period: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)] = shown.SHOWN,
) -> ConversionsOut:
    view = asked(request, desk, site, shown.KEYS, narrows=EVERY_FIELD, but=("limit",))
    given = params(view, site) | shown.params(view, site) | shown.page_params(view)
    given |= {"event": event or site.conversions[0], "limit": limit}
    rows = rows_of(desk, "conversion_records", **given)
    return ConversionsOut([shown.row_out(row) for row in rows], shown.after(rows, limit))


@get(
    "/api/v1/sites/{site_id:str}/conversions/days",
    sync_to_thread=True,
    tags=["conversions"],
    summary="By day, preliminary and final",
    operation_class=NarrowingConversions,
)
def api_revenue(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    event: Annotated[str, QueryParameter(description="such as purchase; the site's first if it is left out")] = "",
    dated: Annotated[str, QueryParameter(description="order adjustment")] = "",
    period: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)] = 1000,
) -> RevenueOut:
    view = asked(request, desk, site, revenue.KEYS, narrows=EVERY_FIELD, but=("limit",))
    given = params(view, site) | revenue.params(view, site)
    days = rows_of(desk, "revenue_days", now=desk.clock(), **given)
    return RevenueOut(days, rows_of(desk, "revenue_revisions", limit=limit, **given))


ROUTES = (api_conversions, api_revenue)
