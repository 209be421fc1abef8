"""Traffic quality: which traffic is people?"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from litestar import Response, get

from onebyone.pipeline.rules import DRAFT, Ruleset, RulesUnreadable, read_rules
from onebyone.web import numbers, traffic
from onebyone.web.access import Ask, TheSite
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.verdict_list import link, of_crawlers, of_draft, of_table
from onebyone.web.view import asked, controls, params

_ASKED = 10_000
_REPORTS = ("verdict_days", "verdict_kinds", "new_agents", "networks")


@get("/s/{site_id:str}/traffic", sync_to_thread=True, include_in_schema=False)
def traffic_quality(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=traffic.NARROWS)
    given = params(view, site) | {"limit": _ASKED}
    answers = desk.ask_all({name: (name, given) for name in (*_REPORTS, "ledger_totals")})
    days, kinds = answers["verdict_days"], answers["verdict_kinds"]
    first, last = view.period.first, view.period.last
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    sums = traffic.totals(days.rows)
    rules, wrong = _draft(desk.settings.rules)
    return page(
        desk,
        "traffic.html",
        frame(request, desk, "Traffic quality", site=site, page="traffic"),
        view=view,
        ever=answers["ledger_totals"],
        days=days,
        says="" if days.error else traffic.says(sums),
        legend=traffic.legend(sums),
        chart=traffic.chart(days.rows, dates, today=desk.today(site.zone)),
        table=[(numbers.day(date.fromisoformat(row["local_day"])), row) for row in days.rows],
        series=traffic.SERIES,
        behind=partial(link, view),
        cells=[
            [
                ("verdict_kinds", traffic.rules(kinds, of_table(view, "rule", "id"))),
                ("networks", traffic.networks(answers["networks"], of_table(view, "network", "name"))),
            ],
            [
                ("new_agents", traffic.agents(answers["new_agents"], site, of_table(view, "agent", "agent"))),
                ("", traffic.crawlers(kinds, of_crawlers(view))),
            ],
        ],
        draft=traffic.draft(kinds, rules, of_draft(view)) if rules and not kinds.error else None,
        draft_file=DRAFT,
        draft_wrong=wrong,
        **controls(view, desk, site, compares=False),
    )


ROUTES = (traffic_quality,)


def _draft(directory: Path | None) -> tuple[Ruleset | None, str]:
    """The rules to try, or why there are none."""
    if directory is None or not (directory / DRAFT).exists():
        return None, ""
    try:
        return read_rules(directory / DRAFT), ""
    except RulesUnreadable as error:
        return None, str(error)
