"""Consent: what may we do, for whom?"""

from __future__ import annotations

from functools import partial

from litestar import Response, get

from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import behind_address, permissions
from onebyone.web.access import Ask, TheSite, need_sight
from onebyone.web.consent_history import already_sent
from onebyone.web.csv_file import csv_answer
from onebyone.web.desk import Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.permissions import NARROWS
from onebyone.web.view import asked, controls, params

DAYS = 60
COUNTRIES = 40
LATEST = 20
LONGEST_PERSON = 64


@get("/s/{site_id:str}/consent", sync_to_thread=True, include_in_schema=False)
def consent(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, ("person",), narrows=NARROWS)
    given = params(view, site)
    answers = desk.ask_all(
        {
            "totals": ("consent_totals", given),
            "sources": ("consent_sources", given),
            "countries": ("consent_countries", given | {"limit": COUNTRIES}),
            "days": ("consent_days", given | {"limit": DAYS}),
            "ever": ("ledger_totals", given),
        }
    )
    person = view.given.get("person", "")[:LONGEST_PERSON]
    if person:
        need_sight(request, site)
    may_see = request.user.may(site.id, Role.EDITOR)
    found = desk.records.history(site.id, "consent", person)[::-1] if person else desk.records.latest(site.id)
    return page(
        desk,
        "consent.html",
        frame(request, desk, "Consent", site=site, page="consent"),
        view=view,
        totals=answers["totals"],
        ever=answers["ever"],
        sources=answers["sources"],
        source_lines=permissions.lines(answers["sources"].rows, "consent_source", view),
        countries=answers["countries"],
        country_lines=permissions.lines(answers["countries"].rows, "country", view),
        days=answers["days"],
        day_lines=permissions.lines(answers["days"].rows, "country", view),
        behind=partial(behind_address.at, view, "events"),
        person=person if may_see else "",
        may_see=may_see,
        may_find=request.user.sees_people(site.id),
        may_erase=request.user.may(site.id, Role.ADMIN),
        choices=[permissions.choice(one, site.zone) for one in found[:LATEST]] if may_see else [],
        sent=already_sent(desk, site, person) if person and may_see and found else None,
        rules=_rules(desk, site),
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/consent.csv", sync_to_thread=True, include_in_schema=False)
def consent_file(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    """Raises what the report raises: no file is better than an empty one."""
    given = params(asked(request, desk, site, narrows=NARROWS), site) | {"limit": 100_000}
    return csv_answer(f"{site.name}-consent", desk.reports.run("consent_days", **given).dicts())


def _rules(desk: Desk, site: Site) -> list[tuple[str, str]]:
    """What this site decided, in words."""
    chosen = site.consent
    found = desk.law.profiles.get(chosen.unknown_region)
    unknown = f"{chosen.unknown_region}: {found.about}" if found else "the strictest rule"
    rules = [("Where nobody knows the place", unknown)]
    rules += [(f"Of those who refuse, {region}", f"{mode}") for region, mode in sorted(chosen.denied_mode.items())]
    gpc = "honoured" if chosen.gpc else "not honoured"
    rules.append(("Global Privacy Control", gpc + (", in listed regions" if chosen.gpc_scope != "worldwide" else "")))
    rules.append(("Do Not Track", "honoured" if chosen.honor_dnt else "not honoured"))
    kept = ", ".join(chosen.query_kept)
    rules.append(
        ("Parameters of addresses", f"{kept} are kept" if kept else "cut off, but for campaigns and click ids")
    )
    if chosen.sensitive:
        rules.append(("Sensitive site", "asks everywhere where opting out would do"))
    if chosen.analytics_exempt:
        rules.append(("Statistics without a choice", ", ".join(chosen.analytics_exempt)))
    return rules


ROUTES = (consent, consent_file)
