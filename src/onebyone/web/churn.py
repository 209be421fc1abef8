"""Churn: how many customers are lost, unit by unit, where enough bought again to know after how long one is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from onebyone.web import numbers
from onebyone.web.desk import Row
from onebyone.web.retention import age, cohort_name

LEAST_REPEATERS = 30  # as the report has it
TOO_FEW = "too_few_repeats"
YOUNG = 2  # times the silence; a site known for less has not seen how long a gap can be


class Line(Struct, frozen=True):
    name: str
    cells: list[str]
    running: bool


class Churn(Struct, frozen=True):
    """`is_empty`: nobody bought, ever. `lines` are the latest first; `share` is of all units that have a rate."""

    is_empty: bool
    refused: str
    says: str
    lines: list[Line]
    share: str


def churn(rows: Sequence[Row], unit: str, times: str, today: date) -> Churn:
    """`times` is the k of the address."""
    if not rows:
        return Churn(True, "", "", [], numbers.NONE)
    refused = refusal(rows)
    rated = [row for row in rows if rate(row, unit, today) is not None]
    lost, active = sum(row["churned"] for row in rated), sum(row["active"] for row in rated)
    lines = [] if refused else [_line(row, unit, today) for row in reversed(rows)]
    says = numbers.said(" ".join(filter(None, (_says(rows, rated, unit, times), _young(rows[0], today)))))
    return Churn(False, refused, says, lines, numbers.share(lost, active))


def refusal(rows: Sequence[Row]) -> str:
    """Why nobody is called lost, "" where they are."""
    return TOO_FEW if any(row["quiet_days"] is None for row in rows) else ""


def rate(row: Row, unit: str, today: date) -> float | None:
    """Of those active when the unit began, who was lost in it, 0 to 1.

    None where that says nothing: the unit is not over, nobody could be lost yet, or it is longer than the silence, so
    that who came in it may be lost in it too.
    """
    starts = date.fromisoformat(row["starts"])
    if row["quiet_days"] is None or not row["active"] or age(starts, today, unit) <= 0:
        return None
    ends, silence = _next(starts, unit), timedelta(days=row["quiet_days"])
    if ends - starts > silence or ends <= date.fromisoformat(row["first_day"]) + silence:
        return None
    return float(row["churned"] / row["active"])


def _next(starts: date, unit: str) -> date:
    return starts + timedelta(days=7) if unit == "week" else (starts + timedelta(days=32)).replace(day=1)


def _line(row: Row, unit: str, today: date) -> Line:
    starts = date.fromisoformat(row["starts"])
    cells = [numbers.count(row[key]) for key in ("active", "fresh", "back", "churned")]
    running = age(starts, today, unit) <= 0
    has_rate = rate(row, unit, today) is not None
    share = numbers.share(row["churned"], row["active"]) if has_rate else numbers.NONE
    return Line(cohort_name(starts, unit), [*cells, share], running)


def _young(row: Row, today: date) -> str:
    """What a gap is worth that was measured before longer ones could be seen; "" where they could."""
    if row["quiet_days"] is None:
        return ""
    first, silence = date.fromisoformat(row["first_day"]), row["quiet_days"]
    known = (today - first).days
    if known >= YOUNG * silence:
        return ""
    text = (
        f"The first purchase was {_days(known)} ago, so no longer gap can have been seen yet: "
        "the gap will grow, and who is called lost here may come back."
    )
    if known > silence:
        return text
    return f"{text} Before {numbers.long_day(first + timedelta(days=silence + 1))} nobody is lost."


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{numbers.count(n)} days"


def _says(rows: Sequence[Row], rated: Sequence[Row], unit: str, times: str) -> str:
    gap, silence, repeaters = (rows[0][key] for key in ("gap_days", "quiet_days", "repeaters"))
    if silence is None:
        many = "Nobody has" if not repeaters else f"Only {numbers.count(repeaters)} have"
        return (
            f"{many} bought on two days or more. After how long a customer is lost can be told from "
            f"{LEAST_REPEATERS} who came back; until then nobody is called lost here."
        )
    text = (
        f"Who buys again does so after {gap:g} days, the median of {numbers.count(repeaters)} customers. "
        f"Who has bought nothing for {numbers.count(silence)} days, {times} times as long, is lost."
    )
    if not rated:
        return text
    last = rated[-1]
    when = cohort_name(date.fromisoformat(last["starts"]), unit)
    then = when if unit == "month" else f"the week of {when}"
    of = numbers.count(last["active"])
    return f"{text} In {then} that was {numbers.share(last['churned'], last['active'])} of {of}."
