"""The form of a scheduled export: read, checked, its errors in words; kept and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.catalogue import TRAFFIC
from onebyone.state.exports import Every, Export, Form
from onebyone.state.saved import Saved
from onebyone.state.sites import Site
from onebyone.state.users import User
from onebyone.web.address import NotUnderstood, Segment
from onebyone.web.alarm_form import addresses, check_ways
from onebyone.web.board_file import OF_BOARD, view_of_board
from onebyone.web.definitions import FILES
from onebyone.web.desk import Desk
from onebyone.web.file_questions import kept_query, question_of, view_of
from onebyone.web.period import PRESETS
from onebyone.web.saved import LONGEST_QUERY, open_to, segments_of

MOST = 50  # of a site
_LONGEST = {"to": 2_000, "query": LONGEST_QUERY}
FORMS: Mapping[str, str] = {"csv": "CSV, for a spreadsheet", "parquet": "Parquet, in the types of the store"}
EVERY: Mapping[str, str] = {"day": "every day", "week": "every Monday", "month": "on the first of every month"}
PERIODS = {key: name for key, (name, _) in PRESETS.items() if key != "all"}


class ExportForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    id: str = ""
    name: str = ""
    report: str = "overview"
    period: str = "yesterday"
    query: str = ""
    traffic: str = "people"
    form: str = "csv"
    every: str = "day"
    hour: str = "7"
    to: str = ""
    to_file: bool = False


class Wrong(Exception):
    """Nothing was kept: a sentence for each field that is wrong."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


def keep(desk: Desk, site: Site, by: User, form: ExportForm, before: Export | None) -> Export:
    """In place of `before`, or a new one, that shows what `by` may see; also into the trail. Raises Wrong."""
    boards, now = boards_of(desk, site, by), desk.clock().astimezone(ZoneInfo(site.zone))
    if form.report in boards:
        form = replace(form, form="html")
    wrong = dict(check(form, site, segments_of(desk, site), now, boards))
    if before is None and len(desk.exports.all(site.id)) >= MOST:
        wrong["name"] = f"{MOST} exports are the most a site has."
    if wrong:
        raise Wrong(wrong)
    new = Export(site=site.id, id="", name="", report="", period="")
    export = replace(made(form, before or new, now_ms=now_of(desk)), masked=not by.sees_people(site.id))
    kept = desk.exports.put(export)
    desk.users.note(by.name, site.id, "export_changed" if before else "export_added", kept.name)
    return kept


def remove(desk: Desk, site: Site, by: User, export: Export) -> None:
    """Files that were written stay. Also into the trail."""
    desk.exports.remove(site.id, export.id)
    desk.users.note(by.name, site.id, "export_removed", export.name)


def switch(desk: Desk, site: Site, by: User, export: Export, *, on: bool) -> Export:
    """Paused, nothing is sent; what would have been sent meanwhile is not sent later. Also into the trail."""
    kept = desk.exports.put(replace(export, enabled=on, done_ms=now_of(desk), tries=0, next_try_ms=0))
    desk.users.note(by.name, site.id, "export_resumed" if on else "export_paused", export.name)
    return kept


def get_export(desk: Desk, site: Site, id: str) -> Export:
    found = desk.exports.find(site.id, id)
    if found is None:
        raise NotFoundException("There is no such export.")
    return found


def now_of(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)


def typed(form: FormMultiDict) -> ExportForm:
    names = [name for name in ExportForm.__struct_fields__ if name != "to_file"]
    texts = {name: str(form.get(name, "")).strip()[: _LONGEST.get(name, 80)] for name in names}
    texts["form"] = texts["form"] or "csv"  # as before there was a choice
    return ExportForm(**texts, to_file="to_file" in form)


def form_of(export: Export) -> ExportForm:
    return ExportForm(
        id=export.id, name=export.name, report=export.report, period=export.period, query=export.query,
        traffic=export.traffic, form=export.form,
        every=export.every, hour=str(export.hour), to=", ".join(export.to), to_file=export.to_file,
    )  # fmt: skip


def boards_of(desk: Desk, site: Site, by: User) -> dict[str, Saved]:
    """Dashboards that this user may send, as a form names them."""
    return {f"{OF_BOARD}{one.slug}": one for one in open_to(desk, site, by) if one.kind == "board"}


def check(
    form: ExportForm, site: Site, segments: Mapping[str, Segment], now: datetime, boards: Mapping[str, Saved] = {}
) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well. `segments` and `boards` are the site's."""
    wrong = {}
    if not form.name:
        wrong["name"] = "Give it a name."
    for field, allowed in (
        ("report", {**FILES, **boards}),
        ("period", PERIODS),
        ("traffic", TRAFFIC),
        ("form", {"html": ""} if form.report in boards else FORMS),
        ("every", EVERY),
    ):
        if getattr(form, field) not in allowed:
            wrong[field] = f"Choose one: {', '.join(allowed)}."
    if not (form.hour.isascii() and form.hour.isdigit() and int(form.hour) < 24):
        wrong["hour"] = "Write an hour, 0 to 23."
    if not wrong.keys() & {"report", "period", "traffic"}:
        wrong |= _check_rows(form, site, segments, now, boards.get(form.report))
    ways = check_ways(form.to, "https://directory.example" if form.to_file else "")
    if not form.to and not form.to_file:
        ways["to"] = "Name an e-mail address, or have it written into a file."
    return wrong | ways


def _check_rows(
    form: ExportForm, site: Site, segments: Mapping[str, Segment], now: datetime, found: Saved | None
) -> Mapping[str, str]:
    """What the page itself would say of such an address."""
    days = {"period": form.period, "traffic": form.traffic}
    today = now.date()
    try:
        if found is not None:
            view_of_board(found, kept_query(form.query), days, now=now, segments=segments)
            return {}
        view = view_of(form.report, kept_query(form.query), days, today=today, since=today, segments=segments)
        question_of(form.report).asks(view, site)
    except NotUnderstood as error:
        return {"query": f"{error.before}{error.link_text if error.link_text.startswith('`') else ''}".strip()}
    if form.form == "parquet" and not question_of(form.report).in_parquet:
        return {"form": "This report leaves as CSV alone, without the ids that the site gave people."}
    return {}


def made(form: ExportForm, export: Export, *, now_ms: int) -> Export:
    """The export with a checked form's values. Its next time is the next one from now."""
    return replace(
        export,
        name=form.name,
        report=form.report,
        period=form.period,
        query=kept_query(form.query),
        form=msgspec.convert(form.form, Form),
        traffic=form.traffic,
        every=msgspec.convert(form.every, Every),
        hour=int(form.hour),
        to=addresses(form.to),
        to_file=form.to_file,
        created_ms=export.created_ms or now_ms,
        done_ms=now_ms,
        tries=0,
        next_try_ms=0,
    )
