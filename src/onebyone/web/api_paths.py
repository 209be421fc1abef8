"""Property paths as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import rows_of
from onebyone.web.api_filters import Narrowing
from onebyone.web.desk import TheDesk
from onebyone.web.pages.property_paths import asked_of
from onebyone.web.path_question import KEYS, read_question
from onebyone.web.view import asked, days_of


class PathsOut(Struct, frozen=True):
    """A row's `kind` is path, others (`paths` of them in one row) or none (no value on the way); times are in ms."""

    site: str
    first: str
    goal: str
    within: str
    prop: str
    steps: str
    sort: str
    first_day: str
    last_day: str
    zone: str
    rows: list[dict[str, Any]]


@get(
    "/api/v1/sites/{site_id:str}/paths",
    sync_to_thread=True,
    tags=["reports"],
    summary="By which way people come to a conversion",
    operation_class=Narrowing,
)
def api_paths(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    first: Annotated[str | None, QueryParameter(description="the event it begins with, any without it")] = None,
    goal: Annotated[str | None, QueryParameter(description="the conversion, purchase")] = None,
    within: Annotated[str | None, QueryParameter(description="until when: 30min 1d 7d 30d")] = None,
    prop: Annotated[str | None, QueryParameter(description="of which property: page, event, prop.NAME")] = None,
    steps: Annotated[str | None, QueryParameter(description="which five values: first last")] = None,
    show: Annotated[str | None, QueryParameter(description="how many paths: 15 50 100")] = None,
    sort: Annotated[
        str | None, QueryParameter(description="people converted rate time; - in front: the largest first")
    ] = None,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> PathsOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    question = read_question(view)
    return PathsOut(
        site=site.id,
        first=question.first,
        goal=question.goal,
        within=question.within,
        prop=question.prop,
        steps=question.steps,
        sort=question.sort,
        **days_of(view, site),
        rows=rows_of(desk, "property_paths", **asked_of(desk, view, site, question)),
    )


ROUTES = (api_paths,)
