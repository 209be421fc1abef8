"""A truth with known causes, seen by us as orders, and by a platform as the export it would give."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.reconciliation.orders import Order, Visit

SITE_ZONE = "Europe/Berlin"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
MIDDLE = datetime(2026, 10, 15, 12, tzinfo=UTC)
PRICE = 5000  # minor units; every order costs the same
BLOCKED = {"Chrome": 0.1, "Firefox": 0.4, "Safari": 0.2}  # of each browser's orders


class Planted(Struct):
    """How many orders each cause moves; none is moved by two."""

    plain: int = 40
    lost_by_zone: int = 3  # early on the first day here, still the day before there
    clicked_before: int = 4  # ordered in the period
    clicked_inside: int = 2  # ordered after it
    emailed_after_click: int = 6
    clicked_long_ago: int = 5
    viewed: int = 7  # the platform alone knows
    reported_twice: int = 4
    cancelled: int = 3
    declined: int = 5
    a_browser: int = 20  # orders of each browser, of which a share is blocked
    unseen: int = 2  # another device: the platform alone knows


class Kind(Struct, frozen=True):
    """A platform as the simulation knows it, not as the product does."""

    name: str
    source: str
    by_click: bool
    window_days: int
    zone: str
    early: datetime  # in the period here, before it there
    views_counted: bool


META = Kind("meta", "facebook", False, 7, "America/Los_Angeles", datetime(2026, 10, 1, 3, tzinfo=UTC), True)
GOOGLE = Kind("google_ads", "google", True, 30, "America/New_York", datetime(2026, 10, 1, 2, tzinfo=UTC), False)
LINKEDIN = Kind("linkedin", "linkedin", False, 30, "UTC", datetime(2026, 9, 30, 23, tzinfo=UTC), True)
TIKTOK = Kind("tiktok", "tiktok", True, 7, "America/Los_Angeles", datetime(2026, 10, 1, 4, tzinfo=UTC), True)
MICROSOFT = Kind("microsoft", "bing", True, 30, "America/New_York", datetime(2026, 10, 1, 2, tzinfo=UTC), False)
KINDS = (META, GOOGLE, LINKEDIN, TIKTOK, MICROSOFT)


def blocked(planted: Planted) -> int:
    return sum(round(planted.a_browser * share) for share in BLOCKED.values())


def orders(kind: Kind, planted: Planted, random: Random) -> list[Order]:
    """What we know of it."""
    numbers = count()

    def order(at: datetime, clicked: datetime, **fields: object) -> Order:
        visit = Visit(clicked, kind.name, "autumn", "Paid Social")
        one = Order(id=f"{kind.name}-{next(numbers)}", at=at, currency="EUR", gross=PRICE, net=PRICE, visits=(visit,))
        return replace(one, **fields)

    def some(times: int, **fields: object) -> list[Order]:
        moments = [MIDDLE + timedelta(minutes=random.randrange(60)) for _ in range(times)]
        return [order(at, at - timedelta(hours=1), **fields) for at in moments]

    before, after = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    found = some(planted.plain) + some(planted.reported_twice, extra=1) + some(planted.declined, allowed=False)
    found += some(planted.cancelled, cancelled=True, net=0)
    found += [order(kind.early, kind.early - timedelta(minutes=9)) for _ in range(planted.lost_by_zone)]
    if kind.by_click:
        found += [order(before + timedelta(days=4), before) for _ in range(planted.clicked_before)]
        found += [order(after, after - timedelta(days=3)) for _ in range(planted.clicked_inside)]
    for one in some(planted.emailed_after_click):
        mail = Visit(one.at - timedelta(minutes=5), "", "letter", "Email")
        found.append(replace(one, visits=(*one.visits, mail)))
    if kind.window_days < 30:
        found += [order(MIDDLE, MIDDLE - timedelta(days=10)) for _ in range(planted.clicked_long_ago)]
    for share in BLOCKED.values():
        lost = round(planted.a_browser * share)
        found += some(lost, in_browser=False) + some(planted.a_browser - lost)
    random.shuffle(found)
    return found


def claimed(kind: Kind, planted: Planted) -> int:
    """What the platform reports, told from the causes alone."""
    seen = planted.plain + 2 * planted.reported_twice + planted.cancelled + planted.emailed_after_click
    seen += len(BLOCKED) * planted.a_browser - blocked(planted) + planted.unseen
    seen += planted.clicked_inside if kind.by_click else 0
    return seen + (planted.viewed if kind.views_counted else 0)


def export(kind: Kind, planted: Planted) -> bytes:
    """In the platform's own form."""
    total, views = claimed(kind, planted), planted.viewed
    money = f"{total * PRICE / 100:.2f}"
    match kind.name:
        case "meta":
            return _text(
                ["Reporting starts", "Reporting ends", "Campaign name", "Amount spent (EUR)", "Purchases",
                 "Purchases conversion value", "Purchases (1-day view)", "Attribution setting"],
                [[FIRST, LAST, "Autumn", "90.00", total, money, views, "7-day click, 1-day view"]],
            ).encode("utf-8-sig")  # fmt: skip
        case "google_ads":
            rows = [["Autumn", "77001", "EUR", "90.00", f"{total}.00", money, views],
                    ["Total: Campaigns", " --", "EUR", "90.00", f"{total}.00", money, views]]  # fmt: skip
            head = [
                "Campaign",
                "Campaign ID",
                "Currency code",
                "Cost",
                "Conversions",
                "Conv. value",
                "View-through conv.",
            ]
            text = "Campaign report\n1 October 2026 - 31 October 2026\n" + _text(head, rows, "\t")
            return text.encode("utf-16")
        case "linkedin":
            half = total // 2
            return ("Performance report (in UTC)\n\n" + _text(
                ["Start Date (in UTC)", "Campaign Group Name", "Campaign Name", "Campaign ID", "Currency",
                 "Total Spent", "Conversions", "View-Through Conversions", "Conversion Value"],
                [["10/01/2026", "Autumn", "a", "1", "EUR", "45.00", half, views, money],
                 ["10/31/2026", "Autumn", "b", "2", "EUR", "45.00", total - half, 0, "0.00"]],
                "\t")).encode("utf-16")  # fmt: skip
        case "tiktok":
            return _text(
                ["Campaign name", "Campaign ID", "Start date", "End date", "Currency", "Cost", "Total complete payment",
                 "Purchase value", "VTA purchases"],
                [["Autumn", "1790000000000101", FIRST, LAST, "EUR", "90.00", total, money, views]],
            ).encode()  # fmt: skip
        case _:
            return _text(
                ["Gregorian date", "Campaign name", "Campaign ID", "Currency code", "Spend", "Conversions", "Revenue"],
                [["10/1/2026", "Autumn", "41", "EUR", "45.00", total, money],
                 ["10/31/2026", "Autumn", "41", "EUR", "1", 0, 0]],
            ).encode()  # fmt: skip


def _text(head: list[str], rows: list[list[object]], separator: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows([head, *rows])
    return file.getvalue()
