"""The form of a scheduled export: read, checked, its errors in words."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar.datastructures import FormMultiDict
from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.catalogue import TRAFFIC
from onebyone.state.exports import Every, Export
from onebyone.web.alarm_form import addresses, check_ways
from onebyone.web.definitions import FILES
from onebyone.web.period import PRESETS

EVERY: Mapping[str, str] = {"day": "every day", "week": "every Monday", "month": "on the first of every month"}
PERIODS = {key: name for key, (name, _) in PRESETS.items() if key != "all"}


class ExportForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    id: str = ""
    name: str = ""
    report: str = "overview"
    period: str = "yesterday"
    traffic: str = "people"
    every: str = "day"
    hour: str = "7"
    to: str = ""
    to_file: bool = False


def typed(form: FormMultiDict) -> ExportForm:
    names = [name for name in ExportForm.__struct_fields__ if name != "to_file"]
    texts = {name: str(form.get(name, "")).strip()[: 2_000 if name == "to" else 80] for name in names}
    return ExportForm(**texts, to_file="to_file" in form)


def form_of(export: Export) -> ExportForm:
    return ExportForm(
        id=export.id, name=export.name, report=export.report, period=export.period, traffic=export.traffic,
        every=export.every, hour=str(export.hour), to=", ".join(export.to), to_file=export.to_file,
    )  # fmt: skip


def check(form: ExportForm) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    wrong = {}
    if not form.name:
        wrong["name"] = "Give it a name."
    for field, allowed in (("report", FILES), ("period", PERIODS), ("traffic", TRAFFIC), ("every", EVERY)):
        if getattr(form, field) not in allowed:
            wrong[field] = f"Choose one: {', '.join(allowed)}."
    if not (form.hour.isascii() and form.hour.isdigit() and int(form.hour) < 24):
        wrong["hour"] = "Write an hour, 0 to 23."
    ways = check_ways(form.to, "https://directory.example" if form.to_file else "")
    if not form.to and not form.to_file:
        ways["to"] = "Name an e-mail address, or have it written into a file."
    return wrong | ways


def made(form: ExportForm, export: Export, *, now_ms: int) -> Export:
    """The export with a checked form's values. Its next time is the next one from now."""
    return replace(
        export,
        name=form.name,
        report=form.report,
        period=form.period,
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
