"""The tables of the Overview: where people come from, where they are, what they land on."""

from __future__ import annotations

from collections.abc import Callable

from onebyone.store import Param
from onebyone.web import countries, numbers
from onebyone.web.desk import Answer, Desk, Row
from onebyone.web.tables import Bars, Cell, Column, bars

SHOWN = 10
FEW = 6
ASKED = 200


def tables(desk: Desk, params: dict[str, Param], currency: str) -> dict[str, Bars]:
    """Each asks for itself: one may fail alone."""

    def ask(report: str) -> Answer:
        return desk.ask(report, limit=ASKED, **params)

    visitors = Column("Visitors", "n p2", lambda row: _count(row, "visitors"))
    orders = Column("Orders", "n", lambda row: _count(row, "orders"))
    revenue = Column("Net revenue", "n", lambda row: Cell(numbers.money(row["revenue_minor"], currency)))
    by_visitors = Column("Visitors", "n sorted", lambda row: _count(row, "visitors"))
    return {
        "channels": bars(
            "Channels",
            ask("channels"),
            head="Channel",
            name=_named("channel"),
            by="visitors",
            columns=[by_visitors, orders, revenue],
            empty="No sessions in this period.",
            show=SHOWN,
            faint="Unattributed",
            note="last non-direct click, 30 days",
        ),
        "countries": bars(
            "Countries",
            ask("countries"),
            head="Country",
            name=lambda row: (countries.name(row["country"]), ""),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No places known in this period.",
            show=FEW,
            faint=countries.UNKNOWN,
        ),
        "devices": bars(
            "Devices",
            ask("devices"),
            head="Device",
            name=lambda row: (row["device"].capitalize() or countries.UNKNOWN, ""),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No devices known in this period.",
            show=FEW,
            faint=countries.UNKNOWN,
        ),
        "landing_pages": bars(
            "Landing pages",
            ask("landing_pages"),
            head="Page",
            name=_named("path"),
            by="visitors",
            columns=[by_visitors, orders],
            empty="No sessions in this period.",
            show=FEW,
        ),
        "campaigns": bars(
            "Campaigns",
            ask("campaigns"),
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


def _count(row: Row, key: str) -> Cell:
    return Cell(numbers.count(row[key])) if row[key] else Cell(numbers.NONE, "mut")
