"""Populations: how many are new, come back, or are gone? And Days active: how often are they there?"""

from __future__ import annotations

from litestar import Response, get

from onebyone.web import numbers, populations, retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.choices import chosen, keys
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.person_lists import of_days, of_population
from onebyone.web.view import asked, controls, params


@get("/s/{site_id:str}/populations", sync_to_thread=True, include_in_schema=False)
def over_time(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, keys("populations"), narrows=populations.NARROWS)
    choice, given = chosen(view, "populations"), params(view, site)
    unit = str(choice["unit"])
    answers = desk.ask_all({"units": ("populations", given | choice), "ever": ("ledger_totals", given)})
    found = populations.units(answers["units"].rows, unit, desk.today(site.zone))
    return page(
        desk,
        "populations.html",
        frame(request, desk, "Populations", site=site, page="retention"),
        view=view,
        unit=unit,
        ever=answers["ever"],
        answer=answers["units"],
        says=numbers.said(populations.says(found, unit)),
        drawn=populations.chart(found, unit),
        lines=populations.lines(found, unit, of_population(view)),
        series=(*populations.SERIES, populations.GONE),
        about={key: text.format(unit=unit) for key, text in populations.ABOUT.items()},
        tabs=retention.TABS,
        tab="populations",
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/days_active", sync_to_thread=True, include_in_schema=False)
def by_days(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=EVERY_FIELD)
    given, period = params(view, site), view.period
    answers = desk.ask_all({"days": ("days_active", given), "ever": ("ledger_totals", given)})
    return page(
        desk,
        "days_active.html",
        frame(request, desk, "Days active", site=site, page="retention"),
        view=view,
        ever=answers["ever"],
        answer=answers["days"],
        found=populations.days(
            answers["days"].rows,
            populations.come(period.first, period.last, desk.today(site.zone)),
            of_days(view),
        ),
        tabs=retention.TABS,
        tab="days_active",
        **controls(view, desk, site, compares=False),
    )


ROUTES = (over_time, by_days)
