"""Acquisition, Pages, Events, Funnels, Retention: what they say, and what they do with an address."""

from __future__ import annotations

from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web import retention
from onebyone.web.desk import Answer
from onebyone.web.funnel import Funnel, says, split, table
from web.fakes import Place

Client = TestClient[Litestar]
ROWS = [
    {"step": 1, "name": "page_view:/lamp", "visitors": 200, "median_ms": 0},
    {"step": 2, "name": "add_to_cart", "visitors": 50, "median_ms": 120_000},
    {"step": 3, "name": "purchase", "visitors": 40, "median_ms": 421_000},
]


def test_a_funnel_says_how_many_went_through_and_where_most_stop() -> None:
    text = says(Funnel(("page_view:/lamp", "add_to_cart", "purchase"), "7d"), ROWS)
    assert text == (
        "20.00% of 200 visitors went from /lamp to purchase within 7 days. "
        "Most of those who stop, 150, stop after /lamp."
    )


def test_the_steps_of_a_funnel_add_up() -> None:
    lines = table(Answer(ROWS)).lines
    assert [[cell.text for cell in line.cells] for line in lines] == [
        ["200", "100.00%", "–", "–", "–"],
        ["50", "25.00%", "25.00%", "150", "2 min"],
        ["40", "20.00%", "80.00%", "10", "7 min"],
    ]


def test_without_steps_the_usual_events_that_were_seen_make_the_funnel(place: Place, admin: Client) -> None:
    admin.get(f"/s/{place.site.id}/funnels")
    (params,) = [params for name, params in place.reports.asked if name == "funnel"]
    assert params["steps"] == ["page_view", "add_to_cart", "purchase"]


def test_the_form_of_a_funnel_leads_to_its_address(place: Place, admin: Client) -> None:
    query = "at=page_view&at=&at=purchase&within=1d&period=7d"
    answer = admin.get(f"/s/{place.site.id}/funnels/choose?{query}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/s/{place.site.id}/funnels?period=7d&steps=page_view,purchase&within=1d"


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("funnels?within=9d", "no time to go on within"),
        ("funnels?steps=a,b,c,d,e,f,g,h,i", "8 steps at most"),
        ("retention?unit=year", "is no unit"),
        ("retention?show=all", "is no show"),
        ("pages?steps=a,b", "is no filter"),
    ],
)
def test_what_an_address_cannot_mean_has_no_numbers(place: Place, admin: Client, address: str, word: str) -> None:
    assert word in admin.get(f"/s/{place.site.id}/{address}").text
    assert not [name for name, _ in place.reports.asked if name in ("funnel", "retention", "pages")]


@pytest.mark.parametrize("name", ["funnels.csv?steps=page_view,purchase", "retention.csv", "properties.csv"])
def test_each_table_is_a_file_too(place: Place, admin: Client, name: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/{name}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) > 1


def test_a_step_is_an_event_or_a_page() -> None:
    assert split(" page_view:/a , ,purchase") == ("page_view:/a", "purchase")


def cohort(begin: str, later: int, visitors: int, value: int = 0) -> dict[str, object]:
    return {"cohort": begin, "later": later, "visitors": visitors, "value_minor": value}


def test_a_cohort_has_a_cell_for_each_week_that_has_begun() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-10-26", 1, 10), cohort("2026-11-09", -1, 5)]
    question = retention.Question("page_view", "page_view", "week", "people")
    found = retention.grid(question, rows, date(2026, 11, 12), "EUR")
    first, last = found.cohorts
    assert [cell and cell.text for cell in first.cells] == ["–", "25.0%", "–"]
    assert first.cells[2] is not None and first.cells[2].running
    assert [cell and cell.text for cell in last.cells] == ["–", None, None]
    assert found.says == "25.00% of 40 new visitors came back in the week after."


def test_what_a_visitor_was_worth_grows_from_week_to_week() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-10-26", 0, 1, 4000), cohort("2026-10-26", 2, 1, 4000)]
    question = retention.Question("page_view", "purchase", "week", "revenue")
    (line,) = retention.grid(question, rows, date(2026, 11, 12), "EUR").cohorts
    assert [cell and cell.text for cell in line.cells] == ["€1.00", "€1.00", "€2.00"]


def test_months_are_counted_over_the_end_of_a_year() -> None:
    rows = [cohort("2025-12-01", -1, 4), cohort("2025-12-01", 1, 1)]
    question = retention.Question("page_view", "page_view", "month", "people")
    (line,) = retention.grid(question, rows, date(2026, 2, 3), "EUR").cohorts
    assert (line.name, [cell and cell.text for cell in line.cells]) == ("Dec 2025", ["–", "25.0%", "–"])
