"""What a person may ask for: a copy of everything that is kept of them, or to be forgotten. Admins alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.erasures import Erasure, Held, Meant, Stage
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import numbers
from onebyone.web.access import Ask, Form, TheSite, need, need_sight
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.rights_file import zipped
from onebyone.web.rights_words import STAGES, counted, told

LONGEST = 255
BY: tuple[tuple[str, str], ...] = (
    ("email", "E-mail address"),
    ("phone", "Phone number"),
    ("user", "User id of the site"),
    ("external", "External id"),
    ("order", "Order id"),
    ("browser", "Value of the visitor cookie"),
    ("consent", "Consent id of a browser"),
    ("recipient", "Recipient of e-mails, the sender's own id"),
    ("person", "Number of the person's page"),
)


class Named(Struct, frozen=True):
    by: str
    text: str
    meant: Meant


@get("/s/{site_id:str}/rights", sync_to_thread=True, include_in_schema=False)
def rights(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _page(request, desk, site)


@post("/s/{site_id:str}/rights/find", sync_to_thread=True, include_in_schema=False)
def find_rights(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """What is kept of somebody. Who it is stands in no address."""
    named = _named(request, desk, site, form)
    if not isinstance(named, Named):
        return named
    return _page(request, desk, site, by=named.by, text=named.text, held=desk.rights.held(site, named.meant))


@post("/s/{site_id:str}/rights/copy", sync_to_thread=True, include_in_schema=False)
def copy_rights(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    named = _named(request, desk, site, form)
    if not isinstance(named, Named):
        return named
    need_sight(request, site)
    bundle = desk.rights.export(site, named.meant)
    desk.users.note(request.user.name, site.id, "person_exported", f"{len(bundle['events'])} events")
    headers = {"content-disposition": 'attachment; filename="person.zip"', "cache-control": "no-store"}
    return Response(zipped(bundle), media_type="application/zip", headers=headers)


@post("/s/{site_id:str}/rights/erase", sync_to_thread=True, include_in_schema=False)
def erase_rights(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """Only with the word typed in: nothing brings it back."""
    named = _named(request, desk, site, form)
    if not isinstance(named, Named):
        return named
    if str(form.get("word", "")).strip().lower() != "erase":
        held, word = desk.rights.held(site, named.meant), "Type the word erase to confirm."
        return _page(request, desk, site, by=named.by, text=named.text, held=held, word=word)
    one = desk.rights.erase(site, named.meant, by=request.user.name)
    desk.users.note(request.user.name, site.id, "person_erased", one.id)
    return Redirect(f"/s/{site.id}/rights?asked={one.id}", status_code=303)


ROUTES = (rights, find_rights, copy_rights, erase_rights)


def _named(request: Ask, desk: Desk, site: Site, form: Form) -> Named | Response[str]:
    """Whom an admin's form names, or the page that says why that names nobody."""
    need(request, site, Role.ADMIN)
    by, text = str(form.get("by", "")), str(form.get("text", "")).strip()[:LONGEST]
    by = by if by in dict(BY) else BY[0][0]
    try:
        return Named(by, text, desk.rights.find(site, by, text))
    except ValueError as error:
        return _page(request, desk, site, by=by, text=text, wrong=f"{error}.")


def _page(
    request: Ask, desk: Desk, site: Site, *, by: str = "", text: str = "", held: Held | None = None, wrong: str = "",
    word: str = "",
) -> Response[str]:  # fmt: skip
    found = desk.rights.erasures(site.id)
    under_way = any(one.stage != Stage.DONE for one in found)
    around = frame(request, desk, "Rights of a person", site=site, page="consent")
    return page(
        desk,
        "rights.html",
        around,
        status=422 if wrong or word else 200,
        kinds=BY,
        by=by or BY[0][0],
        text=text,
        held=held,
        wrong=wrong,
        word=word,
        asked=request.query_params.get("asked", ""),
        under_way=under_way,
        lines=[_line(one, site, desk.today(site.zone)) for one in found],
    )


def _line(one: Erasure, site: Site, today: date) -> dict[str, Any]:
    stage = Stage(one.stage)
    return {
        "id": one.id,
        "asked": numbers.when(utc(one.asked_ms), site.zone, today),
        "done": numbers.when(utc(one.done_ms), site.zone, today) if stage is Stage.DONE else "",
        "by": one.by,
        "stage": STAGES[stage],
        "step": list(Stage).index(stage),
        "steps": len(Stage) - 1,
        "counts": counted(one.counts),
        "told": told(one.counts),
    }
