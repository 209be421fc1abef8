"""Who knows an id: the stores of the sites one may see, and the log for what waits."""

from __future__ import annotations

from urllib.parse import quote

from onebyone.log import LogUnavailable
from onebyone.reports.fate import Fate, find_fate
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.web.access import Ask
from onebyone.web.desk import Answer, Desk, error_id
from onebyone.web.waiting import WaitingHit

LONGEST_ID = 200


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
