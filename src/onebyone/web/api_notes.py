"""Notes on days as JSON: what stands on the charts, written and taken away."""

from __future__ import annotations

from asyncio import to_thread
from datetime import date

from litestar import delete, get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.annotations import Annotation
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need_token, read_body
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.notes import Wrong, add, all_of


class NoteIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`day` is one of the site's zone, 2026-11-03."""

    day: str
    text: str


class NoteOut(Struct, frozen=True):
    """One that the product wrote has no id, and is not taken away."""

    id: str
    day: date
    text: str
    by: str
    made: str


@get("/api/v1/sites/{site_id:str}/annotations", sync_to_thread=True, tags=["annotations"], summary="Notes on days")
def api_notes(desk: TheDesk, site: TheSite) -> list[NoteOut]:
    """By their days; what was changed on the site that may move a number is among them."""
    return [_out(one) for one in all_of(desk, site) if not one.removed_ms]


@post("/api/v1/sites/{site_id:str}/annotations", status_code=201, tags=["annotations"], summary="Write a note on a day")
async def api_add_note(request: Ask, desk: TheDesk, site: TheSite) -> NoteOut:
    """The body is a NoteIn."""
    need_token(request, site, Role.EDITOR)
    given = read_body(await request.body(), NoteIn)
    return await to_thread(_add, desk, site, request.user.name, given)


@delete(
    "/api/v1/sites/{site_id:str}/annotations/{note_id:str}",
    status_code=204,
    sync_to_thread=True,
    tags=["annotations"],
    summary="Take a note away",
)
def api_remove_note(request: Ask, desk: TheDesk, site: TheSite, note_id: FromPath[str]) -> None:
    """For an hour it can be put back, on a page whose chart shows it."""
    need_token(request, site, Role.EDITOR)
    note = desk.annotations.find(site.id, note_id)
    if note is None or note.removed_ms:
        raise NotFoundException("There is no such note.")
    desk.annotations.set_removed(note, int(desk.clock().timestamp() * 1000))
    desk.users.note(request.user.name, site.id, "note_removed", f"{note.day}: {note.text}")


ROUTES = (api_notes, api_add_note, api_remove_note)


def _add(desk: Desk, site: Site, by: str, given: NoteIn) -> NoteOut:
    try:
        return _out(add(desk, site, by, given.day, given.text))
    except Wrong as error:
        raise ValidationException(str(error)) from None


def _out(note: Annotation) -> NoteOut:
    return NoteOut(note.id, note.day, note.text, note.by, utc(note.made_ms).strftime("%Y-%m-%dT%H:%M:%SZ"))
