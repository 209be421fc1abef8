"""Lifetime value: what is a customer worth, and how soon?"""

from __future__ import annotations

from litestar import Response, get

from onebyone.reports.choices import CHOICES
from onebyone.web import churn, lifetime, retention
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.choices import chosen, keys
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.person_lists import of_worth
from onebyone.web.view import asked, controls, params

SHORT = 92  # days, in which no cohort gets old


@get("/s/{site_id:str}/lifetime", sync_to_thread=True, include_in_schema=False)
def worth(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, (*keys("lifetime"), *keys("churn")), narrows=EVERY_FIELD)
    choice, given = chosen(view, "lifetime"), params(view, site)
    question = lifetime.Question(str(choice["unit"]), str(choice["since"]))
    lost, now = chosen(view, "churn"), {"now": desk.clock()}
    answers = desk.ask_all(
        {
            "cohorts": ("lifetime", given | choice | now),
            "churn": ("churn", given | lost | now),
            "ever": ("ledger_totals", given),
        }
    )
    return page(
        desk,
        "lifetime.html",
        frame(request, desk, "Lifetime value", site=site, page="retention"),
        view=view,
        question=question,
        ever=answers["ever"],
        answer=answers["cohorts"],
        found=lifetime.lifetime(question, answers["cohorts"].rows, desk.today(site.zone), site.currency),
        behind=of_worth(view),
        sinces=lifetime.SINCE,
        churn_answer=answers["churn"],
        churn=churn.churn(answers["churn"].rows, question.unit, str(lost["k"]), desk.today(site.zone)),
        chosen_k=lost["k"],
        ks=sorted(CHOICES["churn"]["k"]),
        usual_k=CHOICES["churn"]["k"][0],
        tabs=retention.TABS,
        tab="lifetime",
        is_short=view.period.length < SHORT,
        **controls(view, desk, site, compares=False),
    )


ROUTES = (worth,)
