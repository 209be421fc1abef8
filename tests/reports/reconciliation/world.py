"""A shop's October with its people, of whom each has one reason why a platform counts otherwise than the shop.

The people are the truth. `rows_of` is what reached the shop's store of them, `exported` what each platform counts of
the same people by its own window, zone and way of dating, with nothing of the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from onebyone.destinations.telling import DeliveryLine
from onebyone.event import Conversion, Ended, Event, Permission, Reason, event_uuid
from onebyone.store.engine import Embedded
from onebyone.store.flat import flat
from reports.reconciliation.planted import BLOCKED, FIRST, KINDS, LAST, PRICE, SITE_ZONE, Kind
from store.rows import a_drop, an_event

CAMPAIGNS = ("autumn", "77002")  # the second is named by its id
REFUND = 1500
OWN_WINDOW = timedelta(days=30)
PERMISSIONS = sum(one.bit for one in Permission)
TAKES = {"google_ads": "google_data_manager"}  # the destination of a platform, where its name is another

CAUSES = {  # how many people of each platform
    "plain": 12,
    "early": 3,  # on the first day here, still the day before there
    "clicked_before": 4,  # ordered in the period
    "clicked_inside": 2,  # ordered after it
    "emailed": 6,  # after the click
    "lost_to_next": 5,  # clicked on the next platform's ad too, later
    "long_ago": 5,  # clicked before the platform's window
    "viewed": 7,  # saw an ad and never clicked
    "twice": 4,  # the browser reported it again after the platform had forgotten it
    "cancelled": 3,
    "cancelled_told": 2,
    "refunded": 3,
    "declined": 5,
    "rescued": 2,  # blocked in the browser, taken from our server
    "unseen": 2,  # clicked on another device
}


class Click(Struct, frozen=True):
    at: datetime
    source: str
    medium: str
    channel: str
    campaign: str


class Person(Struct, frozen=True, kw_only=True):
    number: int
    kind: Kind
    campaign: str
    cause: str
    ordered: datetime
    browser: str
    clicks: tuple[Click, ...]
    credit: tuple[str, str] | None  # source and campaign of the last ad before the order, in our window

    @property
    def blocked(self) -> bool:
        return self.cause in ("blocked", "rescued")

    @property
    def cancelled(self) -> bool:
        return self.cause.startswith("cancelled")


class Sizes(Struct, frozen=True):
    """Times of CAUSES, and people of each browser."""

    times: int = 1
    a_browser: int = 20


def people(random: Random, sizes: Sizes = Sizes()) -> list[Person]:  # noqa: B008
    return list(_people(random, sizes))


def _people(random: Random, sizes: Sizes) -> Iterator[Person]:
    number = 0
    for kind, following in zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True):
        for cause, browser in _causes(kind, sizes):
            number += 1
            campaign = random.choice(CAMPAIGNS)
            ordered, clicks = _journey(kind, cause, campaign, following, random)
            yield Person(
                number=number, kind=kind, campaign=campaign, cause=cause, ordered=ordered, browser=browser,
                clicks=clicks, credit=_credit(cause, clicks),
            )  # fmt: skip


def _causes(kind: Kind, sizes: Sizes) -> Iterator[tuple[str, str]]:
    for cause, size in CAUSES.items():
        if (cause.startswith("clicked") and not kind.by_click) or (cause == "long_ago" and kind.window_days >= 30):
            continue
        yield from ((cause, "Edge") for _ in range(size * sizes.times))
    for browser, share in BLOCKED.items():
        lost = round(sizes.a_browser * share)
        yield from (("blocked" if n < lost else "plain", browser) for n in range(sizes.a_browser))


def _journey(
    kind: Kind, cause: str, campaign: str, following: Kind, random: Random
) -> tuple[datetime, tuple[Click, ...]]:
    ordered = datetime(2026, 10, 13, tzinfo=UTC) + timedelta(minutes=random.randrange(14 * 1440))  # far from the ends
    ago = timedelta(hours=random.randrange(3, 30))
    match cause:
        case "early":
            ordered, ago = kind.early, timedelta(minutes=9)
        case "clicked_before":
            ordered, ago = datetime(2026, 10, 2, 12, tzinfo=UTC), timedelta(days=4)
        case "clicked_inside":
            ordered, ago = datetime(2026, 11, 2, tzinfo=UTC), timedelta(days=3)
        case "long_ago":
            ago = timedelta(days=10)
    if cause in ("viewed", "unseen"):
        return ordered, ()
    clicks = [_ad(kind, ordered - ago, campaign)]
    if cause == "emailed":
        clicks.append(Click(ordered - timedelta(minutes=50), "letter", "email", "Email", "october"))
    if cause == "lost_to_next":
        clicks.append(_ad(following, ordered - timedelta(minutes=50), random.choice(CAMPAIGNS)))
    return ordered, tuple(clicks)


def _ad(kind: Kind, at: datetime, campaign: str) -> Click:
    return Click(
        at, kind.source, "cpc", "Paid Search" if kind.source in ("google", "bing") else "Paid Social", campaign
    )


def _credit(cause: str, clicks: Sequence[Click]) -> tuple[str, str] | None:
    return (clicks[-1].source, clicks[-1].campaign) if clicks and cause != "emailed" else None


class Rows(Struct):
    """What the store holds of them."""

    events: list[Event] = []
    drops: list[Ended] = []
    conversions: list[Conversion] = []
    deliveries: list[DeliveryLine] = []


def rows_of(site: str, some: Iterable[Person]) -> Rows:
    rows = Rows()
    for one in some:
        _add(rows, site, one)
    return rows


def load(store: Embedded, site: str, some: Iterable[Person]) -> None:
    rows = rows_of(site, some)
    for table, lines in (
        ("events", [msgspec.json.encode(one) for one in rows.events]),
        ("drops", [msgspec.json.encode(one) for one in rows.drops]),
        ("conversions", [flat(msgspec.json.encode(one)) for one in rows.conversions]),
        ("deliveries", [msgspec.json.encode(one) for one in rows.deliveries]),
    ):
        store.insert(table, lines, f"{table}:world")


def _add(rows: Rows, site: str, one: Person) -> None:
    order = f"o{one.number}"
    base = {"site": site, "visitor": one.number, "browser": one.browser, "device": "desktop", "country": "DE"}
    for n, click in enumerate(one.clicks):
        came = {name: getattr(click, name) for name in ("at", "source", "medium", "channel", "campaign")}
        rows.events.append(an_event(10 * one.number + n, path="/", **base, **came))
    sold = {**base, "name": "purchase", "order_id": order, "value": PRICE, "currency": "EUR"}
    sold["event_id"] = f"purchase:{order}"
    direct = {"channel": "Direct", "source": "(direct)", "medium": "(none)"}
    allowed = PERMISSIONS - (Permission.ADS_SHARE.bit if one.cause == "declined" else 0)
    via = "server" if one.blocked else "tag"
    event = an_event(10 * one.number + 5, at=one.ordered, via=via, permissions=allowed, **sold, **direct)
    rows.events.append(event)
    copies = [] if one.blocked else [(Reason.ORDER_JOINED, "server", timedelta(seconds=2))]
    copies += [(Reason.ORDER_REPEATED, "tag", timedelta(hours=50))] if one.cause == "twice" else []
    for n, (reason, way, later) in enumerate(copies):
        dropped = {name: value for name, value in sold.items() if name != "value"} | {"at": one.ordered + later}
        of = {"of_hit": event.hit, "reason": reason, "via": way}
        rows.drops.append(a_drop(10 * one.number + n, **dropped, **of))
    record = _record(one, event, copies=1 + len(copies))
    rows.conversions.append(record)
    rows.deliveries += _told(one, record)


def _record(one: Person, event: Event, *, copies: int) -> Conversion:
    refunded = REFUND if one.cause == "refunded" else 0
    gross = 0 if one.cancelled else PRICE
    return Conversion(
        site=event.site, first_day=event.day, id=event_uuid(event.site, "conversion", event.sighting), version=1,
        first_received_at=event.at, updated_at=event.at, event=event, vias=sorted({event.via, "server"}),
        copies=copies, status="cancelled" if one.cancelled else "counted", gross=PRICE, refunded=refunded,
        net=gross - refunded,
    )  # fmt: skip


def _told(one: Person, record: Conversion) -> Iterator[DeliveryLine]:
    part = {"rescued": "", "cancelled_told": "adjust"}.get(one.cause)
    if part is None:
        return
    at = record.event.at
    yield DeliveryLine(
        site=record.site, first_day=record.first_day.isoformat(), conversion=record.id, part=part, version=1,
        destination=TAKES.get(one.kind.name, one.kind.name), state="accepted", attempts=1, at=at, queued_at=at,
        due_at=at, name="purchase", event_id=record.event.event_id,
    )  # fmt: skip


class Line(Struct, frozen=True):
    """A day of a campaign in an export."""

    day: date
    campaign: str
    orders: int
    views: int


def exported(kind: Kind, some: Iterable[Person]) -> list[Line]:
    """By day, as that platform counts them."""
    orders: Counter[tuple[date, str]] = Counter()
    views: Counter[tuple[date, str]] = Counter()
    for one in some:
        for day, campaign, seen in _claims(kind, one):
            if FIRST <= day <= LAST:
                (views if seen else orders)[day, campaign] += 1
    if kind.views_counted:
        orders.update(views)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]  # an ad that runs has a row a day
    return [Line(day, one, orders[day, one], views[day, one]) for day in days for one in CAMPAIGNS]


def _claims(kind: Kind, one: Person) -> Iterator[tuple[date, str, bool]]:
    def day(at: datetime) -> date:
        return at.astimezone(ZoneInfo(kind.zone)).date()

    if one.kind is kind and one.cause == "viewed":
        yield day(one.ordered), one.campaign, True
        return
    if one.kind is kind and one.cause == "unseen":
        yield day(one.ordered), one.campaign, False
        return
    own = [click for click in one.clicks if click.source == kind.source]
    if not own or one.ordered - own[-1].at > timedelta(days=kind.window_days):
        return
    heard = one.cause != "declined" and (one.cause != "blocked")
    told_off = one.cause == "cancelled_told"
    if heard and not told_off:
        for n in range(2 if one.cause == "twice" else 1):
            at = own[-1].at if kind.by_click else one.ordered + timedelta(hours=50 * n)
            yield day(at), own[-1].campaign, False


def planted_steps(kind: Kind, some: Iterable[Person], campaign: str = "") -> dict[str, float]:
    """The size of each cause, from the people alone; of one campaign, or of all."""
    found = Counter(
        one.cause for one in some if one.kind is kind and campaign in ("", one.campaign)
    )  # fmt: skip
    return {
        "time_zone": -found["early"],
        "date_basis": found["clicked_inside"] - found["clicked_before"],
        "attribution": found["emailed"] + found["lost_to_next"],
        "window": -found["long_ago"],
        "view_through": found["viewed"] if kind.views_counted else 0,
        "duplicates": found["twice"],
        "refunds": found["cancelled"],
        "not_forwarded": -found["declined"] - found["blocked"],
        "residual": found["unseen"],
    }


def credited(some: Iterable[Person]) -> dict[tuple[str, str], int]:
    """Orders of the period here by the ad that led to them: source and campaign."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in some:
        if one.credit and not one.cancelled and FIRST <= one.ordered.astimezone(ZoneInfo(SITE_ZONE)).date() <= LAST:
            found[one.credit] += 1
    return dict(found)
