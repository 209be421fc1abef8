"""Ledger: is every hit accounted for?"""

from __future__ import annotations

from functools import partial

from litestar import Response, get

from onebyone.state.users import Role
from onebyone.web import behind_address, drops, numbers, words
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import Narrows
from onebyone.web.desk import TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.view import asked, controls, params

NARROWS = Narrows(why="It accounts for every hit, and what was dropped keeps too little to be narrowed by.")
LETTERS = 50


@get("/s/{site_id:str}/ledger", sync_to_thread=True, include_in_schema=False)
def ledger(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, narrows=NARROWS, but=("sent", "gone"))
    given = params(view, site)
    answers = desk.ask_all({name: (name, given) for name in ("drops", "ledger_days", "ledger_totals")})
    dropped, days, ever = answers["drops"], answers["ledger_days"], answers["ledger_totals"]
    reasons = drops.reasons(dropped.rows, site, desk)
    may_mend = request.user.may(site.id, Role.ADMIN) and request.user.sees_ids(site.id)
    sees = request.user.sees_people(site.id)
    letters = desk.letters(site.id, LETTERS)
    waits = {} if letters is None else desk.mending.reasons(site.id)
    return page(
        desk,
        "ledger.html",
        frame(request, desk, "Ledger", site=site, page="ledger"),
        view=view,
        behind=partial(behind_address.at, view, "drops"),
        behind_kept=partial(behind_address.at, view, "events"),
        drops=dropped,
        days=days,
        day_rows=[(drops.day_name(row["day"]), drops.sums(row), row["day"]) for row in reversed(days.rows)],
        ever=ever,
        ever_sums=drops.sums(ever.first),
        period_sums=drops.total(days.rows),
        copies=[one for one in reasons if one.is_copy],
        lost=[one for one in reasons if not one.is_copy],
        letters=None
        if letters is None
        else [drops.letter(one, site, shows_body=may_mend, sees=sees) for one in letters],
        letter_reasons=[(reason, words.of_reason(reason).title, count) for reason, count in waits.items()],
        letters_in_all=sum(waits.values()),
        may_mend=may_mend,
        did=_did(request),
        **controls(view, desk, site, compares=False),
    )


def _did(request: Ask) -> str:
    """What the page before did with dead letters."""
    for key, said in (("sent", "sent again"), ("gone", "discarded")):
        count = request.query_params.get(key, "")
        if count.isascii() and count.isdecimal():
            return f"{numbers.count(int(count[:9]))} {said}."
    return ""


ROUTES = (ledger,)
