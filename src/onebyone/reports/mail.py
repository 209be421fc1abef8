"""What can be said of a mailing: who read it, of those of whom it can be known (specs/email-and-bots.md 5).

Whoever Apple fetches for is left out of the rate, also when a click or another program shows that they read: taking in
only those of them who did would count readers and leave out the others (docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from onebyone.reports.few import HIDDEN, Hidden
from onebyone.reports.loss import Interval, wilson


class Sent(Struct, frozen=True):
    """Recipients that were delivered to."""

    full: int = 0  # whose opens may be tied to them
    counted: int = 0  # whose opens are only counted
    hidden: int = 0  # whose opens leave nothing, or a day

    @property
    def all(self) -> int:
        return self.full + self.counted + self.hidden


class Figures(Struct, frozen=True, kw_only=True):
    """Of one message, or of all. Shares are None where there is nothing to divide by."""

    delivered: int
    openers: int  # recipients whom a person's open or click was seen of
    counted_opens: int  # by people who are only counted
    raw_rate: float | None  # recipients with any open, machines included
    measurable: int  # of whom reading would be seen
    unmeasurable: int  # only Apple's fetch was seen, or no open may be tied to them
    open_rate: float | None  # of the measurable
    open_rate_95: Interval
    clickers: int
    click_rate: float | None  # clickers of delivered: the headline
    click_rate_95: Interval
    click_to_open: float | None  # clickers of openers
    machine_opens: int
    unclear_opens: int
    machine_clicks: int
    unclear_clicks: int
    provisional: int
    unsubscribed: int


COUNTED = (
    "all_openers", "openers", "measured_openers", "apple_recipients", "apple_only", "clickers", "opens_by_machines",
    "opens_unclear", "clicks_by_machines", "clicks_unclear", "counted_opens", "provisional", "unsubscribed",
)  # fmt: skip


def figures(row: Mapping[str, int], sent: Sent) -> Figures:
    """From a row of the report `mail_messages`, or the sums of several; columns that are missing are 0."""
    seen = {name: _told(row, name) for name in COUNTED}
    measurable = max(sent.full - seen["apple_recipients"], 0)
    readers = min(seen["measured_openers"], measurable)
    clickers = min(seen["clickers"], sent.all)
    return Figures(
        delivered=sent.all,
        openers=seen["openers"],
        counted_opens=seen["counted_opens"],
        raw_rate=_share(min(seen["all_openers"], sent.all), sent.all),
        measurable=measurable,
        unmeasurable=sent.counted + sent.hidden + seen["apple_only"],
        open_rate=_share(readers, measurable),
        open_rate_95=_interval(readers, measurable),
        clickers=seen["clickers"],
        click_rate=_share(clickers, sent.all),
        click_rate_95=_interval(clickers, sent.all),
        click_to_open=_share(min(seen["clickers"], seen["openers"]), seen["openers"]),
        machine_opens=seen["opens_by_machines"],
        unclear_opens=seen["opens_unclear"],
        machine_clicks=seen["clicks_by_machines"],
        unclear_clicks=seen["clicks_unclear"],
        provisional=seen["provisional"],
        unsubscribed=seen["unsubscribed"],
    )


def total(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums of the columns; recipients are of one message each, so they add up."""
    sums = dict.fromkeys(COUNTED, 0)
    for row in rows:
        for name in COUNTED:
            sums[name] += _told(row, name)
    return sums


def _told(row: Mapping[str, Any], name: str) -> Any:
    """A hidden number stays one: as an `int` it would be nobody."""
    value = row.get(name, 0)
    return value if isinstance(value, Hidden) else int(value)


def _interval(part: Any, of: Any) -> Interval:
    if isinstance(part, Hidden) or isinstance(of, Hidden):
        return Interval(low=HIDDEN, high=HIDDEN)
    return wilson(part, of)


def _share(part: int, of: int) -> float | None:
    return part / of if of else None
