"""Acquisition, Pages, Events, Funnels, Retention: what they say, and what they do with an address."""

from __future__ import annotations

import re
from datetime import date

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web import churn, lifetime, retention
from onebyone.web.desk import Answer
from onebyone.web.funnel import Funnel, says, split, table
from onebyone.web.saved import read_at
from web.fakes import Place

Client = TestClient[Litestar]
ROWS = [
    {"step": 1, "name": "page_view:/lamp", "people": 200, "median_ms": 0},
    {"step": 2, "name": "add_to_cart", "people": 50, "median_ms": 120_000},
    {"step": 3, "name": "purchase", "people": 40, "median_ms": 421_000},
]


def test_a_funnel_says_how_many_went_through_and_where_most_stop() -> None:
    text = says(Funnel(("page_view:/lamp", "add_to_cart", "purchase"), "7d"), ROWS)
    assert text == (
        "20.00% of 200 people went from /lamp to purchase within 7 days. Most of those who stop, 150, stop after /lamp."
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
        ("retention?entry=last", "is no entry"),
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


def cohort(begin: str, later: int, people: int, value: int = 0) -> dict[str, object]:
    return {"cohort": begin, "later": later, "people": people, "value_minor": value}


def test_a_cohort_has_a_cell_for_each_week_that_has_begun() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-10-26", 1, 10), cohort("2026-11-09", -1, 5)]
    question = retention.Question("page_view", "page_view", "week", "people")
    found = retention.grid(question, rows, date(2026, 11, 12), "EUR")
    first, last = found.cohorts
    assert [cell and cell.text for cell in first.cells] == ["–", "25.0%", "–"]
    assert first.cells[2] is not None and first.cells[2].running
    assert [cell and cell.text for cell in last.cells] == ["–", None, None]
    assert found.says == "25.0% of 40 new people came back in the week after."


def test_a_cohort_whose_first_days_are_not_in_the_period_says_from_when_it_counts() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-11-02", -1, 5)]
    question = retention.Question("page_view", "page_view", "week", "people")
    found = retention.grid(question, rows, date(2026, 11, 12), "EUR", date(2026, 10, 30))
    assert [line.note for line in found.cohorts] == ["from 30 Oct", ""]


def test_what_a_visitor_was_worth_grows_from_week_to_week() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-10-26", 0, 1, 4000), cohort("2026-10-26", 2, 1, 4000)]
    question = retention.Question("page_view", "purchase", "week", "revenue")
    (line,) = retention.grid(question, rows, date(2026, 11, 12), "EUR").cohorts
    assert [cell and cell.text for cell in line.cells] == ["€1.00", "€1.00", "€2.00"]


def test_revenue_is_of_each_week_alone() -> None:
    rows = [cohort("2026-10-26", -1, 40), cohort("2026-10-26", 0, 1, 4000), cohort("2026-10-26", 2, 2, 4500)]
    question = retention.Question("page_view", "purchase", "week", "earned")
    (line,) = retention.grid(question, rows, date(2026, 11, 12), "EUR").cohorts
    assert [cell and cell.text for cell in line.cells] == ["€40.00", "–", "€45.00"]
    assert line.cells[2] is not None and line.cells[2].title == "€45.00 by 2 of 40 people"


def test_recurring_cohorts_say_that_people_are_in_several(place: Place, admin: Client) -> None:
    text = re.sub(r"\s+", " ", admin.get(f"/s/{place.site.id}/retention?entry=recurring").text)
    assert place.reports.asked_of("retention")["entry"] == "recurring"
    assert (
        "everybody counts in each week they came" in text and "people in each week in which they did page_view" in text
    )
    assert 'aria-current="true">Everybody each time<' in text and ">New</th>" not in text
    assert "new people by the week" in admin.get(f"/s/{place.site.id}/retention").text
    told = admin.get(f"/api/v1/sites/{place.site.id}/retention?entry=recurring").json()
    assert told["entry"] == "recurring"


def test_weeks_after_the_period_are_empty_and_no_0(place: Place, admin: Client) -> None:
    """Seen with last month: what nobody counted stood there as nobody came back."""
    html = admin.get(f"/s/{place.site.id}/retention?from=2026-10-12&to=2026-10-25").text
    assert "Week 1<" in html and "Week 2<" not in html


def test_months_are_counted_over_the_end_of_a_year() -> None:
    rows = [cohort("2025-12-01", -1, 4), cohort("2025-12-01", 1, 1)]
    question = retention.Question("page_view", "page_view", "month", "people")
    (line,) = retention.grid(question, rows, date(2026, 2, 3), "EUR").cohorts
    assert (line.name, [cell and cell.text for cell in line.cells]) == ("Dec 2025", ["–", "25.0%", "–"])


def worth(begin: str, later: int, people: int, orders: int = 0, net: int = 0) -> dict[str, object]:
    return {"cohort": begin, "later": later, "people": people, "orders": orders, "net_minor": net}


LIFETIMES = [
    worth("2026-09-01", -1, 4), worth("2026-09-01", 0, 4, 4, 40_00), worth("2026-09-01", 2, 1, 1, 8_00),
    worth("2026-10-01", -1, 2), worth("2026-10-01", 0, 2, 2, 50_00), worth("2026-10-01", 1, 1, 1, -10_00),
    worth("2026-11-01", -1, 1), worth("2026-11-01", 0, 1, 1, 90_00), worth("2026-10-01", -2, 0, 3, 75_00),
]  # fmt: skip
BY_MONTH = lifetime.Question("month", "order")


def test_what_a_customer_is_worth_grows_and_what_has_not_begun_is_empty_and_no_0() -> None:
    found = lifetime.lifetime(BY_MONTH, LIFETIMES, date(2026, 11, 12), "EUR")
    assert found.grid.heads == ["Month 0", "Month 1", "Month 2"]
    assert [[cell and (cell.text, cell.running) for cell in line.cells] for line in found.grid.cohorts] == [
        [("€10.00", False), ("€10.00", False), ("€12.00", True)],
        [("€25.00", False), ("€20.00", True), None],
        [("€90.00", True), None, None],
    ]


def test_a_month_that_is_not_over_says_nothing_of_all_cohorts_together() -> None:
    """Month 0 is over for six people, month 1 for the four of September alone."""
    found = lifetime.lifetime(BY_MONTH, LIFETIMES, date(2026, 11, 12), "EUR")
    assert found.together == ["€15.00", "€10.00", "–"]
    assert found.grid.says == "4 customers whose month 1 is over: €10.00 each until then, €10.00 of it in month 0."
    assert found.nobody == "3 more orders name no browser and no user, so €75.00 belongs to no cohort."


def test_young_cohorts_are_not_compared() -> None:
    found = lifetime.lifetime(BY_MONTH, LIFETIMES[-3:-1], date(2026, 11, 12), "EUR")
    assert found.together == ["–"] and "none can be compared" in found.grid.says


def test_lifetime_is_asked_as_its_address_says_and_by_month_otherwise(place: Place, admin: Client) -> None:
    for query, unit, since in (("", "month", "order"), ("?unit=week&since=visit", "week", "visit")):
        for form in ("", ".csv", ".parquet"):
            assert admin.get(f"/s/{place.site.id}/lifetime{form}{query}").status_code == 200
            asked = place.reports.asked_of("lifetime")
            assert (asked["unit"], asked["since"]) == (unit, since), form
        told = admin.get(f"/api/v1/sites/{place.site.id}/lifetime{query}").json()
        assert (told["unit"], told["since"], told["rows"][0]["later"]) == (unit, since, -1)
        assert f"SET param_unit = '{unit}';" in admin.get(f"/s/{place.site.id}/lifetime.sql{query}").text


@pytest.mark.parametrize("form", ["", ".csv", ".parquet", ".sql"])
def test_lifetime_of_no_unit_has_no_numbers(place: Place, admin: Client, form: str) -> None:
    assert "is no unit" in admin.get(f"/s/{place.site.id}/lifetime{form}?unit=day").text
    assert "is no since" in admin.get(f"/s/{place.site.id}/lifetime{form}?since=click").text
    assert admin.get(f"/api/v1/sites/{place.site.id}/lifetime?unit=day").status_code == 400


def lost(starts: str, active: int | None, churned: int | None, quiet: int | None = 30) -> dict[str, object]:
    gap: dict[str, object] = {"gap_days": quiet and quiet / 3, "quiet_days": quiet, "repeaters": 40 if quiet else 29}
    row: dict[str, object] = {"starts": starts, "active": active, "fresh": 9, "back": 1, "churned": churned}
    return row | gap | {"first_day": "2026-07-20"}


def test_churn_is_of_units_that_are_over_and_in_which_somebody_could_be_lost() -> None:
    rows = [
        lost("2026-08-01", 50, 5),
        lost("2026-09-01", 80, 8),
        lost("2026-10-01", 100, 25),
        lost("2026-11-01", 90, 9),
    ]
    for quiet, rates in ((31, [0.1, 0.1, 0.25, None]), (43, [None, 0.1, 0.25, None]), (30, [None, 0.1, None, None])):
        asked = [row | {"quiet_days": quiet} for row in rows]
        assert [churn.rate(row, "month", date(2026, 11, 12)) for row in asked] == rates, quiet
    found = churn.churn([row | {"quiet_days": 31} for row in rows], "month", "3", date(2026, 11, 12))
    assert [(line.cells[-1], line.running) for line in found.lines] == [
        ("–", True), ("25.0%", False), ("10.0%", False), ("10.0%", False),
    ]  # fmt: skip
    assert found.share == "16.5%" and found.says == (
        "Who buys again does so after 10 days, the median of 40 customers. Who has bought nothing for 31 days, 3 times "
        "as long, is lost. In Oct 2026 that was 25.0% of 100."
    )


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 9, 18), ""),  # twice the 30 days
        (date(2026, 9, 17), "59 days ago, so no longer gap can have been seen yet"),
        (date(2026, 8, 20), "31 days ago, so no longer gap can have been seen yet"),
        (date(2026, 8, 19), "may come back. Before Thu 20 Aug 2026 nobody is lost."),
        (date(2026, 7, 21), "The first purchase was 1 day ago"),
    ],
)
def test_of_a_young_site_the_gap_is_said_to_be_too_short(today: date, said: str) -> None:
    says = churn.churn([lost("2026-07-01", 0, 0)], "month", "3", today).says
    assert said in says and ("first purchase" in says) == bool(said)
    assert ("nobody is lost" in says) == (today < date(2026, 8, 20))


def test_too_few_who_bought_again_lose_nobody() -> None:
    found = churn.churn([lost("2026-10-01", None, None, None)], "month", "3", date(2026, 11, 12))
    assert found.lines == [] and found.refused == churn.TOO_FEW and "Only 29 have bought on two days" in found.says
    assert churn.churn([], "month", "3", date(2026, 11, 12)).is_empty


def test_churn_is_asked_as_its_address_says_and_of_three_gaps_otherwise(place: Place, admin: Client) -> None:
    base = f"/s/{place.site.id}"
    for query, unit, k in (("", "month", "3"), ("?unit=week&k=4", "week", "4")):
        for path in (f"{base}/lifetime", f"{base}/churn.csv", f"{base}/churn.parquet"):
            assert admin.get(path + query).status_code == 200
            asked = place.reports.asked_of("churn")
            assert (asked["unit"], asked["k"]) == (unit, k), path
        told = admin.get(f"/api/v1/sites/{place.site.id}/churn{query}").json()
        assert (told["unit"], told["k"], told["refused"]) == (unit, k, "")
        assert told["rates"][-1] is None and 0.1 < told["rates"][-2] < 0.2
        assert f"SET param_k = '{k}';" in admin.get(f"{base}/churn.sql{query}").text
    html = admin.get(f"{base}/lifetime?k=4&since=visit").text
    assert f'href="{base}/churn.csv?k=4"' in html and f'href="{base}/lifetime.csv?since=visit"' in html
    assert f'href="{base}/lifetime?k=5&amp;since=visit"' in html
    assert "is no k" in admin.get(f"{base}/lifetime?k=7").text


def test_behind_each_number_of_a_funnel_is_the_list_of_its_visitors(place: Place, admin: Client) -> None:
    here = f"/s/{place.site.id}"
    asked = "steps=page_view,add_to_cart,purchase&within=7d&without=page_view:/help"
    page = admin.get(f"{here}/funnels?{asked}").text
    assert "without /help between" in page and 'value="page_view:/help"' in page
    for which in ("2,all", "1,stopped"):
        link = re.search(rf'href="({here}/behind/visitors[?][^"]*&amp;is={which})"', page)
        assert link and admin.get(link[1].replace("&amp;", "&")).status_code == 200
    assert "They stopped at page_view." in admin.get(f"{here}/behind/visitors?{asked}&by=funnel&is=1,stopped").text
    given = dict(place.reports.asked)["funnel_people"]
    assert (given["step"], given["which"], given["without"]) == (1, "stopped", "page_view:/help")
    refused = admin.get(f"{here}/behind/visitors?{asked}&by=funnel&is=7,all")
    assert refused.status_code == 400 and "no step of the funnel" in refused.text
    assert admin.get(f"{here}/behind/orders?{asked}&by=funnel&is=1,all").status_code == 400


SPLIT = "steps=page_view,add_to_cart,purchase&within=7d&by=last_ever.prop.plan"


@pytest.mark.parametrize(
    "form", ["/s/{}/funnels", "/s/{}/funnels.csv", "/s/{}/funnels.parquet", "/api/v1/sites/{}/funnels"]
)
def test_a_funnel_is_split_as_the_address_says(place: Place, admin: Client, form: str) -> None:
    assert admin.get(f"{form.format(place.site.id)}?{SPLIT}&country=DE").status_code == 200
    told = place.reports.asked_of("funnel_split")
    wanted = {"steps": ["page_view", "add_to_cart", "purchase"], "by": "last_ever.prop.plan", "limit": 10}
    wanted |= {"filters": ["country=DE"], "within_ms": 604_800_000, "now": place.clock_now}
    assert {key: told[key] for key in wanted} == wanted


def test_the_values_of_a_split_funnel_add_up_to_it_in_every_form(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/funnels?{SPLIT}").text
    assert "31 other values" in html and "No plan" in html and "each person’s value: last ever" in html
    told = admin.get(f"/api/v1/sites/{place.site.id}/funnels?{SPLIT}").json()
    for row in told["rows"]:
        assert sum(one["people"] for one in told["parts"] if one["step"] == row["step"]) == row["people"]
        assert f'<td class="n">{row["people"]:,}' in html.partition("All people")[2]
    lines = admin.get(f"/s/{place.site.id}/funnels.csv?{SPLIT}").text.splitlines()
    assert lines[0].lstrip("\ufeff") == "kind,value,counted,1 page_view,2 add_to_cart,3 purchase"
    assert lines[1] == "value,DE,1,38120,2510,1602"


def test_where_a_visitor_may_change_rows_there_is_no_rate_from_step_to_step(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/funnels?steps=page_view,purchase&by="
    assert '2,510 <span class="sub mut">6.58%</span>' in admin.get(f"{at}country").text
    html = admin.get(f"{at}last_before.country").text
    assert '2,510 <span class="sub mut">62.6%</span>' in html and "Each column adds up" in html
    assert "Of the first" not in html.partition("By Country")[2]


def test_a_funnel_that_nobody_began_has_no_parts_and_says_so(place: Place, admin: Client) -> None:
    place.reports.answers["funnel_split"] = lambda _: []
    html = admin.get(f"/s/{place.site.id}/funnels?{SPLIT}").text
    assert "Nobody came to the first step" in html and "All people" not in html


@pytest.mark.parametrize(("by", "words"), [("colour", "is no property"), ("last_ever.channel", "is of a visit")])
def test_what_no_funnel_is_split_by_is_refused_in_words(place: Place, admin: Client, by: str, words: str) -> None:
    for form in ("/s/{}/funnels", "/s/{}/funnels.csv", "/api/v1/sites/{}/funnels"):
        answer = admin.get(f"{form.format(place.site.id)}?by={by}")
        assert answer.status_code == 400 and words in answer.text
    assert not [name for name, _ in place.reports.asked if name in ("funnel", "funnel_split")]


@pytest.mark.parametrize(
    ("fields", "by"),
    [
        ("prop=prop.plan&choice=last_ever", "&by=last_ever.prop.plan"),
        ("prop=country&choice=first_in_range", "&by=country"),
        ("prop=&choice=last_ever", ""),
    ],
)
def test_the_form_of_a_split_leads_to_its_address_and_a_view_keeps_it(
    place: Place, admin: Client, fields: str, by: str
) -> None:
    answer = admin.get(f"/s/{place.site.id}/funnels/choose?at=page_view&at=purchase&{fields}", follow_redirects=False)
    where = answer.headers["location"]
    assert where == f"/s/{place.site.id}/funnels?steps=page_view,purchase{by}"
    assert read_at(place.site.id, where) == ("funnels", f"steps=page_view,purchase{by}")


def test_the_sql_of_a_funnel_is_that_of_what_it_shows(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/funnels.sql"
    assert admin.get(f"{at}?steps=a,b").text.startswith("-- Funnel\n")
    assert "SET param_own_prop = 'properties.key_plan'" in admin.get(f"{at}?{SPLIT}").text


def test_cohorts_are_also_json(place: Place, admin: Client) -> None:
    told = admin.get(f"/api/v1/sites/{place.site.id}/retention?first=sign_up&unit=month&country=DE").json()
    assert (told["first"], told["again"], told["unit"]) == ("sign_up", "page_view", "month") and told["rows"]
    asked = place.reports.asked_of("retention")
    assert (asked["first"], asked["unit"], asked["filters"]) == ("sign_up", "month", ["country=DE"])
    assert admin.get(f"/api/v1/sites/{place.site.id}/retention?unit=year").status_code == 400
