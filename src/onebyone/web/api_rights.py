"""The JSON twin of the page about a person's rights. Who it is stands in the body, never in an address."""

from __future__ import annotations

from asyncio import to_thread
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.exceptions import ValidationException
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.erasures import Erasure, Held, Meant
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need, need_sight, need_token, read_body
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.pages.rights import BY, LONGEST


class PersonIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`by` is email, phone, user, external, order, browser, consent, recipient or person; `text` the identifier."""

    by: str
    text: str


class EraseIn(Struct, frozen=True, forbid_unknown_fields=True):
    by: str
    text: str
    dry_run: bool = False


class ErasureOut(Struct, frozen=True):
    """`counts` is what was taken out; `told_NAME` how many conversions a destination had taken."""

    id: str
    stage: str
    by: str
    asked_at: datetime
    done_at: datetime | None
    counts: dict[str, int]


class EraseOut(Struct, frozen=True):
    held: Held
    erasure: ErasureOut | None  # None of a dry run


@post(
    "/api/v1/sites/{site_id:str}/rights/export",
    status_code=200,
    tags=["rights"],
    summary="Everything that is kept of a person",
)
async def api_export(request: Ask, desk: TheDesk, site: TheSite) -> dict[str, Any]:
    """The body is a PersonIn."""
    need_token(request, site, Role.ADMIN)
    need_sight(request, site)
    given = read_body(await request.body(), PersonIn)
    return await to_thread(_export, request.user.name, desk, site, given)


@post("/api/v1/sites/{site_id:str}/rights/erase", status_code=202, tags=["rights"], summary="Forget a person")
async def api_erase(request: Ask, desk: TheDesk, site: TheSite) -> EraseOut:
    """The body is an EraseIn; with `dry_run` only what is kept of them. Erasing takes seconds to minutes: ask for the
    erasures."""
    need_token(request, site, Role.ADMIN)
    given = read_body(await request.body(), EraseIn)
    return await to_thread(_erase, request.user.name, desk, site, given)


@get("/api/v1/sites/{site_id:str}/rights/erasures", sync_to_thread=True, tags=["rights"], summary="Proofs of erasure")
def api_erasures(request: Ask, desk: TheDesk, site: TheSite) -> list[ErasureOut]:
    need(request, site, Role.ADMIN)
    return [_out(one) for one in desk.rights.erasures(site.id)]


ROUTES = (api_export, api_erase, api_erasures)


def _export(user: str, desk: Desk, site: Site, given: PersonIn) -> dict[str, Any]:
    bundle = desk.rights.export(site, _find(desk, site, given.by, given.text))
    desk.users.note(user, site.id, "person_exported", f"{len(bundle['events'])} events")
    return bundle


def _erase(user: str, desk: Desk, site: Site, given: EraseIn) -> EraseOut:
    meant = _find(desk, site, given.by, given.text)
    held = desk.rights.held(site, meant)
    if given.dry_run:
        return EraseOut(held, None)
    one = desk.rights.erase(site, meant, by=user)
    desk.users.note(user, site.id, "person_erased", one.id)
    return EraseOut(held, _out(one))


def _find(desk: Desk, site: Site, by: str, text: str) -> Meant:
    if by not in dict(BY):
        raise ValidationException(f"by: one of {', '.join(dict(BY))}")
    try:
        return desk.rights.find(site, by, text[:LONGEST])
    except ValueError as error:
        raise ValidationException(f"text: {error}") from error


def _out(one: Erasure) -> ErasureOut:
    return ErasureOut(
        id=one.id,
        stage=one.stage,
        by=one.by,
        asked_at=utc(one.asked_ms),
        done_at=utc(one.done_ms) if one.done_ms and one.stage == "done" else None,
        counts=dict(one.counts),
    )
