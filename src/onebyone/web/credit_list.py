"""The list behind a number of Attribution: which orders it shares, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from onebyone.reports.attribution.side_by_side import BY_RULE
from onebyone.store import Param
from onebyone.web import attribution_question as asking
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at, joined
from onebyone.web.counted import words_of
from onebyone.web.credit_table import MODELS, NAMES, key_of
from onebyone.web.desk import Row

BY = "credit"
KEYS = ("window", "reset", "reduce")  # of Attribution, beside what every list takes
_SUMS = ("counted", "net_sum", "share_sum", "share_minor_sum")  # what each row says of all
_OF_PATHS = "linear"  # gives every touch of a path something


def link(view: View, question: asking.Question, model: str, label: str | None) -> str:
    """`label` names a line of the table, "" those that are unattributed; None are all of them."""
    kept = {key: view.given[key] for key in KEYS if view.given.get(key)}
    named = joined((question.by, key_of(model)) if label is None else (question.by, key_of(model), label))
    return at(view, "orders", {"by": BY, "is": named, "event": question.counted.event, **kept})


def params(view: View, values: Sequence[str]) -> dict[str, Param]:
    """What `shared_orders` takes. Raises NotUnderstood for what Attribution does not show."""
    by, model, *label = (*values, "")[: max(2, len(values))]
    window, reset = view.given.get("window", "default"), view.given.get("reset", "")
    if by not in asking.BY or model not in MODELS or len(label) > 1 or not view.given.get("event"):
        raise _unknown(view)
    if window not in asking.WINDOWS or reset not in asking.RESET:
        raise _unknown(view)
    return {
        "event": view.given["event"], "by": by, "model": model if model in BY_RULE else _OF_PATHS, "label": label,
        "window_days": asking.WINDOWS[window].click_days, "reset": int(reset or 0),
        "reduce": asking.read_reduction(view),
    }  # fmt: skip


def _unknown(view: View) -> NotUnderstood:
    site = view.path.partition("/behind/")[0]
    return NotUnderstood("Attribution has no such number. ", "Show Attribution", f"{site}/attribution", ".")


def back(view: View, values: Sequence[str]) -> View:
    """As the page itself was asked, but for its path."""
    given = {key: value for key, value in view.given.items() if key not in ("is", "after")}
    return replace(view, given=given | {"by": values[0]})


def says(rows: Sequence[Row], view: View, values: Sequence[str], currency: str) -> str:
    """The number that the page shows, and of models that look at other paths too what is listed instead."""
    (_, model), label = values[:2], values[2:]
    first: Row = rows[0] if rows else dict.fromkeys(_SUMS, 0)
    counted, title = words_of(view.given["event"]), NAMES[MODELS[model]][0]
    many = f"{numbers.count(first['counted'])} {counted.one if first['counted'] == 1 else counted.many}"
    text = f"{many}, {numbers.money(first['net_sum'], currency)} net of refunds"
    if label in ([], [""]):
        return f"{text}, all that counted in this period." if not label else f"{text}, without a session before them."
    if model not in BY_RULE:
        return (
            f"{text}, with {label[0]} in their path. {title} shares them by what all other paths did, "
            "so its number is no sum of these."
        )
    share, money = first["share_sum"], numbers.money(first["share_minor_sum"], currency)
    return f"{text}, of which {label[0]} has a share. By {title} its shares are {share:,.1f} of them and {money}."
