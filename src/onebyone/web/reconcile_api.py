"""Reconciliation for programs."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.exceptions import ServiceUnavailableException
from litestar.params import QueryParameter

from onebyone.reports.reconciliation.compare import Reconciliation
from onebyone.web.access import Ask, TheSite
from onebyone.web.desk import TheDesk
from onebyone.web.reconciling import compared
from onebyone.web.view import asked


@get("/api/v1/sites/{site_id:str}/reconciliation", sync_to_thread=True, tags=["reports"], summary="Platforms' claims")
def api_reconciliation(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    period: Annotated[str | None, QueryParameter(description="7d 30d mtd lm; all imported days without it")] = None,
    from_: Annotated[str | None, QueryParameter(name="from", description="first day, 2026-10-14")] = None,
    to: Annotated[str | None, QueryParameter(description="last day, included")] = None,
    model: Annotated[
        str | None,
        QueryParameter(description="that shares single orders: linear, position_A_B_C, time_decay_half_life_Nh ..."),
    ] = None,
) -> Reconciliation:
    found = compared(desk, site, asked(request, desk, site, ("model",)))
    if found.found is None:
        why = "That is too large: choose fewer days." if found.failed.too_large else "The store does not answer."
        raise ServiceUnavailableException(f"{why} {found.failed.error}")
    return found.found


ROUTES = (api_reconciliation,)
