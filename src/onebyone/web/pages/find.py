"""Find: an exact id goes straight to its Fate, an e-mail or a phone to its person; commands for the page before."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect

from onebyone.reports.filters import escaped, read_condition
from onebyone.state.saved import Saved
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, Form
from onebyone.web.address import address as canonical
from onebyone.web.commands import commands
from onebyone.web.desk import TheDesk
from onebyone.web.frame import MENU, frame, page
from onebyone.web.look_up import LONGEST_ID, address, sites_that_know
from onebyone.web.pages.definitions import UNDER
from onebyone.web.pages.filtering import values_question
from onebyone.web.pages.people import is_private, person_named
from onebyone.web.pages.settings import SECTIONS
from onebyone.web.saved import open_to

MOST_KEPT = 20
MOST_SEEN, LEAST_LETTERS = 5, 2  # campaigns, and paths
PLACES = {"view": "v", "board": "dashboards"}  # of what is kept and has an address of its own
SEEN = {"campaign": ("acquisition", "Campaign"), "page": ("pages", "Page")}  # field: where it is told of


@get("/find", sync_to_thread=True, include_in_schema=False)
def find(
    request: Ask,
    desk: TheDesk,
    q: FromQuery[str] = "",
    here_id: Annotated[str, QueryParameter(name="site")] = "",
    at: FromQuery[str] = "",
) -> Response[Any]:
    """`at` is the page that one came from."""
    at = at or _came_from(request)
    text = q.strip()[:LONGEST_ID]
    seen = [one for one in desk.sites.all() if request.user.may(one.id, Role.VIEWER)]
    here = next((one for one in seen if one.id == here_id), None)
    known = sites_that_know(request, desk, text) if text else []
    best = [one for one in known if here is None or one.id == here.id] or known
    if len(best) == 1:
        return Redirect(address(best[0], text), status_code=303)
    return page(
        desk,
        "find.html",
        frame(request, desk, "Find", site=here, page="find"),
        q=text,
        at=at,
        commands=commands(text, at, here, request.user, desk.today(here.zone)) if here else [],
        stories=[(one, address(one, text)) for one in best],
        pages=_pages(text, seen, here),
        kept=[
            (f"{one.name}, {site.name}", f"/s/{site.id}/{PLACES[one.kind]}/{one.slug}")
            for site, one in _kept(request, desk, text, [here] if here else seen)
        ],
        met=_met(desk, here, text) if here and len(text) >= LEAST_LETTERS else [],
        near=_near(desk, [here] if here else seen, text),
    )


@post("/find/ask", sync_to_thread=True, include_in_schema=False)
def find_anything(request: Ask, desk: TheDesk, form: Form) -> Response[Any]:
    """What is private is hashed here and enters no address; all else is found by its address."""
    text, here_id = str(form.get("q", "")).strip()[:LONGEST_ID], str(form.get("site", ""))
    seen = [one for one in desk.sites.all() if request.user.may(one.id, Role.VIEWER)]
    here = next((one for one in seen if one.id == here_id), None)
    if not is_private(text):
        at = str(form.get("at", "")) or _came_from(request)
        asked = {"q": text} | ({"site": here.id} if here else {}) | ({"at": at} if here and at else {})
        return Redirect(f"/find?{urlencode(asked)}" if text or here else "/find", status_code=303)
    for site in [one for one in ([here] if here else seen) if request.user.sees_people(one.id)]:
        if person := person_named(desk, site, text):
            return Redirect(f"/s/{site.id}/people/{person}", status_code=303)
    shown = frame(request, desk, "Find", site=here, page="find")
    return page(
        desk,
        "find.html",
        shown,
        status=404,
        q="",
        nobody=True,
        at="",
        commands=[],
        stories=[],
        pages=[],
        kept=[],
        met=[],
        near=[],
    )


ROUTES = (find, find_anything)


def _came_from(request: Ask) -> str:
    """Path and query of the console's page before; the browser tells nobody else."""
    before = urlsplit(request.headers.get("referer", ""))
    return f"{before.path}?{before.query}" if before.path.startswith("/s/") else ""


def _pages(text: str, seen: list[Site], here: Site | None) -> list[tuple[str, str]]:
    """Pages and sites whose name holds the text."""
    wanted = text.lower()
    found = [(site.name, f"/s/{site.id}/overview") for site in seen if wanted in site.name.lower()] if wanted else []
    for site in [here] if here else seen[:3]:
        for _group, pages in MENU:
            found += [
                (f"{name} of {site.name}", f"/s/{site.id}/{key}") for key, name in pages if wanted in name.lower()
            ]
        under = UNDER.items() if wanted else ()
        found += [
            (f"{name} of {site.name}", f"/s/{site.id}/{key}") for key, (name, _) in under if wanted in name.lower()
        ]
    sites = [(site, section, name) for site in ([here] if here else seen[:3]) for section, name in SECTIONS.items()]
    if wanted:
        found += [
            (f"Settings of {site.name}: {name}", f"/s/{site.id}/settings/{section}")
            for site, section, name in sites
            if wanted in f"settings {name}".lower()
        ]
    return found[:12]


def _kept(request: Ask, desk: TheDesk, text: str, sites: list[Site]) -> list[tuple[Site, Saved]]:
    """Saved views and dashboards whose name holds the text; all of them without one."""
    found = [(site, one) for site in sites[:5] for one in open_to(desk, site, request.user) if one.kind in PLACES]
    return [(site, one) for site, one in found if text.lower() in one.name.lower()][:MOST_KEPT]


def _met(desk: TheDesk, site: Site, text: str) -> list[tuple[str, str]]:
    """Campaigns and paths of the last days that hold the text, the most frequent first."""
    answers = desk.ask_all({field: values_question(desk, site, field, text, limit=MOST_SEEN) for field in SEEN})
    return [
        (f"{name} {value}", canonical(f"/s/{site.id}/{at}", {}, [read_condition(field, escaped(value))]))
        for field, (at, name) in SEEN.items()
        for value in (row["value"] for row in answers[field].rows)
    ]


def _near(desk: TheDesk, sites: list[Site], text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    found = []
    for site in sites[:5]:
        rows = desk.ask("nearest_orders", site=site.id, id=text, limit=3).rows
        found += [(row["order_id"], address(site, row["order_id"])) for row in rows]
    return found
