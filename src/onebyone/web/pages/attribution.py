"""Attribution: who gets the credit?"""

from __future__ import annotations

from random import Random

from litestar import Response, get
from litestar.response import Redirect

from onebyone.reports.attribution.credit import NOT_CAUSAL
from onebyone.reports.attribution.side_by_side import side_by_side
from onebyone.reports.filters import FIELDS
from onebyone.state.users import Role
from onebyone.web import attribution_question as asking
from onebyone.web import credit_list, credit_table, lift_table, lift_tests, slopes
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD
from onebyone.web.counted import words_of
from onebyone.web.desk import TheDesk
from onebyone.web.filter_words import field_groups, note_of_orders
from onebyone.web.frame import frame, page
from onebyone.web.view import asked, controls, params


@get("/s/{site_id:str}/attribution", sync_to_thread=True, include_in_schema=False)
def attribution(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD)
    question, tested = asking.read_question(view, site), lift_table.read_tested(view)
    given, counted = params(view, site), question.counted
    questions = {
        "rules": ("credits_by_rule", given | question.asking),
        "paths": ("paths", given | question.asking | {"limit": asking.MOST_PATHS}),
        "ever": ("ledger_totals", given),
    }
    answers = desk.ask_all(questions)
    rules, paths = answers["rules"], answers["paths"]
    failed = next((answer for answer in (rules, paths) if answer.error), None)
    table = side_by_side(rules.rows, paths.rows if not failed else [], random=Random(asking.SEED))
    pair = slopes.read_pair(view, table)
    show = question.show or credit_table.usual_show(counted, table)
    models = credit_table.shown_models(table, question.models)
    return page(
        desk,
        "attribution.html",
        frame(request, desk, "Attribution", site=site, page="attribution"),
        view=view,
        question=question,
        counted=counted,
        kinds=[words_of(event) for event in site.conversions],
        usual=asking.usual_event(site),
        shown=show,
        failed_answer=failed,
        ever=answers["ever"],
        says=credit_table.says(table, site.currency, counted),
        not_causal=NOT_CAUSAL,
        heads=credit_table.heads(models, (pair.model, pair.against), chosen=bool(question.models)),
        bodies=credit_table.bodies(table, models, show, site.currency),
        models_shown=models,
        behind=lambda model, label: credit_list.link(view, question, model, label),
        abouts=[credit_table.name_of(model) for model in table.models],
        slopes=slopes.slopes(table, pair, show, site.currency),
        pair=pair,
        models=[(credit_table.key_of(model), credit_table.name_of(model)[0], model) for model in table.models],
        tested=tested,
        lift_tests=lift_tests.lines(desk, site, may_edit=request.user.may(site.id, Role.EDITOR)),
        may_edit=request.user.may(site.id, Role.EDITOR),
        labels=[line.label for line in table.lines],
        factors=lift_table.lines(lift_table.factors(table, tested)),
        notes=credit_table.notes(table, counted) if table.lines else [],
        cut=credit_table.cut(paths.rows, table, counted),
        paths=credit_table.path_lines(paths.rows, site.currency),
        by=asking.BY,
        windows=list(asking.WINDOWS.values()),
        resets=asking.RESET,
        reduces=asking.reductions(question),
        **controls(view, desk, site, compares=False)
        | {"filter_note": note_of_orders(view), "filter_groups": field_groups(set(FIELDS) - {"event"})},
    )


@get("/s/{site_id:str}/attribution/columns", sync_to_thread=True, include_in_schema=False)
def choose_models(request: Ask, desk: TheDesk, site: TheSite) -> Redirect:
    """The form's fields as the page's own address. Raises NotUnderstood."""
    view = asked(request, desk, site, asking.KEYS, narrows=EVERY_FIELD, but=("col",))
    chosen = ",".join(request.query_params.getall("col", []))
    return Redirect(view.link(f"/s/{site.id}/attribution", cols=chosen), status_code=303)


ROUTES = (attribution, choose_models)
