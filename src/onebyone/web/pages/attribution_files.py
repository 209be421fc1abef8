"""The numbers of Attribution as files: every model's credits, what the rules are told from, and the paths."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.attribution_question import KEYS, MOST_PATHS, credit_rows, read_question
from onebyone.web.credit_table import KINDS
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.definitions import sql_of
from onebyone.web.desk import Desk, Row, TheDesk
from onebyone.web.view import asked, params


def _asking(request: Ask, desk: Desk, site: Site) -> dict[str, Param]:
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    return params(view, site) | read_question(view, site).asking


def _rows(request: Ask, desk: Desk, site: Site) -> list[Row]:
    return credit_rows(desk.reports, _asking(request, desk, site))


@get("/s/{site_id:str}/attribution.csv", sync_to_thread=True, include_in_schema=False)
def attribution_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return csv_answer(f"{site.name}-attribution", _rows(request, desk, site))


@get("/s/{site_id:str}/attribution.parquet", sync_to_thread=True, include_in_schema=False)
def attribution_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    return parquet_answer(f"{site.name}-attribution", desk.reports.table(KINDS, _rows(request, desk, site)))


@get("/s/{site_id:str}/attribution/paths.csv", sync_to_thread=True, include_in_schema=False)
def paths_csv(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    """A row for each path, which is a JSON array. Raises what the report raises."""
    rows = desk.reports.run("paths", **_asking(request, desk, site), limit=MOST_PATHS).dicts()
    written = [row | {"path": msgspec.json.encode(row["path"]).decode()} for row in rows]
    return csv_answer(f"{site.name}-attribution-paths", written)


@get("/s/{site_id:str}/attribution/paths.parquet", sync_to_thread=True, include_in_schema=False)
def paths_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    body = desk.reports.parquet("paths", **_asking(request, desk, site), limit=MOST_PATHS)
    return parquet_answer(f"{site.name}-attribution-paths", body)


def _sql(name: str, report: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.sql", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        text = sql_of(report, _asking(request, desk, site) | {"limit": MOST_PATHS, "now": desk.clock()})
        return Response(text, media_type="text/plain; charset=utf-8")

    return file


ROUTES = (
    attribution_csv,
    attribution_parquet,
    paths_csv,
    paths_parquet,
    _sql("attribution", "credits_by_rule"),
    _sql("attribution/paths", "paths"),
)
