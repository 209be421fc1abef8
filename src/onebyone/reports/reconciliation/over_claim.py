"""Over-claim: what platforms claim together, beside the orders of the same days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from msgspec import Struct

from onebyone.reports.reconciliation.claims import Claim

CountOrders = Callable[[date, date], int]
"""Our orders of these days, each once, both days included."""


class Held(Struct, frozen=True):
    """A platform whose period is over, with the claims that count and the days that its files cover."""

    title: str
    first: date
    last: date
    claims: Sequence[Claim]


class OverClaim(Struct, frozen=True, kw_only=True):
    """Both sides are of the same days, which all of these platforms' files cover."""

    platforms: list[str]  # titles
    first: date
    last: date
    orders: int  # ours, each once
    claimed: float
    ratio: float | None  # None where there are no orders


def over_claims(held: Sequence[Held], count: CountOrders) -> list[OverClaim]:
    """One for all platforms, of the days that all of them cover; where there are no such days, or a row reaches
    beyond them and cannot be cut, one for each.
    """
    if not held:
        return []
    first, last = max(one.first for one in held), min(one.last for one in held)
    touching = (claim for one in held for claim in one.claims if claim.first <= last and claim.last >= first)
    if first <= last and all(first <= claim.first and claim.last <= last for claim in touching):
        return [_of(held, first, last, count)]
    return [_of([one], one.first, one.last, count) for one in held]


def _of(held: Sequence[Held], first: date, last: date, count: CountOrders) -> OverClaim:
    inside = (claim for one in held for claim in one.claims if first <= claim.first and claim.last <= last)
    claimed, orders = sum(claim.conversions or 0 for claim in inside) / 1000, count(first, last)
    return OverClaim(
        platforms=[one.title for one in held],
        first=first,
        last=last,
        orders=orders,
        claimed=claimed,
        ratio=claimed / orders if orders else None,
    )
