"""Set up: the first five minutes of a site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Struct, structs

from onebyone.event import Via
from onebyone.reports.missed import ENOUGH
from onebyone.state.sites import MATCHINGS, Site
from onebyone.state.users import Role
from onebyone.web import countries, numbers, words
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.desk import Answer, Desk, Row, TheDesk
from onebyone.web.figures import seen_by
from onebyone.web.frame import frame, page

USUAL = ("purchase", "generate_lead", "sign_up", "add_to_cart")
MATCHED_BY = {"event_id": "event id", "reload": "reload", "weak": "same person"}  # beside the order id


class Arrived(Struct, frozen=True, kw_only=True):
    """The first event, in a sentence."""

    time: str
    text: str
    href: str


class Candidate(Struct, frozen=True, kw_only=True):
    """An event that could count as a conversion."""

    name: str
    ticked: bool
    seen: int
    by: list[tuple[str, str, bool]]  # how its copies are matched beside the order id: key, words, whether they are
    carries: str
    good: bool


@get("/s/{site_id:str}/start", sync_to_thread=True, include_in_schema=False)
def start(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return show_start(request, desk, site)


@get("/s/{site_id:str}/start/new", sync_to_thread=True, include_in_schema=False)
def start_new(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
    """204 until something arrived; then word that the page should be read again."""
    if not _names(desk, site).rows and not _turned_away(desk, site):
        return Response(None, status_code=204)
    return Response("<div data-reload></div>", media_type="text/html")


@post("/s/{site_id:str}/start/conversions", sync_to_thread=True, include_in_schema=False)
def count_these(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    need(request, site, Role.EDITOR)
    ticked = [str(name) for name in form.getall("event", [])]
    known = {candidate.name for candidate in _candidates(_names(desk, site).rows, site)}
    chosen = tuple(name for name in dict.fromkeys(ticked) if name in known)
    by = {str(pair) for pair in form.getall("by", [])}
    not_by = {name: tuple(key for key in MATCHINGS if f"{name}:{key}" not in by) for name in chosen}
    not_by = {name: keys for name, keys in not_by.items() if keys} if form.get("keys") else site.not_by
    desk.sites.change(structs.replace(site, conversions=chosen, not_by=not_by))
    without = "; ".join(f"{name} not by {', '.join(keys)}" for name, keys in not_by.items())
    desk.users.note(request.user.name, site.id, "conversions_changed", ", ".join(chosen) + (without and f"; {without}"))
    return Redirect(f"/s/{site.id}/start", status_code=303)


@post("/s/{site_id:str}/start/key", sync_to_thread=True, include_in_schema=False)
def make_key(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[str]:
    need(request, site, Role.ADMIN)
    key = desk.keys.add(site.id, "shop-backend")
    desk.users.note(request.user.name, site.id, "key_created", "shop-backend")
    return show_start(request, desk, site, key=key)


ROUTES = (start, start_new, count_these, make_key)


def show_start(request: Ask, desk: Desk, site: Site, *, key: str = "") -> Response[str]:
    names = _names(desk, site)
    seen = seen_by(desk.ask("seen_by", **_always(desk, site), zone=site.zone, traffic="people").rows)
    return page(
        desk,
        "start.html",
        frame(request, desk, f"Set up {site.name}", site=site, page="start"),
        names=names,
        arrived=_arrived(desk, site, names.rows),
        turned_away=_turned_away(desk, site),
        snippet=desk.snippet(site),
        collector=desk.settings.collector_url.rstrip("/"),
        candidates=_candidates(names.rows, site),
        keys=desk.keys.all(site.id),
        key=key,
        server_orders=seen.server,
        enough=ENOUGH,
        may_edit=request.user.may(site.id, Role.EDITOR),
        may_keys=request.user.may(site.id, Role.ADMIN),
        by_server=any(Via.SERVER in row["vias"] for row in names.rows),
    )


def _always(desk: Desk, site: Site) -> dict[str, Any]:
    return {"site": site.id, "from": datetime(1990, 1, 1, tzinfo=UTC), "to": desk.clock() + timedelta(days=1)}


def _names(desk: Desk, site: Site) -> Answer:
    return desk.ask("event_names", **_always(desk, site))


def _turned_away(desk: Desk, site: Site) -> list[tuple[str, str]]:
    """What arrived for the site and was not kept: title and what to do, the newest first."""
    rows = desk.ask("drops", **_always(desk, site)).rows
    newest = sorted(rows, key=lambda row: row["last_at"], reverse=True)[:3]
    return [(words.of_reason(row["reason"]).title, words.of_reason(row["reason"]).to_do) for row in newest]


def _arrived(desk: Desk, site: Site, names: list[Row]) -> Arrived | None:
    if not names:
        return None
    first = min(datetime.fromisoformat(row["first_at"]) for row in names)
    until = first + timedelta(milliseconds=1)
    found = desk.ask("events", site=site.id, limit=1, **{"from": first, "to": until}).first
    if not found:
        return None
    on = " on ".join(filter(None, (found["browser"], found["os"])))
    where = countries.name(found["country"]) if found["country"] else ""
    seen = ", ".join(filter(None, (f"{found['name']} on {found['path'] or 'no page'}", on, where)))
    took = datetime.fromisoformat(found["received_at"]) - first
    later = f", received {numbers.duration(took)} later" if took > timedelta(seconds=2) else ""
    return Arrived(
        time=numbers.when(first, site.zone, desk.today(site.zone)),
        text=f"{seen}{later}. Kept.",
        href=f"/s/{site.id}/fate/{found['hit']}",
    )


def _candidates(names: list[Row], site: Site) -> list[Candidate]:
    """The declared ones and the usual ones, seen or not, then everything else that was seen."""
    by_name = {row["name"]: row for row in names}
    order = dict.fromkeys([*site.conversions, *USUAL, *(name for name in by_name if name != "page_view")])
    return [_candidate(name, by_name.get(name), site) for name in order]


def _candidate(name: str, row: Row | None, site: Site) -> Candidate:
    carries = ""
    if row:
        has = ["order id"] * bool(row["with_order_id"]) + ["value"] * bool(row["with_value"])
        carries = f"has {' and '.join(has)}" if has else "no order id, no value"
    return Candidate(
        name=name,
        ticked=name in site.conversions,
        seen=row["seen"] if row else 0,
        by=[(key, title, key not in site.not_by.get(name, ())) for key, title in MATCHED_BY.items()],
        carries=carries or "not seen yet",
        good=carries.startswith("has"),
    )
