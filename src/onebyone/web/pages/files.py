"""The rows of the pages as files, and their SQL: same query, `.csv`, `.parquet` or `.sql` behind the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import View
from onebyone.web.compared import rows_beside
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.definitions import FILES, MOST_ROWS, sql_of
from onebyone.web.desk import Desk, Row, TheDesk
from onebyone.web.file_questions import question_of
from onebyone.web.view import asked, params

_OF_THEIR_PAGES = ("loss.csv", "loss.parquet", "loss.sql", "people.csv", "people.parquet")  # which look first


def _asked(name: str, request: Ask, desk: Desk, site: Site) -> tuple[View, str, Mapping[str, Param]]:
    question = question_of(name)
    view = asked(request, desk, site, question.keys, narrows=question.narrows)
    return view, *question.asks(view, site)


def _csv(name: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.csv", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """Raises what the report raises: no file is better than an empty one."""
        view, report, more = _asked(name, request, desk, site)

        def rows(given: Mapping[str, Param]) -> list[Row]:
            return desk.reports.run(report, **{"now": desk.clock(), **given, **more}).dicts()

        found = rows_beside(report, view, site, MOST_ROWS, rows)
        return csv_answer(f"{site.name}-{name}", question_of(name).shape(view, found))

    return file


def _parquet(name: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.parquet", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """The columns of the report, in the types of the store. Raises what the report raises."""
        view, report, more = _asked(name, request, desk, site)
        body = desk.reports.parquet(report, **{"now": desk.clock(), "limit": MOST_ROWS, **params(view, site), **more})
        return parquet_answer(f"{site.name}-{name}", body)

    return file


def _sql(name: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.sql", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        view, report, more = _asked(name, request, desk, site)
        return Response(sql_of(report, {**params(view, site), **more}), media_type="text/plain; charset=utf-8")

    return file


ROUTES = tuple(
    form(name)
    for name in FILES
    for form, ending in ((_csv, "csv"), (_parquet, "parquet"), (_sql, "sql"))
    if f"{name}.{ending}" not in _OF_THEIR_PAGES
)
