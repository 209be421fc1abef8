"""The power report as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import get
from litestar.exceptions import ServiceUnavailableException
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.web import power_question as asking
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.api import MOST_ROWS
from onebyone.web.api_filters import Narrowing
from onebyone.web.desk import TheDesk
from onebyone.web.pages.explore import rows_asked
from onebyone.web.power_table import parted, place_of
from onebyone.web.view import asked, days_of


class PowerOut(Struct, frozen=True):
    """`columns` are the keys of a row with what each is; `total` is of everything, not the sum of the rows.

    Money is in minor units, a sum has six decimals at most. `after` is the place behind the last row, "" at the end.
    """

    site: str
    by: list[str]
    columns: dict[str, str]
    sort: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    rows_in_all: int
    rows: list[dict[str, Any]]
    total: dict[str, Any]
    after: str


@get(
    "/api/v1/sites/{site_id:str}/explore",
    sync_to_thread=True,
    tags=["reports"],
    summary="A table of one's own",
    operation_class=Narrowing,
)
def api_explore(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    by: Annotated[
        str | None,
        QueryParameter(
            description="one or two properties: country,prop.theme; or a person's value of one, with first_ever., "
            "last_ever., first_in_range., last_to_end. or last_before. in front: first_ever.prop.theme"
        ),
    ] = None,
    cols: Annotated[str | None, QueryParameter(description="columns: people:purchase,sum:scroll:prop.percent")] = None,
    sort: Annotated[str | None, QueryParameter(description="a column, or rows; - in front: the largest first")] = None,
    after: Annotated[str | None, QueryParameter(description="the place behind which to go on")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)] = 1000,
    period: FromQuery[str | None] = None,
    traffic: FromQuery[str | None] = None,
) -> PowerOut:
    """`from` and `to` choose days of one's own, as on the page. Raises ServiceUnavailableException."""
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD, but=("limit",))
    question = asking.question_of(view)
    report, given = rows_asked(desk, view, site, question, limit=limit + 1)
    answer = desk.ask(report, **given)
    if answer.error:
        why = (
            "The question is too large: choose a shorter period." if answer.too_large else "The store does not answer."
        )
        raise ServiceUnavailableException(f"{why} {answer.error}")
    names, (whole, rows) = question.names, parted(answer.rows)
    return PowerOut(
        site=site.id,
        by=list(question.by),
        columns=dict(zip(names, (*question.by, *map(str, question.columns)), strict=True)),
        sort=question.sort,
        **days_of(view, site),
        currency=site.currency,
        rows_in_all=rows[0]["rows_in_all"] if rows else 0,
        rows=[{name: row[name] for name in names} for row in rows[:limit]],
        total={name: whole[name] for name in names[len(question.by) :]} if whole else {},
        after=place_of(question, rows[limit - 1]) if len(rows) > limit else "",
    )


ROUTES = (api_explore,)
