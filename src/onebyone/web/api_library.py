"""A site's words for its events as JSON."""

from __future__ import annotations

from asyncio import to_thread

from litestar import get, put
from litestar.exceptions import ValidationException
from msgspec import Struct

from onebyone.state.library import Described
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need_token, read_body
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.library import Wrong, describe


class DescribedIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`event` is the name it is sent under. What is left empty is as if nothing had been said."""

    event: str
    label: str = ""
    about: str = ""
    hidden: bool = False


class DescribedOut(Struct, frozen=True):
    event: str
    label: str
    about: str
    hidden: bool


@get("/api/v1/sites/{site_id:str}/event-library", sync_to_thread=True, tags=["events"], summary="Words for events")
def api_library(desk: TheDesk, site: TheSite) -> list[DescribedOut]:
    """By name. Events that nobody described are not among them."""
    return [_out(one) for _, one in sorted(desk.library.all(site.id).items())]


@put("/api/v1/sites/{site_id:str}/event-library", tags=["events"], summary="Name, describe or hide an event")
async def api_describe(request: Ask, desk: TheDesk, site: TheSite) -> DescribedOut:
    """The body is a DescribedIn, in place of what was said of that event."""
    need_token(request, site, Role.EDITOR)
    given = read_body(await request.body(), DescribedIn)
    return await to_thread(_describe, desk, site, request.user.name, given)


ROUTES = (api_library, api_describe)


def _describe(desk: Desk, site: Site, by: str, given: DescribedIn) -> DescribedOut:
    one = Described(event=given.event, label=given.label, about=given.about, hidden=given.hidden)
    try:
        return _out(describe(desk, site, by, one))
    except Wrong as error:
        raise ValidationException(str(error)) from None


def _out(one: Described) -> DescribedOut:
    return DescribedOut(one.event, one.label, one.about, one.hidden)
