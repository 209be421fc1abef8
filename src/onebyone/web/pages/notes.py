"""Notes on days: written, removed and put back from the page whose chart shows them."""

from __future__ import annotations

from urllib.parse import quote

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import NotUnderstood
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.notes import Wrong, add, read

_DID = {"removed": "note_removed", "back": "note_put_back", "changed": "note_changed"}


@post("/s/{site_id:str}/notes", sync_to_thread=True, include_in_schema=False)
def add_note(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    """Raises NotUnderstood."""
    need(request, site, Role.EDITOR)
    back = _back(site, str(form.get("next", "")))
    try:
        add(desk, site, request.user.name, str(form.get("day", "")), str(form.get("text", "")))
    except Wrong as error:
        raise NotUnderstood(f"{error} ", "Back to the chart", back, ".") from None
    return Redirect(back, status_code=303)


@post("/s/{site_id:str}/notes/{note_id:str}", sync_to_thread=True, include_in_schema=False)
def change_note(request: Ask, desk: TheDesk, site: TheSite, note_id: FromPath[str], form: Form) -> Redirect:
    """`to` is removed, back or changed: for an hour, a note that was removed can be put back. Raises NotUnderstood."""
    need(request, site, Role.EDITOR)
    note, to = desk.annotations.find(site.id, note_id), str(form.get("to", ""))
    back = _back(site, str(form.get("next", "")))
    if note is None or to not in _DID:
        raise NotFoundException("There is no such note any more.")
    if to == "changed":
        try:
            day, text = read(str(form.get("day", "")), str(form.get("text", "")), today=desk.today(site.zone))
        except Wrong as error:
            raise NotUnderstood(f"{error} ", "Back to the chart", back, ".") from None
        note = desk.annotations.change(note, day, text)
    else:
        desk.annotations.set_removed(note, _now(desk) if to == "removed" else 0)
    desk.users.note(request.user.name, site.id, _DID[to], f"{note.day}: {note.text}")
    return Redirect(back, status_code=303)


ROUTES = (add_note, change_note)


def _back(site: Site, address: str) -> str:
    """Only ever a page of this site."""
    path, _, query = address.partition("?")
    if not path.startswith(f"/s/{site.id}/") or "//" in path or not query.isprintable():
        return f"/s/{site.id}/overview#notes"
    return f"{quote(path, safe='/')}{'?' if query else ''}{quote(query, safe='=&%+,.~!:/-_')}#notes"


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
