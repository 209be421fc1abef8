"""Sites: how is every site doing?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import Param
from onebyone.web import chart, numbers, site_form
from onebyone.web.above import MISSED, missed_of
from onebyone.web.access import Ask, Form, need
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.figures import missed_figure
from onebyone.web.frame import frame, page
from onebyone.web.needs import stopped_destinations
from onebyone.web.period import preset


class SiteRow(Struct, frozen=True, kw_only=True):
    """One site in its own words and currency."""

    site: Site
    answer: Answer
    orders: str
    revenue: str
    visitors: str
    missed: str
    missed_note: str
    stopped: int  # destinations that need help
    last: str
    line: str
    has_data: bool


@get("/", sync_to_thread=True, include_in_schema=False)
def all_sites(request: Ask, desk: TheDesk) -> Response[str]:
    seen = [site for site in desk.sites.all() if request.user.may(site.id, Role.VIEWER)]
    return _page(request, desk, seen, site_form.SiteForm(zone="UTC"), {})


@post("/sites", sync_to_thread=True, include_in_schema=False)
def add_site(request: Ask, desk: TheDesk, form: Form) -> Response[Any]:
    need(request, None, Role.ADMIN)
    typed = site_form.guessed(site_form.typed(form))
    wrong = site_form.check(typed)
    if wrong:
        seen = desk.sites.all()
        return _page(request, desk, seen, typed, dict(wrong), status=400)
    site = desk.sites.add(typed.name, site_form.origins(typed), zone=typed.zone, currency=typed.currency)
    desk.users.note(request.user.name, site.id, "site_added", site.name)
    return Redirect(f"/s/{site.id}/start", status_code=303)


ROUTES = (all_sites, add_site)


def _page(
    request: Ask, desk: Desk, seen: list[Site], typed: site_form.SiteForm, wrong: dict[str, str], *, status: int = 200
) -> Response[str]:
    return page(
        desk,
        "sites.html",
        frame(request, desk, "Sites", page="sites"),
        status=status,
        rows=[_row(desk, site) for site in seen],
        typed=typed,
        wrong=wrong,
        currencies=site_form.CURRENCIES,
        no_password=not request.user.has_password,
        version=desk.settings.version or "unreleased",
    )


def _row(desk: Desk, site: Site) -> SiteRow:
    today = desk.today(site.zone)
    month = preset("30d", today=today, since=today)
    start, end = month.instants(site.zone)
    asked: dict[str, Param] = {
        "site": site.id,
        "from": start,
        "zone": site.zone,
        "currency": site.currency,
        "traffic": "people",
    }
    answers = desk.ask_all(
        {
            "line": ("site_line", asked | {"to": min(end, desk.clock())}),
            "days": ("overview", asked | {"to": end}),
            "missed": ("loss", asked | MISSED | {"to": end}),
        }
    )
    answer, missed = answers["line"], missed_figure(missed_of(answers["missed"], site))
    by_day = {row["day"]: row["visitors"] for row in reversed(answers["days"].rows)}
    line = [by_day.get(day.isoformat(), 0) for day in month.days()]
    first, last = answer.first, answer.first.get("last_at")
    return SiteRow(
        site=site,
        answer=answer,
        orders=numbers.count(first.get("orders")),
        revenue=numbers.money(first.get("revenue_minor"), site.currency),
        visitors=numbers.count(first.get("visitors")),
        missed=missed.text,
        missed_note=missed.note,
        stopped=len(stopped_destinations(desk, site)),
        last=numbers.when(datetime.fromisoformat(last), site.zone, today) if last else "",
        has_data=bool(last),
        line=chart.sparkline(line, title=f"Visitors a day of {site.name} in the last 30 days"),
    )
