"""Experiments: what the page says, when it says nothing, and what an address may ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.attribution.experiment import experiment
from onebyone.web.address import read_view
from onebyone.web.experiment import added, checks, costs, lines, says
from onebyone.web.experiment_question import control_of, read_question
from reports.attribution.test_experiment import apart, arm
from web.fakes import Place
from web.month import NOW

Client = TestClient[Litestar]


def question(**given: str) -> Any:
    view = read_view("/s/s1/experiments", list(given.items()), today=NOW.date(), since=NOW.date(), more=tuple(given))
    return read_question(view, ["experiment_view"])


def said(rows: list[dict[str, Any]], **given: Any) -> str:
    return says(experiment(rows, control="a", **given), question(), "a")


def test_the_answer_comes_first_with_the_interval_of_the_difference() -> None:
    assert said([arm("a", 10_000, 200), arm("b", 10_000, 260)], planned=10_000) == (
        "“b” is better than “a”: 2.60% of its people did purchase, 2.00% there, "
        "a difference between +0.18 and +1.02 pt."
    )


@pytest.mark.parametrize(
    ("rows", "given", "words"),
    [
        ([arm("a", 500, 9), arm("b", 490, 9)], {"planned": 900}, "needs 900 people, and the smallest variant has 490"),
        ([arm("a", 500, 0), arm("b", 500, 9)], {}, "tells nothing yet of how often"),
        ([arm("a", 5000, 500), arm("b", 5000, 505)], {"planned": 9}, "No difference is seen between “a” and “b”."),
        ([arm("a", 9000, 500), arm("b", 5000, 505)], {}, "did not come into the variants as planned"),
        ([arm("a", 9000, 500), arm("b", 9000, 505)], {"shares": {"a": 1}}, "split does not name"),
        ([arm("a", 9, 5)], {}, "nothing to compare it with"),
        ([], {}, "Nobody was seen"),
    ],
)  # fmt: skip
def test_it_says_why_it_says_nothing(rows: list[dict[str, Any]], given: dict[str, Any], words: str) -> None:
    assert words in said(rows, **given)


def test_an_uneven_split_shows_people_and_no_rate() -> None:
    found = experiment([arm("a", 9000, 500), arm("b", 5000, 505)], control="a")
    shown = lines(found, "EUR")
    assert [(line.people, line.expected, line.rate, line.more, line.net_each) for line in shown] == [
        ("9,000", "7,000", "–", "–", "–"), ("5,000", "7,000", "–", "–", "–"),
    ]  # fmt: skip
    assert [check.glyph for check in checks(found, question())] == ["x"]


def test_what_a_variant_added_has_its_intervals_and_its_cost() -> None:
    found = experiment([arm("a", 10_000, 200), arm("b", 10_000, 250), arm("c", 10_000, 190)], control="a", planned=9)
    more, less = added(found, "EUR", Decimal("1000"))
    assert (more.name, more.relative, more.relative_95) == ("b", "+25.0%", "+4.0% to +50.2%")
    assert (more.orders, more.orders_95, more.cost) == ("+50", "+9 to +91", "€20.00")
    assert (less.orders, less.cost) == ("−10", "–")
    assert more.held["added"] == "50.0" and float(more.held["low"]) < 50 < float(more.held["high"])
    assert costs(found, "EUR", Decimal("1000")) == {"b": pytest.approx(2000), "c": None}
    assert added(experiment([arm("a", 9000, 500), arm("b", 5000, 505)], control="a"), "EUR", Decimal(5)) == []


def test_who_is_left_out_and_who_has_time_left_is_said() -> None:
    rows = [
        arm("a", 50, 5, waiting=7),
        arm("b", 50, 5),
        arm("c", 50, 5),
        apart("several", 9, 20),
        apart("nobody", 0, 3),
    ]
    told = " ".join(check.text for check in checks(experiment(rows, control="a", planned=50), question(within="7d")))
    for words in ("9 of 159 people", "3 times", "7 of 150 people are not through the 7 days", "multiplied by the 2"):
        assert words in told, words


def test_the_control_is_the_one_named_or_with_a_usual_name_or_the_first() -> None:
    assert control_of(question(control="x"), ["b", "x"]) == "x"
    assert control_of(question(), ["b", "Control", "a"]) == "Control"
    assert control_of(question(), ["green", "blue"]) == "blue"
    assert control_of(question(), []) == ""


@pytest.mark.parametrize(
    ("query", "words"),
    [("within=9d", "no time to within"), ("wait=2d", "no time to wait"), ("wait=7d&within=7d", "Nobody can do it"),
     ("only=checkout", "names no property and value"), ("split=90", "no planned split"),
     ("split=a:x", "no planned split"), ("split=a:nan,b:1", "no planned split"),
     ("planned=many", "no number of people"), ("planned=0", "no number of people"),
     ("planned=99999999999999", "no number of people"), ("spend=much", "no amount"), ("spend=0", "no amount")],
)  # fmt: skip
def test_what_an_address_cannot_mean_has_no_numbers(place: Place, admin: Client, query: str, words: str) -> None:
    assert words in admin.get(f"/s/{place.site.id}/experiments?{query}").text
    assert admin.get(f"/api/v1/sites/{place.site.id}/experiments?{query}").status_code == 400
    assert not [name for name, _ in place.reports.asked if name == "experiment"]


def test_page_file_and_api_ask_the_same(place: Place, admin: Client) -> None:
    query = "shown=ab&prop=arm&only=test:menu,2&goal=sign_up&wait=1d&within=7d&split=control:50,b:50&planned=11000"
    found = []
    for at in (
        f"/s/{place.site.id}/experiments",
        f"/s/{place.site.id}/experiments.csv",
        f"/api/v1/sites/{place.site.id}/experiments",
    ):
        answer = admin.get(f"{at}?{query}")
        assert answer.status_code == 200, at
        found.append({key: value for key, value in place.reports.asked_of("experiment").items() if key != "now"})
    assert found[0] == found[1] == found[2]
    assert (found[0]["event"], found[0]["prop"], found[0]["only"], found[0]["value"]) == ("ab", "arm", "test", "menu,2")
    assert (found[0]["goal"], found[0]["wait_ms"], found[0]["within_ms"]) == ("sign_up", 86_400_000, 604_800_000)
    told = answer.json()
    assert (told["control"], told["experiment"]["needed"], told["experiment"]["refused"]) == ("control", 11000, "")
    assert told["experiment"]["variants"][1]["verdict"] == "better"


def test_a_site_that_tells_no_variant_learns_how(place: Place, admin: Client) -> None:
    seen = place.reports.answers["event_names"]
    place.reports.answers["event_names"] = lambda params: seen(params)[:1]
    html = admin.get(f"/s/{place.site.id}/experiments").text
    assert "Say who saw which variant" in html and "Can this be trusted?" not in html
    assert not [name for name, _ in place.reports.asked if name == "experiment"]


def test_a_variant_s_name_is_text_and_no_markup(place: Place, admin: Client) -> None:
    rows = [arm("<b>", 9000, 500), arm("a", 9000, 505)]
    place.reports.answers["experiment"] = lambda _: rows
    html = admin.get(f"/s/{place.site.id}/experiments?planned=10").text
    assert "&lt;b&gt;" in html and "<b></a>" not in html
