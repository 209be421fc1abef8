"""Two models as slopes: what the first credits a row with at the left, what the second does at the right."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape
from msgspec import Struct

from onebyone.reports.attribution.side_by_side import Line, Share, Table
from onebyone.web import credit_table
from onebyone.web.address import NotUnderstood, View
from onebyone.web.chart import apart

MOST = 8  # rows: with more, no line is told from the other
_TOP, _FLOOR, _APART = 14.0, 262.0, 18.0
_LEFT, _RIGHT = 40, 60  # per cent, where the lines begin and end


class Pair(Struct, frozen=True):
    """Names of models in a table."""

    model: str
    against: str


def read_pair(view: View, table: Table) -> Pair:
    """Of a model that this table is too large for, the usual one. Raises NotUnderstood for what is none."""
    names = {credit_table.key_of(model): model for model in table.models}
    usual = {"model": "last_non_direct", "against": "markov_per_path" if "markov_per_path" in names else "linear"}
    for key in usual:
        if view.given.get(key, usual[key]) not in credit_table.MODELS:
            raise NotUnderstood(
                f"`{view.given[key]}` is no {key} here. Use {', '.join(names)}. ", "Show the page without it",
                view.link(**{key: ""}), ".",
            )  # fmt: skip
    found = {key: names.get(view.given.get(key, ""), names[name]) for key, name in usual.items()}
    return Pair(found["model"], found["against"])


def slopes(table: Table, pair: Pair, show: str, currency: str) -> Markup | str:
    """The largest rows; "" without any."""
    value: Callable[[Share], float] = (lambda share: share.orders) if show == "orders" else (lambda share: share.money)
    write = credit_table.writer(show, currency)
    lines = sorted(
        table.lines, key=lambda line: -max(value(line.shares[model]) for model in (pair.model, pair.against))
    )
    lines = lines[:MOST]
    top = max((value(line.shares[model]) for line in lines for model in (pair.model, pair.against)), default=0)
    if top <= 0:
        return ""
    left, right = (
        apart(
            [_FLOOR - (_FLOOR - _TOP) * max(0.0, value(line.shares[model])) / top for line in lines],
            top=_TOP,
            floor=_FLOOR,
            gap=_APART,
        )
        for model in (pair.model, pair.against)
    )
    names = " and ".join(credit_table.name_of(model)[0] for model in (pair.model, pair.against))
    parts = [f'<svg class="slopes" width="100%" height="290" role="img" aria-label="{escape(names)}, drawn">']
    parts += [_row(line, pair, write, *ys) for line, *ys in zip(lines, left, right, strict=True)]
    return Markup("".join([*parts, "</svg>"]))


def _row(line: Line, pair: Pair, write: Callable[[Share], str], left: float, right: float) -> str:
    before, after = line.shares[pair.model], line.shares[pair.against]
    kind = "up" if after.orders > before.orders else "down"
    label = escape(line.label if len(line.label) <= 18 else f"{line.label[:17]}…")
    return (
        f'<g class="{kind}"><title>{escape(line.label)}: {write(before)}, {write(after)}</title>'
        f'<text x="{_LEFT - 2}%" y="{left + 4:.1f}" class="ax end"><tspan class="strong">{label}</tspan>'
        f'<tspan class="p2"> {write(before)}</tspan></text>'
        f'<line x1="{_LEFT}%" x2="{_RIGHT}%" y1="{left:.1f}" y2="{right:.1f}"/>'
        f'<text x="{_RIGHT + 2}%" y="{right + 4:.1f}" class="ax"><tspan class="p2">{write(after)} </tspan>'
        f'<tspan class="strong">{label}</tspan>'
        "</text></g>"
    )
