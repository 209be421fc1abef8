"""Fate: what is the whole story of this order, event or hit?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.event import utc
from onebyone.log import LogUnavailable
from onebyone.reports.fate import Fate, find_fate
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.web import numbers
from onebyone.web.access import Ask, TheSite
from onebyone.web.desk import Answer, Desk, TheDesk, error_id
from onebyone.web.frame import frame, page
from onebyone.web.period import FINAL_AFTER, Period
from onebyone.web.story import tell
from onebyone.web.waiting import WaitingHit

LONGEST_ID = 200


@get("/s/{site_id:str}/fate/{fate_id:path}", sync_to_thread=True, include_in_schema=False)
def fate_page(request: Ask, desk: TheDesk, site: TheSite, fate_id: FromPath[str]) -> Response[str]:
    asked_for = fate_id.lstrip("/")[:LONGEST_ID]
    found = look_up(desk, site, asked_for)
    if isinstance(found, Answer):
        return _page(request, desk, site, "fate_trouble.html", asked_for, status=503, answer=found)
    if not found.events and not found.drops:
        return _not_stored(request, desk, site, asked_for)
    story = tell(asked_for, found, zone=site.zone, now=desk.clock(), final_at=_final_at(found, site.zone))
    return _page(request, desk, site, "fate.html", story.title, story=story, asked_for=asked_for)


@get("/fate/{fate_id:path}", sync_to_thread=True, include_in_schema=False)
def fate_anywhere(request: Ask, desk: TheDesk, fate_id: FromPath[str]) -> Response[Any]:
    """To the one site that knows the id; else Find says what there is."""
    asked_for = fate_id.lstrip("/")[:LONGEST_ID]
    known = sites_that_know(request, desk, asked_for)
    if len(known) == 1:
        return Redirect(address(known[0], asked_for), status_code=303)
    return Redirect(f"/find?q={quote(asked_for, safe='')}", status_code=303)


ROUTES = (fate_page, fate_anywhere)


def address(site: Site, asked_for: str) -> str:
    return f"/s/{site.id}/fate/{quote(asked_for, safe='/')}"


def look_up(desk: Desk, site: Site, asked_for: str) -> Fate | Answer:
    """An Answer means that the store did not answer."""
    try:
        return find_fate(desk.reports, site.id, asked_for)
    except (StoreUnavailable, QueryRefused) as error:
        return Answer(error=error_id(), too_large=isinstance(error, QueryRefused))


def sites_that_know(request: Ask, desk: Desk, asked_for: str) -> list[Site]:
    """Of those this user may see: stored there, or waiting for it."""
    seen = [site for site in desk.sites.all() if request.user.may(site.id, Role.VIEWER)]
    waiting = find_waiting(desk, asked_for)
    found = []
    for site in seen:
        known = look_up(desk, site, asked_for)
        if (isinstance(known, Fate) and (known.events or known.drops)) or (waiting and waiting.site == site.id):
            found.append(site)
    return found


def find_waiting(desk: Desk, asked_for: str) -> WaitingHit | None:
    try:
        return desk.waiting.find_waiting(asked_for.partition("/")[0])
    except LogUnavailable:
        return None


def _not_stored(request: Ask, desk: Desk, site: Site, asked_for: str) -> Response[str]:
    waiting = find_waiting(desk, asked_for)
    if waiting and waiting.site == site.id:
        return _page(
            request,
            desk,
            site,
            "fate_waiting.html",
            f"Hit {asked_for[:13]}…",
            waiting=waiting,
            received=numbers.clock_ms(utc(waiting.received_ms), site.zone),
        )
    near = desk.ask("nearest_orders", site=site.id, id=asked_for, limit=3)
    orders = [(row["order_id"], address(site, row["order_id"])) for row in near.rows]
    return _page(
        request,
        desk,
        site,
        "fate_unknown.html",
        f"No record of {asked_for}",
        status=404,
        asked_for=asked_for,
        near=orders,
    )


def _final_at(found: Fate, zone: str) -> datetime | None:
    if not found.events:
        return None
    day = datetime.fromisoformat(found.events[0]["at"]).astimezone(ZoneInfo(zone)).date()
    return Period(day, day).instants(zone)[1] + FINAL_AFTER


def _page(
    request: Ask, desk: Desk, site: Site, template: str, title: str, *, status: int = 200, **values: Any
) -> Response[str]:
    return page(desk, template, frame(request, desk, title, site=site, page="fate"), status=status, **values)
