"""What browsers missed, from the rows of the report `loss`: rates and estimates with their intervals, or why not.

A figure that would be dishonest has a named refusal in its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from onebyone.reports.capture import (
    Estimate,
    Rates,
    Seen,
    ServerMode,
    ThreeLists,
    estimate,
    rates,
    three_lists,
)
from onebyone.reports.clustered import design_effect
from onebyone.reports.loss import Interval

ENOUGH = 30  # server conversions, for a rate
ENOUGH_PEOPLE = 10  # in a group that is shown
ENOUGH_SHARED = 7  # on the third list and one more, for a fit of three
MOST_UNKNOWN = 0.1  # of the missed, in no known group: with more, every group's rate would be too low
PRIOR_DAYS = 28  # that a day is held against

Refusal = Literal[
    "",
    "no_conversions",
    "no_server_source",
    "no_browser_source",
    "server_is_fallback",
    "no_overlap",
    "too_few",
    "too_few_people",
]
Row = Mapping[str, Any]


class Group(Struct, frozen=True, kw_only=True):
    """All conversions, or those of one browser, device, country, host or day. Declined ones are in no other number."""

    label: str
    seen: Seen
    refused: Refusal  # why there is no rate; "": there is one
    block_rate: float | None = None
    block_rate_95: Interval | None = None
    design_effect: float = 1.0  # factor of variance by which every interval is wider, where persons convert again
    rates: Rates
    estimate: Estimate
    three: ThreeLists | None = None  # with a third list that shares enough with the others
    third: int = 0  # on the third list
    third_shared: int = 0  # on it and on another
    declined: int = 0
    withheld: int = 0  # of the declined: a browser told of them, and nothing but their number was kept
    silent: int = 0  # only a server reported them, and nobody knows the person's choice
    matched_weakly: int = 0
    missed_minor: int = 0  # net, of those that only a server saw; in proportion where some of them are withheld
    missed_in_other_currency: int = 0
    people: int = 0  # whose conversions the server saw


class Day(Struct, frozen=True):
    """A day against the four weeks before it: a share outside of `low` to `high` is no chance (p-chart, 3 sigma)."""

    group: Group
    expected: float | None = None
    low: float = 0.0
    high: float = 1.0

    @property
    def is_outside(self) -> bool:
        rate = self.group.block_rate
        return self.expected is not None and rate is not None and not self.low <= rate <= self.high


class Breakdown(Struct, frozen=True):
    """Groups of one kind. `unknown` of `missed` are in none: then `is_told` says whether the rates may be shown."""

    shown: list[Group]
    hidden: list[Group]  # too small to be shown
    missed: int
    unknown: int
    withheld: int = 0  # of people who declined; which group they are of is not kept

    @property
    def is_told(self) -> bool:
        return self.unknown + self.withheld <= MOST_UNKNOWN * (self.missed + self.withheld)


def read_group(row: Row, server_mode: ServerMode = "always") -> Group:
    """What browsers told of people who declined is no loss: as many leave those that only the server reported."""
    both, browser_only, withheld = row["both"], row["browser_only"], min(row["withheld"], row["silent"])
    server_only = row["server_only"] - withheld
    seen = Seen(browser=both + browser_only, server=both + server_only, both=both)
    refused = _refusal(seen, row, server_mode)
    effect = design_effect(
        row["server_only"],
        both + row["server_only"],
        row["missed_squares"],
        row["missed_products"],
        row["server_squares"],
    )
    widened = rates(seen, effect=effect)
    shared = row["third_and_both"] + row["third_and_browser"] + row["third_and_server"]
    return Group(
        label=row["label"],
        seen=seen,
        refused=refused,
        block_rate=None if refused else widened.block_rate,
        block_rate_95=None if refused else widened.block_rate_95,
        design_effect=effect,
        rates=widened,
        estimate=estimate(seen, server_mode=server_mode, effect=effect),
        three=_three(row, withheld) if shared >= ENOUGH_SHARED and server_mode == "always" else None,
        third=shared + row["third_only"],
        third_shared=shared,
        declined=row["declined"] + withheld,
        withheld=withheld,
        silent=row["silent"] - withheld,
        matched_weakly=row["matched_weakly"],
        missed_minor=row["missed_minor"] * server_only // max(1, row["server_only"]),
        missed_in_other_currency=row["missed_in_other_currency"],
        people=row["server_people"],
    )


def whole(rows: Sequence[Row], server_mode: ServerMode = "always") -> Group:
    """Of all: the one row of the report without groups, or of nothing."""
    return read_group(rows[0] if rows else NOTHING, server_mode)


def breakdown(rows: Iterable[Row], server_mode: ServerMode = "always") -> Breakdown:
    rows = list(rows)
    groups = [read_group(row, server_mode) for row in rows]
    known = [group for group in groups if group.label and group.seen.server]
    small = ("too_few", "too_few_people")
    shown = [group for group in known if group.refused not in small]
    return Breakdown(
        shown=sorted(shown, key=lambda group: (-(group.block_rate or 0), group.label)),
        hidden=[group for group in known if group.refused in small],
        missed=sum(group.seen.server_only for group in groups),
        unknown=sum(group.seen.server_only for group in groups if not group.label),
        withheld=sum(row["withheld"] for row in rows if not row["label"]),
    )


def days(rows: Iterable[Row], wanted: Sequence[str], server_mode: ServerMode = "always") -> list[Day]:
    """The wanted days, oldest first, each against the four weeks before it; rows of those belong in `rows` too."""
    groups = {row["label"]: read_group(row, server_mode) for row in rows}
    found = []
    for day in wanted:
        before = [group for one, group in groups.items() if _days_before(one, day)]
        group = groups.get(day) or read_group(dict(NOTHING) | {"label": day}, server_mode)
        found.append(_against(group, before))
    return found


NOTHING: Row = {
    "label": "", "both": 0, "browser_only": 0, "server_only": 0, "third_only": 0, "third_and_both": 0,
    "third_and_browser": 0, "third_and_server": 0, "declined": 0, "withheld": 0, "silent": 0, "matched_weakly": 0,
    "missed_minor": 0, "missed_in_other_currency": 0, "server_people": 0, "missed_squares": 0,
    "missed_products": 0, "server_squares": 0,
}  # fmt: skip


def _refusal(seen: Seen, row: Row, server_mode: ServerMode) -> Refusal:
    if server_mode == "fallback":
        return "server_is_fallback"
    if not seen.union:
        return "no_conversions"
    if not seen.server:
        return "no_server_source"
    if seen.server < ENOUGH:
        return "too_few"
    if not row["label"]:
        return _refusal_of_all(seen)
    return "too_few_people" if row["server_people"] < ENOUGH_PEOPLE else ""


def _refusal_of_all(seen: Seen) -> Refusal:
    """Of a group, everything may be missed; of all conversions it is a fault of the set-up."""
    if not seen.browser:
        return "no_browser_source"
    return "" if seen.both else "no_overlap"


def _three(row: Row, withheld: int) -> ThreeLists | None:
    """None where what is withheld cannot all have been on the server's list alone."""
    cells = _cells(row)
    if withheld > cells["010"]:
        return None
    return three_lists(cells | {"010": cells["010"] - withheld})


def _cells(row: Row) -> dict[str, int]:
    return {
        "111": row["third_and_both"],
        "110": row["both"] - row["third_and_both"],
        "101": row["third_and_browser"],
        "100": row["browser_only"] - row["third_and_browser"],
        "011": row["third_and_server"],
        "010": row["server_only"] - row["third_and_server"],
        "001": row["third_only"],
    }


def _days_before(one: str, day: str) -> bool:
    return 0 < (date.fromisoformat(day) - date.fromisoformat(one)).days <= PRIOR_DAYS


def _against(group: Group, before: Sequence[Group]) -> Day:
    server = sum(one.seen.server for one in before)
    if server < ENOUGH or not group.seen.server:
        return Day(group)
    expected = sum(one.seen.server_only for one in before) / server
    reach = 3 * math.sqrt(group.design_effect * expected * (1 - expected) / group.seen.server)
    return Day(group, expected, max(0.0, expected - reach), min(1.0, expected + reach))


def in_a_row(group: Group) -> dict[str, Any]:
    """The figures of a group side by side, for a table. Shares are between 0 and 1."""
    seen, found, interval = group.seen, group.estimate, group.estimate.interval_95
    refused = group.refused != ""
    rate = group.block_rate_95
    return {
        "label": group.label,
        "server": seen.server,
        "browser": seen.browser,
        "both": seen.both,
        "server_only": seen.server_only,
        "browser_only": seen.browser_only,
        "missed": group.block_rate,
        "missed_low": rate.low if rate else None,
        "missed_high": rate.high if rate else None,
        "uplift": None if refused else group.rates.uplift,
        "uplift_low": None if refused else group.rates.uplift_low,
        "uplift_high": None if refused else group.rates.uplift_high,
        "unseen": found.unseen,
        "all_low": interval.low if interval else None,
        "all_high": interval.high if interval else None,
        "status": found.status,
        "refused": group.refused,
        "declined": group.declined,
        "missed_minor": group.missed_minor,
    }
