"""Destinations: did every platform get its conversions?"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from onebyone.destinations.all import ALL
from onebyone.destinations.arrival import target_of
from onebyone.destinations.destination import knows_limited_use, settings_of
from onebyone.destinations.trial import Tried, prepare_trial
from onebyone.event import utc
from onebyone.state.deliveries import CORRECTABLE, Delivery, State, Tally
from onebyone.state.destinations import Again, Configured
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.state.vault import VaultLocked
from onebyone.store import Param
from onebyone.web import destination_view as view
from onebyone.web import numbers
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.delivery_words import MARKS, NOTES
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.destination_form import MODES, form_fields, limit_fields, read_form
from onebyone.web.frame import frame, page

LATEST = 30
_WAITING = (State.SETTLING, State.WAITING)
_FILTERS = {
    "all": ("All", ()),
    "waiting": ("Waiting", (*_WAITING, State.RETRYING)),
    "refused": ("Refused", (State.REFUSED, State.GAVE_UP)),
    "unsent": ("Not sent", (State.NOT_ELIGIBLE, State.NOT_ALLOWED)),
}
_PERIOD = timedelta(days=30)


@get("/s/{site_id:str}/destinations", sync_to_thread=True, include_in_schema=False)
def destinations(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    tallies = desk.deliveries.tallies(site.id)
    ours = desk.destinations.all(site.id)
    store = _report(desk, site, "deliveries") if ours else None
    rows = store.rows if store is not None else ()
    lines = [view.line(ALL[one.name], one, tallies, site.zone, rows) for one in ours if one.name in ALL]
    return page(
        desk,
        "destinations.html",
        frame(request, desk, "Destinations", site=site, page="destinations"),
        lines=lines,
        titles=view.TITLES,
        parts=view.PARTS,
        others=[one for name, one in ALL.items() if name not in {line.name for line in lines}],
        may_change=request.user.may(site.id, Role.ADMIN),
    )


@get("/s/{site_id:str}/destinations/{name:str}", sync_to_thread=True, include_in_schema=False)
def destination_page(
    request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], show: FromQuery[str] = "all"
) -> Response[str]:
    return _one(request, desk, site, _configured(desk, site, name), show=show)


@get("/s/{site_id:str}/destinations/{name:str}/setup", sync_to_thread=True, include_in_schema=False)
def setup_page(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str]) -> Response[str]:
    need(request, site, Role.ADMIN)
    return _setup(request, desk, site, name)


@post("/s/{site_id:str}/destinations/{name:str}/save", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], form: Form) -> Response[Any]:
    need(request, site, Role.ADMIN)
    destination = _known(name)
    before = desk.destinations.find(site.id, name)
    one = before or Configured(site=site.id, name=name, created_ms=_ms(desk.clock()))
    typed = {key: str(value) for key, value in form.items()}
    found = read_form(destination, one, typed, _held(desk, one) if before is not None else {})
    if isinstance(found, str):
        return _setup(request, desk, site, name, status=400, typed=typed, wrong=found)
    changed, hidden = found
    desk.destinations.put(changed, hidden)
    desk.users.note(request.user.name, site.id, "destination_changed" if before else "destination_added", name)
    return Redirect(f"/s/{site.id}/destinations/{name}", status_code=303)


@post("/s/{site_id:str}/destinations/{name:str}/switch", sync_to_thread=True, include_in_schema=False)
def switch(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], form: Form) -> Response[Any]:
    """Pause, or go on after a pause or a stop."""
    need(request, site, Role.PUBLISHER)
    _configured(desk, site, name)
    on = str(form.get("to", "")) == "on"
    desk.destinations.switch(site.id, name, on=on)
    desk.users.note(request.user.name, site.id, "destination_resumed" if on else "destination_paused", name)
    return Redirect(f"/s/{site.id}/destinations/{name}", status_code=303)


@post("/s/{site_id:str}/destinations/{name:str}/resend", sync_to_thread=True, include_in_schema=False)
def resend(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], form: Form) -> Response[Any]:
    need(request, site, Role.PUBLISHER)
    """All in one state; of one cause, or one conversion alone, if that is said."""
    one, state = _configured(desk, site, name), str(form.get("state", ""))
    if state not in CORRECTABLE:
        raise NotFoundException
    only = {key: str(form[key]) for key in ("cause", "conversion") if form.get(key)}
    count = desk.deliveries.send_again(site.id, name, (state,), now_ms=_ms(desk.clock()), **only)
    desk.users.note(request.user.name, site.id, "deliveries_resent", f"{name}: {count}")
    if one.running:
        said = (
            f"{count:,} {'waits' if count == 1 else 'wait'} again and leave{'s' if count == 1 else ''} within seconds."
        )
    else:
        said = f"{count:,} {'waits' if count == 1 else 'wait'} again, until this destination is resumed."
    return _one(request, desk, site, one, said=said)


@post("/s/{site_id:str}/destinations/{name:str}/replay", sync_to_thread=True, include_in_schema=False)
def replay(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], form: Form) -> Response[Any]:
    need(request, site, Role.PUBLISHER)
    one = _configured(desk, site, name)
    try:
        first, last = (datetime.fromisoformat(str(form.get(key, ""))).replace(tzinfo=UTC) for key in ("from", "to"))
    except ValueError:
        return _one(request, desk, site, one, status=400, wrong="Write both days like 2026-11-24.")
    again = Again(from_ms=_ms(first), to_ms=_ms(last + timedelta(days=1)), resend=str(form.get("resend", "")) != "")
    plan = desk.plan_replay(one, again)
    told = f"{plan.to_send:,} to send; {plan.untouched:,} stay as they are; {plan.too_old:,} are too old for it."
    if str(form.get("do", "")) != "send":
        return _one(request, desk, site, one, said=f"Nothing was done yet: {told}")
    desk.destinations.order(site.id, name, again, now_ms=_ms(desk.clock()))
    desk.users.note(request.user.name, site.id, "destination_replayed", f"{name}: {plan.to_send}")
    return _one(request, desk, site, one, said=f"Under way: {told}")


@post("/s/{site_id:str}/destinations/{name:str}/test", sync_to_thread=True, include_in_schema=False)
def test(request: Ask, desk: TheDesk, site: TheSite, name: FromPath[str], form: Form) -> Response[Any]:
    """One made-up conversion. Where the platform would count it, only if that was ticked."""
    need(request, site, Role.PUBLISHER)
    one, destination = _configured(desk, site, name), _known(name)
    settings = settings_of(destination, one.settings | _held(desk, one))
    trial = prepare_trial(destination, settings, now_ms=_ms(desk.clock()), id=f"test-{secrets.token_hex(6)}")
    if trial.request is None:
        return _one(request, desk, site, one, wrong=f"Cannot be tried: {trial.refused}.")
    if trial.counted and not str(form.get("counted", "")):
        sentence = f"{destination.title} cannot check without counting. Tick that it may count, or give a test code."
        return _one(request, desk, site, one, wrong=sentence)
    desk.users.note(request.user.name, site.id, "destination_tested", name)
    return _one(request, desk, site, one, tried=desk.try_out(destination, trial.request, settings))


ROUTES = (destinations, destination_page, setup_page, save, switch, resend, replay, test)


def _one(
    request: Ask,
    desk: Desk,
    site: Site,
    one: Configured,
    *,
    show: str = "all",
    status: int = 200,
    said: str = "",
    wrong: str = "",
    tried: Tried | None = None,
) -> Response[str]:
    destination = _known(one.name)
    tallies = desk.deliveries.tallies(site.id, one.name)
    now = desk.clock()
    answers = _reports(desk, site, "deliveries", "delivery_keys", "delivery_gain")
    show = show if show in _FILTERS else "all"
    latest = desk.deliveries.find(site=site.id, destination=one.name, states=_FILTERS[show][1], limit=LATEST)
    line = view.line(destination, one, tallies, site.zone, answers["deliveries"].rows)
    today = now.astimezone(ZoneInfo(site.zone)).date()
    return page(
        desk,
        "destination.html",
        frame(request, desk, destination.title, site=site, page="destinations"),
        status=status,
        line=line,
        one=one,
        facts=target_of(destination, one).destination.facts,
        parts=view.parts(one, line.counts, tallies, destination.title, _due(desk, site, one, today)),
        causes=view.causes(tallies, destination.title, lambda tally: _newest(desk, site, one, tally)),
        marks=[(rows, MARKS[mark]) for mark, rows in desk.deliveries.marks(site.id, one.name).items() if mark in MARKS],
        note=NOTES.get(one.name, ""),
        keys=view.coverage(answers["delivery_keys"].rows, one.name),
        quality=view.quality(answers["delivery_keys"].rows, one.name),
        gain=view.gain(answers["delivery_gain"].rows, one.name),
        lag=view.lag(answers["deliveries"].rows, one.name),
        seconds=view.seconds,
        store=answers["deliveries"],
        latest=[view.shown(each, title=destination.title, zone=site.zone, today=today) for each in latest],
        show=show,
        filters={key: name for key, (name, _) in _FILTERS.items()},
        said=said,
        wrong=wrong,
        tried=tried,
        may_send=request.user.may(site.id, Role.PUBLISHER),
        may_change=request.user.may(site.id, Role.ADMIN),
        today=now.date().isoformat(),
    )


def _report(desk: Desk, site: Site, name: str) -> Answer:
    return _reports(desk, site, name)[name]


def _reports(desk: Desk, site: Site, *names: str) -> dict[str, Answer]:
    now = desk.clock()
    given: dict[str, Param] = {"site": site.id, "from": now - _PERIOD, "to": now + timedelta(days=1)}
    return desk.ask_all({name: (name, given) for name in names})


def _due(desk: Desk, site: Site, one: Configured, today: date) -> dict[str, str]:
    """When the next of those that wait leaves."""
    found = {}
    for part, states in {"waiting": _WAITING, "retrying": (State.RETRYING,)}.items():
        due_ms = desk.deliveries.next_due(site.id, one.name, states)
        if due_ms is not None:
            found[part] = numbers.when(max(utc(due_ms), desk.clock()), site.zone, today)
    return found


def _newest(desk: Desk, site: Site, one: Configured, tally: Tally) -> Delivery | None:
    """The last that stands so for this cause."""
    found = desk.deliveries.find(site=site.id, destination=one.name, states=(tally.state,), cause=tally.cause, limit=1)
    return found[0] if found else None


def _setup(
    request: Ask,
    desk: Desk,
    site: Site,
    name: str,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: str = "",
) -> Response[str]:
    destination, one = _known(name), desk.destinations.find(site.id, name)
    return page(
        desk,
        "destination_setup.html",
        frame(request, desk, f"Set up {destination.title}", site=site, page="destinations"),
        status=status,
        destination=destination,
        one=one,
        fields=form_fields(destination, one, typed or {}) + limit_fields(destination, one, typed or {}),
        modes=MODES,
        may_limit=knows_limited_use(destination),
        wrong=wrong,
    )


def _known(name: str) -> Any:
    found = ALL.get(name)
    if found is None:
        raise NotFoundException(f"There is no destination {name} here.")
    return found


def _configured(desk: Desk, site: Site, name: str) -> Configured:
    found = desk.destinations.find(site.id, _known(name).name)
    if found is None:
        raise NotFoundException(f"{_known(name).title} is not set up for this site.")
    return found


def _held(desk: Desk, one: Configured) -> dict[str, str]:
    """Nothing where the key file is another one: then they are to be typed again."""
    try:
        return desk.destinations.secrets(one)
    except VaultLocked:
        return {}


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
