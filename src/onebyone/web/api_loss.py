"""The Loss page as JSON: the same figures, each with its interval and its status."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from onebyone.reports.missed import Group, breakdown, whole
from onebyone.web.access import Ask, TheSite
from onebyone.web.api import rows_of
from onebyone.web.desk import TheDesk
from onebyone.web.loss_question import KEYS, LIMIT, NARROWS, read_question
from onebyone.web.loss_words import ASSUMES
from onebyone.web.pages.loss import refuse_untold
from onebyone.web.view import asked, days_of, params


class LossOut(Struct, frozen=True):
    """`whole.refused` names why there is no rate; `groups_are_told` is false where most missed ones name no group."""

    site: str
    event: str
    by: str
    first_day: str
    last_day: str
    zone: str
    currency: str
    whole: Group
    groups: list[Group]
    hidden_groups: int
    groups_are_told: bool
    assumes: dict[str, str]


@get("/api/v1/sites/{site_id:str}/loss", sync_to_thread=True, tags=["reports"], summary="What browsers missed")
def api_loss(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    period: FromQuery[str | None] = None,
    event: FromQuery[str | None] = None,
    by: Annotated[str | None, QueryParameter(description="browser version os device country host")] = None,
    traffic: FromQuery[str | None] = None,
) -> LossOut:
    """`from` and `to` choose days of one's own, as on the page."""
    view = asked(request, desk, site, KEYS, narrows=NARROWS)
    question = read_question(view, site)
    refuse_untold(desk, site, view, question)
    given = params(view, site) | {"event": question.event, "limit": LIMIT}
    groups = breakdown(rows_of(desk, "loss", **given, by=question.by), site.loss.server_mode)
    return LossOut(
        site=site.id,
        event=question.event,
        by=question.by,
        **days_of(view, site),
        currency=site.currency,
        whole=whole(rows_of(desk, "loss", **given, by=""), site.loss.server_mode),
        groups=groups.shown if groups.is_told else [],
        hidden_groups=len(groups.hidden),
        groups_are_told=groups.is_told,
        assumes=dict(ASSUMES),
    )


ROUTES = (api_loss,)
