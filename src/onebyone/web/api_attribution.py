"""Who gets the credit, as JSON."""

from __future__ import annotations

from random import Random
from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.reports.attribution.credit import NOT_CAUSAL
from onebyone.reports.attribution.side_by_side import side_by_side
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import NarrowingConversions
from onebyone.web.attribution_question import KEYS, MOST_PATHS, SEED, read_question
from onebyone.web.credit_table import credits, cut, notes
from onebyone.web.desk import TheDesk
from onebyone.web.lift_table import Factor, factors, read_tested
from onebyone.web.view import asked, params

MOST_SHOWN = 100  # of paths


class AttributionOut(Struct, frozen=True):
    """A row is what a model gives a label; the last, of no label, is what nobody gets. Money is in minor units.

    `orders` are whatever `event` counts.
    """

    site: str
    event: str
    by: str
    window: str
    window_days: int
    reset: bool
    reduce: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    says: str  # what none of the models proves
    warnings: list[str]
    rows: list[dict[str, Any]]
    markov_order: int
    log_loss: dict[str, float]  # of held-out steps by the order of Markov; empty where none was chosen by it
    paths: list[dict[str, Any]]  # the most frequent; `attribution/paths.csv` has all that models know
    lift: list[Factor]  # what a lift test says was added for each order credited; never applied to the rows


@get(
    "/api/v1/sites/{site_id:str}/attribution",
    sync_to_thread=True,
    tags=["reports"],
    summary="Who gets the credit, by every model",
    operation_class=NarrowingConversions,
)
def api_attribution(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    event: Annotated[
        str | None, QueryParameter(description="what gets credit: purchase, sign_up, any that the site declares")
    ] = None,
    by: Annotated[str | None, QueryParameter(description="channel source campaign")] = None,
    window: Annotated[str | None, QueryParameter(description="a preset, as on the page; default without it")] = None,
    reset: Annotated[str | None, QueryParameter(description="1: only sessions after the order before")] = None,
    reduce: Annotated[
        str | None, QueryParameter(description="exposure first frequency no_last_direct no_direct last_3")
    ] = None,
    lifted: Annotated[str | None, QueryParameter(description="the label that a lift test was about")] = None,
    added: Annotated[str | None, QueryParameter(description="orders that the test says it added")] = None,
    low: Annotated[str | None, QueryParameter(description="its interval, at least")] = None,
    high: Annotated[str | None, QueryParameter(description="at most")] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> AttributionOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    question, tested = read_question(view, site), read_tested(view)
    given = params(view, site) | question.asking
    rules = rows_of(desk, "credits_by_rule", **given)
    paths = rows_of(desk, "paths", **given | {"limit": MOST_PATHS})
    table = side_by_side(rules, paths, random=Random(SEED))
    return AttributionOut(
        site=site.id,
        event=question.counted.event,
        by=question.by,
        window=question.window,
        window_days=question.window_days,
        reset=bool(question.reset),
        reduce=question.reduce,
        first_day=view.period.first.isoformat(),
        last_day=view.period.last.isoformat(),
        zone=site.zone,
        currency=site.currency,
        says=NOT_CAUSAL,
        warnings=[*notes(table, question.counted), *filter(None, [cut(paths, table, question.counted)])],
        rows=credits(table),
        markov_order=table.order,
        log_loss={str(order): loss for order, loss in table.losses.items()},
        paths=paths[:MOST_SHOWN],
        lift=factors(table, tested),
    )


ROUTES = (api_attribution,)
