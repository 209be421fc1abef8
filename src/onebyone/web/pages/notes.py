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
from onebyone.web.notes import MOST, UNDO_MS, Wrong, read


@post("/s/{site_id:str}/notes", sync_to_thread=True, include_in_schema=False)
def add_note(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    """Raises NotUnderstood."""
    need(request, site, Role.EDITOR)
    back = _back(site, str(form.get("next", "")))
    desk.annotations.forget(site.id, removed_before_ms=_now(desk) - UNDO_MS)
    if len(desk.annotations.all(site.id)) >= MOST:
        raise NotUnderstood(f"{MOST} notes are the most a site has. ", "Remove one first", back, ".")
    try:
        day, text = read(str(form.get("day", "")), str(form.get("text", "")), today=desk.today(site.zone))
    except Wrong as error:
        raise NotUnderstood(f"{error} ", "Back to the chart", back, ".") from None
    desk.annotations.add(site.id, day, text, by=request.user.name, now_ms=_now(desk))
    desk.users.note(request.user.name, site.id, "note_added", f"{day}: {text}")
    return Redirect(back, status_code=303)


@post("/s/{site_id:str}/notes/{note_id:str}", sync_to_thread=True, include_in_schema=False)
def change_note(request: Ask, desk: TheDesk, site: TheSite, note_id: FromPath[str], form: Form) -> Redirect:
    """`to` is removed, or back: for an hour, a note that was removed can be put back."""
    need(request, site, Role.EDITOR)
    note, to = desk.annotations.find(site.id, note_id), str(form.get("to", ""))
    if note is None or to not in ("removed", "back"):
        raise NotFoundException("There is no such note any more.")
    desk.annotations.set_removed(note, _now(desk) if to == "removed" else 0)
    did = "note_removed" if to == "removed" else "note_put_back"
    desk.users.note(request.user.name, site.id, did, f"{note.day}: {note.text}")
    return Redirect(_back(site, str(form.get("next", ""))), status_code=303)


ROUTES = (add_note, change_note)


def _back(site: Site, address: str) -> str:
    """Only ever a page of this site."""
    path, _, query = address.partition("?")
    if not path.startswith(f"/s/{site.id}/") or "//" in path or not query.isprintable():
        return f"/s/{site.id}/overview#notes"
    return f"{quote(path, safe='/')}{'?' if query else ''}{quote(query, safe='=&%+,.~!:/-_')}#notes"


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
