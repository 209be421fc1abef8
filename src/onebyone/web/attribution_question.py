"""What an address asks of Attribution: what is counted, by what it is shared, which sessions count, which models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct

from onebyone.reports import Runs
from onebyone.reports.attribution.reductions import get_reduction
from onebyone.reports.attribution.side_by_side import side_by_side
from onebyone.reports.attribution.windows import read_presets
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import credit_table, lift_table
from onebyone.web.address import NotUnderstood, View
from onebyone.web.counted import Counted, words_of
from onebyone.web.desk import Row

KEYS = ("event", "by", "cols", "window", "show", "reset", "reduce", "model", "against", *lift_table.KEYS)
BY = {"channel": "Channel", "source": "Source", "campaign": "Campaign"}
SHOW = ("revenue", "orders")
WINDOWS = read_presets()
RESET = {"": "All sessions of the window", "1": "Only those after the {one} before"}
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
    """`show` is "" where nobody said it; `models` are keys of credit_table.NAMES, none where nobody chose."""

    counted: Counted
    by: str
    window: str
    show: str
    reset: str
    reduce: str
    models: Sequence[str]

    @property
    def window_days(self) -> int:
        return WINDOWS[self.window].click_days

    @property
    def asking(self) -> dict[str, Param]:
        return {
            "event": self.counted.event, "by": self.by, "window_days": self.window_days, "reset": int(self.reset or 0),
            "reduce": self.reduce,
        }  # fmt: skip


def read_question(view: View, site: Site) -> Question:
    """Raises NotUnderstood."""
    for key, allowed in (("by", BY), ("window", WINDOWS), ("show", SHOW), ("reset", RESET)):
        value = view.given.get(key, "")
        if value and value not in allowed:
            raise NotUnderstood(
                f"`{value}` is no {key} here. Use {', '.join(filter(None, allowed))}. ", "Show the page without it",
                view.link(**{key: ""}), ".",
            )  # fmt: skip
    given = view.given
    return Question(
        counted=_counted(view, site), by=given.get("by", "channel"), window=given.get("window", "default"),
        show=given.get("show", ""), reset=given.get("reset", ""), reduce=read_reduction(view),
        models=credit_table.read_columns(view),
    )  # fmt: skip


def read_reduction(view: View) -> str:
    """Raises NotUnderstood."""
    reduce = view.given.get("reduce", "")
    try:
        if reduce:
            get_reduction(reduce)
    except ValueError as error:
        raise NotUnderstood(f"{error}. ", "Show whole paths", view.link(reduce=""), ".") from error
    return reduce


def credit_rows(reports: Runs, asking: Mapping[str, Param]) -> list[Row]:
    """Every model's credit, with the columns of credit_table.KINDS: one for each label and model, and what nobody gets.

    Blocks. Raises what the reports raise: no file is better than an empty one.
    """
    rules, paths = (reports.run(report, **asking, limit=MOST_PATHS).dicts() for report in ("credits_by_rule", "paths"))
    return credit_table.credits(side_by_side(rules, paths, random=Random(SEED)))


def reductions(question: Question) -> Mapping[str, str]:
    """Those that are offered, and the one that is asked."""
    return REDUCE | {question.reduce: REDUCE.get(question.reduce, question.reduce.replace("last_", "The last "))}


def usual_event(site: Site) -> str:
    """What is counted where nobody said: orders, if the site counts them."""
    return "purchase" if "purchase" in site.conversions else site.conversions[0]


def _counted(view: View, site: Site) -> Counted:
    event = view.given.get("event") or usual_event(site)
    if event not in site.conversions:
        raise NotUnderstood(
            f"`{event}` is not declared to count on this site, so nobody gets credit for it. Declared are "
            f"{', '.join(site.conversions)}. ", "Show the page without it", view.link(event=""), ".",
        )  # fmt: skip
    return words_of(event)
