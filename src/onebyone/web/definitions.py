"""What the numbers of a page mean: its reports in words, their SQL, and the files of their rows."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.reports.catalogue import DIRECTORY, Report, filtered, read_report
from onebyone.reports.filters import conditions_of, takes
from onebyone.reports.sorting import Sorts
from onebyone.store import Param
from onebyone.store.params import written
from onebyone.web import breakdown, on_page, overview_tables
from onebyone.web.address import Narrows

_BEHIND: Mapping[str, tuple[str, ...]] = {  # a page's numbers
    "acquisition": ("credited_orders", "placed_orders", "session_visitors", "event_visitors"),
    "events": ("event_days", "event_list"),
}
ON_PAGE: Mapping[str, tuple[str, ...]] = {  # the reports that make a page, in the order of its cells
    "overview": ("totals", "overview", "copies", "seen_by", "loss", *overview_tables.REPORTS),
    "conversions": (
        "conversion_sums",
        "conversion_parts",
        "conversion_records",
        "order_channels",
        "revenue_days",
        "revenue_revisions",
    ),
    "loss": ("loss", "missed_orders", "log_views", "gaps"),
    "attribution": ("credits_by_rule", "paths", "shared_orders"),
    "reconciliation": ("reconciliation_orders", "order_copies", "campaign_ids"),
    "ledger": ("ledger_days", "drops", "drop_list", "kept_events"),
    **{
        shown.page: (*(table.report for table in shown.tables), *_BEHIND.get(shown.page, ()))
        for shown in (*breakdown.ALL, *on_page.ALL)
    },
    "vitals": ("vitals", "vital_pages", "vital_list"),
    "funnels": ("funnel", "funnel_split", "funnel_people"),
    "retention": ("retention", "cohort_people"),
    "lifetime": ("lifetime", "lifetime_people", "churn"),
    "populations": ("populations", "population_people"),
    "days_active": ("days_active", "active_people"),
    "experiments": ("experiment", "experiment_seen"),
    "explore": ("power",),
    "paths": ("property_paths", "property_path_people"),
    "email": (
        "mail_messages",
        "mail_readers",
        "mail_orders",
        "mail_ordered",
        "mail_recipients",
        "recipient_events",
    ),
    "people": ("people", "persons"),
    "segments": ("segment_sizes", "segment_why"),
    "consent": ("consent_totals", "consent_days", "consent_countries", "consent_sources"),
    "traffic": ("verdict_days", "verdict_kinds", "new_agents", "networks", "judged_events"),
}
MOST_ROWS = 100_000  # of a file
_DROPS_KEEP_LITTLE = "What was dropped is counted here too, and keeps too little."
FILES = {  # the address's name of a file, and the report whose rows it has
    "overview": "overview",
    "ledger": "ledger_days",
    **{
        name: name
        for name in (
            "drops", "gaps", "log_views", "channels", "sources", "referrers", "campaigns", "terms", "contents",
            "pages", "landing_pages",
            "countries", "devices", "browsers", "verdict_days", "verdict_kinds", "new_agents", "networks",
            "event_names", "event_days", "properties", "engagement", "vitals", "vital_pages", "errors", "error_pages",
            "lifetime", "churn", "populations", "days_active", "consent_totals", "consent_days", "consent_countries",
            "consent_sources", "credits_by_rule", "loss", "mail_messages", "retention", "people",
        )
    },
    "conversions": "conversion_records",
    "conversions/days": "revenue_days",
    "conversions/revisions": "revenue_revisions",
    "experiments": "experiment",
    "explore": "power",
    "funnels": "funnel",  # of one that is split, funnel_split
    "paths": "property_paths",
}  # fmt: skip
_FILE_OF = {report: name for name, report in FILES.items()}
_CATALOGUE: dict[str, Report] = {file.stem: read_report(file) for file in sorted(DIRECTORY.glob("*.sql"))}
TITLES = {file: _CATALOGUE[report].title for file, report in FILES.items()}  # of a file, in words


class Definition(Struct, frozen=True):
    """`file`: the name of its files in an address, "" if its rows are no file of their own."""

    title: str
    about: str
    sql: str
    file: str


def definitions(page: str, params: Mapping[str, Param]) -> list[Definition]:
    """Of a page in ON_PAGE, for these parameters."""
    reports = [_CATALOGUE[name] for name in ON_PAGE[page]]
    return [Definition(one.title, one.about, sql_of(one.name, params), _FILE_OF.get(one.name, "")) for one in reports]


def narrows(report: str) -> Narrows:
    """The fields that the report takes filters of."""
    found = _CATALOGUE.get(report)
    if found is None:
        return Narrows()
    return Narrows(found.fields, _DROPS_KEEP_LITTLE if "FROM drops" in found.template else "")


def sorts(report: str) -> Sorts:
    """The columns that the report's rows can be sorted by."""
    found = _CATALOGUE.get(report)
    return found.sorts if found else Sorts()


def sql_of(report: str, params: Mapping[str, Param]) -> str:
    """The report for a client of ClickHouse: its parameters set, and those named that only the page knows."""
    found = _CATALOGUE[report]
    lines = [f"-- {found.title}", f"-- {found.about}"]
    asked = params.get("filters", ())
    conditions, rule = conditions_of(asked)
    if any(not takes(found.fields, one.field) for one in conditions) or (rule is not None and not found.takes_rule):
        params = {key: value for key, value in params.items() if key != "filters"}
        lines.append("-- It counts everything, whatever filters the page has.")
    found, narrowed = filtered(found, params)
    given = {"limit": MOST_ROWS, **narrowed}
    for name, kind in found.params.items():
        if name in given:
            text = written(name, kind, given[name]).replace("\\", "\\\\").replace("'", "\\'")
            lines.append(f"SET param_{name} = '{text}';")
        else:
            lines.append(f"-- SET param_{name} = ...; -- {kind}, as it was chosen on the page")
    return "\n".join([*lines, "", found.sql.rstrip() + ";", ""])
