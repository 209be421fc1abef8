"""What is hidden of few people, and that nobody computes it from what is shown."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from onebyone.reports.few import FEW, HIDDEN, LEAST, Cells, Hidden, add_up, alone, hide, merged, steps
from onebyone.reports.sight import CELLS, DOTS, NoExactFile, Sight, TooFew
from onebyone.store import Param, Rows

VISITORS = Cells(people=("visitors",), beside=("sessions",))


def _said(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


def _visitors(*numbers: int, total: int | None = None) -> list[dict[str, Any]]:
    rows = [{"name": str(n), "visitors": number, "sessions": number * 2} for n, number in enumerate(numbers)]
    return [row | {"visitors_in_all": total} for row in rows] if total is not None else rows


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((50, 40, 10), "50 40 10"),
        ((50, 40, 0), "50 40 0"),
        ((50, 9, 1), "50 <10 <10"),
        ((50, 40, 4), "50 hidden <10"),
        ((50, 40, 10, 1), "50 hidden hidden <10"),  # 11 of both alone would be 10 and 1
        ((50, 40, 1, 1), "50 hidden <10 <10"),
        ((50, 40, 9, 9), "50 hidden <10 <10"),
        ((7,), "<10"),
    ],
)
def test_the_smallest_shown_are_hidden_with_few_people_until_they_tell_nothing(
    numbers: tuple[int, ...], said: str
) -> None:
    found = hide(_visitors(*numbers), VISITORS)
    assert " ".join(_said([row["visitors"] for row in found])) == said
    assert all(isinstance(row["sessions"], Hidden) == isinstance(row["visitors"], Hidden) for row in found)


def _possible(hidden: Sequence[tuple[float, float]], whole: int) -> list[tuple[float, float]]:
    """For each hidden number, between what it may lie: each has its own bounds, and all add up to `whole`."""
    least, most = sum(low for low, _ in hidden), sum(high for _, high in hidden)
    return [(max(low, whole - (most - high)), min(high, whole - (least - low))) for low, high in hidden]


@pytest.mark.parametrize("seed", range(300))
def test_no_hidden_number_can_be_computed_from_a_table_and_its_total(seed: int) -> None:
    dice = random.Random(seed)
    kinds = ((0, 12), (0, 40), (1, 2))
    numbers = [dice.randint(*dice.choice(kinds)) for _ in range(dice.randint(1, 12))]
    found = hide(_visitors(*numbers, total=sum(numbers)), VISITORS)
    shown = [row["visitors"] for row in found]
    for value, was in zip(shown, numbers, strict=True):
        assert value is FEW if 0 < was < LEAST else value is HIDDEN or value == was
    hidden = [(value, was) for value, was in zip(shown, numbers, strict=True) if isinstance(value, Hidden)]
    if not hidden or any(isinstance(row["visitors_in_all"], Hidden) for row in found):
        assert hidden or not any(isinstance(row["visitors_in_all"], Hidden) for row in found)
        return
    above = min((value for value in shown if not isinstance(value, Hidden) and value), default=math.inf)
    bounds = [(1.0, LEAST - 1.0) if value is FEW else (float(LEAST), above) for value, _ in hidden]
    possible = _possible(bounds, sum(was for _, was in hidden))
    for (value, was), (low, high) in zip(hidden, possible, strict=True):
        assert low <= was <= high and low < high, numbers
        assert value is not FEW or (low, high) == (1, LEAST - 1), numbers


def test_a_total_of_what_cannot_be_hidden_among_others_is_hidden_itself() -> None:
    (row, *_) = hide(_visitors(12, 3, total=15), VISITORS)
    assert _said(row.values()) == ["0", "hidden", "hidden", "hidden"]


@pytest.mark.parametrize("seed", range(100))
def test_who_stopped_between_two_steps_is_not_computed_either(seed: int) -> None:
    dice = random.Random(seed)
    came = sorted((dice.randint(0, 60) for _ in range(dice.randint(2, 6))), reverse=True)
    rows = [{"step": n + 1, "people": people, "median_ms": 5} for n, people in enumerate(came)]
    shown = [row["people"] for row in hide(rows, Cells(people=("people",), beside=("median_ms",), way=steps))]
    told = [value for value in shown if not isinstance(value, Hidden)]
    assert all(value not in range(1, LEAST) for value in told)
    assert all(before - after not in range(1, LEAST) for before, after in pairwise(told))


@pytest.mark.parametrize("seed", range(100))
def test_how_many_are_there_is_not_computed_from_who_came_and_went(seed: int) -> None:
    """Of churn: who is active is who was, and who came, less who was lost. Of populations, each two sums."""
    dice = random.Random(seed)
    rows, active = [], dice.randint(0, 60)
    for _ in range(8):
        most = dice.choice((4, 60))
        came, lost = (
            [dice.randint(0, most), dice.randint(0, most)],
            dice.choice((0, active - min(active, 5), active // 3)),
        )
        rows.append(dict(zip(("active", "fresh", "back", "churned"), (active, *came, lost), strict=True)))
        active += sum(came) - lost
    found = hide(rows, CELLS["churn"])
    told: list[list[Any]] = [[None if isinstance(value, Hidden) else value for value in row.values()] for row in found]
    for n, row in enumerate(told):
        before: list[Any] = told[n - 1] if n else [None]
        follows = None if None in before else sum(before[:3]) - before[3]
        assert not set(row) & set(range(1, LEAST)) and follows not in range(1, LEAST), rows


@pytest.mark.parametrize("seed", range(100))
def test_no_number_of_populations_follows_from_others(seed: int) -> None:
    dice = random.Random(seed)
    names = ("seen", "fresh", "resurrected", "returning", "dormant")
    rows: list[dict[str, Any]] = []
    before = dice.randint(0, 60)
    for _ in range(8):
        most = dice.choice((4, 60))
        returning, fresh, back = (dice.randint(0, min(top, most)) for top in (before, 60, 40))
        seen = returning + fresh + back
        rows.append(dict(zip(names, (seen, fresh, back, returning, before - returning), strict=True)))
        before = seen
    found = hide(rows, CELLS["populations"])
    told: list[list[Any]] = [[None if isinstance(row[name], Hidden) else row[name] for name in names] for row in found]
    for n, row in enumerate(told):
        (_, *_, returning, dormant), hidden = row, row.count(None)
        assert hidden in (0, len(names)) and not set(row) & set(range(1, LEAST)), rows
        if n and returning is not None and dormant is not None:
            assert returning + dormant not in range(1, LEAST), rows


def test_hidden_rows_of_a_free_table_are_one_that_names_nobody() -> None:
    cells = Cells(people=("people",), beside=("events", "rank"))
    rows = [
        {"mail": mail, "people": people, "events": 90, "rank": people, "is_whole": not mail}
        for mail, people in (("", 104), ("a@x", 60), ("b@x", 40), ("c@x", 3), ("d@x", 1))
    ]
    found = merged(rows, cells, names=("mail",))
    assert [row["mail"] for row in found] == ["", "a@x", "3 more, hidden: under 10 people"]
    assert _said([row["people"] for row in found]) == ["104", "60", "hidden"]
    assert "c@x" not in str(found) and "d@x" not in str(found)


def test_what_is_computed_of_a_hidden_number_is_hidden_and_sorts_as_few() -> None:
    told = (FEW + 1, 5 - FEW, FEW / 3, 100 * FEW, sum([FEW, 4]), abs(-FEW), round(FEW, 1))
    assert all(isinstance(one, Hidden) for one in told)
    assert max(FEW, 3) == 3 and FEW > 0 and not FEW > 2 and FEW != FEW
    assert (f"{FEW}", f"{FEW:,.1f}", f"{FEW:.2f}") == ("<10", "<10", "0")


class Answers:
    def __init__(self, **rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def run(self, name: str, /, **params: Param) -> Rows:
        rows = self.rows[name]
        return Rows(list(rows[0]) if rows else [], [list(row.values()) for row in rows])

    def parquet(self, name: str, /, **params: Param) -> bytes:
        return b"PAR1"


def _sight(**rows: list[dict[str, Any]]) -> Sight:
    return Sight(Answers(**rows), lambda site: site == "open")


def test_it_is_a_site_whose_personal_data_somebody_sees_or_not() -> None:
    sight = _sight(channels=_visitors(50, 9, 1))
    assert sight.run("channels", site="open").dicts() == _visitors(50, 9, 1)
    assert _said(row["visitors"] for row in sight.run("channels", site="s1").dicts()) == ["50", "<10", "<10"]


def test_a_list_of_few_people_is_refused_unless_it_goes_on_a_longer_one() -> None:
    people = [{"person": str(n), "user_id": "bob"} for n in range(9)]
    of_step, of_row = [{"person": "7", "counted": 9}], [{"visitor": "7", "counted": 12}]
    sight = _sight(people=people, funnel_people=of_step, event_visitors=of_row)
    with pytest.raises(TooFew):
        sight.run("people", site="s1", limit=101)
    with pytest.raises(TooFew):
        sight.run("funnel_people", site="s1", limit=50)
    assert len(sight.run("event_visitors", site="s1", limit=1).rows) == 1
    shown = sight.run("people", site="s1", limit=101, skip=100).dicts()
    assert [row["user_id"] for row in shown] == [DOTS] * 9
    assert len(sight.run("people", site="open", limit=101).rows) == 9


def test_a_parquet_file_is_of_what_is_shown_or_refused() -> None:
    sight = _sight(channels=_visitors(50, 12), sources=_visitors(50, 2))
    assert sight.parquet("channels", site="s1") == b"PAR1" == sight.parquet("sources", site="open")
    with pytest.raises(NoExactFile):
        sight.parquet("sources", site="s1")


def test_the_same_is_hidden_on_any_page_and_in_any_order_of_a_table() -> None:
    rows = [{"channel": str(n), "visitors": number} for n, number in enumerate((90, 40, 20, 20, 1, 1))]
    hidden = []
    for order in (rows, rows[::-1], rows[3:] + rows[:3]):
        sight = _sight(channels=order)
        shown = [sight.run("channels", site="s1", limit=2, skip=skip).dicts() for skip in (0, 2, 4)]
        assert [len(page) for page in shown] == [2, 2, 2]
        hidden.append({row["channel"] for page in shown for row in page if isinstance(row["visitors"], Hidden)})
    assert hidden == [{"2", "4", "5"}] * 3


def test_cohorts_are_hidden_each_alone() -> None:
    rows = [{"people": people, "net_minor": 5} for people in (40, 12, 3)]
    assert _said(row["people"] for row in hide(rows, Cells(people=("people",), beside=("net_minor",), way=alone))) == [
        "40", "12", "<10",
    ]  # fmt: skip
    assert CELLS["lifetime"].way is alone and CELLS["channels"].way in (None, add_up)
