"""Events: the library of what is sent, what is unusual about it, and a site's own words for it and what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec.structs import replace

from onebyone.reports.unusual import Unusual, alike, unusual_days, unusual_values
from onebyone.state.library import Described
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import unusual_words
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import ASKED_TO_COMPARE, EVERY_FIELD, View
from onebyone.web.breakdown import ASKED, EVENTS, described_at, property_at
from onebyone.web.compared import filled, questions, read_places, says
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.library import EVENT, LONGEST_EVENT, PROPERTY, Wrong, describe, undo, undoes, with_words
from onebyone.web.nearest import nearest_events
from onebyone.web.table_place import KEYS, Place
from onebyone.web.view import asked, controls, params

_KEYS = ("show", *KEYS)
_SEEN, _CARRIED = EVENTS.tables
_TABLES = (_SEEN.report, _CARRIED.report)


@get("/s/{site_id:str}/events", sync_to_thread=True, include_in_schema=False)
def events(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD, usual=ASKED_TO_COMPARE)
    at = read_places(EVENTS, view)
    answers = _answers(desk, view, site, at)
    described, carried = desk.library.all(site.id), desk.property_library.all(site.id)
    rows = with_words(answers.get("event_names", Answer()).rows, described)
    hidden = {row["name"] for row in rows if row["hidden"]}
    shows_hidden = view.get("show") == "hidden"
    left_out = set() if shows_hidden else {name for name, one in described.items() if one.hidden}  # also of before
    no_keys = {name for name, one in carried.items() if one.hidden}
    said = {
        key: replace(answer, rows=[row for row in with_words(answer.rows, described) if row["name"] not in left_out])
        for key, answer in answers.items()
        if key.removesuffix("_before") in _TABLES
    }
    for key, answer in said.items():
        if key.startswith(_CARRIED.report):
            told = with_words(answer.rows, carried, "key")
            said[key] = replace(answer, rows=[row for row in told if shows_hidden or row["key"] not in no_keys])
    last = _last_finished(desk, view, site)
    found = [] if view.get("table") else _unusual(answers, view, site, desk)
    tables = filled(EVENTS, said, site, view, at)
    return page(
        desk,
        "events.html",
        frame(request, desk, "Events", site=site, page="events"),
        view=view,
        shown=EVENTS,
        ever=answers["ledger_totals"],
        says=says(EVENTS, {name: answers[name] for name in at}, tables),
        unusual=unusual_words.lines(
            [one for one in found if one.event not in hidden], last=last, today=desk.today(site.zone)
        ),
        most_unusual=unusual_words.SHOWN,
        at={row["name"]: described_at(site, row) for row in rows},
        hidden=len(hidden),
        hidden_properties=len(no_keys),
        shows_hidden=shows_hidden,
        rows=tables,
        find_near=partial(nearest_events, desk, site, view),
        **controls(view, desk, site),
    )


@get("/s/{site_id:str}/events/about", sync_to_thread=True, include_in_schema=False)
def about(
    request: Ask, desk: TheDesk, site: TheSite, event: FromQuery[str] = "", said: FromQuery[str] = ""
) -> Response[Any]:
    """One event, also one that was never sent: it can be described before."""
    name = event[:LONGEST_EVENT]
    if not name.strip():
        return Redirect(f"/s/{site.id}/events", status_code=303)
    typed = desk.library.find(site.id, name) or Described(name=name)
    return _about(request, desk, site, typed, said=said == "saved")


@get("/s/{site_id:str}/events/property", sync_to_thread=True, include_in_schema=False)
def about_property(
    request: Ask, desk: TheDesk, site: TheSite, prop: FromQuery[str] = "", said: FromQuery[str] = ""
) -> Response[Any]:
    """One property, whichever events carry it."""
    name = prop[: PROPERTY.longest]
    if not name.strip():
        return Redirect(f"/s/{site.id}/events", status_code=303)
    typed = desk.property_library.find(site.id, name) or Described(name=name)
    return _about_property(request, desk, site, typed, said=said == "saved")


@post("/s/{site_id:str}/events/about/save", sync_to_thread=True, include_in_schema=False)
def save(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """`of` says whether it is an event or a property; `undo` takes back what was saved last."""
    need(request, site, Role.EDITOR)
    kind = PROPERTY if form.get("of") == PROPERTY.one else EVENT
    text = {key: str(form.get(key, "")) for key in ("name", "label", "about")}
    typed = Described(name=text["name"], label=text["label"], about=text["about"], hidden=bool(form.get("hidden")))
    by = request.user.name
    try:
        if form.get("undo"):
            undo(desk, site, by, typed.name, kind)
        else:
            typed = describe(desk, site, by, typed, kind)
    except Wrong as error:
        tell = _about_property if kind is PROPERTY else _about
        return tell(request, desk, site, typed, wrong=str(error))
    at = property_at(site, {"key": typed.name}) if kind is PROPERTY else described_at(site, {"name": typed.name})
    return Redirect(f"{at}&said=saved", status_code=303)


ROUTES = (events, about, about_property, save)


def _answers(desk: Desk, view: View, site: Site, at: Mapping[str, Place]) -> dict[str, Answer]:
    given = params(view, site) | {"limit": ASKED}
    every = given | {"traffic": "all"}
    return desk.ask_all(
        {
            **questions(EVENTS, view, site, at),
            "event_days": ("event_days", given | {"traffic": "people"}),  # a crawler's day is not the site's
            "ledger_totals": ("ledger_totals", every),
        }
    )


def _last_finished(desk: Desk, view: View, site: Site) -> date:
    return min(view.period.last, desk.today(site.zone) - timedelta(days=1))


def _unusual(answers: dict[str, Answer], view: View, site: Site, desk: Desk) -> list[Unusual]:
    return [
        *unusual_values(answers["properties"].rows),
        *alike({row["name"]: row["seen"] for row in answers["event_names"].rows}),
        *unusual_days(answers["event_days"].rows, first=view.period.first, last=_last_finished(desk, view, site)),
    ]


def _about(
    request: Ask, desk: Desk, site: Site, typed: Described, *, said: bool = False, wrong: str = ""
) -> Response[str]:
    view = replace(asked(request, desk, site, ("event",), but=("said",)), before=None)
    answers = _answers(desk, view, site, read_places(EVENTS, view))
    row = _only(answers["event_names"], typed.name).first
    found = [one for one in _unusual(answers, view, site, desk) if one.event == typed.name]
    return _page(
        request,
        desk,
        site,
        "event.html",
        view,
        typed,
        said=said,
        wrong=wrong,
        answer=answers["event_names"],
        row=row,
        cells=[] if not row else _cells(row, site),
        unusual=unusual_words.lines(found, last=_last_finished(desk, view, site), today=desk.today(site.zone)),
        carried=_CARRIED.fill(_in_words(desk, site, _only(answers["properties"], typed.name)), site, view),
        may_edit=request.user.may(site.id, Role.EDITOR),
    )


def _about_property(
    request: Ask, desk: Desk, site: Site, typed: Described, *, said: bool = False, wrong: str = ""
) -> Response[str]:
    view = replace(asked(request, desk, site, ("prop",), but=("said",)), before=None)
    answer = desk.ask("properties", **params(view, site) | {"traffic": "all", "limit": ASKED})
    answer = replace(answer, rows=[row for row in answer.rows if row["key"] == typed.name])
    return _page(
        request,
        desk,
        site,
        "property.html",
        view,
        typed,
        said=said,
        wrong=wrong,
        seen=sum(row["seen"] for row in answer.rows),
        carried=_CARRIED.fill(_in_words(desk, site, answer), site, view),
    )


def _page(
    request: Ask,
    desk: Desk,
    site: Site,
    template: str,
    view: View,
    typed: Described,
    *,
    wrong: str,
    **values: Any,
) -> Response[str]:
    """Of an event or a property, with the words that are kept of it or that were typed."""
    return page(
        desk,
        template,
        frame(request, desk, typed.label or typed.name, site=site, page="events"),
        status=400 if wrong else 200,
        view=view,
        typed=typed,
        wrong=wrong,
        undoes=undoes(typed),
        **values,
        **controls(view, desk, site, compares=False),
    )


def _in_words(desk: Desk, site: Site, answer: Answer) -> Answer:
    return replace(answer, rows=with_words(answer.rows, desk.property_library.all(site.id), "key"))


def _only(answer: Answer, event: str) -> Answer:
    return replace(answer, rows=[row for row in answer.rows if row["name"] == event])


def _cells(row: dict[str, Any], site: Site) -> list[tuple[str, str]]:
    """Heads and texts of the event's line on the list, but for its words."""
    return [(column.head, column.write(row).text) for column in _SEEN.columns(site)[:-1]]
