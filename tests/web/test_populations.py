"""Populations and Days active: what they say, and that their sums are written out."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web import populations
from reports.golden import cases
from web.fakes import Place

Client = TestClient[Litestar]
TODAY = date(2026, 11, 12)


def week(starts: str, fresh: int, returning: int, resurrected: int, dormant: int) -> dict[str, object]:
    seen = fresh + returning + resurrected
    return {
        "starts": starts, "seen": seen, "fresh": fresh, "returning": returning, "resurrected": resurrected,
        "dormant": dormant,
    }  # fmt: skip


WEEKS = [
    week("2026-10-26", 1000, 200, 0, 50),
    week("2026-11-02", 900, 300, 50, 900),
    week("2026-11-09", 400, 100, 9, 1),
]


@pytest.mark.parametrize("case", cases("populations"), ids=lambda case: case.title)
def test_every_unit_is_the_one_before_less_the_dormant_and_more_who_came(case: object) -> None:
    rows = [dict(zip(case.columns, row, strict=True)) for row in case.rows]  # type: ignore[attr-defined]
    for before, now in pairwise(rows):
        assert now["seen"] == before["seen"] - now["dormant"] + now["fresh"] + now["resurrected"]
        assert now["seen"] == now["fresh"] + now["returning"] + now["resurrected"]


def test_the_sentence_is_about_the_last_week_that_is_over() -> None:
    found = populations.units(WEEKS, "week", TODAY)
    assert populations.says(found, "week") == (
        "1,250 people were seen in the week of 2 Nov, 50 more than in the one before: "
        "900 new, 50 resurrected, 900 dormant."
    )
    assert populations.says(found[2:], "week") == "The first week is not over yet, so nobody can be said to be gone."
    assert populations.says([], "week") == "Nobody was seen in this period."


def test_nobody_is_dormant_in_a_week_that_is_not_over() -> None:
    (running, over, _) = populations.lines(populations.units(WEEKS, "week", TODAY), "week", "{0:%d} {1}".format)
    assert (running.name, _texts(running), running.running) == ("9 Nov", ["509", "400", "100", "9", "–", "–"], True)
    assert (_texts(over), over.running) == (["1,250", "900", "300", "50", "900", "+50"], False)
    assert [href for _, href in running.cells] == ["09 seen", "09 fresh", "09 returning", "09 resurrected", "", ""]
    assert over.cells[4] == ("900", "02 dormant")


def _texts(line: populations.Line) -> list[str]:
    return [text for text, _ in line.cells]


def test_the_bars_of_who_is_gone_stand_below_the_line() -> None:
    svg = populations.chart(populations.units(WEEKS, "week", TODAY), "week")
    assert svg.count('class="s-o"') == 2 and svg.count("<g") - svg.count("<g>") == 1
    assert "2 Nov: Returning 300, Resurrected 50, New 900, Dormant 900" in svg
    assert "9 Nov: Returning 100, Resurrected 9, New 400<" in svg
    assert [part.partition("<")[0] for part in svg.split('class="ax mid">')[1:]] == ["1,200", "1,250", "509", "2 Nov"]
    assert "<rect" not in populations.chart([], "week")


def test_days_say_how_many_were_here_so_often_or_more() -> None:
    rows = [{"days": 0, "people": 0, "events": 7}, {"days": 1, "people": 60, "events": 90}]
    rows += [{"days": 2, "people": 30, "events": 120}, {"days": 5, "people": 10, "events": 100}]
    found = populations.days(rows, 30, str)
    assert [(line.name, line.people, line.href, line.of_all, line.at_least, line.events) for line in found.lines] == [
        ("1 day", "60", "1", "60.0%", "100.0%", "1.5"), ("2 days", "30", "2", "30.0%", "40.0%", "4.0"),
        ("5 days", "10", "5", "10.0%", "10.0%", "10.0"),
    ]  # fmt: skip
    assert found.says == "100 people were here on 1.7 of 30 days each, as a mean; 60.0% on one day alone."
    assert (found.nobody, found.more) == (7, 0)
    assert populations.days(rows[:1], 30, str).says == "Nobody was seen in this period."


def test_a_period_that_runs_has_only_the_days_that_have_come() -> None:
    assert populations.come(date(2026, 11, 1), date(2026, 11, 30), TODAY) == 12
    assert populations.come(date(2026, 10, 1), date(2026, 10, 31), TODAY) == 31
    assert populations.come(date(2026, 12, 1), date(2026, 12, 31), TODAY) == 0


def test_populations_are_asked_by_week_unless_the_address_says_otherwise(place: Place, admin: Client) -> None:
    for query, unit in (("", "week"), ("?unit=month", "month")):
        for at in ("/s/{}/populations", "/s/{}/populations.csv", "/api/v1/sites/{}/populations"):
            assert admin.get(f"{at.format(place.site.id)}{query}").status_code == 200
            assert place.reports.asked_of("populations")["unit"] == unit
    assert "is no unit" in admin.get(f"/s/{place.site.id}/populations?unit=year").text
    assert admin.get(f"/api/v1/sites/{place.site.id}/populations?channel=Email").status_code == 400
    assert admin.get(f"/api/v1/sites/{place.site.id}/days_active").json()["rows"][1]["days"] == 1
