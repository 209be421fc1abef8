"""Exports by day, each in its platform's own form."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from reports.reconciliation.planted import PRICE, Kind
from reports.reconciliation.world import Line

NAMES = {"autumn": ("Autumn", "77001"), "77002": ("Brand", "77002")}  # ours: their name and id
Row = Sequence[object]


def export(kind: Kind, lines: Iterable[Line]) -> bytes:
    return _WRITE[kind.name](list(lines))


def _meta(lines: Sequence[Line]) -> bytes:
    head = [
        "Campaign name", "Campaign ID", "Day", "Amount spent (EUR)", "Purchases", "Purchases conversion value",
        "Purchases (1-day view)", "Attribution setting", "Reporting starts", "Reporting ends",
    ]  # fmt: skip
    rows = [
        [*NAMES[one.campaign], one.day, "1.00", one.orders, _money(one), one.views, "7-day click, 1-day view",
         "2026-10-01", "2026-10-31"]
        for one in lines
    ]  # fmt: skip
    total = ["", "", "", f"{len(lines)}.00", sum(one.orders for one in lines), "", "", "", "2026-10-01", "2026-10-31"]
    return _text(head, [total, *rows]).encode("utf-8-sig")


def _google(lines: Sequence[Line]) -> bytes:
    head = ["Day", "Campaign", "Campaign ID", "Currency code", "Cost", "Conversions", "Conv. value"]
    rows = [
        [one.day, *NAMES[one.campaign], "EUR", "1.00", f"{one.orders:.2f}", _money(one, grouped=True), one.views]
        for one in lines
    ]
    total = ["Total: Account", " --", " --", "EUR", "9.00", f"{sum(one.orders for one in lines):,.2f}", "", ""]
    table = _text([*head, "View-through conv."], [*rows, total], "\t")
    return ("Campaign report\n1 October 2026 - 31 October 2026\n" + table).encode("utf-16")


def _linkedin(lines: Sequence[Line]) -> bytes:
    head = [
        "Start Date (in UTC)", "Campaign Group Name", "Campaign Name", "Campaign ID", "Currency", "Total Spent",
        "Conversions", "Post-Click Conversions", "View-Through Conversions", "Conversion Value",
    ]  # fmt: skip
    rows = [
        [f"{one.day:%m/%d/%Y}", NAMES[one.campaign][0], f"{NAMES[one.campaign][0]} DACH", NAMES[one.campaign][1], "EUR",
         "1.00", one.orders, one.orders - one.views, one.views, _money(one)]
        for one in lines
    ]  # fmt: skip
    return ("Campaign Performance Report (in UTC)\n\n" + _text(head, rows, "\t")).encode("utf-16")


def _tiktok(lines: Sequence[Line]) -> bytes:
    head = [
        "Campaign name", "Campaign ID", "Ad group name", "By Day", "Cost", "Currency", "Conversions",
        "Total complete payment", "Purchase value", "VTA purchases",
    ]  # fmt: skip
    rows = [
        [*NAMES[one.campaign], "", one.day, "1.00", "EUR", 3 * one.orders, one.orders, _money(one), one.views]
        for one in lines
    ]
    total = [f"Total of {len(rows)} results", "-", "-", "-", "9.00", "EUR", "9", "9", "9.00", "-"]
    return _text(head, [*rows, total]).encode()


def _microsoft(lines: Sequence[Line]) -> bytes:
    head = [
        "Gregorian date", "Campaign name", "Campaign ID", "Currency code", "Spend", "Conversions", "Revenue",
        "View-through conversions",
    ]  # fmt: skip
    rows = [
        [f"{one.day:%m/%d/%Y}", *NAMES[one.campaign], "EUR", "1.00", one.orders, _money(one), one.views]
        for one in lines
    ]
    last = "©2026 Microsoft Corporation. All rights reserved.\n"
    return ('"Report Name: Campaigns"\n' + _text(head, rows) + last).encode("utf-8-sig")


_WRITE: dict[str, Callable[[Sequence[Line]], bytes]] = {
    "meta": _meta, "google_ads": _google, "linkedin": _linkedin, "tiktok": _tiktok, "microsoft": _microsoft,
}  # fmt: skip


def _money(one: Line, *, grouped: bool = False) -> str:
    """At the full price: platforms are not told of what was given back."""
    return f"{one.orders * PRICE / 100:,.2f}" if grouped else f"{one.orders * PRICE / 100:.2f}"


def _text(head: Sequence[str], rows: Sequence[Row], separator: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows([head, *rows])
    return file.getvalue()
