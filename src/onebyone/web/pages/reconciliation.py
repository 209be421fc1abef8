"""Reconciliation: why does the platform say something else?"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.reports.reconciliation.claims import NeedsMapping
from onebyone.reports.reconciliation.keeping import keep
from onebyone.reports.reconciliation.read import header_key, read_export
from onebyone.reports.reconciliation.sheet import MAX_BYTES, BadExport
from onebyone.state.platform_claims import Imported
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.web import export_form, steps_table
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import Narrows
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.desk import Desk, Row, TheDesk
from onebyone.web.export_form import ExportForm
from onebyone.web.frame import frame, page
from onebyone.web.period import DEFAULT_PRESET
from onebyone.web.reconciling import PLATFORMS, compared, days_said, model_names, model_of
from onebyone.web.view import asked, controls

KEYS = ("model",)
NARROWS = Narrows(why="A platform counts all of its orders, so ours must be all of them too.")
KINDS = {  # of the columns of the files; a step that is not known has neither orders nor money
    "platform": "String", "first_day": "Date", "last_day": "Date", "step": "String", "orders": "Nullable(Float64)",
    "money_minor": "Nullable(Float64)", "currency": "String",
}  # fmt: skip
EVERYTHING = "All imported days"
_ROOM = 64 * 1024  # of a form around its file


@get("/s/{site_id:str}/reconciliation", sync_to_thread=True, include_in_schema=False)
def reconciliation(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return _page(request, desk, site)


@post(
    "/s/{site_id:str}/reconciliation/imports",
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=MAX_BYTES + _ROOM,
)
def import_export(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.EDITOR)
    claims, typed = desk.platform_claims, export_form.typed(form)
    held = str(form.get("held", ""))
    file = claims.held(site.id, held) if held else export_form.uploaded(form)
    if file is None:
        wrong = "The file is no longer here: choose it again." if held else "Choose a CSV file first."
        return _page(request, desk, site, typed=typed, wrong=wrong)
    name, body = file
    try:
        told = export_form.told(typed)
        saved = claims.mappings(site.id)
        found = read_export(body, PLATFORMS, zone=site.zone, currency=site.currency, told=told, saved=saved)
    except BadExport as error:
        return _page(request, desk, site, typed=typed, wrong=f"{name}: {error}")
    if isinstance(found, NeedsMapping):
        held = held or claims.hold(site.id, name, body, now_ms=_now_ms(desk))
        return _mapping(request, desk, site, typed, found, held, name)
    if typed.columns:
        claims.remember(site.id, header_key(found.header), {"platform": found.platform, **typed.columns})
    done = keep(claims, site.id, found, file=name, by=request.user.name, now_ms=_now_ms(desk))
    claims.let_go(site.id)
    desk.users.note(request.user.name, site.id, "export_imported", f"{done.platform}, {done.rows} rows")
    return _page(request, desk, site, done=done)


@post("/s/{site_id:str}/reconciliation/match", sync_to_thread=True, include_in_schema=False)
def match_campaign(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.EDITOR)
    platform, theirs, ours = (str(form.get(name, "")).strip()[:512] for name in ("platform", "theirs", "ours"))
    if platform and theirs:
        desk.platform_claims.say(site.id, platform[:32], theirs, ours, now_ms=_now_ms(desk))
        desk.users.note(request.user.name, site.id, "campaign_matched", f"{platform}: {theirs[:80]} = {ours[:80]}")
    return Redirect(f"/s/{site.id}/reconciliation", status_code=303)


@post("/s/{site_id:str}/reconciliation/imports/{number:int}/forget", sync_to_thread=True, include_in_schema=False)
def forget_import(request: Ask, desk: TheDesk, site: TheSite, number: FromPath[int], form: Form) -> Response[Any]:
    need(request, site, Role.EDITOR)
    if not desk.platform_claims.forget(site.id, number):
        raise NotFoundException(f"There is no import {number} here.")
    desk.users.note(request.user.name, site.id, "export_forgotten", str(number))
    return Redirect(f"/s/{site.id}/reconciliation", status_code=303)


@get("/s/{site_id:str}/reconciliation.csv", sync_to_thread=True, include_in_schema=False)
def reconciliation_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return csv_answer(f"{site.name}-reconciliation", _rows(request, desk, site))


@get("/s/{site_id:str}/reconciliation.parquet", sync_to_thread=True, include_in_schema=False)
def reconciliation_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    return parquet_answer(f"{site.name}-reconciliation", desk.reports.table(KINDS, _rows(request, desk, site)))


ROUTES = (
    reconciliation, import_export, match_campaign, forget_import, reconciliation_csv, reconciliation_parquet,
)  # fmt: skip


def _rows(request: Ask, desk: Desk, site: Site) -> list[Row]:
    """One a platform and step. Raises QueryRefused or StoreUnavailable: no file is better than an empty one."""
    outcome = compared(desk, site, asked(request, desk, site, KEYS, narrows=NARROWS))
    if outcome.found is None:
        raise (QueryRefused if outcome.failed.too_large else StoreUnavailable)(f"claims: {outcome.failed.error}")
    return [
        {
            "platform": one.platform, "first_day": one.first, "last_day": one.last, "step": step, "orders": orders,
            "money_minor": money, "currency": one.currency,
        }
        for one in outcome.found.platforms
        for step, orders, money in (
            ("ours", one.ladder.ours.orders, one.ladder.ours.money),
            *((step.name, step.orders, step.money) for step in (*one.ladder.steps, one.ladder.residual)),
            ("theirs", one.ladder.theirs.orders, one.ladder.theirs.money),
        )
    ]  # fmt: skip


def _now_ms(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)


def _page(
    request: Ask,
    desk: Desk,
    site: Site,
    *,
    typed: ExportForm = ExportForm(),  # noqa: B008 (it is frozen)
    wrong: str = "",
    done: Imported | None = None,
) -> Response[str]:
    view = asked(request, desk, site, KEYS, narrows=NARROWS)
    model = model_of(view)
    outcome = compared(desk, site, view)
    found = outcome.found
    heads, cells = steps_table.overlaps(found) if found and len(found.platforms) > 1 else ([], [])
    values = controls(view, desk, site, compares=False)
    if not days_said(view):
        values["period_name"] = EVERYTHING
        values["presets"] = [(key, EVERYTHING if key == DEFAULT_PRESET else name) for key, name in values["presets"]]
    return page(
        desk,
        "reconciliation.html",
        frame(request, desk, "Reconciliation", site=site, page="reconciliation"),
        status=400 if wrong else 200,
        view=view,
        ever=desk.ask("ledger_totals", site=site.id),
        failed_answer=outcome.failed if outcome.failed.error else None,
        says=steps_table.says(found) if found else "The store does not answer; hits are being kept.",
        shown=[steps_table.shown(one) for one in found.platforms] if found else [],
        overlap_heads=heads,
        overlap_rows=cells,
        imports=desk.platform_claims.imports(site.id),
        may_import=request.user.may(site.id, Role.EDITOR),
        typed=typed,
        wrong=wrong,
        done=done,
        platforms=PLATFORMS.values(),
        dates=export_form.DATES,
        bases=export_form.BASES,
        model=model,
        models=model_names(model),
        **values,
    )


def _mapping(
    request: Ask, desk: Desk, site: Site, typed: ExportForm, found: NeedsMapping, held: str, name: str
) -> Response[str]:
    return page(
        desk,
        "reconciliation_mapping.html",
        frame(request, desk, "Reconciliation", site=site, page="reconciliation"),
        typed=typed,
        found=found,
        held=held,
        name=name,
        fields=export_form.choices(found.header, {**found.guess, **typed.columns}),
        platforms=PLATFORMS.values(),
    )
