"""Alarms: what wakes somebody up, how each stands, and what was told."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from onebyone.destinations.all import ALL
from onebyone.event import utc
from onebyone.state.alarms import Alarm, Alarms, Kind, Standing
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import alarm_form, alarm_words, numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.alarm_form import KINDS, AlarmForm
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.pages.settings import sections_of

_HISTORY = 50
_MOST = 50
_TITLES = {name: one.title for name, one in ALL.items()}


@get("/s/{site_id:str}/settings/alarms", sync_to_thread=True, include_in_schema=False)
def alarms_page(
    request: Ask, desk: TheDesk, site: TheSite, kind: FromQuery[str] = "", alarm: FromQuery[str] = ""
) -> Response[str]:
    """`kind` opens the form of a new alarm, `alarm` that of one that is there."""
    found = desk.alarms.find(site.id, alarm) if alarm else None
    if found is not None:
        return _page(request, desk, site, typed=alarm_form.form_of(found))
    event = site.conversions[0] if site.conversions else "purchase"
    return _page(request, desk, site, typed=alarm_form.blank(Kind(kind), event) if kind in set(Kind) else None)


@post("/s/{site_id:str}/alarms/save", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    typed = alarm_form.typed(form)
    if typed.kind not in set(Kind):
        raise NotFoundException
    before = _get(desk.alarms, site, typed.id) if typed.id else None
    wrong = dict(alarm_form.check(typed, [one.name for one in desk.destinations.all(site.id)]))
    if before is None and len(desk.alarms.all(site.id)) >= _MOST:
        wrong["name"] = f"{_MOST} alarms are the most a site has."
    if wrong:
        return _page(request, desk, site, typed=typed, wrong=wrong, status=400)
    new = Alarm(site=site.id, id="", name="", kind=Kind(typed.kind), created_ms=_now(desk))
    kept = desk.alarms.put(alarm_form.made(typed, before or new))
    desk.users.note(request.user.name, site.id, "alarm_changed" if before else "alarm_added", kept.name)
    secret = desk.alarms.secret(kept) if kept.url and (before is None or not before.url) else ""
    return _page(request, desk, site, said=f"“{kept.name}” is watched from now on.", secret=secret)


@post("/s/{site_id:str}/alarms/{alarm_id:str}/test", sync_to_thread=True, include_in_schema=False)
def test(request: Ask, desk: TheDesk, site: TheSite, alarm_id: FromPath[str], form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    alarm = _get(desk.alarms, site, alarm_id)
    done = desk.try_alarm(alarm, site, _now(desk))
    desk.users.note(request.user.name, site.id, "alarm_tested", alarm.name)
    failed = [f"{way}: {why}" for way, why in done if why]
    if failed:
        return _page(request, desk, site, failed_test=" ".join(failed), status=502)
    return _page(request, desk, site, said=f"A test left by {' and '.join(way for way, _ in done)}.")


@post("/s/{site_id:str}/alarms/{alarm_id:str}/switch", sync_to_thread=True, include_in_schema=False)
def switch(request: Ask, desk: TheDesk, site: TheSite, alarm_id: FromPath[str], form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    alarm, on = _get(desk.alarms, site, alarm_id), str(form.get("to", "")) == "on"
    desk.alarms.switch(alarm, on=on)
    desk.users.note(request.user.name, site.id, "alarm_resumed" if on else "alarm_paused", alarm.name)
    return Redirect(f"/s/{site.id}/settings/alarms", status_code=303)


@post("/s/{site_id:str}/alarms/{alarm_id:str}/remove", sync_to_thread=True, include_in_schema=False)
def remove(request: Ask, desk: TheDesk, site: TheSite, alarm_id: FromPath[str], form: Form) -> Response[Any]:
    """The name must be typed. The history stays."""
    need(request, site, Role.ADMIN)
    alarm = _get(desk.alarms, site, alarm_id)
    if str(form.get("confirm", "")).strip() != alarm.name:
        return _page(request, desk, site, refused=alarm.id, typed=alarm_form.form_of(alarm), status=400)
    desk.alarms.remove(site.id, alarm.id)
    desk.users.note(request.user.name, site.id, "alarm_removed", alarm.name)
    return Redirect(f"/s/{site.id}/settings/alarms", status_code=303)


ROUTES = (alarms_page, save, test, switch, remove)


def _get(alarms: Alarms, site: Site, id: str) -> Alarm:
    found = alarms.find(site.id, id)
    if found is None:
        raise NotFoundException("There is no such alarm.")
    return found


def _page(
    request: Ask,
    desk: Desk,
    site: Site,
    *,
    typed: AlarmForm | None = None,
    wrong: dict[str, str] | None = None,
    said: str = "",
    secret: str = "",
    failed_test: str = "",
    refused: str = "",
    status: int = 200,
) -> Response[str]:
    standings = desk.alarms.standings(site.id)
    ours = [(one, standings.get(one.id, Standing())) for one in desk.alarms.all(site.id)]
    today = desk.today(site.zone)
    raised = sum(standing.raised and one.enabled for one, standing in ours)
    return page(
        desk,
        "alarms.html",
        frame(request, desk, "Alarms", site=site, page="settings"),
        status=status,
        section="alarms",
        sections=sections_of(request, site),
        may_change=request.user.may(site.id, Role.ADMIN),
        says=_says(len(ours), raised),
        alarms=[
            (one, standing, alarm_words.of_standing(standing, on=one.enabled), alarm_form.watches(one, _TITLES),
             numbers.when(utc(standing.since_ms), site.zone, today) if standing.since_ms else "",
             numbers.when(utc(standing.checked_ms), site.zone, today) if standing.checked_ms else "")
            for one, standing in ours
        ],
        kinds=KINDS,
        kind=KINDS[Kind(typed.kind)] if typed else None,
        typed=typed,
        wrong=wrong or {},
        destinations=[(one.name, _TITLES.get(one.name, one.name)) for one in desk.destinations.all(site.id)],
        said=said,
        secret=secret,
        failed_test=failed_test,
        refused=refused,
        history=[(numbers.when(utc(line.at_ms), site.zone, today), line, alarm_words.NOTICES[line.what])
                 for line in desk.alarms.history(site.id, limit=_HISTORY)],
    )  # fmt: skip


def _says(alarms: int, raised: int) -> str:
    if not alarms:
        return "Nothing wakes anybody up yet."
    watched = "One alarm is set" if alarms == 1 else f"{numbers.count(alarms)} alarms are set"
    return f"{watched}; {numbers.count(raised) if raised else 'none'} {'is' if raised < 2 else 'are'} raised."


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
