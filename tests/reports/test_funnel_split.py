"""Funnels and their splits against a plain reading of the same events, and what is no split."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from onebyone.event import Event
from onebyone.reports.catalogue import Reports
from onebyone.reports.funnel_split import CHOICES, shaped
from onebyone.store import BadParameter
from reports.test_property_paths import FROM, NOW, PARAMS, SEEDS, TO, all_sites, events, value
from store.engine_fixture import holding

HOUR_MS = 3_600_000
MOST = 1  # values with a row of their own
FUNNELS: list[tuple[list[str], int, str]] = [  # steps, hours, what is left out
    (["page_view", "scroll", "sign_up"], 1, ""),
    (["page_view:/a", "page_view:/a", "sign_up"], 5, ""),
    (["page_view", "sign_up"], 24, "scroll"),
    (["scroll", "sign_up", "page_view"], 2, "page_view:/a"),
]


def did(event: Event, step: str) -> bool:
    name, _, path = step.partition(":")
    return event.name == name and path in ("", event.path)


def furthest(theirs: Sequence[Event], steps: Sequence[str], within: timedelta) -> int:
    """Equal times count in either order, and one event may be two steps."""
    best = 0
    for start in (one for one in theirs if did(one, steps[0]) and one.at < TO):
        level, at = 1, start.at
        while level < len(steps):
            later = [one.at for one in theirs if did(one, steps[level]) and at <= one.at <= start.at + within]
            if not later:
                break
            level, at = level + 1, min(later)
        best = max(best, level)
    return best


def runs(theirs: Sequence[Event], without: str) -> list[list[Event]]:
    stops = [one.at for one in theirs if without and did(one, without)]
    parts: dict[int, list[Event]] = defaultdict(list)
    for one in theirs:
        parts[sum(at <= one.at for at in stops)].append(one)
    return [parts[n] for n in sorted(parts)]


def times(run: Sequence[Event], steps: Sequence[str]) -> list[Any]:
    """When somebody first did each step after those before it."""
    found = [FROM]
    for step in steps:
        found.append(min(one.at for one in run if did(one, step) and one.at >= found[-1]))
    return found[1:]


def kept(theirs: Sequence[Event], prop: str, choice: str, at: Any) -> list[str]:
    """The values that the choice may mean: of equal times it is not said which."""
    told = [(one.at, value(one, prop)) for one in theirs if value(one, prop)]
    when = {
        "first_ever": [t for t, _ in told if t < NOW], "last_ever": [t for t, _ in told if t < NOW],
        "first_in_range": [t for t, _ in told if FROM <= t < TO], "last_to_end": [t for t, _ in told if t < TO],
        "last_before": [t for t, _ in told if t <= at],
    }[choice]  # fmt: skip
    if not when:
        return [""]
    chosen = min(when) if choice.startswith("first") else max(when)
    return sorted({text for t, text in told if t == chosen})


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("steps", "hours", "without"), FUNNELS)
def test_a_split_says_what_reading_each_visitor_says_and_each_step_adds_up_to_the_funnel(
    choice: str, steps: list[str], hours: int, without: str
) -> None:
    reports, within = Reports(holding("property paths", all_sites)), timedelta(hours=hours)
    for seed in SEEDS:
        people: dict[int, list[Event]] = defaultdict(list)
        for event in events(seed):
            if event.visitor and event.actor == "human":
                people[event.visitor].append(event)
        least, most, came = Counter[tuple[str, int]](), Counter[tuple[str, int]](), Counter[int]()
        for theirs in people.values():
            seen = [one for one in theirs if FROM <= one.at < TO + within]
            run = max(runs(seen, without), key=lambda run: furthest(run, steps, within), default=[])
            level = furthest(run, steps, within)
            for n, at in enumerate(times(run, steps[:level]), 1):
                came[n] += 1
                may = kept(theirs, "prop.step", choice, at)
                least.update({(may[0], n): 1} if len(may) == 1 else {})
                most.update({(text, n): 1 for text in may})
        asked: dict[str, Any] = PARAMS | {"site": f"s{seed}", "steps": steps, "within_ms": hours * HOUR_MS}
        asked |= {"without": without, "limit": MOST}
        rows = reports.run("funnel_split", **asked, by=f"{choice}.prop.step").dicts()
        whole = {row["step"]: row["people"] for row in reports.run("funnel", **asked).dicts()}
        assert whole == {n: came[n] for n in range(1, len(steps) + 1)} and came[1]
        assert {n: sum(row["people"] for row in rows if row["step"] == n) for n in whole} == whole
        named = [row for row in rows if row["kind"] != "others"]
        assert len({row["value"] for row in named if row["kind"] == "value"}) == MOST
        for row in named:
            key = (row["value"], row["step"])
            assert least[key] <= row["people"] <= most[key], row


def test_a_hostile_name_is_only_a_name() -> None:
    shapes = [shaped({"by": f"last_before.prop.x'] {n} -- {{n:String}}"}) for n in (1, 2)]
    assert shapes[0].places == shapes[1].places and shapes[0].params != shapes[1].params


@pytest.mark.parametrize("by", ["colour", "prop.", "channel", "first_ever.landing", "middle.country", "last_ever."])
def test_what_is_no_split_is_refused(by: str) -> None:
    with pytest.raises(BadParameter, match=r"no property|of a visit"):
        shaped({"by": by})
