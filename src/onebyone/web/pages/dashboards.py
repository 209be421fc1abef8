"""Dashboards: cells of other pages under one name, with one period and the same filters for all of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import utc
from onebyone.state.saved import LONGEST_NAME, MOST, Cell, Saved, TooMany
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import board, numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import EVERY_FIELD, NotUnderstood
from onebyone.web.board_cells import MOST_CELLS, title_of
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.pages.explore import TABS
from onebyone.web.saved import LONGEST_QUERY, may_change, seen_by
from onebyone.web.view import asked, controls, params

_NEW = ""  # in the form: a dashboard that is made now


class Line(Struct, frozen=True):
    saved: Saved
    when: str
    may_change: bool


@get("/s/{site_id:str}/dashboards", sync_to_thread=True, include_in_schema=False)
def dashboards(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    today = desk.today(site.zone)
    lines = [
        Line(one, numbers.when(utc(one.made_ms), site.zone, today), may_change(one, request.user))
        for one in seen_by(desk, site, request.user)
        if one.kind == "board"
    ]
    return page(
        desk,
        "dashboards.html",
        frame(request, desk, "Dashboards", site=site, page="explore"),
        lines=[one for one in lines if not one.saved.removed_ms],
        removed=[one for one in lines if one.saved.removed_ms and one.may_change],
        tabs=TABS,
    )


@get("/s/{site_id:str}/dashboards/{slug:str}", sync_to_thread=True, include_in_schema=False)
def dashboard(request: Ask, desk: TheDesk, site: TheSite, slug: FromPath[str]) -> Response[str] | Redirect:
    """Without a query: the one that the dashboard was told to open with."""
    found = find(desk, site, request, slug)
    if found.query and not request.query_params:
        return Redirect(f"{_address(found)}?{found.query}", status_code=303)
    view = asked(request, desk, site, narrows=EVERY_FIELD)
    cells, _ = board.fill(desk, site, view, found.cells)
    return page(
        desk,
        "dashboard.html",
        frame(request, desk, found.name, site=site, page="explore"),
        view=view,
        board=found,
        rows=board.rows_of(cells),
        may_change=may_change(found, request.user),
        query=view.link().partition("?")[2],
        ever=desk.ask("ledger_totals", **params(view, site)),
        **controls(view, desk, site),
    )


@post("/s/{site_id:str}/dashboards/add", sync_to_thread=True, include_in_schema=False)
def add(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    """A cell, to a dashboard that there is or to a new one; leads to it. Raises NotUnderstood."""
    what, slug, query = (str(form.get(key, "")) for key in ("what", "board", "query"))
    if what and not title_of(what):
        raise NotUnderstood("No cell shows this. ", "All dashboards", f"/s/{site.id}/dashboards", ".")
    found = _made(request, desk, site, form) if slug == _NEW else find(desk, site, request, slug)
    _may(request, found)
    if what:
        found = _changed(request, desk, found, lambda now: replace(now, cells=_with(now, what)), "cell_added", what)
    kept = query if _is_query(query) else ""
    return Redirect(_address(found) + (f"?{kept}" if kept else ""), status_code=303)


def _with(board: Saved, what: str) -> tuple[Cell, ...]:
    """Raises NotUnderstood."""
    if len(board.cells) >= MOST_CELLS:
        raise NotUnderstood(
            f"A dashboard has {MOST_CELLS} cells at most: take one away first. ", board.name, _address(board), "."
        )
    return (*board.cells, Cell(secrets.token_hex(4), what))


def _made(request: Ask, desk: Desk, site: Site, form: Form) -> Saved:
    """Raises NotUnderstood."""
    shared = form.get("shared") == "on"
    if shared:
        need(request, site, Role.EDITOR)
    new = Saved(
        site=site.id,
        kind="board",
        slug="",
        name=_name(site, str(form.get("name", ""))),
        by=request.user.id,
        by_name=request.user.name,
        shared=shared,
        made_ms=int(desk.clock().timestamp() * 1000),
    )
    try:
        kept = desk.shelf.add(new)
    except TooMany:
        raise NotUnderstood(
            f"A site keeps {MOST} dashboards at most: remove one first. ", "All dashboards",
            f"/s/{site.id}/dashboards", ".",
        ) from None  # fmt: skip
    desk.users.note(request.user.name, site.id, "dashboard_saved", kept.name)
    return kept


def _name(site: Site, text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NotUnderstood(
            f"A name has 1 to {LONGEST_NAME} letters. ", "All dashboards", f"/s/{site.id}/dashboards", "."
        )
    return name


@post("/s/{site_id:str}/dashboards/{slug:str}/{what:str}", sync_to_thread=True, include_in_schema=False)
def change(
    request: Ask, desk: TheDesk, site: TheSite, slug: FromPath[str], what: FromPath[str], form: Form
) -> Redirect:
    """Renames it, keeps the days and filters it opens with, or moves, renames or takes away the cell of the form."""
    found = find(desk, site, request, slug)
    _may(request, found)
    query, cell = str(form.get("query", "")), str(form.get("cell", ""))
    name = str(form.get("name", ""))
    if what == "rename":
        new = _name(site, name)
        found = _changed(request, desk, found, lambda now: replace(now, name=new), "dashboard_renamed", new)
    elif what == "opens-with":
        kept = query if _is_query(query) else ""
        found = _changed(request, desk, found, lambda now: replace(now, query=kept), "dashboard_days_kept", kept)
    elif what in ("up", "down", "take-away", "name"):
        title = " ".join(name.split())[:LONGEST_NAME] if name.isprintable() else ""
        found = _changed(
            request, desk, found, lambda now: replace(now, cells=_moved(now.cells, cell, what, title)),
            f"cell_{what.replace('-', '_')}", title_of(next((one.what for one in found.cells if one.id == cell), "")),
        )  # fmt: skip
    else:
        raise NotFoundException("A dashboard cannot do that.")
    return Redirect(_address(found) + (f"?{query}" if _is_query(query) else ""), status_code=303)


def _moved(cells: Sequence[Cell], id: str, what: str, title: str) -> tuple[Cell, ...]:
    """As they were where the cell is gone, or cannot go further."""
    found = list(cells)
    at = next((n for n, one in enumerate(found) if one.id == id), None)
    if at is None:
        return tuple(found)
    one = found.pop(at)
    if what == "take-away":
        return tuple(found)
    if what == "name":
        one = replace(one, title="" if title == title_of(one.what) else title)
    to = {"up": max(0, at - 1), "down": at + 1}.get(what, at)
    found.insert(to, one)
    return tuple(found)


def _changed(request: Ask, desk: Desk, found: Saved, new: board.Change, noted: str, of: str) -> Saved:
    """Of what is kept now, not of what was read before: two may change one dashboard at a time."""
    try:
        kept = desk.shelf.change(found, new)
    except KeyError:
        raise NotFoundException("There is no such dashboard.") from None
    desk.users.note(request.user.name, found.site, noted, f"{kept.name}: {of}"[:200])
    return kept


def find(desk: Desk, site: Site, request: Ask, slug: str) -> Saved:
    """Raises NotUnderstood for one that there is not, that was removed, or that is somebody else's own."""
    there = seen_by(desk, site, request.user)
    found = next((one for one in there if (one.kind, one.slug) == ("board", slug) and not one.removed_ms), None)
    if found is None:
        raise NotUnderstood(
            f"There is no dashboard `{slug[:64]}` here, or it is somebody’s own. ",
            "All dashboards", f"/s/{site.id}/dashboards", ".", title="No such dashboard",
        )  # fmt: skip
    return found


def _may(request: Ask, found: Saved) -> None:
    if not may_change(found, request.user):
        raise PermissionDeniedException("This needs the role editor on this site. An admin can give it.")


def _address(found: Saved) -> str:
    return f"/s/{found.site}/dashboards/{quote(found.slug)}"


def _is_query(text: str) -> bool:
    """What may stand behind the question mark of a redirect."""
    plain = urlencode(parse_qsl(text), safe="/.,:~!")
    return bool(text) and text == plain and len(text) <= LONGEST_QUERY


ROUTES = (dashboards, dashboard, add, change)
