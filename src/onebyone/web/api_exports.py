"""Scheduled exports as JSON: what leaves, when, and how it went; made, changed, taken away."""

from __future__ import annotations

from asyncio import to_thread

from litestar import delete, get, post, put
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from msgspec import Struct

from onebyone.event import utc
from onebyone.state.alarms import Told
from onebyone.state.exports import Export
from onebyone.state.sites import Site
from onebyone.state.users import Role, User
from onebyone.web import export_schedule
from onebyone.web.access import Ask, TheSite, need, need_token, read_body
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.export_schedule import ExportForm, get_export

_HISTORY = 200


class ExportIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`query` is an address of the report's page or what is behind its `?`. It goes to addresses, a file, or both."""

    name: str
    report: str
    query: str = ""
    period: str = "yesterday"
    traffic: str = "people"
    form: str = "csv"
    every: str = "day"
    hour: int = 7
    to: list[str] = []
    to_file: bool = False
    enabled: bool = True


class ExportOut(Struct, frozen=True, kw_only=True):
    """`query` holds filters, a segment and the report's own choices as an address does. To whom it goes is not said.

    `last` is sent, not_sent, or "" where it never was due; `says` is the file that left, or why none did.
    """

    id: str
    name: str
    report: str  # or board: and the slug of a dashboard
    query: str
    period: str
    traffic: str
    form: str  # csv, parquet
    every: str
    hour: int
    addresses: int
    to_file: bool
    enabled: bool
    last: str
    last_at: str
    says: str


@get("/api/v1/sites/{site_id:str}/exports", sync_to_thread=True, tags=["exports"], summary="Scheduled exports")
def api_exports(request: Ask, desk: TheDesk, site: TheSite) -> list[ExportOut]:
    need(request, site, Role.ADMIN)
    lines = {line.about: line for line in reversed(desk.alarms.history(site.id, limit=_HISTORY))}
    return [_out(one, lines.get(one.id)) for one in desk.exports.all(site.id)]


@post("/api/v1/sites/{site_id:str}/exports", status_code=201, tags=["exports"], summary="Schedule an export")
async def api_add_export(request: Ask, desk: TheDesk, site: TheSite) -> ExportOut:
    """The body is an ExportIn."""
    need_token(request, site, Role.ADMIN)
    given = read_body(await request.body(), ExportIn)
    return await to_thread(_keep, desk, site, request.user, given)


@put("/api/v1/sites/{site_id:str}/exports/{export_id:str}", tags=["exports"], summary="Change a scheduled export")
async def api_change_export(request: Ask, desk: TheDesk, site: TheSite, export_id: FromPath[str]) -> ExportOut:
    """The body is an ExportIn, in place of what was. Its next time is the next one from now."""
    need_token(request, site, Role.ADMIN)
    given = read_body(await request.body(), ExportIn)
    return await to_thread(_keep, desk, site, request.user, given, export_id)


@delete(
    "/api/v1/sites/{site_id:str}/exports/{export_id:str}",
    status_code=204,
    sync_to_thread=True,
    tags=["exports"],
    summary="Take a scheduled export away",
)
def api_remove_export(request: Ask, desk: TheDesk, site: TheSite, export_id: FromPath[str]) -> None:
    """Files that were written stay."""
    need_token(request, site, Role.ADMIN)
    export_schedule.remove(desk, site, request.user, get_export(desk, site, export_id))


ROUTES = (api_exports, api_add_export, api_change_export, api_remove_export)


def _keep(desk: Desk, site: Site, by: User, given: ExportIn, id: str = "") -> ExportOut:
    before = get_export(desk, site, id) if id else None
    texts = {name: getattr(given, name) for name in ("name", "report", "query", "period", "traffic", "form", "every")}
    form = ExportForm(**texts, id=id, hour=str(given.hour), to=", ".join(given.to), to_file=given.to_file)
    try:
        kept = export_schedule.keep(desk, site, by, form, before)
    except export_schedule.Wrong as error:
        raise ValidationException(str(error)) from None
    if kept.enabled != given.enabled:
        kept = export_schedule.switch(desk, site, by, kept, on=given.enabled)
    return _out(kept, None)


def _out(one: Export, line: Told | None) -> ExportOut:
    return ExportOut(
        id=one.id, name=one.name, report=one.report, query=one.query, period=one.period, traffic=one.traffic,
        form=one.form, every=one.every, hour=one.hour, addresses=len(one.to), to_file=one.to_file, enabled=one.enabled,
        last=line.what if line else "", says=line.text if line else "",
        last_at=utc(line.at_ms).strftime("%Y-%m-%dT%H:%M:%SZ") if line else "",
    )  # fmt: skip
