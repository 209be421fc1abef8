"""Reports for somebody who may not see personal data: few people are hidden, and what names one is dots.

Where rows leave the store for anybody, they pass here: a page, a file, the API and a scheduled export show the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from onebyone.reports import Runs, Tables
from onebyone.reports.few import LEAST, Cells, Hidden, Row, alone, flows, hide, merged, paths, split_steps, steps
from onebyone.reports.power import MOST_COLUMNS, USUAL_BY, USUAL_COLUMNS, read_question
from onebyone.store import BadParameter, Param, Rows

DOTS = "•••"


class TooFew(BadParameter):
    """The list would be of fewer than LEAST people."""


class NoExactFile(BadParameter):
    """The file would hold numbers that are hidden from who asks for it."""


class Known(str):
    """Dots for a user id; `real` is for finding out whose it is, and never shown."""

    __slots__ = ("real",)
    real: str

    def __new__(cls, real: str) -> Known:
        self = super().__new__(cls, DOTS)
        self.real = real
        return self


_VISITS = Cells(people=("visitors",), beside=("sessions", "views", "entries", "engaged", "seen", "different", "pages"))
_COHORTS = Cells(people=("people",), beside=("orders", "net_minor", "value_minor"), way=alone)
_VIEWS = Cells(
    people=("views",),
    beside=("with_statistics", "with_ads", "withheld_views", "chosen"),
    parts=lambda row: row.get("date"),
)
_MAIL = (
    "openers", "measured_openers", "apple_recipients", "apple_only", "clickers", "all_openers", "unsubscribed",
)  # fmt: skip
MOST_ROWS = 10_000
TABLES = (  # of as many rows as were asked for: hidden among all, or another page of one would show what this one hides
    "browsers", "campaigns", "channels", "contents", "countries", "devices", "error_pages", "errors", "landing_pages",
    "pages", "referrers", "sources", "terms",
)  # fmt: skip
CELLS: Mapping[str, Cells] = {
    **dict.fromkeys(TABLES, _VISITS),
    **dict.fromkeys(
        ("overview", "overview_hours"),
        Cells(people=("visitors",), beside=("sessions", "views", "browser_orders")),  # sessions of days add up
    ),
    **dict.fromkeys(
        ("totals", "site_line"), Cells(people=("visitors",), beside=("sessions", "views", "engaged"), way=alone)
    ),
    "churn": Cells(people=("active", "fresh", "back", "churned"), way=flows),
    "populations": Cells(people=("seen", "fresh", "resurrected", "returning", "dormant"), way=flows),
    "consent_countries": _VIEWS,
    "consent_days": _VIEWS,
    "days_active": Cells(people=("people",), beside=("events",)),
    "experiment": Cells(
        people=("people", "converted", "waiting"), beside=("seen", "goals_done", "net_minor", "net_squares"), way=alone
    ),
    "funnel": Cells(people=("people",), beside=("median_ms",), way=steps),
    "funnel_split": Cells(people=("people",), way=split_steps),
    "lifetime": _COHORTS,
    "live_now": Cells(people=("people",), way=alone),
    "live_pages": Cells(people=("people",), beside=("views",)),
    "mail_messages": Cells(people=_MAIL, way=alone),
    "persons": Cells(people=("persons", "known_persons", "several_devices"), way=alone),
    "persons_days": Cells(people=("persons", "visitors"), way=alone),
    "property_paths": Cells(people=("people", "converted", "waiting"), beside=("median_ms",), way=paths),
    "retention": _COHORTS,
    "segment_sizes": Cells(people=("people",), way=alone),
}  # fmt: skip
LISTS = (  # of people, one by one
    "people", "cohort_people", "funnel_people", "population_people", "active_people", "lifetime_people",
    "property_path_people", "experiment_seen", "event_visitors", "session_visitors", "mail_readers",
)  # fmt: skip
LINES = ("page_days", "row_days")  # of a page or campaign each day: told whole or not at all
MASKED = (  # of records
    "user_id", "query", "referrer", "user_agent", "network", "click_ids", "browser_ids", "identifiers", "sealed",
    "properties", "examples",
)  # fmt: skip
_RECORDS = (
    "fate_events", "fate_drops", "people", "person_events", "person_everything", "recipient_events", "stored_events",
    "properties",
)  # fmt: skip
_ORDER = ("rank", "highest")  # of the power report: numbers of the column that sorts
_NAMES_PEOPLE = "prop."  # a field whose values anybody may have written


class Sight:
    """`Runs` of what `inner` answers. `sees` says of a site whether personal data are shown there."""

    def __init__(self, inner: Runs, sees: Callable[[str], bool], *, counted: Callable[[int], object] = int) -> None:
        self._inner = inner
        self._sees = sees
        self._counted = counted  # how many numbers were hidden

    def run(self, name: str, /, **params: Param) -> Rows:
        """Raises what the reports raise, and TooFew."""
        if self._sees(str(params.get("site", ""))):
            return self._inner.run(name, **params)
        rows = self._shown(name, params)
        self._counted(sum(isinstance(value, Hidden) for row in rows for value in row.values()))
        columns = list(rows[0]) if rows else []
        return Rows(columns, [list(row.values()) for row in rows])

    def parquet(self, name: str, /, **params: Param) -> bytes:
        """Raises what the reports raise, TooFew and NoExactFile."""
        is_exact = self._sees(str(params.get("site", "")))
        if not is_exact and self._shown(name, params) != self._inner.run(name, **params).dicts():
            raise NoExactFile(f"{name} has numbers of fewer than {LEAST} people, or what names one")
        return self._inner.parquet(name, **params)

    def _shown(self, name: str, params: Mapping[str, Param]) -> list[Row]:
        ask = partial(self._inner.run, name)
        if name == "power":
            return _power(ask, params)
        if name not in TABLES:
            return shown(name, ask(**params).dicts(), params)
        skip, limit = int(str(params.get("skip", 0))), int(str(params.get("limit", MOST_ROWS)))
        whole = {key: value for key, value in params.items() if key != "skip"} | {"limit": max(skip + limit, MOST_ROWS)}
        return shown(name, ask(**whole).dicts(), params)[skip : skip + limit]


class TableSight(Sight):
    """`Tables` of what `inner` answers."""

    def __init__(self, inner: Tables, sees: Callable[[str], bool], *, counted: Callable[[int], object] = int) -> None:
        super().__init__(inner, sees, counted=counted)
        self._tables = inner

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Of rows that were made from what passed here. Raises NoExactFile."""
        if any(isinstance(value, Hidden) for row in rows for value in row.values()):
            raise NoExactFile(f"the file has numbers of fewer than {LEAST} people")
        return self._tables.table(kinds, rows)


def shown(name: str, rows: list[Row], params: Mapping[str, Param]) -> list[Row]:
    """Raises TooFew for a list of so few people that it would name them."""
    if name in LISTS and rows and not params.get("skip"):
        counted = int(rows[0].get("counted") or len(rows))
        whole = counted if "counted" in rows[0] else max(counted, int(str(params.get("limit", 0))) == counted and LEAST)
        if whole < LEAST:
            raise TooFew(f"fewer than {LEAST} people")
    if name in LINES and any(0 < int(row["counted"]) < LEAST for row in rows):
        raise TooFew(f"a day has fewer than {LEAST}")
    if name == "filter_values" and str(params.get("field", "")).startswith(_NAMES_PEOPLE):
        return []
    if name in _RECORDS:
        rows = [{key: _dots(key, value) if key in MASKED else value for key, value in row.items()} for row in rows]
    return hide(rows, CELLS[name]) if name in CELLS else rows


def _dots(key: str, value: Any) -> Any:
    if not value:
        return value
    if isinstance(value, dict):
        return dict.fromkeys(value, DOTS)
    if isinstance(value, list):
        return [DOTS for _ in value]
    return Known(str(value)) if key == "user_id" else DOTS


def _power(ask: Callable[..., Rows], params: Mapping[str, Param]) -> list[Row]:
    """People are counted also where nobody asked how many they are. Raises BadParameter where there is no room."""
    by, cols = _texts(params.get("by", USUAL_BY)), _texts(params.get("cols", USUAL_COLUMNS))
    more = [] if "people" in cols else ["people"]
    if len(cols) + len(more) > MOST_COLUMNS:
        raise BadParameter(f"cols: without the right to see personal data, {MOST_COLUMNS - 1} columns beside people")
    rows = ask(**{**params, "cols": [*cols, *more]}).dicts()
    question = read_question(by, [*cols, *more], str(params.get("sort", "")))
    named = dict(zip(question.names[len(by) :], question.columns, strict=True))
    counting = [name for name, column in named.items() if column.kind == "people" and name != "people"]
    beside = tuple(name for name in (*named, *_ORDER) if name != "people")
    found = merged(rows, Cells(people=("people", *counting), beside=beside), names=question.names[: len(by)])
    return [{key: value for key, value in row.items() if not more or key != "people"} for row in found]


def _texts(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
