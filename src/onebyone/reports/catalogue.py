"""All reports: a directory of `.sql`, each with a comment header. A new file is a new report."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, json, structs

from onebyone.reports import funnel_split, power, property_paths, sorting
from onebyone.reports.filters import DROPS, FIELDS, ROWS, Condition, conditions_of, narrowed, takes
from onebyone.reports.segment.narrow import compiled
from onebyone.reports.segment.rule import Rule
from onebyone.store import BadParameter, Param, QueryBroken, Rows
from onebyone.store.params import declared
from onebyone.store.parts import NOT_NARROWED, RULE_PLACES, with_parts

DIRECTORY = Path(__file__).parent
TRAFFIC = ("people", "machines", "unclear", "all")
DATED = ("order", "adjustment")  # by which date revenue is counted
COMMON = frozenset(("site", "from", "to", "zone", "currency", "limit", "traffic", "now"))  # may be given to any report
_OPEN = {place: f"{{{{{place}}}}}" for place in (*NOT_NARROWED, *RULE_PLACES)}  # for a filter that may come
_UNSORTED = dict.fromkeys(sorting.PLACES, "")
_HEADER = re.compile(
    r"\A-- title: (?P<title>.+)\n-- about: (?P<about>.+(?:\n--   .+)*)\n"
    r"(?:-- counts: (?P<counts>.+)\n)?(?:-- sorts: (?P<sorts>.+)\n)?(?:-- sums: (?P<sums>.+)\n)?"
    r"(?P<sql>[^-](?:.|\n)+)\Z"
)


class UnknownReport(KeyError):
    """No report has this name."""


class ReportBroken(Exception):
    """The SQL of a report is wrong, whatever it is asked; the text begins with its name."""


class Report(Struct, frozen=True):
    """`params` are the names of its parameters with their ClickHouse types; `template` still has places for filters."""

    name: str
    title: str
    about: str
    sql: str
    params: dict[str, str]
    template: str = ""
    sorts: sorting.Sorts = sorting.Sorts()

    @property
    def fields(self) -> tuple[str, ...]:
        """By what it may be narrowed. Where drops are counted too, only by what they keep, if at all."""
        places = {place for place in NOT_NARROWED if f"{{{{{place}}}}}" in self.template}
        if "FROM drops" in self.template:
            return tuple(DROPS) if "and_drops" in places else ()
        if places == {"and_own"}:
            return tuple(ROWS)
        return FIELDS if places else ()

    @property
    def takes_rule(self) -> bool:
        """Whether it may be narrowed by what people did, or is about that."""
        return self.fields == FIELDS or any(f"{{{{{place}}}}}" in self.template for place in RULE_PLACES)


class NotNarrowed(BadParameter):
    """A filter was given to a report that does not take it: its numbers would be those of everything."""


class _Shaper(Protocol):
    """The module of a report that has places of its own, the first of which no other report has."""

    @property
    def PLACES(self) -> tuple[str, ...]: ...

    @property
    def PARAMS(self) -> dict[str, str]: ...

    def shaped(self, given: Mapping[str, Param]) -> power.Shape: ...


_SHAPERS: tuple[_Shaper, ...] = (power, property_paths, funnel_split)

_CHOSEN = (*(place for one in _SHAPERS for place in one.PLACES), *sorting.PLACES)  # also within parts


class Queries(Protocol):
    """What reports need of a store."""

    def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows: ...

    def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes: ...


def _now() -> datetime:
    return datetime.now(UTC)


class Reports:
    """All of them, on one store. Calls block and may come from any thread."""

    def __init__(self, store: Queries, *, directory: Path = DIRECTORY, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._clock = clock  # for a report that asks `now` where the caller does not say it
        self._reports = {file.stem: read_report(file) for file in sorted(directory.glob("*.sql"))}

    def names(self) -> list[str]:
        return list(self._reports)

    def get(self, name: str) -> Report:
        """Raises UnknownReport."""
        try:
            return self._reports[name]
        except KeyError:
            raise UnknownReport(name) from None

    def run(self, name: str, /, **params: Param) -> Rows:
        """Common parameters that the report does not use are left out. `filters`: conditions as an address has them.

        Raises UnknownReport, BadParameter (NotNarrowed is one), QueryRefused, StoreUnavailable or, for a bug,
        ReportBroken.
        """
        report, params = filtered(self.get(name), params)
        try:
            return self._store.query(report.sql, self._taken(report, params))
        except QueryBroken as error:
            raise ReportBroken(f"{name}: {error}") from error

    def parquet(self, name: str, /, **params: Param) -> bytes:
        """The same as an Apache Parquet file, its columns in the types of the store. Raises what `run` raises."""
        report, params = filtered(self.get(name), params)
        try:
            return self._store.parquet(report.sql, self._taken(report, params))
        except QueryBroken as error:
            raise ReportBroken(f"{name}: {error}") from error

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Rows that SQL cannot say as an Apache Parquet file. `kinds` are its columns with their ClickHouse types.

        Blocks. Raises QueryRefused or StoreUnavailable.
        """
        columns = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
        lines = b"\n".join(json.encode(row) for row in rows)
        return self._store.parquet(with_parts("{{given_rows}}"), {"kinds": columns, "rows": lines.decode()})

    def _taken(self, report: Report, params: Mapping[str, Param]) -> dict[str, Param]:
        wanted = taken(report, params)
        return wanted if "now" not in report.params or "now" in wanted else wanted | {"now": self._clock()}

    def run_dicts(self, name: str, /, **params: Param) -> list[dict[str, Any]]:
        return self.run(name, **params).dicts()


def filtered(report: Report, params: Mapping[str, Param]) -> tuple[Report, dict[str, Param]]:
    """The report narrowed by `filters`, and the parameters that takes. Raises BadParameter.

    One whose rows and columns can be chosen has them as they are chosen.
    """
    rest = {key: value for key, value in params.items() if key != "filters"}
    shaper = _shaper(report.template)
    if shaper is not None:
        report, rest = _shaped(report, rest, shaper.shaped(rest), shaper.PARAMS)
    elif report.sorts.columns:
        report, rest = _shaped(report, rest, sorting.shaped(report.sorts, rest), sorting.PARAMS)
    conditions, rule = conditions_of(params.get("filters", ()))
    if not conditions and rule is None:
        return report, rest
    return narrowed_by(report, rest, conditions, rule)


def narrowed_by(
    report: Report, params: Mapping[str, Param], conditions: Sequence[Condition], rule: Rule | None = None
) -> tuple[Report, dict[str, Param]]:
    """Likewise, by conditions that were read, however many. Raises NotNarrowed."""
    rest = dict(params)
    refused = [one.field for one in conditions if not takes(report.fields, one.field)]
    if rule is not None and not report.takes_rule:
        refused.append("what people did")
    if refused:
        raise NotNarrowed(f"{report.title} cannot be narrowed by {', '.join(refused)}")
    said = compiled(rule, str(params.get("currency", ""))) if rule is not None else None
    credits = "order_count" in report.template and "direct_last" in report.template
    found = narrowed(
        conditions, currency=str(params.get("currency", "")), credits=credits, members=[said.member] if said else ()
    )
    sql = with_parts(report.template, found.places | (said.places if said else {}))
    named = declared(sql)
    bound = {key: value for key, value in (said.params if said else {}).items() if key in named}
    return structs.replace(report, sql=sql, params=named), rest | found.params | bound


def _shaped(
    report: Report, params: Mapping[str, Param], shape: power.Shape, chosen: Collection[str]
) -> tuple[Report, dict[str, Param]]:
    """The report with what was chosen in its places; those of filters stay open."""
    template = with_parts(report.template, _OPEN | shape.places)
    sql = with_parts(template)
    rest = {key: value for key, value in params.items() if key not in chosen}
    return structs.replace(report, template=template, sql=sql, params=declared(sql)), rest | shape.params


def _shaper(template: str) -> _Shaper | None:
    """Of a report whose columns or property can be chosen."""
    return next((one for one in _SHAPERS if f"{{{{{one.PLACES[0]}}}}}" in template), None)


def taken(report: Report, params: Mapping[str, Param]) -> dict[str, Param]:
    """What the report takes of these. Raises BadParameter."""
    wanted = {key: value for key, value in params.items() if key in report.params or key not in COMMON}
    if wanted.get("traffic", "all") not in TRAFFIC:
        raise BadParameter(f"traffic: {wanted['traffic']!r} is none of {', '.join(TRAFFIC)}")
    return wanted


@cache
def read_report(file: Path) -> Report:
    """Once for a file: all of them take a tenth of a second.

    Raises ValueError if the header is not a title and what it is about.
    """
    found = _HEADER.match(file.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{file.name}: no '-- title:' and '-- about:'")
    about = found["about"].replace("\n--  ", "")
    shaper = _shaper(with_parts(found["sql"], _OPEN | {place: f"{{{{{place}}}}}" for place in _CHOSEN}))
    own = shaper.PLACES if shaper else sorting.PLACES
    counts = {"goal": found["counts"]} if found["counts"] else {}
    template = with_parts(found["sql"], _OPEN | {place: f"{{{{{place}}}}}" for place in own} | counts)
    usual = shaper.shaped({}) if shaper else power.Shape({}, {})
    sql = with_parts(found["sql"], {**NOT_NARROWED, **_UNSORTED, **usual.places, **counts})
    params = {name: kind for name, kind in declared(sql).items() if name not in usual.params}
    if shaper:
        params |= shaper.PARAMS
    sorts = sorting.Sorts(*(tuple((found[key] or "").split()) for key in ("sorts", "sums")))
    return Report(
        name=file.stem, title=found["title"], about=about, sql=sql, params=params, template=template, sorts=sorts
    )
