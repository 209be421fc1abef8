"""People: who did this? And a person: everything one did, on all devices, and what joined them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from onebyone.event import Permission
from onebyone.identity.nodes import Kind, user_node, value_node
from onebyone.identity.values import keyed_hash, normal_email, normal_phone
from onebyone.reports.segment.write import write
from onebyone.state.graph import Cut, Row
from onebyone.state.identity import Person, Quality
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import Param
from onebyone.web import numbers, order_credit, people_columns, persons
from onebyone.web.access import NEEDS_SIGHT, Ask, Form, TheSite, need, need_sight
from onebyone.web.address import EVERY_FIELD, Segment, View
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.definitions import sorts
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.nearest import nearest_events
from onebyone.web.saved import segments_of
from onebyone.web.segment_words import Told, told
from onebyone.web.table_place import skipped, sorted_by
from onebyone.web.view import asked, controls, params

SHOWN = 100
SHOWN_EVENTS = 200
LONGEST = 255
_KEYS = ("q", people_columns.KEY, "sort", "after")
_SORTS = sorts("people")
_ACTIONS = ("split", "restore", "merge")


@get("/s/{site_id:str}/people", sync_to_thread=True, include_in_schema=False)
def people(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return _people(request, desk, site)


@post("/s/{site_id:str}/people/find", sync_to_thread=True, include_in_schema=False)
def find_person(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Response[Any]:
    """An e-mail address or a phone is hashed here, and stands in no address."""
    text = str(form.get("q", "")).strip()[:LONGEST]
    found = person_named(desk, site, text) if request.user.sees_people(site.id) else 0
    if found:
        return Redirect(_address(site, found), status_code=303)
    if is_private(text):
        need_sight(request, site)  # that somebody is known by it says something of them
        return _people(request, desk, site, unknown=True)
    return Redirect(
        f"/s/{site.id}/people?q={quote(text, safe='')}" if text else f"/s/{site.id}/people", status_code=303
    )


@get("/s/{site_id:str}/people.parquet", sync_to_thread=True, include_in_schema=False)
def people_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    """Every column, with the ids: for those who may see them."""
    if not _shows_ids(request, site):
        raise PermissionDeniedException(f"This {NEEDS_SIGHT}")
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD)
    given = params(view, site) | sorted_by(view, _SORTS)
    given |= {"text": view.get("q"), "persons": [], "limit": people_columns.MOST_ROWS}
    body = desk.reports.parquet("people", **given)
    _note_export(request, desk, site)
    return parquet_answer(f"{site.name}-people", body)


@get("/s/{site_id:str}/people.csv", sync_to_thread=True, include_in_schema=False)
def people_file(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = _view(request, desk, site)
    given = params(view, site) | sorted_by(view, _SORTS)
    given |= {"text": view.get("q"), "persons": [], "limit": people_columns.MOST_ROWS}
    people_columns.chosen(view)
    rows = desk.reports.run("people", **given).dicts()
    hidden = {} if _shows_ids(request, site) else {"user_id": ""}
    _note_export(request, desk, site)
    return csv_answer(f"{site.name}-people", people_columns.of_file(view, [row | hidden for row in rows]))


@get("/s/{site_id:str}/people/columns", sync_to_thread=True, include_in_schema=False)
def choose_columns(request: Ask, desk: TheDesk, site: TheSite) -> Redirect:
    """The form's fields as the page's own address. Raises NotUnderstood."""
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD, but=("col",))
    cols = people_columns.written(request.query_params.getall("col", []))
    return Redirect(view.link(f"/s/{site.id}/people", cols=cols), status_code=303)


@get("/s/{site_id:str}/people/{person:int}", sync_to_thread=True, include_in_schema=False)
def person_page(request: Ask, desk: TheDesk, site: TheSite, person: FromPath[int]) -> Response[Any]:
    if not 0 < person < 1 << 64:
        raise NotFoundException
    known = desk.identity.person(site.id, person)
    if known.id != person:
        return Redirect(_address(site, known.id), status_code=303)
    events = person_events(desk, site, known)
    if not events.rows and not events.error and not known.ties:
        raise NotFoundException("Nobody is known by this number here. Its events may be older than what is kept.")
    shows_ids = _shows_ids(request, site)
    if shows_ids:
        desk.users.note_once(request.user.name, site.id, "person_seen_with_ids", persons.person_name(person))
    hold, others = persons.joints(known, site.zone, site.id, shows_ids=shows_ids)
    members = {*known.nodes, *known.browsers}
    ties = [tie for tie in known.ties if not (tie.cut or tie.refused) and {tie.left, tie.right} <= members]
    users = sorted(node.text for node in known.nodes.values() if node.kind is Kind.USER and node.text)
    said = {row["user_id"] for row in events.rows if row["user_id"]}
    ruled = [one for one in segments_of(desk, site).values() if one.rule is not None]
    orders = order_credit.orders_among(events.rows, site, desk.clock())
    order = request.query_params.get("order", "")
    segment = next((one for one in ruled if one.slug == request.query_params.get("segment")), None)
    return page(
        desk,
        "person.html",
        frame(request, desk, f"Person {persons.person_name(person)}", site=site, page="people"),
        person=known,
        name=persons.person_name(person),
        users=sorted({*users, *said}) if shows_ids else [],
        known_by_id=bool(users or said),
        events=events,
        moments=persons.timeline(
            events.rows,
            ties,
            desk.permissions.changes(site.id, _browsers(known, events)),
            site=site.id,
            zone=site.zone,
            today=desk.clock(),
        ),
        most=SHOWN_EVENTS,
        worth=_worth(desk, site, known),
        browsers=[persons.node_name(one, Kind.BROWSER, "", shows_ids=False) for one in _browsers(known, events)],
        values=[node.kind for node in known.nodes.values() if node.kind not in (Kind.USER, Kind.BROWSER)],
        hold=hold,
        others=others,
        may_change=request.user.may(site.id, Role.EDITOR),
        may_erase=request.user.may(site.id, Role.ADMIN),
        may_find=request.user.sees_people(site.id),
        clock=desk.data_to(site.zone),
        orders=orders,
        order=order if order in orders else "",
        credit=order_credit.credit_for(desk, site, order) if order in orders else None,
        segments=ruled,
        segment=segment,
        why=_why(desk, site, known, segment),
        first_at=numbers.moment(min(datetime.fromisoformat(row["at"]) for row in events.rows), site.zone)
        if events.rows
        else numbers.NONE,
    )


@post("/s/{site_id:str}/people/{person:int}/change", sync_to_thread=True, include_in_schema=False)
def change_person(request: Ask, desk: TheDesk, site: TheSite, form: Form, person: FromPath[int]) -> Response[Any]:
    """First what would change, by count; with `confirm` it is done. By an id only who may see ids."""
    need(request, site, Role.EDITOR)
    action, confirmed = str(form.get("action", "")), form.get("confirm") == "yes"
    if action not in _ACTIONS:
        raise NotFoundException
    left, right = _number(form.get("left")), _number(form.get("right"))
    named = str(form.get("other", "")).strip()[:LONGEST]
    if not request.user.sees_people(site.id):
        named = str(_number(named) or "")  # of a page that they have seen
    other = person_named(desk, site, named) or _number(form.get("with"))
    if action == "merge" and (not other or other == person):
        return _preview(request, desk, site, person, action, [], {}, unknown=not other)
    if action == "merge" and _took_back(desk, site, person, other):
        return _preview(request, desk, site, person, action, [], {}, took_back=True)
    rows = _change(request, desk, site, action, person, left, right, other, try_only=True)
    known = {row.visitor: desk.identity.row(site.id, row.visitor) for row in rows}
    before = {number: persons.person_at(row, number, desk.clock()) for number, row in known.items()}
    if not confirmed:
        hidden = {"left": str(left or ""), "right": str(right or ""), "with": str(other or "")}
        return _preview(request, desk, site, person, action, rows, hidden, before=before)
    _change(request, desk, site, action, person, left, right, other, try_only=False)
    what = {"split": "person_split", "restore": "person_restored", "merge": "persons_merged"}[action]
    desk.users.note(request.user.name, site.id, what, f"{persons.person_name(person)}, {len(rows)} identifiers")
    return Redirect(_address(site, person), status_code=303)


ROUTES = (people, find_person, people_file, people_parquet, choose_columns, person_page, change_person)


def _worth(desk: Desk, site: Site, known: Person) -> Answer:
    nodes = persons.numbers_of(known, known.id)
    return desk.ask("person_worth", site=site.id, person=str(known.id), nodes=nodes, currency=site.currency)


def person_events(desk: Desk, site: Site, known: Person) -> Answer:
    nodes = persons.numbers_of(known, known.id)
    return desk.ask("person_events", site=site.id, person=str(known.id), nodes=nodes, limit=SHOWN_EVENTS)


def _why(desk: Desk, site: Site, known: Person, segment: Segment | None) -> Told | None:
    if segment is None or segment.rule is None:
        return None
    asked: dict[str, Param] = {"site": site.id, "now": desk.clock(), "traffic": "people", "zone": site.zone}
    filters = [write(segment.rule)]
    answer = desk.ask("segment_why", **asked, currency=site.currency, person=str(known.id), filters=filters)
    return told(segment.rule, answer, site, desk.today(site.zone))


def _people(request: Ask, desk: Desk, site: Site, *, unknown: bool = False) -> Response[str]:
    view = replace(_view(request, desk, site), path=f"/s/{site.id}/people")
    given, keys = params(view, site), people_columns.chosen(view)
    about = people_columns.About(site, desk.today(site.zone), _shows_ids(request, site))
    skip, order = skipped(view), sorted_by(view, _SORTS)
    whom: dict[str, Param] = {"text": view.get("q"), "persons": [], "limit": SHOWN + 1, "skip": skip}
    asking = {
        "people": ("people", given | whom | order),
        "known": ("persons", given),
        "ever": ("ledger_totals", given),
    }
    answers = desk.ask_all(asking)
    quality: Quality = desk.identity.quality(site.id)
    return page(
        desk,
        "people.html",
        frame(request, desk, "People", site=site, page="people"),
        status=404 if unknown else 200,
        view=view,
        found=answers["people"],
        known=answers["known"],
        ever=answers["ever"],
        quality=quality,
        unknown=unknown,
        skipped=skip,
        find_near=partial(nearest_events, desk, site, view, named=True),
        after=str(skip + SHOWN) if len(answers["people"].rows) > SHOWN else "",
        heads=people_columns.heads(keys, view, _SORTS),
        columns=people_columns.COLUMNS,
        chosen=keys,
        shows_ids=about.shows_ids,
        may_find=request.user.sees_people(site.id),
        lines=[
            (
                persons.person_name(int(row["person"])),
                _at(row, site, view),
                people_columns.cells(keys, row, about, view),
            )
            for row in answers["people"].rows[:SHOWN]
        ],
        **controls(view, desk, site, compares=False),
    )


def _view(request: Ask, desk: Desk, site: Site) -> View:
    """Raises PermissionDeniedException: that somebody is found by an id or a property says something of them."""
    view = asked(request, desk, site, _KEYS, narrows=EVERY_FIELD)
    if view.get("q"):
        need_sight(request, site)
    return view


def _at(row: dict[str, Any], site: Site, view: View) -> str:
    return f"/s/{site.id}/people/{row['person']}{_asking_why(view)}"


def _asking_why(view: View) -> str:
    return f"?segment={view.segment.slug}#why" if view.segment and view.rule is not None else ""


def _preview(
    request: Ask, desk: Desk, site: Site, person: int, action: str, rows: list[Row], hidden: dict[str, str], *,
    before: dict[int, int] | None = None, unknown: bool = False, took_back: bool = False,
) -> Response[str]:  # fmt: skip
    nodes = [str(row.visitor) for row in rows]
    events = desk.ask("node_events", site=site.id, currency=site.currency, nodes=nodes) if rows else Answer()
    found = persons.moves(rows, before or {}, events.rows)
    return page(
        desk,
        "person_change.html",
        frame(request, desk, "Change a person", site=site, page="people"),
        status=404 if unknown else 200,
        took_back=took_back,
        person=person,
        name=persons.person_name(person),
        action=action,
        moves=found,
        hidden=hidden,
        unknown=unknown,
        trouble=events if events.error else None,
        sums=(sum(move.events for move in found), sum(move.orders for move in found)),
        worth=numbers.money(sum(move.revenue_minor for move in found), site.currency),
    )


def _change(
    request: Ask, desk: Desk, site: Site, action: str, person: int, left: int, right: int, other: int, *, try_only: bool
) -> list[Row]:
    now_ms, by = int(desk.clock().timestamp() * 1000), request.user.name
    if action == "split":
        return desk.identity.cut(site.id, site.identity, Cut(left, right, now_ms, by, ""), try_only=try_only)
    if action == "restore":
        return desk.identity.restore(site.id, site.identity, left, right, try_only=try_only)
    pair = (_handle(desk, site, person), _handle(desk, site, other))
    return desk.identity.merge(site.id, site.identity, pair, at_ms=now_ms, by=by, try_only=try_only)


def _took_back(desk: Desk, site: Site, *persons: int) -> bool:
    """Whether one of their browsers may not be measured any more: then it may not be joined either."""
    browsers = {browser for person in persons for browser in desk.identity.person(site.id, person).browsers}
    allowed = (desk.permissions.now(site.id, browser) for browser in browsers)
    return any(bits is not None and not bits & Permission.ANALYTICS.bit for bits in allowed)


def _handle(desk: Desk, site: Site, person: int) -> tuple[int, Kind]:
    """What stands for a person in a merge: a user id if there is one, else a browser."""
    known = desk.identity.person(site.id, person)
    users = sorted(number for number, node in known.nodes.items() if node.kind is Kind.USER)
    return (users[0], Kind.USER) if users else (known.browsers[0] if known.browsers else person, Kind.BROWSER)


def person_named(desk: Desk, site: Site, text: str) -> int:
    """The person whom an e-mail address, a phone, an external or user id or a number names exactly; 0 if none."""
    if not text:
        return 0
    key = desk.user_data.key(site.id)
    values = [(Kind.EMAIL, normal_email(text)), (Kind.PHONE, normal_phone(text)), (Kind.EXTERNAL, text)]
    nodes = [value_node(site.id, kind, keyed_hash(key, kind, value)) for kind, value in values if value]
    for node in (user_node(site.id, text), *nodes, _number(text)):
        if node and (known := desk.identity.person(site.id, node)).ties:
            return known.id
    return 0


def is_private(text: str) -> bool:
    """Whether it is an e-mail address or a phone number, which stands in no address of ours and no log."""
    return bool(normal_email(text) or normal_phone(text)) or "@" in text


def _number(text: object) -> int:
    said = str(text or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 20 and int(said) < 1 << 64 else 0


def _address(site: Site, person: int) -> str:
    return f"/s/{site.id}/people/{person}"


def _note_export(request: Ask, desk: Desk, site: Site) -> None:
    what = "people_exported_with_ids" if _shows_ids(request, site) else "people_exported"
    desk.users.note(request.user.name, site.id, what)


def _shows_ids(request: Ask, site: Site) -> bool:
    """Ids as the site wrote them may be e-mail addresses."""
    return request.user.sees_ids(site.id)


def _browsers(known: Person, events: Answer) -> list[int]:
    seen = {int(row["browser"]) for row in events.rows} - {0}
    return sorted({*known.browsers, *seen}) if known.ties else sorted(seen)
