"""Behind a number: the orders, visitors or events that a row of a table counts, one by one."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from onebyone.state.sites import Site
from onebyone.web import behind
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import View
from onebyone.web.csv_file import csv_answer
from onebyone.web.definitions import MOST_ROWS
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.listed import SHOWN
from onebyone.web.view import asked, controls, params

_TITLES = {
    "orders": "Orders", "visitors": "Visitors", "events": "Events one by one", "drops": "Drops one by one",
    "recipients": "Recipients",
}  # fmt: skip
_ONCE = ("counted", "net_sum", "times_sum", "withheld", "share_sum", "share_minor_sum")  # what each row says of all


def _page(kind: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/behind/{kind}", sync_to_thread=True, include_in_schema=False)
    def records(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
        view = _view(request, desk, site, kind)
        report, given = behind.report(view, kind), params(view, site)
        narrowed = given | behind.params(view, kind) | {"limit": SHOWN}
        answers = desk.ask_all({"list": (report, narrowed), "ever": ("ledger_totals", given)})
        return page(
            desk,
            "behind.html",
            frame(request, desk, _TITLES[kind], site=site, page=behind.menu(view, kind)),
            view=view,
            kind=kind,
            of=behind.page_of(view, kind),
            takes_traffic=behind.takes_traffic(view, kind),
            back=behind.back(view, kind),
            answer=answers["list"],
            shown=behind.shown(answers["list"].rows, view, kind, site, desk.today(site.zone)),
            ever=answers["ever"],
            **controls(view, desk, site, compares=False),
        )

    return records


def _file(kind: str) -> HTTPRouteHandler:
    @get(f"/s/{{site_id:str}}/behind/{kind}.csv", sync_to_thread=True, include_in_schema=False)
    def file(request: Ask, desk: TheDesk, site: TheSite) -> Response[Any]:
        """From the beginning of the list. Raises what the report raises."""
        view = _view(request, desk, site, kind)
        given = params(view, site) | behind.params(view, kind)
        rows = desk.reports.run(behind.report(view, kind), limit=MOST_ROWS, **given).dicts()
        return csv_answer(f"{site.name}-{kind}", [{k: v for k, v in row.items() if k not in _ONCE} for row in rows])

    return file


def _view(request: Ask, desk: Desk, site: Site, kind: str) -> View:
    narrows = behind.narrows(kind, request.query_params.get("by", ""))
    return asked(request, desk, site, behind.KEYS, narrows=narrows)


ROUTES = tuple(form(kind) for kind in _TITLES for form in (_page, _file))
