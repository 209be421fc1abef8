"""Loss: how much did the browser miss here?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response, get

from onebyone.reports.missed import ENOUGH, breakdown, days, whole
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.store import Param
from onebyone.web import loss_checks, loss_tables, loss_view, missed_list, notes
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import NotUnderstood, View
from onebyone.web.csv_file import csv_answer, parquet_answer
from onebyone.web.day_chart import MOST_POINTS
from onebyone.web.definitions import sql_of
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.loss_question import KEYS, LIMIT, NARROWS, Question, read_question
from onebyone.web.loss_words import GROUPS, noun
from onebyone.web.period import Period
from onebyone.web.view import asked, controls, params


@get("/s/{site_id:str}/loss", sync_to_thread=True, include_in_schema=False)
def loss(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    view = asked(request, desk, site, KEYS, narrows=NARROWS)
    question = read_question(view, site)
    answers = _ask(desk, site, view, question)
    step = _step(view, answers["day"])
    failed = next((answers[key] for key in ("whole", "groups", "browsers", step) if answers[key].error), None)
    mode = site.loss.server_mode
    found = whole(answers["whole"].rows, mode)
    groups = breakdown(answers["groups"].rows, mode)
    shown = loss_tables.steps(view.period.first, min(view.period.last, desk.today(site.zone)), step)
    written = notes.all_of(desk, site)
    may_note = request.user.may(site.id, Role.EDITOR)
    drawn = loss_tables.draw(
        days(answers[step].rows, shown, mode),
        view,
        site,
        centre=found.block_rate,
        step=step,
        now=desk.clock(),
        notes=notes.on_days(written),
    )
    return page(
        desk,
        "loss.html",
        frame(request, desk, "Loss", site=site, page="loss"),
        view=view,
        question=question,
        things=noun(question.event),
        failed_answer=failed,
        untold=_untold(answers, site, view, question),
        ever=answers["ever"],
        found=found,
        refusal=loss_view.words_of(found) if found.refused else None,
        says=loss_view.says(found, question.event),
        metrics=loss_view.metrics(found, question.event, site),
        who=loss_view.who(found),
        bar_of=loss_view.bar_of(found),
        ledger=loss_view.ledger(found, question.event),
        checks=loss_checks.checks(found, question.event, groups, question.by),
        ways=loss_checks.ways(
            found, question.event, breakdown(answers["browsers"].rows, mode), answers["gaps"], answers["log"]
        ),
        made=[*loss_view.made(found, question.event, site), *loss_checks.made_of_ways(answers["gaps"], answers["log"])],
        rates=loss_tables.rates(groups, question.by, question.event, found.block_rate),
        drawn=drawn,
        may_note=may_note,
        notes=notes.lines(
            written,
            view.period,
            today=desk.today(site.zone),
            now_ms=int(desk.clock().timestamp() * 1000),
            may_edit=may_note,
        ),
        step=step,
        enough=ENOUGH,
        behind=partial(missed_list.link, view),
        by=GROUPS,
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/loss.csv", sync_to_thread=True, include_in_schema=False)
def loss_file(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    """The rows of the report. Raises what it raises: no file is better than an empty one."""
    return csv_answer(f"{site.name}-loss", desk.reports.run("loss", **_rows_asked(request, desk, site)).dicts())


@get("/s/{site_id:str}/loss.parquet", sync_to_thread=True, include_in_schema=False)
def loss_parquet(request: Ask, desk: TheDesk, site: TheSite) -> Response[bytes]:
    """Likewise."""
    rows = desk.reports.parquet("loss", **_rows_asked(request, desk, site))
    return parquet_answer(f"{site.name}-loss", rows)


@get("/s/{site_id:str}/loss.sql", sync_to_thread=True, include_in_schema=False)
def loss_sql(request: Ask, desk: TheDesk, site: TheSite) -> Response[str]:
    return Response(sql_of("loss", _rows_asked(request, desk, site)), media_type="text/plain; charset=utf-8")


ROUTES = (loss, loss_file, loss_parquet, loss_sql)


def _rows_asked(request: Ask, desk: Desk, site: Site) -> dict[str, Param]:
    view = asked(request, desk, site, KEYS, narrows=NARROWS)
    question = read_question(view, site)
    refuse_untold(desk, site, view, question)
    return params(view, site) | {"event": question.event, "by": question.by, "limit": LIMIT}


def refuse_untold(desk: Desk, site: Site, view: View, question: Question) -> None:
    """Raises NotUnderstood where the missed do not tell what the address narrows by."""
    why = _untold(desk.ask_all(_whether_told(site, view, question)), site, view, question)
    if why:
        raise NotUnderstood(f"{why} ", "Show all of them", view.whole(), ".")


def _whether_told(site: Site, view: View, question: Question) -> dict[str, tuple[str, dict[str, Param]]]:
    """Of everything, by each field that the address narrows by."""
    given = {key: value for key, value in params(view, site).items() if key != "filters"}
    given |= {"event": question.event, "limit": LIMIT}
    return {f"told {one.field}": ("loss", given | {"by": one.field}) for one in view.conditions}


def _untold(answers: Mapping[str, Answer], site: Site, view: View, question: Question) -> str:
    for field in dict.fromkeys(one.field for one in view.conditions):
        shown = breakdown(answers[f"told {field}"].rows, site.loss.server_mode)
        why = loss_tables.why_untold(shown, field, question.event)
        if why:
            return why
    return ""


def _ask(desk: Desk, site: Site, view: View, question: Question) -> dict[str, Answer]:
    now = params(view, site)
    given = now | {"event": question.event, "limit": LIMIT}
    long = params(view, site, Period(loss_tables.since(view.period.first), view.period.last)) | {
        "event": question.event,
        "limit": LIMIT,
    }
    questions: dict[str, tuple[str, dict[str, Param]]] = {
        "whole": ("loss", given | {"by": ""}),
        "groups": ("loss", given | {"by": question.by}),
        "browsers": ("loss", given | {"by": "browser"}),
        "day": ("loss", long | {"by": "day"}),
        "week": ("loss", long | {"by": "week"}),
        "month": ("loss", long | {"by": "month"}),
        "gaps": ("gaps", now),
        "log": ("log_views", now),
        "ever": ("ledger_totals", now),
    }
    return desk.ask_all(questions | _whether_told(site, view, question))


def _step(view: View, answer: Answer) -> str:
    """The one asked for; else days, unless most of them have too few to be shown. Widened where points would crowd."""
    length, wanted = view.period.length, view.given.get("step", "")
    inside = [row for row in answer.rows if row["label"] >= view.period.first.isoformat()]
    sums: list[Any] = [row["both"] + row["server_only"] for row in inside]
    enough = sum(server >= ENOUGH for server in sums)
    if wanted != "week" and length <= MOST_POINTS and 2 * enough >= sum(server > 0 for server in sums):
        return "day"
    return "week" if length <= 7 * MOST_POINTS else "month"
