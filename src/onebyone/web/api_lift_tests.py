"""Lift tests as JSON: those that a site keeps, added and removed."""

from __future__ import annotations

from asyncio import to_thread
from datetime import date

from litestar import delete, get, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.lift_tests import LiftTest
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web.access import Ask, TheSite, need_token, read_body
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.lift_tests import Wrong, keep, set_removed, standing


class LiftTestIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`by` is channel, source or campaign, and `label` which; the numbers are of what `event` counts."""

    name: str
    label: str
    first_day: date
    last_day: date
    added: float
    low: float
    high: float
    by: str = "channel"
    event: str = "purchase"


class LiftTestOut(Struct, frozen=True):
    id: str
    name: str
    by: str
    label: str
    event: str
    first_day: date
    last_day: date
    added: float
    low: float
    high: float
    made_by: str
    made: str


@get("/api/v1/sites/{site_id:str}/lift-tests", sync_to_thread=True, tags=["lift tests"], summary="Lift tests kept")
def api_lift_tests(desk: TheDesk, site: TheSite) -> list[LiftTestOut]:
    """The newest days first."""
    return [_out(one) for one in standing(desk.lift_tests.all(site.id))]


@post("/api/v1/sites/{site_id:str}/lift-tests", status_code=201, tags=["lift tests"], summary="Keep a lift test")
async def api_keep_lift_test(request: Ask, desk: TheDesk, site: TheSite) -> LiftTestOut:
    """The body is a LiftTestIn."""
    need_token(request, site, Role.EDITOR)
    given = read_body(await request.body(), LiftTestIn)
    return await to_thread(_keep, desk, site, request.user.name, given)


@delete(
    "/api/v1/sites/{site_id:str}/lift-tests/{test_id:str}",
    status_code=204,
    sync_to_thread=True,
    tags=["lift tests"],
    summary="Remove a lift test",
)
def api_remove_lift_test(request: Ask, desk: TheDesk, site: TheSite, test_id: FromPath[str]) -> None:
    """For an hour it can be put back, on Attribution."""
    need_token(request, site, Role.EDITOR)
    test = desk.lift_tests.find(site.id, test_id)
    if test is None or test.removed_ms:
        raise NotFoundException("There is no such lift test.")
    set_removed(desk, site, request.user.name, test, removed=True)


ROUTES = (api_lift_tests, api_keep_lift_test, api_remove_lift_test)


def _keep(desk: Desk, site: Site, by: str, given: LiftTestIn) -> LiftTestOut:
    said = {name: getattr(given, name) for name in given.__struct_fields__}
    try:
        return _out(keep(desk, site, by, LiftTest(**said)))
    except Wrong as error:
        raise ValidationException(str(error)) from None


def _out(test: LiftTest) -> LiftTestOut:
    said = {name: getattr(test, name) for name in LiftTestOut.__struct_fields__ if name != "made"}
    return LiftTestOut(**said, made=utc(test.made_ms).strftime("%Y-%m-%dT%H:%M:%SZ"))
