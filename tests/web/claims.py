"""What LinkedIn claims of the fakes' shop: an export of its own, and the orders that it is measured against."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from onebyone.reports.reconciliation.claims import NeedsMapping
from onebyone.reports.reconciliation.keeping import keep
from onebyone.reports.reconciliation.read import read_export
from onebyone.web.reconciling import PLATFORMS
from web.fakes import Place
from web.month import NOW, Row

ZONE = ZoneInfo("Europe/Berlin")
_FIRST = datetime(2026, 10, 14, 11, tzinfo=ZONE)
_DAYS = 30
_HEAD = (
    "Campaign Performance Report (in UTC)\nReport Start: October 14, 2026, 12:00 AM\n"
    "Report End: November 12, 2026, 11:59 PM\nDate Generated: November 12, 2026, 8:12 AM\n\n"
    "Start Date (in UTC)\tCampaign Group Name\tCampaign Name\tCampaign ID\tCurrency\tTotal Spent\t"
    "Conversions\tPost-Click Conversions\t"
    "View-Through Conversions\tConversion Value\n"
)


def orders() -> list[Row]:
    """Five a day: after a click there, after a newsletter too, of two who never came by it, and one given back."""
    return [_order(_FIRST + timedelta(days=day, hours=2 * n), day, n) for day in range(_DAYS) for n in range(5)]


def export() -> bytes:
    days = [_FIRST + timedelta(days=day) for day in range(_DAYS)]
    lines = (f"{day:%m/%d/%Y}\tAutumn\tAutumn DACH\t312345678\tEUR\t38.00\t4\t3\t1\t332.00\n" for day in days)
    return (_HEAD + "".join(lines)).encode("utf-16")


def add_claims(place: Place) -> None:
    place.reports.answers["reconciliation_orders"] = lambda params: orders()
    found = read_export(export(), PLATFORMS, zone=place.site.zone, currency=place.site.currency)
    assert not isinstance(found, NeedsMapping)
    now_ms = int(NOW.timestamp() * 1000)
    keep(place.platform_claims, place.site.id, found, file="linkedin.csv", by="lea", now_ms=now_ms)


def _order(at: datetime, day: int, n: int) -> Row:
    clicked = int((at - timedelta(days=2)).timestamp() * 1000)
    click: list[object] = [clicked, "linkedin", "cpc", "autumn", "Paid Social"]
    letter: list[object] = [clicked + 86_400_000, "newsletter", "email", "lichterzeit-2026", "Email"]
    return {
        "id": f"{day}-{n}", "at": at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "status": "cancelled" if (day, n) == (9, 0) else "counted", "order_id": f"NL-{day:02}{n}", "currency": "EUR",
        "gross": 8_300, "net": 0 if (day, n) == (9, 0) else 8_300, "in_browser": True, "permissions": 65_535,
        "accepted": [], "told": [], "visits": [[click], [click], [click, letter], [letter], []][n],
    }  # fmt: skip
