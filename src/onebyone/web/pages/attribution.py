"""Attribution: who gets the credit?"""

from __future__ import annotations

from random import Random

from litestar import Response, get
from msgspec import Struct

from onebyone.reports.attribution.credit import NOT_CAUSAL
from onebyone.reports.attribution.reductions import get_reduction
from onebyone.reports.attribution.side_by_side import Table, side_by_side
from onebyone.reports.attribution.windows import read_presets
from onebyone.store import Param
from onebyone.web import credit_table, lift_table, slopes
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import EVERY_FIELD, NotUnderstood, View
from onebyone.web.desk import Row, TheDesk
from onebyone.web.filter_words import note_of_orders
from onebyone.web.frame import frame, page
from onebyone.web.view import asked, controls, params

KEYS = ("by", "window", "show", "reset", "reduce", "model", "against", *lift_table.KEYS)
BY = {"channel": "Channel", "source": "Source", "campaign": "Campaign"}
SHOW = {"revenue": "Revenue", "orders": "Orders"}
WINDOWS = read_presets()
RESET = {"": "All sessions of the window", "1": "Only those after the order before"}
REDUCE = {  # "" and what of `reductions` an address may name, beside last_1 to last_99
    "": "Whole paths",
    "exposure": "A repeated step once",
    "first": "Each step once, where it came first",
    "frequency": "Each step once, with how often it came",
    "no_last_direct": "Without Direct at the end",
    "no_direct": "Without Direct",
    "last_3": "The last 3 steps",
    "last_5": "The last 5 steps",
}
MOST_PATHS = 20_000
SEED = 1  # the same period gives the same answer


class Question(Struct, frozen=True, kw_only=True):
    by: str
    window: str
    show: str
    reset: str
    reduce: str

    @property
    def asking(self) -> dict[str, Param]:
        window_days = WINDOWS[self.window].click_days
        return {"by": self.by, "window_days": window_days, "reset": int(self.reset or 0), "reduce": self.reduce}


def read_question(view: View) -> Question:
    """Raises NotUnderstood."""
    for key, allowed in (("by", BY), ("window", WINDOWS), ("show", SHOW), ("reset", RESET)):
        value = view.given.get(key, "")
        if value and value not in allowed:
            raise NotUnderstood(
                f"`{value}` is no {key} here. Use {', '.join(filter(None, allowed))}. ", "Show the page without it",
                view.link(**{key: ""}), ".",
            )  # fmt: skip
    given = view.given
    reduce = given.get("reduce", "")
    try:
        if reduce:
            get_reduction(reduce)
    except ValueError as error:
        raise NotUnderstood(f"{error}. ", "Show whole paths", view.link(reduce=""), ".") from error
    return Question(
        by=given.get("by", "channel"), window=given.get("window", "default"), show=given.get("show", "revenue"),
        reset=given.get("reset", ""), reduce=reduce,
    )  # fmt: skip


@get("/s/{site_id:str}/attribution", sync_to_thread=True, include_in_schema=False)
def attribution(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, KEYS, narrows=EVERY_FIELD)
    question, tested = read_question(view), lift_table.read_tested(view)
    given = params(view, site)
    questions = {
        "rules": ("credits_by_rule", given | question.asking),
        "paths": ("paths", given | question.asking | {"limit": MOST_PATHS}),
        "ever": ("ledger_totals", given),
    }
    answers = desk.ask_all(questions)
    rules, paths = answers["rules"], answers["paths"]
    failed = next((answer for answer in (rules, paths) if answer.error), None)
    table = side_by_side(rules.rows, paths.rows if not failed else [], random=Random(SEED))
    pair = slopes.read_pair(view, table)
    return page(
        desk,
        "attribution.html",
        frame(request, desk, "Attribution", site=site, page="attribution"),
        view=view,
        question=question,
        failed_answer=failed,
        ever=answers["ever"],
        says=credit_table.says(table, site.currency),
        not_causal=NOT_CAUSAL,
        heads=credit_table.heads(table, (pair.model, pair.against)),
        bodies=credit_table.bodies(table, question.show, site.currency),
        slopes=slopes.slopes(table, pair, question.show, site.currency),
        pair=pair,
        models=[(slopes.key_of(model), credit_table.name_of(model)[0], model) for model in table.models],
        tested=tested,
        labels=[line.label for line in table.lines],
        factors=lift_table.lines(lift_table.factors(table, tested)),
        notes=credit_table.notes(table) if table.lines else [],
        cut=credit_table.cut(paths.rows, table),
        paths=credit_table.path_lines(paths.rows, site.currency),
        by=BY,
        show=SHOW,
        windows=list(WINDOWS.values()),
        resets=RESET,
        reduces=REDUCE | {question.reduce: REDUCE.get(question.reduce, question.reduce.replace("last_", "The last "))},
        **controls(view, desk, site, compares=False) | {"filter_note": note_of_orders(view)},
    )


def credits(table: Table) -> list[Row]:
    """One row for each label and model, and what nobody gets. `standard_error` is that of a sampled model's orders."""
    rows: list[Row] = [
        {
            "label": line.label, "model": model, "orders": share.orders, "revenue_minor": share.money,
            "standard_error": table.errors.get(line.label) if model == "shapley_rate_scaled" else None,
        }
        for line in table.lines
        for model, share in line.shares.items()
    ]  # fmt: skip
    lost = {"orders": table.unattributed.orders, "revenue_minor": table.unattributed.money, "standard_error": None}
    return [*rows, {"label": "", "model": "unattributed"} | lost]


ROUTES = (attribution,)
