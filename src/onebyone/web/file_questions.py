"""What a file of rows asks its report: for a page's address, for the command line, and by the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from msgspec import json as msgspec_json

from onebyone.reports.choices import ALONE, CHOICES
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import (
    choices,
    conversions,
    experiment_question,
    funnel,
    funnel_split,
    loss_question,
    path_question,
    people_columns,
    permissions,
    power_question,
    retention,
    revenue,
)
from onebyone.web.address import EVERY_FIELD, KEYS, Narrows, Segment, View, read_view
from onebyone.web.definitions import FILES, narrows, sorts
from onebyone.web.desk import Row
from onebyone.web.table_place import sorted_by

_CHOSEN_BESIDE = {*KEYS, "after", "q"} - {"segment"}  # of an address: the export has fields for the first, no place


class FileQuestion(Struct, frozen=True, kw_only=True):
    """`asks` gives the report, and what it takes beside what every report of an address takes.

    Raises NotUnderstood. `shape` makes the rows flat, for a spreadsheet; a Parquet file has them as they are.
    """

    asks: Callable[[View, Site], tuple[str, Mapping[str, Param]]]
    keys: Collection[str] = ()
    narrows: Narrows = EVERY_FIELD
    shape: Callable[[View, Sequence[Row]], Sequence[Row]] = lambda _, rows: rows
    in_parquet: bool = True  # not where the rows would name somebody who is not named in the other file


def question_of(file: str) -> FileQuestion:
    """Of a name in FILES."""
    return _OWN.get(file) or _plain(FILES[file])


def kept_query(text: str) -> str:
    """Of an address of the console or what stands behind its question mark: the filters, the segment, the choices."""
    query = text.partition("?")[2] if "?" in text or "/" in text.partition("=")[0] else text
    pairs = parse_qsl(query.strip(), keep_blank_values=True)
    return urlencode([(key, value) for key, value in pairs if key not in _CHOSEN_BESIDE], safe="/.,:~!")


def view_of(
    file: str, query: str, days: Mapping[str, str], *, today: date, since: date, segments: Mapping[str, Segment]
) -> View:
    """What a kept query asks of these days: `period` and `traffic`. Raises NotUnderstood."""
    question = question_of(file)
    pairs = [*parse_qsl(query, keep_blank_values=True), *days.items()]
    return read_view(
        file, pairs, today=today, since=since, more=question.keys, narrows=question.narrows, segments=segments
    )


def _plain(report: str) -> FileQuestion:
    columns = sorts(report)
    return FileQuestion(
        asks=lambda view, _: (report, {**choices.chosen(view, report), **sorted_by(view, columns)}),
        keys=(*CHOICES.get(report, {}), *(["sort"] if columns.columns else [])),
        narrows=narrows(report),
    )


def _usual(report: str) -> FileQuestion:
    """As a command asks it where nobody chose."""
    return FileQuestion(asks=lambda *_: (report, ALONE[report]), narrows=narrows(report))


def _whole(report: str, *_: object) -> tuple[str, Mapping[str, Param]]:
    return report, {}


def _records(view: View, site: Site) -> tuple[str, Mapping[str, Param]]:
    event = view.given.get("event") or site.conversions[0]
    return "conversion_records", conversions.params(view, site) | conversions.page_params(view) | {"event": event}


def _funnel(view: View, _: Site) -> tuple[str, Mapping[str, Param]]:
    """The steps, or where they are split, the values by steps."""
    steps, split = funnel.read_funnel(view, funnel.USUAL), funnel_split.read_by(view)
    return ("funnel_split", steps.params | split.params) if split.prop else ("funnel", steps.params)


def _of_funnel(view: View, rows: Sequence[Row]) -> Sequence[Row]:
    return funnel_split.in_columns(rows) if funnel_split.read_by(view).prop else rows


def _cohorts(view: View, _: Site) -> tuple[str, Mapping[str, Param]]:
    return "retention", retention.read_question(view).params


def _missed(view: View, site: Site) -> tuple[str, Mapping[str, Param]]:
    question = loss_question.read_question(view, site)
    return "loss", {"event": question.event, "by": question.by, "limit": loss_question.LIMIT}


def _variants(view: View, _: Site) -> tuple[str, Mapping[str, Param]]:
    question = experiment_question.read_question(view, experiment_question.USUAL)
    return "experiment", question.params | {"limit": experiment_question.LIMIT}


def _power(view: View, _: Site) -> tuple[str, Mapping[str, Param]]:
    return "power", power_question.params(power_question.question_of(view), view) | {"after": []}


def _in_json(_: View, rows: Sequence[Row]) -> Sequence[Row]:
    """A path as a JSON array: a value may hold any sign that could part two of them."""
    return [row | {"path": msgspec_json.encode(row["path"]).decode()} for row in rows]


def _people(view: View, _: Site) -> tuple[str, Mapping[str, Param]]:
    people_columns.chosen(view)
    order = sorted_by(view, sorts("people"))
    return "people", {"text": view.get("q"), "persons": [], "limit": people_columns.MOST_ROWS, **order}


def _nameless(view: View, rows: Sequence[Row]) -> Sequence[Row]:
    return people_columns.of_file(view, [row | {"user_id": ""} for row in rows])


def _flat(_: View, rows: Sequence[Row]) -> Sequence[Row]:
    return [revenue.flat(row) for row in rows]


def _of_records(_: View, rows: Sequence[Row]) -> Sequence[Row]:
    return [revenue.flat(conversions.row_out(row)) for row in rows]


_OWN: Mapping[str, FileQuestion] = {
    **{
        name: FileQuestion(asks=partial(_whole, name), narrows=permissions.NARROWS)
        for name in ("consent_totals", "consent_days", "consent_countries", "consent_sources")
    },
    "conversions": FileQuestion(asks=_records, keys=conversions.KEYS, shape=_of_records),
    "conversions/days": FileQuestion(
        asks=lambda view, site: ("revenue_days", revenue.params(view, site)), keys=revenue.KEYS
    ),
    "conversions/revisions": FileQuestion(
        asks=lambda view, site: ("revenue_revisions", revenue.params(view, site)), keys=revenue.KEYS, shape=_flat
    ),
    "credits_by_rule": _usual("credits_by_rule"),
    "experiments": FileQuestion(asks=_variants, keys=experiment_question.KEYS),
    "explore": FileQuestion(asks=_power, keys=power_question.KEYS),
    "funnels": FileQuestion(asks=_funnel, keys=funnel.KEYS, shape=_of_funnel),
    "loss": FileQuestion(asks=_missed, keys=loss_question.KEYS, narrows=Narrows(why=loss_question.NARROWS.why)),
    "paths": FileQuestion(
        asks=lambda view, _: ("property_paths", path_question.read_question(view).params),
        keys=path_question.KEYS,
        shape=_in_json,
    ),
    "people": FileQuestion(
        asks=_people, keys=("q", people_columns.KEY, "sort"), shape=_nameless, in_parquet=False
    ),
    "retention": FileQuestion(asks=_cohorts, keys=retention.KEYS),
}  # fmt: skip
