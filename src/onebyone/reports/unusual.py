"""What is unusual about the events of a site: a day that falls out, a name that is new or doubled, values that mix.

Each finding says what was counted; none is a verdict. The bounds are ours: a day falls out when it is further from the
median of the same weekday before (of all other days, where there are few weeks) than five robust deviations (1.4826
times their median absolute deviation; Rousseeuw and Croux, 1993), than five roots of it (counts), and than half of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from statistics import median
from typing import Any

from msgspec import Struct

LEAST_DAYS = 8  # finished, before anything is usual
LEAST_A_DAY = 10  # in the median: below, a day says nothing
LEAST_WEEKS = 3  # before a weekday is compared with itself
LATELY = 7  # days in which a new name is news
DEVIATIONS = 5.0
MOST_OTHERS = 0.05  # of values: a few texts among numbers are a slip, half are no numbers
LEAST_VALUES, NEARLY_ALL = 1_000, 0.9  # before values are called all different


class Kind(StrEnum):
    STOPPED = "stopped"  # none on the last finished day
    FEWER = "fewer"
    MORE = "more"
    NEW = "new"
    ALIKE = "alike"  # two names that differ in capitals and signs alone
    MIXED = "mixed"  # nearly all values are numbers
    ALL_DIFFERENT = "all_different"
    ADDRESS = "address"  # values that look like e-mail addresses


class Unusual(Struct, frozen=True):
    """`seen` beside `usual`: of the last finished day and the median of its kind; of values, those and all.

    `other` is the second name, or the property.
    """

    kind: Kind
    event: str
    seen: int = 0
    usual: int = 0
    other: str = ""


def unusual_days(rows: Iterable[Mapping[str, Any]], *, first: date, last: date) -> list[Unusual]:
    """Of the rows of the report "event_days"; `last` is the last finished day. Nothing where there are few days."""
    length = (last - first).days + 1
    if length < LEAST_DAYS:
        return []
    found = []
    for row in rows:
        seen = {date.fromisoformat(day): int(count) for day, count in row["days"]}
        counts = [seen.get(first + timedelta(n), 0) for n in range(length)]
        one = _of_days(str(row["name"]), counts)
        if one is not None:
            found.append(one)
    return found


def _of_days(name: str, counts: Sequence[int]) -> Unusual | None:
    *others, latest = counts
    since = next((n for n, count in enumerate(counts) if count), len(counts))
    if len(counts) > since >= len(counts) - LATELY and len(counts) >= 2 * LATELY:
        return Unusual(Kind.NEW, name, sum(counts))
    weekday = others[-LATELY::-LATELY]
    others = weekday if len(weekday) >= LEAST_WEEKS else others
    usual = median(others)
    if usual < LEAST_A_DAY:
        return None
    spread = 1.4826 * median(abs(count - usual) for count in others)
    if abs(latest - usual) <= max(DEVIATIONS * max(spread, math.sqrt(usual)), usual / 2):
        return None
    kind = Kind.STOPPED if latest == 0 else Kind.FEWER if latest < usual else Kind.MORE
    return Unusual(kind, name, latest, round(usual))


def alike(counts: Mapping[str, int]) -> list[Unusual]:
    """Names that are one to a reader: the rarer beside the most frequent."""
    same: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts, key=lambda one: (-counts[one], one)):
        same["".join(letter for letter in name.casefold() if letter.isalnum())].append(name)
    return [
        Unusual(Kind.ALIKE, name, counts[name], counts[names[0]], names[0])
        for key, names in same.items()
        if key
        for name in names[1:]
    ]


def unusual_values(rows: Iterable[Mapping[str, Any]]) -> list[Unusual]:
    """Of the rows of the report "properties"."""
    found = []
    for row in rows:
        event, key, seen = str(row["name"]), str(row["key"]), int(row["seen"])
        texts = seen - int(row["numbers"])
        if row["addresses"]:
            found.append(Unusual(Kind.ADDRESS, event, int(row["addresses"]), seen, key))
        if 0 < texts <= MOST_OTHERS * seen:
            found.append(Unusual(Kind.MIXED, event, texts, seen, key))
        if texts == seen >= LEAST_VALUES and row["different"] >= NEARLY_ALL * seen:
            found.append(Unusual(Kind.ALL_DIFFERENT, event, int(row["different"]), seen, key))
    return found
