"""Property paths against a plain reading of the same events, and what is no property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from random import Random
from typing import Any

import pytest

from onebyone.event import Event
from onebyone.reports.catalogue import Reports
from onebyone.reports.property_paths import SORTS, STEPS, shaped
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from store.engine_fixture import holding
from store.rows import NOON, an_event, put

FROM, TO, NOW = NOON, NOON + timedelta(hours=6), NOON + timedelta(hours=9)
PARAMS: dict[str, Param] = {"site": "s1", "from": FROM, "to": TO, "now": NOW, "traffic": "people", "limit": 4}
MANY = 300
SEEDS = range(3)  # a site each, in one store
HOSTILE = "x'] , (SELECT 1)) -- \\ \" ` {n:String} :,"

Row = dict[str, Any]


def events(seed: int) -> Iterator[Event]:
    """Of a dozen people, many at the same pages, some at the same time; before, in and after the period."""
    luck = Random(seed)
    for number in range(260):
        yield an_event(
            number,
            site=f"s{seed}",
            visitor=luck.randrange(13),
            at=FROM + timedelta(minutes=luck.randrange(-60, 9 * 60)),
            seq=number,
            name=luck.choice(["page_view", "page_view", "scroll", "sign_up"]),
            path=luck.choice(["/", "/", "/a", ""]),
            country=luck.choice(["DE", "AT"]),
            properties=luck.choice([{}, {"step": "one"}, {"step": "two"}]),
            actor=luck.choice(["human", "human", "human", "machine_declared"]),
        )
    for number in range(
        MANY
    ):  # so that a value's number is more than a byte; of somebody who did nothing in the period
        yield an_event(
            1000 + number, site=f"s{seed}", visitor=99, at=FROM - timedelta(hours=1), seq=number, name="scroll",
            path="", properties={"step": f"before {number}"}, actor="human",
        )  # fmt: skip


def all_sites(store: Embedded) -> None:
    put(store, [event for seed in SEEDS for event in events(seed)])


def read(seed: int, first: str, goal: str, within: timedelta, prop: str, steps: str, country: str) -> list[Row]:
    """What the report says, each person in its turn."""
    people: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(events(seed), key=lambda one: (one.at, one.seq)):
        if event.visitor and event.actor == "human" and event.at >= FROM:
            people[event.visitor].append(event)
    found: dict[tuple[str, ...], list[tuple[bool, bool, int]]] = defaultdict(list)
    for theirs in people.values():
        begins = [n for n, one in enumerate(theirs) if one.at < TO and first in ("", one.name) and fits(one, country)]
        if not begins:
            continue
        start = theirs[begins[0]]
        rest = [one for one in theirs[begins[0] :] if one.at <= start.at + within]
        goals = [n for n, one in enumerate(rest) if one.name == goal and (n > 0 or not first)]
        seen = [value(one, prop) for one in (rest[: goals[0]] if goals else rest)]
        path = [text for text, _ in groupby(text for text in seen if text)]
        took = (rest[goals[0]].at - start.at) // timedelta(milliseconds=1) if goals else 0
        waits = not goals and start.at + within > NOW
        found[tuple(path[-5:] if steps == "last" else path[:5])].append((bool(goals), waits, took))
    return [{"path": list(path), **summed(people)} for path, people in found.items()]


def fits(event: Event, country: str) -> bool:
    return country in ("", event.country)


def value(event: Event, prop: str) -> str:
    return {"page": event.path, "event": event.name}.get(prop) or event.properties.get(prop.removeprefix("prop."), "")


def summed(people: Sequence[tuple[bool, bool, int]]) -> Row:
    times = sorted(took for reached, _, took in people if reached)
    return {
        "people": len(people), "converted": len(times), "waiting": sum(waits for _, waits, _ in people),
        "median_ms": times[len(times) // 2] if times else 0,
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize(
    ("first", "goal", "hours", "prop", "country"),
    [
        ("page_view", "sign_up", 1, "page", ""),
        ("", "sign_up", 5, "prop.step", ""),
        ("sign_up", "sign_up", 2, "event", "DE"),
        ("scroll", "page_view", 24, "prop.step", "AT"),
        ("page_view", "sign_up", 24 * 36_500, "page", ""),  # no bits are left of the 64
    ],
)
def test_the_report_says_what_reading_each_person_says(
    seed: int, steps: str, first: str, goal: str, hours: int, prop: str, country: str
) -> None:
    reports = Reports(holding("property paths", all_sites))
    within = timedelta(hours=hours)
    asked: dict[str, Any] = {"first": first, "goal": goal, "prop": prop, "steps": steps, "sort": "-people"}
    asked |= {"site": f"s{seed}", "within_ms": within // timedelta(milliseconds=1)}
    asked |= {"filters": [f"country={country}"]} if country else {}
    told = reports.run("property_paths", **PARAMS | asked).dicts()
    wanted = read(seed, first, goal, within, prop, steps, country)
    named = {tuple(row["path"]): row for row in wanted if row["path"]}
    shown = [row for row in told if row["kind"] == "path"]
    for row in shown:
        assert row == named[tuple(row["path"])] | {"kind": "path", "paths": 1}
    most = sorted((row["people"] for row in named.values()), reverse=True)
    assert [row["people"] for row in shown] == most[:4]
    for key in ("people", "converted", "waiting"):
        assert sum(row[key] for row in told) == sum(row[key] for row in wanted)
    kinds = [row["kind"] for row in told]
    assert (len(shown), kinds.count("others")) == (min(4, len(named)), len(named) > 4)
    assert kinds.count("none") == len(wanted) - len(named)
    assert sum(row["paths"] for row in told) == len(wanted)


@pytest.mark.parametrize("sort", [sign + one for one in SORTS for sign in ("", "-")])
def test_the_same_paths_are_sorted_by_each_column(sort: str) -> None:
    reports = Reports(holding("property paths", all_sites))
    asked: dict[str, Any] = {"first": "page_view", "goal": "sign_up", "prop": "page", "steps": "first"}
    asked |= {"within_ms": 10_800_000, "sort": sort}
    rows = [row for row in reports.run("property_paths", **PARAMS | asked).dicts() if row["kind"] == "path"]
    by: Callable[[Row], float] = {
        "people": lambda row: row["people"], "converted": lambda row: row["converted"],
        "rate": lambda row: row["converted"] / row["people"], "time": lambda row: row["median_ms"],
    }[sort.removeprefix("-")]  # fmt: skip
    known = [by(row) for row in rows if row["converted"] or not sort.endswith("time")]
    assert known == sorted(known, reverse=sort.startswith("-")) and len(rows) == 4


def test_a_hostile_name_is_only_a_name() -> None:
    shapes = [shaped({"prop": f"prop.{name}"}) for name in (HOSTILE, f"other {HOSTILE}")]
    assert shapes[0].places == shapes[1].places and shapes[0].params != shapes[1].params


@pytest.mark.parametrize("prop", ["colour", "prop.", "channel", "prop.a\nb", f"prop.{'x' * 201}"])
def test_what_is_no_property_is_refused(prop: str) -> None:
    with pytest.raises(BadParameter, match=r"no property|of a visit"):
        shaped({"prop": prop})
