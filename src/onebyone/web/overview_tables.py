"""The tables of the Overview: where people come from, where they are, what they land on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from onebyone.reports.filters import Condition
from onebyone.store import Param
from onebyone.web import countries, numbers
from onebyone.web.address import View
from onebyone.web.breakdown import behind_row
from onebyone.web.desk import Answer, Row
from onebyone.web.figures import tone
from onebyone.web.tables import Bars, Cell, Column, bars

SHOWN = 10
FEW = 6
UNATTRIBUTED = "Unattributed"  # orders without a session: no session has it
ASKED: dict[str, Param] = {"limit": 200, "whole": 1}
PAGE_OF = {"landing_pages": "pages"}  # where all rows of a table are; of the others on Acquisition
REPORTS = ("channels", "countries", "devices", "landing_pages", "campaigns")


def tables(answers: Mapping[str, Answer], currency: str, view: View) -> dict[str, Bars]:
    """From the answers to REPORTS, and to `channels_before` where the page compares. A row's name narrows to it."""
    return {
        "channels": _channels(answers, currency, view),
        "countries": _countries(answers["countries"], view),
        "devices": _devices(answers["devices"], view),
        "landing_pages": _landing_pages(answers["landing_pages"], view),
        "campaigns": _campaigns(answers["campaigns"], currency, view),
    }


def _channels(answers: Mapping[str, Answer], currency: str, view: View) -> Bars:
    before = answers.get("channels_before", Answer())
    earlier = {row["channel"]: row["revenue_minor"] for row in before.rows}
    return bars(
        "Channels",
        answers["channels"],
        head="Channel",
        name=_named("channel"),
        by="visitors",
        columns=[_VISITORS, _ORDERS, _revenue(currency), *([_changed(earlier)] if earlier else [])],
        behind=partial(behind_row("channel", "channel"), view),
        empty="No sessions in this period.",
        show=SHOWN,
        faint=UNATTRIBUTED,
        note="last non-direct click, 30 days",
        link=_only(view, "channel", "channel"),
    )


def _countries(answer: Answer, view: View) -> Bars:
    return bars(
        "Countries",
        answer,
        head="Country",
        name=lambda row: (countries.name(row["name"]), ""),
        by="visitors",
        columns=[_VISITORS, _ORDERS],
        behind=partial(behind_row("country", "name"), view),
        empty="No places known in this period.",
        link=_only(view, "country", "name"),
        show=FEW,
        faint=countries.UNKNOWN,
    )


def _devices(answer: Answer, view: View) -> Bars:
    return bars(
        "Devices",
        answer,
        head="Device",
        name=lambda row: (row["name"].capitalize() or countries.UNKNOWN, ""),
        by="visitors",
        columns=[_VISITORS, _ORDERS],
        behind=partial(behind_row("device", "name"), view),
        empty="No devices known in this period.",
        link=_only(view, "device", "name"),
        show=FEW,
        faint=countries.UNKNOWN,
    )


def _landing_pages(answer: Answer, view: View) -> Bars:
    return bars(
        "Landing pages",
        answer,
        head="Page",
        name=_named("path"),
        by="visitors",
        columns=[_VISITORS, _ORDERS],
        behind=partial(behind_row("landing", "host", "path"), view),
        empty="No sessions in this period.",
        link=_only(view, "landing", "path"),
        show=FEW,
    )


def _campaigns(answer: Answer, currency: str, view: View) -> Bars:
    return bars(
        "Campaigns",
        answer,
        head="Campaign",
        name=lambda row: (row["campaign"], row["source"]),
        by="visitors",
        columns=[Column("Visitors", "n p2 sorted", _VISITORS.write, "visitors"), _ORDERS, _revenue(currency)],
        behind=partial(behind_row("campaign", "campaign", "source", "medium"), view),
        empty="No visits with a campaign. Add utm_campaign to the links of your next one.",
        link=_only(view, "campaign", "campaign"),
        show=FEW,
    )


def _only(view: View, field: str, column: str) -> Callable[[Row], str]:
    def link(row: Row) -> str:
        value = row[column]
        return "" if value == UNATTRIBUTED else view.narrowed(Condition(field, "=", (value,)))

    return link


def _count(key: str) -> Callable[[Row], Cell]:
    return lambda row: Cell(numbers.count(row[key])) if row[key] else Cell(numbers.NONE, "mut")


_VISITORS = Column("Visitors", "n sorted", _count("visitors"), "visitors")
_ORDERS = Column("Orders", "n", _count("orders"), "orders")


def _revenue(currency: str) -> Column:
    return Column("Net revenue", "n", lambda row: Cell(numbers.money(row["revenue_minor"], currency)), "orders")


def _named(key: str) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (row[key], "")


def _changed(earlier: Mapping[str, int]) -> Column:
    """Of the net revenue, against the period before."""

    def write(row: Row) -> Cell:
        was = earlier.get(row["channel"])
        text = numbers.change(row["revenue_minor"], was)
        return Cell(text, tone(row["revenue_minor"], was) or "mut")

    return Column("Change", "n p2", write)
