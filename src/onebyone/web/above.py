"""The Overview above its tables: one round of questions, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.reports.missed import Group, whole
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import day_chart, numbers, overview_tables
from onebyone.web.address import View
from onebyone.web.desk import Answer
from onebyone.web.figures import Figure, SeenBy, Totals, figures, seen_by, totals
from onebyone.web.ledger import Ledger, count_ledger
from onebyone.web.loss_words import GROUPS
from onebyone.web.view import params

Asked = dict[str, tuple[str, Mapping[str, Param]]]
MISSED: dict[str, Param] = {"event": "purchase", "by": "", "limit": 1}  # what `loss` is asked for the figure
_NO_ANSWER = Answer()


class Above(Struct, frozen=True, kw_only=True):
    """What stands above the tables: the sentence, the figures, the chart, how the count came about."""

    totals: Totals
    figures: list[Figure]
    loss_link: str
    failed: Answer | None
    seen: SeenBy
    ledger: Ledger
    drawn: day_chart.Drawn | None
    chart_answer: Answer
    before_since: str = ""  # the first day of those before that has numbers, where most of them have none


def questions(site: Site, view: View) -> Asked:
    """Every report of the page by the name it has here."""
    now = params(view, site)
    days = "overview_hours" if day_chart.step_of(view) == "hour" else "overview"
    asked: Asked = {"days": (days, now), "ever": ("ledger_totals", now), "copies": ("copies", now)}
    asked |= figure_questions(site, view)
    asked |= {name: (name, now | overview_tables.ASKED) for name in overview_tables.REPORTS}
    if view.before:
        asked["days_before"] = (days, params(view, site, view.before))
        asked["channels_before"] = ("channels", params(view, site, view.before_so_far))
    return asked


def read_above(
    answers: Mapping[str, Answer],
    site: Site,
    view: View,
    clock: datetime,
    notes: Mapping[date, Sequence[str]] = {},
) -> Above:
    now, seen, copies = answers["totals"], answers["seen_by"], answers["copies"]
    return Above(
        totals=totals(now.rows, site.currency),
        figures=read_figures(answers, site),
        loss_link=_loss_link(view, site),
        failed=next((answer for answer in (now, seen) if answer.error), None),
        seen=seen_by(seen.rows),
        ledger=count_ledger(copies),
        drawn=_chart(answers["days"], answers.get("days_before", _NO_ANSWER), site, view, clock, notes),
        chart_answer=answers["days"],
        before_since=_begins(
            answers.get("days_before", _NO_ANSWER), view, clock.astimezone(ZoneInfo(site.zone)).date()
        ),
    )


def _begins(before: Answer, view: View, today: date) -> str:
    """Where the site was not measured yet for half of what is compared with: the differences say little then."""
    days = [date.fromisoformat(str(row["day"])[:10]) for row in before.rows if row.get("day")]
    if view.before is None or not days or view.conditions or view.rule:
        return ""
    empty = (min(days) - view.before.first).days
    return numbers.days(min(days), min(days), today) if 2 * empty > view.before.length else ""


def figure_questions(site: Site, view: View) -> Asked:
    """The reports that `read_figures` takes the answers of, by their names there."""
    now = params(view, site)
    asked: Asked = {name: (name, now) for name in ("totals", "seen_by")}
    if view.before_so_far:
        before = params(view, site, view.before_so_far)
        asked |= {f"{name}_before": (name, before) for name in ("totals", "seen_by")}
    if _is_of_orders(view):
        asked["missed"] = ("loss", now | MISSED)
    return asked


def read_figures(answers: Mapping[str, Answer], site: Site) -> list[Figure]:
    """Of the answers to `figure_questions`."""
    before, seen_before = (answers.get(f"{name}_before", _NO_ANSWER).rows for name in ("totals", "seen_by"))
    return figures(
        totals(answers["totals"].rows, site.currency),
        totals(before, site.currency) if before else None,
        seen_by(answers["seen_by"].rows),
        seen_by(seen_before) if seen_before else None,
        missed_of(answers["missed"], site) if "missed" in answers else "unknown with these filters",
    )


def missed_of(answer: Answer, site: Site) -> Group | str:
    """Of the answer of `loss` to MISSED, as `missed_figure` takes it."""
    return "no answer" if answer.error else whole(answer.rows, site.loss.server_mode)


def _loss_link(view: View, site: Site) -> str:
    """The Loss page, with those filters that it takes."""
    path = f"/s/{site.id}/loss"
    return view.link(path) if _is_of_orders(view) else view.whole(path)


def _is_of_orders(view: View) -> bool:
    """By more than this no loss is known: what only a server reported has no channel, and seems never missed."""
    return view.rule is None and {one.field for one in view.conditions} <= set(GROUPS)


def _chart(
    now: Answer, before: Answer, site: Site, view: View, clock: datetime, notes: Mapping[date, Sequence[str]]
) -> day_chart.Drawn | None:
    if now.error:
        return None
    step = day_chart.step_of(view)
    earlier = view.before if before.rows else None
    return day_chart.draw(
        view,
        day_chart.sums(now.rows, view.period, step, currency=site.currency, zone=site.zone),
        day_chart.sums(before.rows, earlier, step, currency=site.currency, zone=site.zone) if earlier else [],
        currency=site.currency,
        zone=site.zone,
        clock=clock,
        notes=notes,
    )
