"""Experiments: which variant is better, and may it be said yet?"""

from __future__ import annotations

from litestar import Response, get
from msgspec import Struct

from onebyone.reports.attribution.experiment import Experiment, experiment
from onebyone.state.sites import Site
from onebyone.web import experiment as shown
from onebyone.web import experiment_question as asking
from onebyone.web import numbers
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, View
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.funnel import WITHIN
from onebyone.web.library import offered
from onebyone.web.person_lists import of_variant
from onebyone.web.view import asked, controls, params


class Asked(Struct, frozen=True):
    """What an address asks, and what came of it."""

    question: asking.Question
    control: str
    names: list[str]  # of events seen
    answer: Answer
    found: Experiment


@get("/s/{site_id:str}/experiments", sync_to_thread=True, include_in_schema=False)
def experiments(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD)
    at = ask(desk, site, view)
    return page(
        desk,
        "experiments.html",
        frame(request, desk, "Experiments", site=site, page="experiments"),
        view=view,
        at=at,
        ever=desk.ask("ledger_totals", **params(view, site)),
        says=numbers.said(shown.says(at.found, at.question, at.control)),
        behind=of_variant(view, at.question.shown),
        lines=shown.lines(at.found, site.currency),
        added=shown.added(at.found, site.currency, at.question.spend),
        checks=shown.checks(at.found, at.question),
        waits=[(key, name) for key, (name, _) in asking.WAITS.items()],
        withins=[(key, name) for key, (name, _) in WITHIN.items()],
        of_money=any(one.variant.net_minor for one in at.found.variants) and not at.found.refused,
        **controls(view, desk, site, compares=False),
    )


def ask(desk: Desk, site: Site, view: View) -> Asked:
    """Raises NotUnderstood."""
    given = params(view, site)
    seen = desk.ask("event_names", **{key: value for key, value in given.items() if key != "filters"})
    names = offered(desk, site, seen.rows)
    question = asking.read_question(view, names)
    answer = seen
    if question.shown and not seen.error:
        answer = desk.ask("experiment", **given, **question.params, limit=asking.LIMIT, now=desk.clock())
    rows = [row for row in answer.rows if "kind" in row] if question.shown else []
    control = asking.control_of(question, [row["variant"] for row in rows if row["kind"] == "arm"])
    found = experiment(rows, control=control, shares=question.split, planned=question.planned)
    return Asked(question, control, names, answer, found)


ROUTES = (experiments,)
