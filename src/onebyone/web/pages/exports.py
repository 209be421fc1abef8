"""Scheduled exports: which report goes where, by the clock."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from msgspec.structs import replace

from onebyone.event import utc
from onebyone.reports.catalogue import TRAFFIC
from onebyone.state.exports import Export
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import alarm_words, export_schedule, numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.definitions import TITLES
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.export_schedule import EVERY, FORMS, PERIODS, ExportForm
from onebyone.web.frame import frame, page
from onebyone.web.pages.settings import SECTIONS
from onebyone.web.saved import segments_of

_MOST = 50
_HISTORY = 200


@get("/s/{site_id:str}/settings/exports", sync_to_thread=True, include_in_schema=False)
def exports_page(request: Ask, desk: TheDesk, site: TheSite, export: FromQuery[str] = "") -> Response[str]:
    need(request, site, Role.ADMIN)
    found = desk.exports.find(site.id, export) if export else None
    return _page(request, desk, site, typed=export_schedule.form_of(found) if found else None)


@post("/s/{site_id:str}/exports/save", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    typed = export_schedule.typed(form)
    before = _get(desk, site, typed.id) if typed.id else None
    wrong = dict(export_schedule.check(typed, site, segments_of(desk, site), desk.today(site.zone)))
    if before is None and len(desk.exports.all(site.id)) >= _MOST:
        wrong["name"] = f"{_MOST} exports are the most a site has."
    if wrong:
        return _page(request, desk, site, typed=typed, wrong=wrong, status=400)
    new = Export(site=site.id, id="", name="", report="", period="")
    made = export_schedule.made(typed, before or new, now_ms=_now(desk))
    kept = desk.exports.put(replace(made, masked=not request.user.sees_people(site.id)))
    desk.users.note(request.user.name, site.id, "export_changed" if before else "export_added", kept.name)
    return _page(request, desk, site, said=f"“{kept.name}” is sent {_when(kept)}.")


@post("/s/{site_id:str}/exports/{export_id:str}/send", sync_to_thread=True, include_in_schema=False)
def send(request: Ask, desk: TheDesk, site: TheSite, export_id: FromPath[str], form: Form) -> Response[Any]:
    """Now, once, beside its schedule."""
    need(request, site, Role.ADMIN)
    export = _get(desk, site, export_id)
    why = desk.send_export(export, site, _now(desk))
    desk.users.note(request.user.name, site.id, "export_sent", export.name)
    return _page(
        request, desk, site, said="" if why else f"“{export.name}” left.", failure=why, status=502 if why else 200
    )


@post("/s/{site_id:str}/exports/{export_id:str}/switch", sync_to_thread=True, include_in_schema=False)
def switch(request: Ask, desk: TheDesk, site: TheSite, export_id: FromPath[str], form: Form) -> Response[Any]:
    """Paused, nothing is sent; what would have been sent meanwhile is not sent later."""
    need(request, site, Role.ADMIN)
    export, on = _get(desk, site, export_id), str(form.get("to", "")) == "on"
    desk.exports.put(replace(export, enabled=on, done_ms=_now(desk), tries=0, next_try_ms=0))
    desk.users.note(request.user.name, site.id, "export_resumed" if on else "export_paused", export.name)
    return Redirect(f"/s/{site.id}/settings/exports", status_code=303)


@post("/s/{site_id:str}/exports/{export_id:str}/remove", sync_to_thread=True, include_in_schema=False)
def remove(request: Ask, desk: TheDesk, site: TheSite, export_id: FromPath[str], form: Form) -> Response[Any]:
    """The name must be typed. Files that were written stay."""
    need(request, site, Role.ADMIN)
    export = _get(desk, site, export_id)
    if str(form.get("confirm", "")).strip() != export.name:
        return _page(request, desk, site, typed=export_schedule.form_of(export), refused=export.id, status=400)
    desk.exports.remove(site.id, export.id)
    desk.users.note(request.user.name, site.id, "export_removed", export.name)
    return Redirect(f"/s/{site.id}/settings/exports", status_code=303)


ROUTES = (exports_page, save, send, switch, remove)


def _get(desk: Desk, site: Site, id: str) -> Export:
    found = desk.exports.find(site.id, id)
    if found is None:
        raise NotFoundException("There is no such export.")
    return found


def _page(
    request: Ask,
    desk: Desk,
    site: Site,
    *,
    typed: ExportForm | None = None,
    wrong: dict[str, str] | None = None,
    said: str = "",
    failure: str = "",
    refused: str = "",
    status: int = 200,
) -> Response[str]:
    today, ours = desk.today(site.zone), desk.exports.all(site.id)
    ids = {one.id for one in ours}
    lines = [line for line in desk.alarms.history(site.id, limit=_HISTORY) if line.about in ids]
    last = {line.about: line for line in reversed(lines)}
    return page(
        desk,
        "exports.html",
        frame(request, desk, "Scheduled exports", site=site, page="settings"),
        status=status,
        section="exports",
        sections=SECTIONS,
        exports=[(one, _when(one), last.get(one.id)) for one in ours],
        marks=alarm_words.NOTICES,
        when=lambda line: numbers.when(utc(line.at_ms), site.zone, today),
        typed=typed or ExportForm(),
        reports=sorted(TITLES.items(), key=lambda one: one[1]),
        titles=TITLES,
        periods=PERIODS,
        traffics=[(name, name) for name in TRAFFIC],
        every=EVERY,
        forms=FORMS,
        wrong=wrong or {},
        said=said,
        failure=failure,
        refused=refused,
    )


def _when(export: Export) -> str:
    return f"{EVERY[export.every]} at {export.hour:02}:00"


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
