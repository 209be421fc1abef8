"""What a dashboard's cells may show, how each is written, and what a page offers of it.

`metric:orders` a figure, `chart:orders` a line with its table, `table:channels` a table of a report;
`explore?by=page&cols=events` a power report and `funnels?steps=a,b` a funnel, with the query of their page.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from onebyone.web import breakdown, on_page
from onebyone.web.breakdown import Breakdown, Table
from onebyone.web.day_chart import MEASURES

METRICS: Mapping[str, str] = {
    "net-revenue": "Net revenue", "orders": "Orders", "average-order": "Average order", "visitors": "Visitors",
    "conversion-rate": "Conversion rate", "missed-by-browsers": "Missed by browsers",
}  # fmt: skip
TABLES: Mapping[str, tuple[Breakdown, Table]] = {
    table.report: (shown, table) for shown in (*breakdown.ALL, *on_page.ALL) for table in shown.tables
}
_ON_OVERVIEW = ("channels", "countries", "devices", "landing_pages", "campaigns")
KEPT: Mapping[str, tuple[str, ...]] = {"explore": ("by", "cols", "sort"), "funnels": ("steps", "within", "without")}
WITH_QUERY: Mapping[str, str] = {"explore": "Power report", "funnels": "Funnel"}
MOST_CELLS = 20
LONGEST = 2_000  # of what a cell shows, as it is written


def title_of(what: str) -> str:
    """The usual name of a cell; "" for what no cell shows."""
    kind, _, name = what.partition(":")
    if len(what) > LONGEST:
        return ""
    if kind == "metric":
        return METRICS.get(name, "")
    if kind == "chart":
        return f"{MEASURES[name].name} over time" if name in MEASURES else ""
    if kind == "table":
        return TABLES[name][1].title if name in TABLES else ""
    page, question, query = what.partition("?")
    known = {key for key, _ in parse_qsl(query)} <= set(KEPT.get(page, ()))
    return WITH_QUERY[page] if question and page in WITH_QUERY and known else ""


def page_of(what: str) -> tuple[str, dict[str, str]]:
    """The page that a cell is of, and the keys that show it there."""
    kind, _, name = what.partition(":")
    if kind in ("metric", "chart"):
        return "overview", {"metric": name} if name in MEASURES else {}
    if kind == "table":
        return TABLES[name][0].page, {}
    page, _, query = what.partition("?")
    return page, dict(parse_qsl(query))


def offers(page: str, query: str, metric: str) -> list[tuple[str, str]]:
    """The cells of a page with their names, the one that its address chose first."""
    given = dict(parse_qsl(query))
    if page == "overview":
        chosen = metric if metric in MEASURES else next(iter(MEASURES))
        charts = [f"chart:{key}" for key in (chosen, *(key for key in MEASURES if key != chosen))]
        found = [*charts, *(f"metric:{key}" for key in METRICS), *(f"table:{name}" for name in _ON_OVERVIEW)]
    elif page in KEPT:
        found = [f"{page}?{urlencode([(key, given[key]) for key in KEPT[page] if key in given], safe='/.,:~!')}"]
    else:
        found = [f"table:{name}" for name, (shown, _) in TABLES.items() if shown.page == page]
    return [(what, title_of(what)) for what in found]
