"""The tables of the Overview: where people come from, where they are, what they land on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onebyone.web import countries, numbers
from onebyone.web.desk import Answer, Row
from onebyone.web.figures import tone
from onebyone.web.tables import Bars, Cell, Column, bars

SHOWN = 10
FEW = 6
ASKED = 200
REPORTS = ("channels", "countries", "devices", "landing_pages", "campaigns")


def tables(answers: Mapping[str, Answer], currency: str) -> dict[str, Bars]:
    """From the answers to REPORTS, and to `channels_before` where the page compares."""
    before = answers.get("channels_before", Answer())
    earlier = {row["channel"]: row["revenue_minor"] for row in before.rows}
    visitors = Column("Visitors", "n p2", lambda row: _count(row, "visitors"))
    orders = Column("Orders", "n", lambda row: _count(row, "orders"))
    revenue = Column("Net revenue", "n", lambda row: Cell(numbers.money(row["revenue_minor"], currency)))
    by_visitors = Column("Visitors", "n sorted", lambda row: _count(row, "visitors"))
    return {
        "channels": bars(
            "Channels",
            answers["channels"],
            head="Channel",
            name=_named("channel"),
            by="visitors",
            columns=[by_visitors, orders, revenue, *([_changed(earlier)] if earlier else [])],
            empty="No sessions in this period.",
            show=SHOWN,
            faint="Unattributed",
            note="last non-direct click, 30 days",
        ),
        "countries": bars(
            "Countries",
            answers["countries"],
            head="Country",
            name=lambda row: (countries.name(row["name"]), ""),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No places known in this period.",
            show=FEW,
            faint=countries.UNKNOWN,
        ),
        "devices": bars(
            "Devices",
            answers["devices"],
            head="Device",
            name=lambda row: (row["name"].capitalize() or countries.UNKNOWN, ""),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No devices known in this period.",
            show=FEW,
            faint=countries.UNKNOWN,
        ),
        "landing_pages": bars(
            "Landing pages",
            answers["landing_pages"],
            head="Page",
            name=_named("path"),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No sessions in this period.",
            show=FEW,
        ),
        "campaigns": bars(
            "Campaigns",
            answers["campaigns"],
            head="Campaign",
            name=lambda row: (row["campaign"], row["source"]),
            by="visitors",
            columns=[Column("Visitors", "n p2 sorted", visitors.write), orders, revenue],
            empty="No visits with a campaign. Add utm_campaign to the links of your next one.",
            show=FEW,
        ),
    }


def _named(key: str) -> Callable[[Row], tuple[str, str]]:
    return lambda row: (row[key], "")


def _changed(earlier: Mapping[str, int]) -> Column:
    """Of the net revenue, against the period before."""

    def write(row: Row) -> Cell:
        was = earlier.get(row["channel"])
        text = numbers.change(row["revenue_minor"], was)
        return Cell(text, tone(row["revenue_minor"], was) or "mut")

    return Column("Change", "n p2", write)


def _count(row: Row, key: str) -> Cell:
    return Cell(numbers.count(row[key])) if row[key] else Cell(numbers.NONE, "mut")
