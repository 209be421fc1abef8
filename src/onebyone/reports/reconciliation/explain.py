"""Explaining a difference: from our number to a platform's, in fixed steps, each counted from our own orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.reports.attribution.rules import Rule
from onebyone.reports.reconciliation.orders import Order, Visit
from onebyone.reports.reconciliation.platforms import Basis

STEPS = (
    "time_zone", "date_basis", "attribution", "window", "view_through", "duplicates", "refunds", "not_forwarded",
)  # fmt: skip
DAY_S = 86_400
GREEN, AMBER = 0.1, 0.3

Light = Literal["green", "amber", "red"]


class Terms(Struct, frozen=True, kw_only=True):
    """How both sides count in this comparison. Days are inclusive."""

    platform: str
    first: date
    last: date
    site_zone: str
    zone: str  # the platform's
    basis: Basis
    rule: Rule  # our model's
    our_days: int = 30
    their_days: int = 30
    currency: str = ""
    destinations: frozenset[str] = frozenset()


class Sum(Struct):
    orders: float = 0.0
    money: float = 0.0  # minor units, of orders in the platform's currency


class Stages(Struct):
    """What is counted under the terms of each stage, for one campaign; the last three add up on top of `window`."""

    ours: Sum
    zone: Sum
    basis: Sum
    attribution: Sum
    window: Sum
    duplicates: Sum
    refunds: Sum
    not_allowed: Sum
    not_seen: Sum


class Step(Struct, frozen=True):
    """`orders` is None where it is not known, which is not 0."""

    name: str
    orders: float | None
    money: float | None


class Ladder(Struct, frozen=True, kw_only=True):
    """ours + every known step + residual = theirs."""

    ours: Sum
    steps: list[Step]
    residual: Step
    theirs: Sum
    not_allowed: float  # of not_forwarded: declined
    not_seen: float  # of not_forwarded: no browser reported it, and no destination of ours took it
    ratio: float | None  # theirs to ours
    share: float | None  # residual of theirs
    light: Light | None  # None: there is nothing to judge


def stages(orders: Iterable[Order], terms: Terms) -> dict[str, Stages]:
    """By our campaign, "" for visits that name none."""
    found: defaultdict[str, Stages] = defaultdict(lambda: Stages(*(Sum() for _ in Stages.__struct_fields__)))
    here, there = days_of(terms, terms.site_zone), days_of(terms, terms.zone)
    for order in orders:
        if not order.cancelled:
            _ours(order, terms, found, here, there)
        _theirs(order, terms, found, there)
    return dict(found)


Span = tuple[datetime, datetime]


def days_of(terms: Terms, zone: str) -> Span:
    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    return midnight(terms.first), midnight(terms.last + timedelta(days=1))


def _in(at: datetime, span: Span) -> bool:
    return span[0] <= at < span[1]


def _ours(order: Order, terms: Terms, found: dict[str, Stages], here: Span, there: Span) -> None:
    """What our model gives to this platform's visits, in three ways of dating it."""
    seen = [visit for visit in order.visits if 0 <= _age_s(visit, order) <= terms.our_days * DAY_S]
    if not any(visit.platform == terms.platform for visit in seen):
        return
    shares = terms.rule([visit.channel for visit in seen], [_age_s(visit, order) / 3600 for visit in seen])
    for visit, share in zip(seen, shares, strict=True):
        if visit.platform != terms.platform or not share:
            continue
        one = found[visit.campaign]
        dated = visit.at if terms.basis == "click" else order.at
        for stage, counts in (
            (one.ours, _in(order.at, here)),
            (one.zone, _in(order.at, there)),
            (one.basis, _in(dated, there)),
        ):
            if counts:
                _add(stage, share, share * _money(order, order.net, terms))


def _theirs(order: Order, terms: Terms, found: dict[str, Stages], there: Span) -> None:
    """What a platform that takes every order with a click of its own would count of this one."""
    clicks = [visit for visit in order.visits if visit.platform == terms.platform and visit.at <= order.at]
    if not clicks:
        return
    last = clicks[-1]
    if not _in(last.at if terms.basis == "click" else order.at, there):
        return
    one = found[last.campaign]
    if not order.cancelled and _age_s(last, order) <= terms.our_days * DAY_S:
        _add(one.attribution, 1, _money(order, order.net, terms))
    if _age_s(last, order) > terms.their_days * DAY_S:
        return
    told = bool(order.told & terms.destinations)
    if not order.cancelled:
        _add(one.window, 1, _money(order, order.net, terms))
    back = 0 if told else _money(order, order.gross - (0 if order.cancelled else order.net), terms)
    _add(one.refunds, int(order.cancelled and not told), back)
    counts = not (order.cancelled and told)
    worth = _money(order, order.net, terms) * (not order.cancelled) + back
    _add(one.duplicates, order.extra * counts, order.extra * counts * _money(order, order.gross, terms))
    if order.accepted & terms.destinations or (order.in_browser and order.allowed):
        return
    lost = one.not_allowed if not order.allowed else one.not_seen
    _add(lost, -(1 + order.extra) * counts, -(worth + order.extra * _money(order, order.gross, terms)) * counts)


def _age_s(visit: Visit, order: Order) -> float:
    return (order.at - visit.at).total_seconds()


def _money(order: Order, minor: int, terms: Terms) -> int:
    return minor if order.currency in ("", terms.currency) else 0


def _add(stage: Sum, orders: float, money: float) -> None:
    stage.orders += orders
    stage.money += money


def ladder(
    parts: Sequence[Stages], *, theirs: Sum, views: Sum | None, views_included: bool, judged: bool = True
) -> Ladder:
    """Of the campaigns together. `views` is the platform's own column of orders after a view, None without one."""
    total = {name: _total(getattr(one, name) for one in parts) for name in Stages.__struct_fields__}
    left = _total([total["not_allowed"], total["not_seen"]])
    after_view: tuple[float | None, float | None] = (0.0, 0.0)
    if views_included:
        after_view = (views.orders if views else None, None)
    known = {
        "time_zone": _minus(total["zone"], total["ours"]),
        "date_basis": _minus(total["basis"], total["zone"]),
        "attribution": _minus(total["attribution"], total["basis"]),
        "window": _minus(total["window"], total["attribution"]),
        "view_through": after_view,
        "duplicates": (total["duplicates"].orders, total["duplicates"].money),
        "refunds": (total["refunds"].orders, total["refunds"].money),
        "not_forwarded": (left.orders, left.money),
    }
    steps = [Step(name, *known[name]) for name in STEPS]
    rest = theirs.orders - total["ours"].orders - sum(step.orders or 0 for step in steps)
    rest_money = theirs.money - total["ours"].money - sum(step.money or 0 for step in steps)
    share = abs(rest) / theirs.orders if theirs.orders else None
    return Ladder(
        ours=total["ours"],
        steps=steps,
        residual=Step("residual", round(rest, 6) + 0.0, round(rest_money, 2) + 0.0),
        theirs=theirs,
        not_allowed=total["not_allowed"].orders,
        not_seen=total["not_seen"].orders,
        ratio=theirs.orders / total["ours"].orders if total["ours"].orders else None,
        share=share,
        light=_light(share) if judged and share is not None else None,
    )


def _total(sums: Iterable[Sum]) -> Sum:
    answer = Sum()
    for one in sums:
        _add(answer, one.orders, one.money)
    return answer


def _minus(later: Sum, earlier: Sum) -> tuple[float, float]:
    return round(later.orders - earlier.orders, 6) + 0.0, round(later.money - earlier.money, 2) + 0.0


def _light(share: float) -> Light:
    return "green" if share <= GREEN else "amber" if share <= AMBER else "red"


def overlap(orders: Collection[Order], days: dict[str, int], span: Span) -> dict[tuple[str, str], int]:
    """For each two platforms, and each with itself: our orders of that span that both can claim by a click."""
    found = {(one, other): 0 for one in days for other in days}
    for order in orders:
        if order.cancelled or not _in(order.at, span):
            continue
        mine = {
            visit.platform
            for visit in order.visits
            if visit.platform in days and 0 <= _age_s(visit, order) <= days[visit.platform] * DAY_S
        }
        for one in mine:
            for other in mine:
                found[one, other] += 1
    return found
