"""The form above each report: one more filter, as the page's own address, and the values it offers."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, quote

from litestar import get
from litestar.params import FromQuery
from litestar.response import Redirect

from onebyone.reports.filters import (
    AMOUNT,
    FIELDS,
    MARKS,
    MOST_LETTERS,
    WHOM,
    FilterUnreadable,
    escaped,
    read_condition,
    takes,
)
from onebyone.reports.own import OWN
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web.access import TheSite
from onebyone.web.address import NotUnderstood, address
from onebyone.web.desk import Desk, TheDesk

LOOKED_AT = timedelta(days=7)  # for values to offer: a field of a form must answer at once
OFFERED = 20
CONSENT = ("all", "statistics", "ads", "none")


@get("/s/{site_id:str}/filter", sync_to_thread=False, include_in_schema=False)
def add_filter(
    site: TheSite,
    at: FromQuery[str] = "",
    field: FromQuery[str] = "",
    op: FromQuery[str] = "=",
    value: FromQuery[str] = "",
    name: FromQuery[str] = "",
) -> Redirect:
    """`name` is that of a property. Only ever leads to a page of this site. Raises NotUnderstood."""
    path, _, query = at.partition("?")
    if not path.startswith(f"/s/{site.id}/") or "//" in path:
        path, query = f"/s/{site.id}/overview", ""
    field += name.strip() if field == OWN else ""
    return Redirect(with_filter(quote(path, safe="/%"), query, field + op.removesuffix("="), value), status_code=303)


def with_filter(path: str, query: str, key: str, value: str) -> str:
    """The canonical address of the page with one condition more. Raises NotUnderstood."""
    pairs = parse_qsl(query)
    given = {name: text for name, text in pairs if not takes(FIELDS, name.rstrip(MARKS)) and name != "after"}
    filters = [(name, text) for name, text in pairs if takes(FIELDS, name.rstrip(MARKS))]
    try:
        conditions = [read_condition(name, text) for name, text in [*filters, (key, value)]]
        return address(path, given, conditions, {})  # what the page's own address said is not its default
    except FilterUnreadable as error:
        back = f"{path}?{query}" if query else path
        raise NotUnderstood(f"{error} ", "Back to the page", back, ".") from None


@get("/s/{site_id:str}/filter/values", sync_to_thread=True, include_in_schema=False)
def values(desk: TheDesk, site: TheSite, field: FromQuery[str] = "", q: FromQuery[str] = "") -> list[tuple[str, int]]:
    """What the last days hold in a field and contains `q`, as an address writes it, the most frequent first."""
    if field == "consent":
        return [(one, 0) for one in CONSENT if q.lower() in one]
    if field not in FIELDS or field in (AMOUNT, *WHOM):
        return []
    report, given = values_question(desk, site, field, q, limit=OFFERED)
    return [(escaped(row["value"]), row["found"]) for row in desk.ask(report, **given).rows]


def values_question(desk: Desk, site: Site, field: str, text: str, *, limit: int) -> tuple[str, dict[str, Param]]:
    """Report and parameters: what the last days hold in a field and contains the text."""
    end = desk.clock()
    given: dict[str, Param] = {"site": site.id, "from": end - LOOKED_AT, "to": end, "traffic": "people"}
    return "filter_values", given | {"field": field, "text": text[:MOST_LETTERS], "limit": limit}


ROUTES = (add_filter, values)
