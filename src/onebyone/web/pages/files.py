"""The rows of the pages as files, and their SQL: same query, `.csv`, `.parquet` or `.sql` behind the name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.web.access import Ask, TheSite
from onebyone.web.choices import chosen, keys
from onebyone.web.compared import rows_beside
from onebyone.web.csv_file import csv_answer, download
from onebyone.web.definitions import FILES, MOST_ROWS, narrows, sorts, sql_of
from onebyone.web.desk import TheDesk
from onebyone.web.table_place import sorted_by
from onebyone.web.view import asked, params


def _keys(report: str) -> Collection[str]:
    return (*keys(report), "sort") if sorts(report).columns else keys(report)


def _csv(name: str, report: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.csv", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """Raises what the report raises: no file is better than an empty one."""
        view = asked(request, desk, site, _keys(report), narrows=narrows(report))
        choice = chosen(view, report)
        rows = rows_beside(
            report, view, site, MOST_ROWS, lambda given: desk.reports.run(report, **given, **choice).dicts()
        )
        return csv_answer(f"{site.name}-{name}", rows)

    return file


def _parquet(name: str, report: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.parquet", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """Raises what the report raises."""
        view = asked(request, desk, site, _keys(report), narrows=narrows(report))
        given = params(view, site) | sorted_by(view, sorts(report)) | {"limit": MOST_ROWS}
        rows = desk.reports.parquet(report, **given, **chosen(view, report))
        headers = download(f"{site.name}-{name}", "parquet")
        return Response(rows, media_type="application/vnd.apache.parquet", headers=headers)

    return file


def _sql(name: str, report: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/{name}.sql", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        view = asked(request, desk, site, _keys(report), narrows=narrows(report))
        text = sql_of(report, params(view, site) | sorted_by(view, sorts(report)) | chosen(view, report))
        return Response(text, media_type="text/plain; charset=utf-8")

    return file


ROUTES = tuple(form(name, report) for name, report in FILES.items() for form in (_csv, _parquet, _sql))
