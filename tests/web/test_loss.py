"""The Loss page: what it says, and what it refuses to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import structs

from onebyone.reports import capture, missed
from onebyone.reports.catalogue import DIRECTORY, read_report, taken
from onebyone.state.sites import LossRules
from onebyone.web.definitions import ON_PAGE
from onebyone.web.loss_words import REFUSALS, STATUSES
from reports.test_missed import a_row
from web.behind_rows import orders
from web.fakes import Place
from web.month import month

Client = TestClient[Litestar]


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def _answer(*rows: dict[str, Any]) -> Callable[[Any], list[dict[str, Any]]]:
    """Without groups these rows; by any group nothing."""
    return lambda params: list(rows) if params["by"] == "" else []


def test_it_says_the_answer_first_and_writes_every_sum_out(place: Place, admin: Client) -> None:
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "Browsers missed 478 of the 2,176 orders that your server reported: 22.0%, between 20.3 and 23.8%." in text
    assert "+25.4 – 31.1% more than the browser’s 1,702" in text and "about 1" in text and "0 – 9 orders" in text
    assert "2,492 orders counted in this period −312 by people who declined" in text
    assert "2,180 orders that could be seen by both, 1,698 + 478 + 4" in text
    assert "478 server only ÷ 1,702 of the browser = +28.1%" in text
    assert "(1,702 + 1) × (2,176 + 1) ÷ (1,698 + 1) − 1 = 2,181.1" in text


def test_every_report_is_asked_for_what_it_declares(place: Place, admin: Client) -> None:
    for page in ("loss?by=host&period=7d", "behind/orders?by=loss&is=both&event=purchase"):
        assert admin.get(f"/s/{place.site.id}/{page}").status_code == 200
    asked = [(name, params) for name, params in place.reports.asked if name in ON_PAGE["loss"]]
    assert {name for name, _ in asked} == set(ON_PAGE["loss"])
    for name, params in asked:
        report = read_report(DIRECTORY / f"{name}.sql")
        assert set(taken(report, params)) == set(report.params), name


def test_a_day_outside_the_limits_is_named_with_what_would_be_chance(place: Place, admin: Client) -> None:
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "Fri 30 Oct is outside the normal range: 25 of 65 missed (38.5%)." in text
    assert text.count("is outside the normal range") == 1


def test_what_only_the_server_reported_is_a_click_away(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/loss?period=7d&by=device").text
    (link,) = re.findall(r'href="([^"]+)">Show what only the server reported', page)
    place.reports.answers["missed_orders"] = lambda _: [
        row | {"withheld": 1} for row in orders({"to": place.clock_now})
    ]
    text = admin.get(link.replace("&amp;", "&")).text
    assert "<p>2 orders that only your server reported. 3 are listed, €327.70 net of refunds: 1 of those" in text
    assert place.reports.asked_of("missed_orders")["seen"] == "server-only"


def test_small_groups_are_counted_in_a_last_row(place: Place, admin: Client) -> None:
    page = admin.get(f"/s/{place.site.id}/loss").text
    assert ">Opera<" not in page and "One more, hidden: under 30 orders 25 5" in _text(page)


def test_the_largest_groups_are_shown_and_each_other_row_has_its_own_reason(place: Place, admin: Client) -> None:
    rows = [a_row(f"Browser {n}", both=30 + n, server_only=10) for n in range(22)]
    rows += [a_row("Huge", both=9000, server_only=10), a_row("Few", both=3), a_row("One", both=400, server_people=2)]
    place.reports.answers["loss"] = lambda params: rows if params["by"] == "browser" else month()["loss"](params)
    page = admin.get(f"/s/{place.site.id}/loss?by=browser").text
    assert ">Huge<" in page and ">Browser 3<" in page and ">Browser 2<" not in page
    text = _text(page)
    assert "3 more, smaller: the 20 largest are shown 123 30" in text
    assert "One more, hidden: under 30 orders 3 0 One more, hidden: under 10 people 400 0" in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (a_row(), "Nothing to measure yet"),
        (a_row(browser_only=900), "No server source"),
        (a_row(server_only=900), "No browser source"),
        (a_row(server_only=100, browser_only=90), "Nothing was reported by both"),
        (a_row(both=10, server_only=2), "12 of the 30 orders of your server that a rate needs."),
    ],
)
def test_it_teaches_instead_of_showing_a_figure_that_would_be_wrong(
    place: Place, admin: Client, row: dict[str, Any], said: str
) -> None:
    place.reports.answers["loss"] = _answer(row)
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert said in text
    assert not re.search(r"\d% more than|about \d", text) and "100.0%" not in text


def test_a_server_that_steps_in_where_a_browser_failed_gives_no_figure(place: Place, admin: Client) -> None:
    place.sites.change(structs.replace(place.site, loss=LossRules("fallback")))
    place.reports.answers["loss"] = _answer(a_row(both=3, server_only=300, browser_only=800))
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "Your server reports only what the browser missed" in text and "Send all of them from your server" in text
    assert not re.search(r"\d% more than|about \d", text)
    body = admin.get(f"/api/v1/sites/{place.site.id}/loss").json()["whole"]
    assert (body["refused"], body["block_rate"], body["estimate"]["chapman"]) == ("server_is_fallback", None, None)


def test_rates_by_browser_are_not_shown_where_the_server_does_not_tell_them(place: Place, admin: Client) -> None:
    rows = [a_row("Chrome", both=1600), a_row("", both=98, server_only=478)]
    place.reports.answers["loss"] = lambda params: rows if params["by"] == "browser" else month()["loss"](params)
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "478 of the 478 missed orders (100.0%) do not tell their browser" in text
    assert "Send device.user_agent" in text and "refused: too few tell their browser" in text


def test_what_consent_withheld_is_taken_off_and_said(place: Place, admin: Client) -> None:
    rows = {
        "": [a_row(both=53, server_only=51, withheld=26, silent=51)],
        "browser": [a_row("Chrome", both=53, server_only=51, silent=51), a_row(withheld=26)],
    }
    place.reports.answers["loss"] = lambda params: rows.get(str(params["by"]), [])
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "Browsers missed 25 of the 78 orders" in text and "104 orders counted in this period −26 by people" in text
    assert "Of 26 a browser told, and nothing but their number was kept" in text
    assert "26 orders are of people who declined statistics, so nobody knows their browser" in text


def test_missed_ones_whose_choice_nobody_knows_are_told(place: Place, admin: Client) -> None:
    place.reports.answers["loss"] = _answer(a_row(both=500, server_only=200, silent=120))
    assert "Of 120 missed orders nobody knows the person’s choice" in _text(admin.get(f"/s/{place.site.id}/loss").text)


def test_gaps_in_the_numbering_are_another_way_to_ask(place: Place, admin: Client) -> None:
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "events between two that came, 184 of 59,222" in text and "0.31%" in text
    place.reports.answers["gaps"] = lambda _: []
    assert "events, refused: 0 of 30" in _text(admin.get(f"/s/{place.site.id}/loss").text)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            (44_120, 41_206, 33_212),
            "page views, 7,994 of 41,206 pages delivered to readers who also fetched a style sheet",
        ),
        ((900, 800, 850), "the tag saw more pages than the log delivered"),
        ((900, 12, 3), "refused: 12 of 30 pages delivered"),
        (None, "no access log of these days was imported"),
    ],
)
def test_the_servers_log_is_another_way_to_ask(
    place: Place, admin: Client, row: tuple[int, int, int] | None, said: str
) -> None:
    rows = [dict(zip(("delivered", "styled", "views"), row, strict=True))] if row else []
    place.reports.answers["log_views"] = lambda _: rows
    assert said in _text(admin.get(f"/s/{place.site.id}/loss").text)


def test_a_third_list_has_its_own_answer(place: Place, admin: Client) -> None:
    third: dict[str, Any] = {"third_and_both": 292, "third_and_browser": 9, "third_and_server": 82, "third_only": 6}
    place.reports.answers["loss"] = _answer(a_row(both=741, server_only=209, browser_only=23, **third))
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "orders that no list holds, by BS,E; at least 13 (Chao)" in text and "6 the imported list only" in text


def test_rates_are_by_version_and_system_too_and_a_version_is_no_filter(place: Place, admin: Client) -> None:
    for by, head in (("version", "Missed by browser version"), ("os", "Missed by system")):
        assert head in admin.get(f"/s/{place.site.id}/loss?by={by}").text
        assert by in {given["by"] for name, given in place.reports.asked if name == "loss"}
    assert admin.get(f"/s/{place.site.id}/loss?os=macOS").status_code == 200
    assert admin.get(f"/s/{place.site.id}/loss?version=146").status_code == 400


@pytest.mark.parametrize("query", ["by=person", "event=scroll", "by=day", "chanel=x"])
def test_what_an_address_cannot_mean_has_no_numbers(place: Place, admin: Client, query: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/loss?{query}")
    assert answer.status_code == 400 and not [name for name, _ in place.reports.asked if name == "loss"]


def test_a_store_that_does_not_answer_leaves_the_page_standing(place: Place, admin: Client) -> None:
    place.reports.down.add("*")
    answer = admin.get(f"/s/{place.site.id}/loss")
    assert answer.status_code == 200 and "The store does not answer" in answer.text


@pytest.mark.parametrize("report", ["gaps", "log_views"])
def test_another_way_to_ask_may_fail_alone(place: Place, admin: Client, report: str) -> None:
    place.reports.down.add(report)
    text = _text(admin.get(f"/s/{place.site.id}/loss").text)
    assert "Browsers missed 478 of the 2,176 orders" in text and text.count("the store does not answer") == 1


def test_the_sql_of_the_page_comes_with_its_parameters(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/loss.sql?by=country").text
    assert (
        "SET param_by = 'country';\n" in text
        and f"SET param_site = '{place.site.id}';\n" in text
        and "FROM conversions FINAL" in text
    )


def test_the_file_has_the_rows_of_the_breakdown(place: Place, admin: Client) -> None:
    lines = admin.get(f"/s/{place.site.id}/loss.csv?by=device").text.splitlines()
    assert lines[0].startswith("label,both,browser_only,server_only,") and lines[1].startswith("desktop,709,")


def test_the_api_answers_the_same_figures(place: Place, admin: Client) -> None:
    body = admin.get(f"/api/v1/sites/{place.site.id}/loss?by=device&period=30d").json()
    assert body["whole"]["seen"] == {"browser": 1702, "server": 2176, "both": 1698}
    assert body["whole"]["block_rate"] == 478 / 2176 and body["whole"]["estimate"]["status"] == "ok"
    assert [group["label"] for group in body["groups"]] == ["desktop", "tablet", "phone"]
    assert set(body["assumes"]) >= {"missed", "gain", "neither"}


def test_the_api_names_its_refusal(place: Place, admin: Client) -> None:
    place.reports.answers["loss"] = _answer(a_row(browser_only=900))
    body = admin.get(f"/api/v1/sites/{place.site.id}/loss").json()["whole"]
    assert (body["refused"], body["block_rate"]) == ("no_server_source", None)


def test_every_refusal_and_every_status_has_its_words() -> None:
    assert set(REFUSALS) | {""} == set(get_args(missed.Refusal))
    assert set(STATUSES) == set(get_args(capture.Status))
