"""Fate: what is the whole story of this order, event or hit?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.destinations.all import ALL
from onebyone.event import utc
from onebyone.reports.fate import Fate
from onebyone.state.sites import Site
from onebyone.web import numbers, period, persons, story
from onebyone.web.access import Ask, TheSite
from onebyone.web.account import find_accounts
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.destination_view import Shown, shown
from onebyone.web.frame import frame, page
from onebyone.web.look_up import LONGEST_ID, address, find_waiting, look_up, sites_that_know
from onebyone.web.order_credit import credit_of


@get("/s/{site_id:str}/fate/{fate_id:path}", sync_to_thread=True, include_in_schema=False)
def fate_page(request: Ask, desk: TheDesk, site: TheSite, fate_id: FromPath[str]) -> Response[str]:
    asked_for = fate_id.lstrip("/")[:LONGEST_ID]
    found = look_up(desk, site, asked_for)
    if isinstance(found, Answer):
        return _page(request, desk, site, "fate_trouble.html", asked_for, status=503, answer=found)
    if not found.events and not found.drops:
        return _not_stored(request, desk, site, asked_for)
    accounts = find_accounts(desk.conversions, site.id, found, sees=request.user.sees_people(site.id))
    record = story.record_of(asked_for, found)
    told = story.tell(
        asked_for,
        found,
        zone=site.zone,
        now=desk.clock(),
        final_at=_final_at(found, site.zone),
        accounts=accounts,
        every_order_since_ms=site.loss.every_order_since_ms,
    )
    person = _person(desk, site, found, asked_for)
    name = persons.person_name(person)
    return _page(
        request,
        desk,
        site,
        "fate.html",
        told.title,
        story=told,
        asked_for=asked_for,
        person=person,
        person_name=name,
        sent=_sent(desk, site, asked_for, found),
        credit=credit_of(desk, site, record, story.account_among(accounts, record)) if record and person else None,
    )


@get("/fate/{fate_id:path}", sync_to_thread=True, include_in_schema=False)
def fate_anywhere(request: Ask, desk: TheDesk, fate_id: FromPath[str]) -> Response[Any]:
    """To the one site that knows the id; else Find says what there is."""
    asked_for = fate_id.lstrip("/")[:LONGEST_ID]
    known = sites_that_know(request, desk, asked_for)
    if len(known) == 1:
        return Redirect(address(known[0], asked_for), status_code=303)
    return Redirect(f"/find?q={quote(asked_for, safe='')}", status_code=303)


ROUTES = (fate_page, fate_anywhere)


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


def _person(desk: Desk, site: Site, found: Fate, asked_for: str) -> int:
    """Who did it, as of now; 0 for a machine, or where nobody may be known."""
    main = story.record_of(asked_for, found)
    if main is None or str(main["actor"]).startswith("machine"):
        return 0
    number = persons.key_of(main, site.id)
    row = desk.identity.row(site.id, number) if number else None
    return persons.person_at(row, number, datetime.fromisoformat(main["at"])) or int(main["visitor"])


def _sent(desk: Desk, site: Site, asked_for: str, found: Fate) -> list[Shown]:
    """What became of it on its way to the platforms."""
    names = ("conversion", "order_id", "event_id")
    ids = {asked_for, *(str(row.get(name, "")) for row in found.events for name in names)} - {""}
    deliveries = desk.deliveries.of_story(site.id, sorted(ids))
    return [
        shown(one, title=ALL[one.destination].title, zone=site.zone) for one in deliveries if one.destination in ALL
    ]


def _final_at(found: Fate, zone: str) -> datetime | None:
    if not found.events:
        return None
    day = datetime.fromisoformat(found.events[0]["at"]).astimezone(ZoneInfo(zone)).date()
    return period.Period(day, day).instants(zone)[1] + period.FINAL_AFTER


def _page(
    request: Ask, desk: Desk, site: Site, template: str, title: str, *, status: int = 200, **values: Any
) -> Response[str]:
    return page(desk, template, frame(request, desk, title, site=site, page="fate"), status=status, **values)
