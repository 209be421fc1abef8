"""A site's words for its events and their properties as JSON."""

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
from onebyone.web.library import EVENT, PROPERTY, Kind, Wrong, describe


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


class PropertyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`property` is the name it is sent under, by whichever event. What is left empty is as if nothing was said."""

    property: str
    label: str = ""
    about: str = ""
    hidden: bool = False


class PropertyOut(Struct, frozen=True):
    property: str
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
    one = Described(name=given.event, label=given.label, about=given.about, hidden=given.hidden)
    return _out(await to_thread(_describe, desk, site, request.user.name, one, EVENT))


@get(
    "/api/v1/sites/{site_id:str}/property-library", sync_to_thread=True, tags=["events"], summary="Words for properties"
)
def api_property_library(desk: TheDesk, site: TheSite) -> list[PropertyOut]:
    """By name. Properties that nobody described are not among them."""
    return [_property(one) for _, one in sorted(desk.property_library.all(site.id).items())]


@put("/api/v1/sites/{site_id:str}/property-library", tags=["events"], summary="Name, describe or hide a property")
async def api_describe_property(request: Ask, desk: TheDesk, site: TheSite) -> PropertyOut:
    """The body is a PropertyIn, in place of what was said of that property."""
    need_token(request, site, Role.EDITOR)
    given = read_body(await request.body(), PropertyIn)
    one = Described(name=given.property, label=given.label, about=given.about, hidden=given.hidden)
    return _property(await to_thread(_describe, desk, site, request.user.name, one, PROPERTY))


ROUTES = (api_library, api_describe, api_property_library, api_describe_property)


def _describe(desk: Desk, site: Site, by: str, one: Described, kind: Kind) -> Described:
    try:
        return describe(desk, site, by, one, kind)
    except Wrong as error:
        raise ValidationException(str(error)) from None


def _out(one: Described) -> DescribedOut:
    return DescribedOut(one.name, one.label, one.about, one.hidden)


def _property(one: Described) -> PropertyOut:
    return PropertyOut(one.name, one.label, one.about, one.hidden)
