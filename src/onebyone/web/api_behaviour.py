"""What people do over time, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.exceptions import ServiceUnavailableException
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.reports.attribution.experiment import Experiment
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import Narrowing, NarrowingRows
from onebyone.web.choices import chosen, keys
from onebyone.web.churn import rate, refusal
from onebyone.web.desk import TheDesk
from onebyone.web.experiment import costs
from onebyone.web.experiment_question import KEYS
from onebyone.web.pages.experiments import ask
from onebyone.web.populations import NARROWS
from onebyone.web.view import asked, days_of, params


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
        **days_of(view, site),
        currency=site.currency,
        rows=rows_of(desk, "lifetime", **params(view, site), **choice, now=desk.clock()),
    )


class ChurnOut(Struct, frozen=True):
    """`active` when the unit begins, and `fresh` and `back` less `churned`, are active when the next begins.

    `rates` are of the rows, 0 to 1: null of a unit that has none. `refused` is `too_few_repeats` where too few bought
    again to know a gap, and nobody is called lost.
    """

    site: str
    unit: str
    k: str
    first_day: str
    last_day: str
    zone: str
    refused: str
    rates: list[float | None]
    rows: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/churn",
    sync_to_thread=True,
    tags=["reports"],
    summary="How many customers are lost",
    operation_class=Narrowing,
)
def api_churn(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    unit: Annotated[str | None, QueryParameter(description="month week")] = None,
    k: Annotated[str | None, QueryParameter(description="how many median gaps without a purchase: 3 2 4 5 6")] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> ChurnOut:
    """`from` and `to` choose days of one's own, as on the page."""
    view = asked(request, desk, site, keys("churn"), narrows=EVERY_FIELD)
    choice = chosen(view, "churn")
    rows, today = rows_of(desk, "churn", **params(view, site), **choice, now=desk.clock()), desk.today(site.zone)
    return ChurnOut(
        site=site.id,
        unit=str(choice["unit"]),
        k=str(choice["k"]),
        **days_of(view, site),
        refused=refusal(rows),
        rates=[rate(row, str(choice["unit"]), today) for row in rows],
        rows=rows,
    )


class PopulationsOut(Struct, frozen=True):
    """`dormant` of a unit that is not over counts who is not back yet."""

    site: str
    unit: str
    first_day: str
    last_day: str
    zone: str
    rows: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/populations",
    sync_to_thread=True,
    tags=["reports"],
    summary="Who is new, back, or gone",
    operation_class=NarrowingRows,
)
def api_populations(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    unit: Annotated[str | None, QueryParameter(description="week day month")] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> PopulationsOut:
    """`from` and `to` choose days of one's own, as on the page."""
    view = asked(request, desk, site, keys("populations"), narrows=NARROWS)
    choice = chosen(view, "populations")
    return PopulationsOut(
        site=site.id,
        unit=str(choice["unit"]),
        **days_of(view, site),
        rows=rows_of(desk, "populations", **params(view, site), **choice),
    )


class ExperimentOut(Struct, frozen=True):
    """`experiment.refused` names why nothing is compared; shares lie between 0 and 1, money is in minor units."""

    site: str
    event: str
    prop: str
    goal: str
    control: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    experiment: Experiment
    cost_of_each: dict[str, float | None] = {}  # of what a variant added, in minor units; None where it added nothing


@get(
    "/api/v1/sites/{site_id:str}/experiments",
    sync_to_thread=True,
    tags=["reports"],
    summary="Variants against a control",
    operation_class=Narrowing,
)
def api_experiment(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    shown: Annotated[str | None, QueryParameter(description="the event that tells a variant")] = None,
    prop: Annotated[str | None, QueryParameter(description="its property that names it, variant")] = None,
    only: Annotated[str | None, QueryParameter(description="only where a property is so, experiment:checkout")] = None,
    goal: Annotated[str | None, QueryParameter(description="what people are to do, purchase")] = None,
    wait: Annotated[str | None, QueryParameter(description="from when it counts: 0 1d 7d")] = None,
    within: Annotated[str | None, QueryParameter(description="until when: 30min 1d 7d 30d")] = None,
    control: Annotated[str | None, QueryParameter(description="the variant to compare with")] = None,
    split: Annotated[str | None, QueryParameter(description="the planned one, control:90,b:10")] = None,
    planned: Annotated[str | None, QueryParameter(description="people of each variant")] = None,
    spend: Annotated[str | None, QueryParameter(description="on each variant, for `cost_of_each`")] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> ExperimentOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    at = ask(desk, site, view)
    if at.answer.error:
        raise ServiceUnavailableException(f"The store does not answer. {at.answer.error}")
    return ExperimentOut(
        site=site.id,
        event=at.question.shown,
        prop=at.question.prop,
        goal=at.question.goal,
        control=at.control,
        **days_of(view, site),
        currency=site.currency,
        experiment=at.found,
        cost_of_each=costs(at.found, site.currency, at.question.spend),
    )


ROUTES = (api_lifetime, api_churn, api_populations, api_experiment)
