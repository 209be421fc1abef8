"""The table of the page Attribution: models as columns, channels as rows, every sum written out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from onebyone.reports.attribution.side_by_side import Line, Share, Table
from onebyone.web import numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.counted import ORDERS, Counted
from onebyone.web.desk import Row

NAMES = {
    "first_touch": ("First", "The first session of the path"),
    "last_touch": ("Last", "The last session before it, direct or not"),
    "last_non_direct": ("Last non-direct", "The last session that was not direct; if all were, the last"),
    "linear": ("Linear", "Every session the same"),
    "position_40_20_40": ("Position", "40% the first, 40% the last, the rest between them"),
    "time_decay_half_life_168h": ("Time decay", "Half as much for every 7 days before"),
    "global": ("Markov, all", "All of them by how many fewer there would be without the channel"),
    "per_path": ("Markov, each", "Each among its own channels, by how many fewer there would be without each"),
    "shapley_rate_scaled": ("Shapley, rates", "By what the channel adds to the share of paths that end in one"),
    "shapley_set": ("Shapley, sets", "Every channel of a path the same, however often it came"),
}
KEY = "cols"
MODELS = {
    ("markov_" + name if name in ("global", "per_path") else name): name for name in NAMES
}  # by address: in NAMES
_GIVE_WAY = ("position_40_20_40", "global", "shapley_rate_scaled")  # where a table of all would scroll sideways
SHOWN = 25


class Head(Struct, frozen=True):
    name: str
    about: str
    css: str


class Body(Struct, frozen=True):
    """`of` names the row in a list of its orders: "" is unattributed, None all of them; `led` whether there is one."""

    label: str
    cells: list[str]
    kind: str = ""
    of: str | None = None
    led: bool = True


def _base(model: str) -> str:
    """Those of Markov are named the same whatever their order."""
    return model.partition("_order")[2][2:] or model


def name_of(model: str) -> tuple[str, str]:
    """What a model is called, and what it does."""
    return NAMES[_base(model)]


def key_of(model: str) -> str:
    """A model's name in an address."""
    return f"markov_{_base(model)}" if model.startswith("markov") else model


def read_columns(view: View) -> list[str]:
    """Keys of MODELS in the order of the table, none where nobody chose. Raises NotUnderstood."""
    keys = view.given[KEY].split(",") if view.given.get(KEY) else []
    if wrong := next((key for key in keys if key not in MODELS), ""):
        raise NotUnderstood(
            f"`{wrong}` is no model. Use {', '.join(MODELS)}. ", "Show all models", view.link(**{KEY: ""}), "."
        )
    return [key for key in MODELS if key in keys]


def shown_models(table: Table, chosen: Collection[str]) -> list[str]:
    """Of the table's models those that were chosen, if there are any."""
    return [model for model in table.models if key_of(model) in chosen] or list(table.models)


def heads(models: Sequence[str], always: Collection[str], *, chosen: bool) -> list[Head]:
    """Those of `always` stay where there is no room for all, and so do those that somebody chose but on a phone."""
    return [Head(*name_of(model), css=_css(model, always, chosen=chosen)) for model in models]


def _css(model: str, always: Collection[str], *, chosen: bool) -> str:
    if model in always:
        return "n"
    return "n p2 p3" if _base(model) in _GIVE_WAY and not chosen else "n p2"


def notes(table: Table, counted: Counted = ORDERS) -> list[str]:
    """How Markov's order was chosen, and how exact sampled values are."""
    if not any(model.startswith("markov") for model in table.models):
        return table.warnings
    looks = "last touch alone" if table.order == 1 else f"last {table.order} touches"
    if len(table.losses) > 1:
        tried = "one, two and three" if len(table.losses) > 2 else "one and two"
        losses = ", ".join(f"{loss:.3f}" for _, loss in sorted(table.losses.items()))
        why = f"of {tried} that tells best what people did next who were not learned from (log-loss {losses})"
    elif table.warnings:
        why = f"with so few {counted.many} no other is tried"
    else:
        why = "with so many rows and paths a page would wait too long for another"
    found = [*table.warnings, f"Markov looks at the {looks}: {why}."]
    if table.errors:
        found.append(
            f"Shapley rates are sampled: a row’s standard error is {max(table.errors.values()):,.2f} {counted.many} or "
            "less."
        )
    return found


def bodies(table: Table, models: Sequence[str], show: str, currency: str) -> list[Body]:
    """The lines, then unattributed, then the total: under each model they add up."""
    write = writer(show, currency)
    lines = [
        Body(line.label, [write(line.shares[model]) for model in models], of=line.label) for line in table.lines[:SHOWN]
    ]
    if rest := table.lines[SHOWN:]:
        sums = [_sum([line.shares[model] for line in rest]) for model in models]
        lines.append(Body(f"{numbers.count(len(rest))} more", [write(share) for share in sums], "mut", led=False))
    lines.append(Body("Unattributed", [write(table.unattributed)] * len(models), "unattr", of=""))
    lines.append(Body("Total", [write(table.total)] * len(models), "sum"))
    return lines


def usual_show(counted: Counted, table: Table) -> str:
    """Money, unless what is counted has none: sign-ups are worth nothing where nobody says what."""
    return "revenue" if counted.event == "purchase" or table.total.money else "orders"


def says(table: Table, currency: str, counted: Counted = ORDERS) -> str:
    if not table.total.orders:
        return f"No {counted.one} in this period, so there is no credit to share."
    text = "One " + counted.one if table.total.orders == 1 else f"{numbers.count(table.total.orders)} {counted.many}"
    if usual_show(counted, table) == "revenue":
        text = f"{text} worth {numbers.money(table.total.money, currency)}"
    if not table.lines:
        return f"{text}, none of which has a session before it."
    first, last = (_most(table, model) for model in ("first_touch", "last_non_direct"))
    if first.label == last.label:
        return f"{text}. {first.label} gets the most, by the first touch and by the last non-direct one."
    return f"{text}. {first.label} gets the most by the first touch, {last.label} by the last non-direct one."


def path_lines(rows: Sequence[Row], currency: str, show: int = 10) -> list[tuple[list[str], str, str, str]]:
    """Steps, orders, money, days, of the paths that led to the most orders."""
    found = sorted((row for row in rows if row["path"] and row["orders"]), key=lambda row: -row["orders"])
    return [
        (
            _steps(row["path"]),
            numbers.count(row["orders"]),
            numbers.money(row["revenue_minor"], currency),
            "same day" if row["days"] < 1 else f"{row['days']:.0f} days",
        )
        for row in found[:show]
    ]


def _most(table: Table, model: str) -> Line:
    """The line with the most money, or where nothing is worth any, the most of them."""
    return max(table.lines, key=lambda line: (line.shares[model].money, line.shares[model].orders))


def cut(rows: Sequence[Row], table: Table, counted: Counted = ORDERS) -> str:
    """What the learned models do not know, "" if they know all."""
    if not rows or len(rows) == rows[0]["all_paths"]:
        return ""
    orders = sum(row["orders"] for row in rows)
    nulls = sum(row["nulls"] for row in rows)
    return (
        f"Markov and Shapley learn from the {len(rows):,} most frequent of {rows[0]['all_paths']:,} paths: "
        f"{numbers.share(orders, table.total.orders)} of {counted.many} and "
        f"{numbers.share(nulls, rows[0]['all_nulls'])} of paths without one. The rest is shared as these are."
    )


def _steps(path: Sequence[str]) -> list[str]:
    """Repeats in one step: Email ×3."""
    steps: list[tuple[str, int]] = []
    for label in path:
        if steps and steps[-1][0] == label:
            steps[-1] = (label, steps[-1][1] + 1)
        else:
            steps.append((label, 1))
    return [f"{label} ×{times}" if times > 1 else label for label, times in steps]


def writer(show: str, currency: str) -> Callable[[Share], str]:
    """How a share is written where orders or money is shown."""
    if show == "orders":
        return lambda share: f"{share.orders:,.1f}" if share.orders else numbers.NONE
    return lambda share: numbers.money(share.money, currency) if share.money else numbers.NONE


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(share.orders for share in shares), sum(share.money for share in shares))


KINDS = {  # of the columns of `credits`
    "label": "String", "model": "String", "orders": "Float64", "revenue_minor": "Int64",
    "standard_error": "Nullable(Float64)",
}  # fmt: skip


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
