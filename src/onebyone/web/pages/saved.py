"""Saved views and segments: kept from any report page, listed here, removed and put back."""

from __future__ import annotations

from urllib.parse import parse_qsl

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from onebyone.event import utc
from onebyone.reports.filters import FIELDS, MARKS, FilterUnreadable, read_condition, read_written, takes
from onebyone.reports.segment.read import read
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import in_line
from onebyone.state.saved import LONGEST_NAME, MOST, Kind, Saved, TooMany
from onebyone.state.sites import Site
from onebyone.state.users import Role, User
from onebyone.web import numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import NotUnderstood
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.filter_words import in_words
from onebyone.web.frame import frame, page
from onebyone.web.saved import PAGES, address_of, may_change, read_at, seen_by, uses

_OF_ONE_EVENT = ("conversions", "conversions/days", "loss")


class Line(Struct, frozen=True, kw_only=True):
    saved: Saved
    href: str
    about: str
    when: str
    used_by: int
    may_change: bool
    builder: str = ""  # where its rule is shown, with how many people it holds for


@get("/s/{site_id:str}/v/{slug:str}", sync_to_thread=True, include_in_schema=False)
def open_view(request: Ask, desk: TheDesk, site: TheSite, slug: FromPath[str]) -> Redirect:
    """The page with the view's query, and what this address adds to it."""
    found = _find(desk, site, request.user, "view", slug)
    if found is None or found.removed_ms:
        raise NotUnderstood(
            f"There is no saved view `{slug[:64]}` here, or it is somebody’s own. ",
            "Everything saved", f"/s/{site.id}/saved", ".", title="No such view",
        )  # fmt: skip
    return Redirect(address_of(found, list(request.query_params.multi_items())), status_code=303)


@get("/s/{site_id:str}/saved", sync_to_thread=True, include_in_schema=False)
def saved_page(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    lines = [_line(one, desk, site, request.user) for one in seen_by(desk, site, request.user)]
    there = [one for one in lines if not one.saved.removed_ms]
    return page(
        desk,
        "saved.html",
        frame(request, desk, "Saved", site=site, page="saved"),
        views=[one for one in there if one.saved.kind == "view"],
        segments=[one for one in there if one.saved.kind == "segment"],
        removed=[one for one in lines if one.saved.removed_ms and one.may_change],
    )


@post("/s/{site_id:str}/saved/add", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    """Keeps a view or the filters of the page that the form stood on, and leads back there. Raises NotUnderstood."""
    at, name = str(form.get("at", "")), " ".join(str(form.get("name", "")).split())
    kind: Kind = "segment" if form.get("kind") == "segment" else "view"
    read = read_at(site.id, at)
    if read is None:
        raise NotUnderstood("Of this page no view is kept. ", "Everything saved", f"/s/{site.id}/saved", ".")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NotUnderstood(f"A name has 1 to {LONGEST_NAME} letters. ", "Back to the page", _back(site, read), ".")
    shared = kind == "segment" or form.get("shared") == "on"
    if shared:
        need(request, site, Role.EDITOR)
    try:
        kept = desk.shelf.add(
            Saved(
                site=site.id,
                kind=kind,
                slug="",
                name=name,
                by=request.user.id,
                by_name=request.user.name,
                page=read[0] if kind == "view" else "",
                query=read[1] if kind == "view" else "",
                filters=_filters(site, read) if kind == "segment" else (),
                shared=shared,
                made_ms=_now(desk),
            )
        )
    except TooMany:
        raise NotUnderstood(
            f"A site keeps {MOST} of them at most: remove one first. ", "Everything saved", f"/s/{site.id}/saved", "."
        ) from None
    desk.users.note(request.user.name, site.id, f"{kind}_saved", kept.name)
    if kind == "view":
        return Redirect(_back(site, read), status_code=303)
    rest = [(key, value) for key, value in parse_qsl(read[1]) if not _narrows(read[0], key) and key != "segment"]
    page_ = Saved(site=site.id, kind="view", slug="", name="", by="", by_name="", page=read[0])
    return Redirect(address_of(page_, [*rest, ("segment", kept.slug)]), status_code=303)


@post("/s/{site_id:str}/saved/{kind:str}/{slug:str}/{what:str}", sync_to_thread=True, include_in_schema=False)
def change(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    kind: FromPath[str],
    slug: FromPath[str],
    what: FromPath[str],
    form: Form,
) -> Redirect:
    """Removes one, or puts it back; a dashboard too."""
    found = _find(desk, site, request.user, kind, slug)
    if found is None or what not in ("remove", "put-back"):
        raise NotFoundException("There is no such view, segment or dashboard.")
    if not may_change(found, request.user):
        raise PermissionDeniedException("This needs the role editor on this site. An admin can give it.")
    if what == "remove":
        desk.shelf.remove(found, _now(desk))
    else:
        desk.shelf.put_back(found)
    desk.users.note(
        request.user.name,
        site.id,
        f"{'dashboard' if found.kind == 'board' else found.kind}_{'removed' if what == 'remove' else 'put_back'}",
        found.name,
    )
    return Redirect(f"/s/{site.id}/{'dashboards' if found.kind == 'board' else 'saved'}", status_code=303)


ROUTES = (open_view, saved_page, save, change)


def _find(desk: Desk, site: Site, user: User, kind: str, slug: str) -> Saved | None:
    return next((one for one in seen_by(desk, site, user) if (one.kind, one.slug) == (kind, slug)), None)


def _narrows(page: str, key: str) -> bool:
    """Whether the key is a filter there: some pages choose one event by a key of that name."""
    return takes(FIELDS, key.rstrip(MARKS)) and not (key == "event" and page in _OF_ONE_EVENT)


def _filters(site: Site, read: tuple[str, str]) -> tuple[str, ...]:
    """Those of the address, as a segment keeps them. Raises NotUnderstood where there are none to be kept."""
    try:
        found = [read_condition(key, text) for key, text in parse_qsl(read[1]) if _narrows(read[0], key)]
    except FilterUnreadable as error:
        raise NotUnderstood(f"{error} ", "Back to the page", f"/s/{site.id}/{read[0]}", ".") from None
    if not found:
        raise NotUnderstood("A segment needs a filter: add one first. ", "Back to the page", _back(site, read), ".")
    return tuple(str(one) for one in sorted(set(found)))


def _line(one: Saved, desk: Desk, site: Site, user: User) -> Line:
    today = desk.today(site.zone)
    return Line(
        saved=one,
        href=_href(one),
        about=_about(one),
        when=numbers.when(utc(one.made_ms), site.zone, today),
        used_by=uses(one, seen_by(desk, site, user)) if one.kind == "segment" else 0,
        may_change=may_change(one, user),
        builder=f"/s/{site.id}/segments/{one.slug}" if one.rule else "",
    )


def _href(one: Saved) -> str:
    at = {"view": f"v/{one.slug}", "board": f"dashboards/{one.slug}"}
    return f"/s/{one.site}/{at.get(one.kind, f'overview?segment={one.slug}')}"


def _about(one: Saved) -> str:
    if one.kind == "board":
        return "Dashboard"
    return PAGES.get(one.page, one.page) if one.kind == "view" else _in_words(one)


def _in_words(one: Saved) -> str:
    try:
        return f"people who {in_line(read(one.rule))}" if one.rule else in_words(read_written(one.filters))
    except (FilterUnreadable, RuleUnreadable):
        return "filters that are no longer known: no page takes it"


def _back(site: Site, read: tuple[str, str]) -> str:
    return f"/s/{site.id}/{read[0]}?{read[1]}" if read[1] else f"/s/{site.id}/{read[0]}"


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
