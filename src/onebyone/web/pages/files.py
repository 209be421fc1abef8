"""The tables of the pages as CSV: same query, `.csv` behind the page or the report."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.web.access import Ask, TheSite
from onebyone.web.csv_file import csv_answer
from onebyone.web.desk import TheDesk
from onebyone.web.view import asked, params

MOST_ROWS = 100_000
FILES = {  # in the address: its report
    "overview": "overview",
    "ledger": "ledger_days",
    "drops": "drops",
    "channels": "channels",
    "sources": "sources",
    "referrers": "referrers",
    "campaigns": "campaigns",
    "pages": "pages",
    "landing_pages": "landing_pages",
    "countries": "countries",
    "devices": "devices",
    "browsers": "browsers",
    "verdict_days": "verdict_days",
    "verdict_kinds": "verdict_kinds",
    "new_agents": "new_agents",
    "networks": "networks",
    "event_names": "event_names",
    "properties": "properties",
}


def _file(name: str, report: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.csv", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """Raises what the report raises: no file is better than an empty one."""
        view = asked(request, desk, site)
        rows = desk.reports.run(report, limit=MOST_ROWS, **params(view, site)).dicts()
        return csv_answer(f"{site.name}-{name}", rows)

    return file


ROUTES = tuple(_file(name, report) for name, report in FILES.items())
