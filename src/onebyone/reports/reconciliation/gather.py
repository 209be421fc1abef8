"""Asking the store for what a comparison needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import msgspec
from msgspec.structs import replace

from onebyone.reports.reconciliation.claims import Claim
from onebyone.reports.reconciliation.compare import LONGEST_DAYS, Asked, Kept, Reconciliation, compare, reach
from onebyone.reports.reconciliation.orders import orders_of
from onebyone.reports.reconciliation.platforms import Platform
from onebyone.store import BadParameter, Param, Rows

MOST_ORDERS = 100_000
MOST_CAMPAIGNS = 10_000
LONGEST_SPAN_DAYS = 800


class Runs(Protocol):
    def run(self, name: str, /, **params: Param) -> Rows: ...


def kept_of(rows: Sequence[tuple[int, bytes]]) -> list[Kept]:
    """Claims as the state holds them."""
    return [Kept(number, msgspec.json.decode(body, type=Claim)) for number, body in rows]


def reconcile(
    reports: Runs, site: str, kept: Sequence[Kept], platforms: Mapping[str, Platform], asked: Asked
) -> Reconciliation:
    """Blocks. Raises what reports raise, and BadParameter for more orders than can be compared at once."""
    span = reach(kept, asked)
    if span is None:
        return compare([], [], platforms, asked)
    if (span[1] - span[0]).days > LONGEST_SPAN_DAYS:
        raise BadParameter(f"the claims reach over more than {LONGEST_SPAN_DAYS} days: choose fewer by --from and --to")
    common: dict[str, Param] = {"site": site, "from": span[0], "to": span[1], "limit": MOST_ORDERS + 1}
    rows = reports.run("reconciliation_orders", **common, traffic="people", window_days=LONGEST_DAYS).dicts()
    copies = reports.run("order_copies", **common).dicts()
    if len(rows) > MOST_ORDERS or len(copies) > MOST_ORDERS:
        raise BadParameter(f"there are more than {MOST_ORDERS:,} orders in this time: choose a shorter one")
    since = span[0] - timedelta(days=LONGEST_DAYS)
    named = reports.run("campaign_ids", **common | {"from": since, "limit": MOST_CAMPAIGNS}).dicts()
    asked = replace(asked, ids={row["campaign"]: row["ids"] for row in named})
    return compare(kept, orders_of(rows, copies, platforms.values()), platforms, asked)
