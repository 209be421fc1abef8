"""Funnels and cohorts as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web import funnel, retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import Narrowing
from onebyone.web.desk import TheDesk
from onebyone.web.funnel import read_funnel
from onebyone.web.funnel_split import read_by
from onebyone.web.pages import funnels
from onebyone.web.view import asked, days_of, params


class FunnelOut(Struct, frozen=True):
    """`rows` are the steps; times are in ms. `parts` are these by value where it is split: they add up at each step.

    A part's `kind` is value, others (`counted` of them in one row) or none (people without a value).
    """

    site: str
    steps: list[str]
    within: str
    without: str
    by: str
    first_day: str
    last_day: str
    zone: str
    rows: list[dict[str, Any]]
    parts: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/funnels",
    sync_to_thread=True,
    tags=["reports"],
    summary="Where people stop",
    operation_class=Narrowing,
)
def api_funnels(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    steps: Annotated[str | None, QueryParameter(description="in order: page_view:/lamp,add_to_cart,purchase")] = None,
    within: Annotated[str | None, QueryParameter(description="of the first step: 30min 1d 7d 30d")] = None,
    without: Annotated[str | None, QueryParameter(description="written like a step: who does it begins anew")] = None,
    by: Annotated[
        str | None,
        QueryParameter(
            description="split by a property, and which of a person's values: country, last_ever.prop.plan; "
            "first_in_range without it, or first_ever last_ever last_to_end last_before"
        ),
    ] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> FunnelOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, funnel.KEYS, narrows=EVERY_FIELD)
    split, given = read_by(view), params(view, site)
    seen = () if view.given.get("steps") else [row["name"] for row in rows_of(desk, "event_names", **given)]
    shown = read_funnel(view, seen)
    found = {
        key: rows_of(desk, report, **more)
        for key, (report, more) in funnels.questions(desk, view, site, shown, split).items()
        if shown.steps
    }
    return FunnelOut(
        site=site.id,
        steps=list(shown.steps),
        within=shown.within,
        without=shown.without,
        by=split.key,
        **days_of(view, site),
        rows=found.get("funnel", []),
        parts=found.get("split", []),
    )


class RetentionOut(Struct, frozen=True):
    """`later` counts units; -1 is the cohort itself. Money is in minor units, each unit by itself."""

    site: str
    first: str
    again: str
    unit: str
    entry: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    rows: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/retention",
    sync_to_thread=True,
    tags=["reports"],
    summary="Who of a cohort comes back",
    operation_class=Narrowing,
)
def api_retention(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    first: Annotated[str | None, QueryParameter(description="the event that makes the cohort, page_view")] = None,
    again: Annotated[str | None, QueryParameter(description="the event that counts as coming back, page_view")] = None,
    unit: Annotated[str | None, QueryParameter(description="week day month")] = None,
    entry: Annotated[
        str | None,
        QueryParameter(description="first: by one's very first time; recurring: in each unit in which one did it"),
    ] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> RetentionOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, retention.KEYS, narrows=EVERY_FIELD)
    question = retention.read_question(view)
    return RetentionOut(
        site=site.id,
        first=question.first,
        again=question.again,
        unit=question.unit,
        entry=question.entry,
        **days_of(view, site),
        currency=site.currency,
        rows=rows_of(desk, "retention", **params(view, site), **question.params),
    )


ROUTES = (api_funnels, api_retention)
