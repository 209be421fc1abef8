"""Time and scroll, web vitals, errors: what their pages say, and what they teach where nothing was measured."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.reports.catalogue import DIRECTORY
from onebyone.web import on_page, vitals
from onebyone.web.desk import Answer, Row
from onebyone.web.vital_words import MEASURES
from web.fakes import Place
from web.on_page import ANSWERS

Client = TestClient[Litestar]


def vital(measure: str, p75: float, measured: int = 100, device: str = "", good: int = 80, poor: int = 5) -> Row:
    return {"measure": measure, "device": device, "measured": measured, "p75": p75, "good": good, "poor": poor}


@pytest.mark.parametrize(
    ("key", "value", "level"),
    [
        ("lcp", 2500, "good"), ("lcp", 2501, "needs work"), ("lcp", 4000, "needs work"), ("lcp", 4001, "poor"),
        ("inp", 200, "good"), ("inp", 500, "needs work"), ("inp", 501, "poor"),
        ("cls", 0.1, "good"), ("cls", 0.25, "needs work"), ("cls", 0.26, "poor"),
        ("fcp", 1800, "good"), ("fcp", 3001, "poor"), ("ttfb", 800, "good"), ("ttfb", 1801, "poor"),
    ],
)  # fmt: skip
def test_a_value_is_good_up_to_the_public_threshold_and_poor_above_the_other(
    key: str, value: float, level: str
) -> None:
    (measure,) = [one for one in MEASURES if one.key == key]
    assert vitals.level(measure, value) == level


def test_the_thresholds_of_the_page_are_those_that_the_report_counts_by() -> None:
    sql = (DIRECTORY / "vitals.sql").read_text()
    for one in MEASURES:
        assert f"'{one.key}', {one.key}, {one.good_until:g}, {one.poor_from:g})" in sql


def test_fewer_than_thirty_loads_have_no_value() -> None:
    figure = vitals.figures(Answer([vital("lcp", 900, measured=29, good=29, poor=0)]))[0]
    assert (figure.text, figure.level, figure.note) == ("–", "", "29 of 30 loads")
    assert vitals.says(Answer([vital("lcp", 900, measured=29)])).startswith("Fewer than 30")


def test_the_parts_of_a_bar_are_all_loads() -> None:
    figure = vitals.figures(Answer([vital("lcp", 2600)]))[0]
    assert [(part.title, part.count) for part in figure.parts] == [("good", 80), ("between", 15), ("poor", 5)]


def test_the_sentence_names_the_core_ones_with_their_level() -> None:
    assert vitals.says(Answer(ANSWERS["vitals"]({}))) == (
        "Three of four loads stay within: LCP 2.31 s, good; INP 224 ms, needs work; CLS 0.04, good."
    )


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0.0 s"), (9_400, "9.4 s"), (42_000, "42 s"), (301_000, "5 min"), (None, "–")]
)
def test_a_time_on_a_page_is_short_to_read(ms: float | None, text: str) -> None:
    assert on_page.length(ms) == text


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("engagement", ["1 h", "To the end", "halo-pendant", "Time and scroll CSV"]),
        ("vitals", ["2.31 s", "needs work", "web.dev/articles/vitals", "halo-pendant"]),
        ("errors", ["cart.items.length", "cart.min.js:1", "and 2 more", "file not loaded", "Pages with errors"]),
    ],
)
def test_each_stands_under_the_tabs_of_pages(place: Place, admin: Client, page: str, words: list[str]) -> None:
    html = admin.get(f"/s/{place.site.id}/{page}").text
    assert 'aria-current="page" data-page="pages"' in html
    assert html.count('aria-label="What of pages"') == 1
    for word in words:
        assert word in html, word


@pytest.mark.parametrize(("page", "module"), on_page.MODULE_OF.items())
def test_where_nothing_came_the_page_says_what_it_would_answer_and_how_to_turn_it_on(
    place: Place, admin: Client, page: str, module: str
) -> None:
    for name in ANSWERS:
        place.reports.answers.pop(name)
    html = admin.get(f"/s/{place.site.id}/{page}").text
    assert "Here will stand" in html and f'href="/s/{place.site.id}/settings/script"' in html
    tag = replace(place.site.tag, modules=(module,))
    place.sites.change(replace(place.site, tag=tag))
    html = admin.get(f"/s/{place.site.id}/{page}").text
    assert "is turned on in the script" in html and "Turn it on" not in html


def test_views_of_which_nobody_measured_the_time_are_no_table_of_noughts(place: Place, admin: Client) -> None:
    unmeasured = [row | {"measured": 0, "engaged_ms": 0} for row in ANSWERS["engagement"]({})]
    place.reports.answers["engagement"] = lambda _: unmeasured
    html = admin.get(f"/s/{place.site.id}/engagement").text
    assert "Time and scroll: nothing yet" in html and "0 s" not in html


@pytest.mark.parametrize("report", ANSWERS)
def test_the_rows_are_for_programs_too(place: Place, admin: Client, report: str) -> None:
    answer = admin.get(f"/api/v1/sites/{place.site.id}/{report}")
    assert answer.status_code == 200 and answer.json()["rows"] == ANSWERS[report]({})


def test_a_fault_s_words_cannot_become_markup(place: Place, admin: Client) -> None:
    row = ANSWERS["errors"]({})[0] | {"description": "<img src=x onerror=alert(1)>"}
    place.reports.answers["errors"] = lambda _: [row]
    assert "<img src=x" not in admin.get(f"/s/{place.site.id}/errors").text
