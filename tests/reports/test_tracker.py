from __future__ import annotations

from random import Random
from typing import Any

import pytest

from onebyone.reports.tracker import Difference, compare


def pair(theirs: str, ours: str, visitor: int = 7, left_out: str = "", counts: bool = True) -> dict[str, Any]:
    return {"tracker_session": theirs, "left_out": left_out, "counts": counts, "session": ours, "visitor": visitor}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([pair("a", "1")], []),
        ([pair("a", "1"), pair("a", "2")], [("pause", 1)]),
        ([pair("a", "1", 7), pair("a", "2", 8), pair("a", "3", 8)], [("pause", 1), ("browser", 1)]),
        ([pair("a", "1"), pair("b", "1"), pair("c", "1")], [("together", -2)]),
        ([pair("a", "", 0)], [("nobody", -1)]),
        ([pair("a", "1", counts=False)], [("no_view", 1)]),
        ([pair("", "1", left_out="no_session", counts=False)], [("no_session", 1)]),
        ([pair("a", "1"), pair("a", "1", left_out="late"), pair("a", "2", left_out="over_long")], [("over_long", 1)]),
    ],
)
def test_each_rule_has_its_share_of_the_difference(rows: list[dict[str, Any]], expected: list[tuple[str, int]]) -> None:
    assert [(one.rule, one.sessions) for one in compare(rows).differences] == expected


def test_a_difference_names_sessions_to_look_at() -> None:
    rows = [pair("a", "1"), pair("a", "2"), pair("b", "3", 8), pair("b", "4", 8)]
    assert compare(rows).differences == [Difference("pause", 2, ["a", "b"])]


@pytest.mark.parametrize("seed", range(50))
def test_the_differences_always_add_up(seed: int) -> None:
    rng = Random(seed)
    browser = {session: rng.randrange(3) for session in "123456"}
    rows = []
    for theirs in "abcdef":
        for ours in rng.sample("123456", rng.randrange(4)):
            left_out = rng.choice(["", "", "late", "over_long"])
            rows.append(pair(theirs, ours, browser[ours], left_out, counts=theirs > "b"))
    found = compare(rows)
    assert found.tracker + sum(one.sessions for one in found.differences) == found.own
