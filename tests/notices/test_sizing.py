"""Counting segments day by day, over a real state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from onebyone.app.settings import open_place
from onebyone.app.state import State, open_state
from onebyone.notices.sizing import Sizing
from onebyone.state.saved import Saved
from onebyone.store import QueryRefused
from onebyone.web.segment_days import DAYS, digest_of

NOW = datetime(2026, 11, 12, 8, tzinfo=UTC)
BOUGHT = "people who\n  did purchase"
SPENT = "people who\n  did purchase with sum of value at least 100"
HOUR = timedelta(hours=1)


class Counted:
    """A site of Berlin, and a store that answers with the number of its question."""

    def __init__(self, state: State) -> None:
        self.state, self.asked = state, list[dict[str, Any]]()
        self.site = state.sites.add("Nordlight", ["https://nordlight.example"], zone="Europe/Berlin")
        self.refuses = False
        self.sizing = Sizing(sites=state.sites, shelf=state.shelf, sizes=state.segment_sizes, ask=self.ask)

    def ask(self, report: str, /, **params: Any) -> list[dict[str, Any]]:
        self.asked.append(params)
        if self.refuses:
            raise QueryRefused("too large")
        return [{"part": 0, "people": len(self.asked), "everybody": 1000}, {"part": 1, "people": 3, "everybody": 1000}]

    def keep(self, name: str, rule: str) -> Saved:
        return self.state.shelf.add(
            Saved(site=self.site.id, kind="segment", slug="", name=name, by="u", by_name="lea", rule=rule)
        )

    def steps(self, at: datetime, most: int = 1000) -> int:
        return next((n for n in range(most) if not self.sizing.step(int(at.timestamp() * 1000))), most)

    def days(self, rule: str = BOUGHT) -> dict[str, int | None]:
        return {str(one.day): one.people for one in self.state.segment_sizes.all(self.site.id, digest_of(rule))}


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    state = open_state(open_place(tmp_path))
    yield Counted(state)
    state.engine.dispose()


def test_days_that_are_over_are_counted_from_the_newest_back_one_a_step(counted: Counted) -> None:
    counted.keep("Buyers", BOUGHT)
    assert counted.steps(NOW, 2) == 2
    assert counted.days() == {"2026-11-10": 2, "2026-11-11": 1}
    assert [one["now"] for one in counted.asked] == [datetime(2026, 11, day, 23, tzinfo=UTC) for day in (11, 10)]
    assert counted.asked[0]["filters"] == [BOUGHT] and counted.asked[0]["zone"] == "Europe/Berlin"
    assert counted.steps(NOW) == DAYS - 2
    assert min(counted.days()) == "2026-08-14" and counted.steps(NOW) == 0


def test_a_day_is_counted_again_once_it_is_final(counted: Counted) -> None:
    counted.keep("Buyers", BOUGHT)
    counted.steps(NOW)
    assert counted.steps(NOW + timedelta(hours=14, minutes=59)) == 0, "9 November is final at midnight of Berlin"
    assert counted.steps(NOW + timedelta(hours=15)) == 2, "then 12 November is over, too"
    assert counted.days()["2026-11-09"] == DAYS + 2 and counted.days()["2026-11-12"] == DAYS + 1


def test_a_changed_rule_begins_anew_and_what_nobody_asks_for_goes(counted: Counted) -> None:
    kept = counted.keep("Buyers", BOUGHT)
    again = counted.keep("The same", BOUGHT)
    assert counted.steps(NOW) == DAYS, "one rule under two names is counted once"
    counted.state.shelf.remove(again, 1)
    counted.state.shelf.remove(kept, 1)
    counted.keep("Spenders", SPENT)
    assert counted.steps(NOW) == DAYS
    assert counted.days() == {} and len(counted.days(SPENT)) == DAYS


def test_a_day_that_the_store_refuses_is_unknown_and_holds_up_no_other(counted: Counted) -> None:
    counted.keep("Buyers", BOUGHT)
    counted.refuses = True
    counted.steps(NOW, 1)
    counted.refuses = False
    counted.steps(NOW, 1)
    assert counted.days() == {"2026-11-10": 2, "2026-11-11": None}


def test_filters_alone_hold_no_people(counted: Counted) -> None:
    counted.state.shelf.add(
        Saved(
            site=counted.site.id,
            kind="segment",
            slug="",
            name="Mail",
            by="u",
            by_name="lea",
            filters=("channel=Email",),
        )
    )
    assert counted.steps(NOW) == 0 and counted.asked == []
