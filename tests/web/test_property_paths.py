"""The page of property paths: how it is asked, what it says first, and that its sum is written out."""

from __future__ import annotations

import csv
import json

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.web.saved import read_at
from web.fakes import Place
from web.month import NOW
from web.property_paths import rows

Client = TestClient[Litestar]
FORMS = ("/s/{}/paths", "/s/{}/paths.csv", "/s/{}/paths.parquet", "/api/v1/sites/{}/paths")
ASKED = "first=page_view:/&goal=sign_up&within=7d&prop=prop.theme&steps=last&show=50&sort=-rate"
WEEK_MS = 604_800_000


@pytest.mark.parametrize("form", FORMS)
def test_paths_are_asked_as_the_address_says(place: Place, admin: Client, form: str) -> None:
    assert admin.get(f"{form.format(place.site.id)}?{ASKED}&country=DE").status_code == 200
    told = place.reports.asked_of("property_paths")
    wanted = {
        "first": "page_view:/", "goal": "sign_up", "within_ms": WEEK_MS, "prop": "prop.theme", "steps": "last",
        "limit": 50, "sort": "-rate", "filters": ["country=DE"], "now": NOW,
    }  # fmt: skip
    assert {key: told[key] for key in wanted} == wanted


def test_an_address_that_says_nothing_asks_for_the_first_pages_before_an_order(place: Place, admin: Client) -> None:
    admin.get(f"/s/{place.site.id}/paths")
    told = place.reports.asked_of("property_paths")
    asked = (told["first"], told["goal"], told["prop"], told["steps"], told["limit"], told["sort"])
    assert asked == ("", "purchase", "page", "first", 15, "-people")
    assert "filters" not in told


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("prop=colour", "is no property"),
        ("prop=channel", "is of a visit, not of an event"),
        ("within=9d", "is no within"),
        ("steps=middle", "is no steps"),
        ("show=1000", "is no show"),
        ("sort=revenue", "is no sort"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(place: Place, admin: Client, query: str, words: str) -> None:
    for form in FORMS:
        assert admin.get(f"{form.format(place.site.id)}?{query}").status_code == 400
    assert words in admin.get(f"/s/{place.site.id}/paths?{query}").text
    assert not [name for name, _ in place.reports.asked if name == "property_paths"]


def test_the_page_answers_first_and_its_sum_is_written_out(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/paths?first=page_view").text
    assert "6.34% of 38,794 people went from page_view to purchase within 30 days." in html
    assert "811 of them went by /leuchten/halo-pendant → /warenkorb" in html
    assert "3,204 other paths" in html and "No page on the way" in html
    assert sum(row["people"] for row in rows({})) == 38_794 and "Everybody who began" in html
    assert "The time of 12,109 of those who did not convert is not over." in html


def test_a_second_click_on_a_head_turns_the_order_round(place: Place, admin: Client) -> None:
    assert 'paths?sort=people">People' in admin.get(f"/s/{place.site.id}/paths").text
    html = admin.get(f"/s/{place.site.id}/paths?sort=-rate").text
    assert 'aria-sort="descending"><a href="/s/' in html and 'paths?sort=rate">Rate' in html
    assert f'href="/s/{place.site.id}/paths">People' in html


def test_where_nobody_began_the_page_says_so_and_what_to_do(place: Place, admin: Client) -> None:
    place.reports.answers["property_paths"] = lambda _: []
    html = admin.get(f"/s/{place.site.id}/paths?first=sign_up").text
    assert "Nobody did sign_up in this period." in html and "choose other days above, or another start below" in html
    assert "Everybody who began" not in html


def test_paths_are_found_explained_and_kept(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    assert f'href="{at}/paths"' in admin.get(f"/find?q=paths&site={place.site.id}").text
    assert "How Paths counts" in admin.get(f"{at}/definitions/paths").text
    assert "SET param_own_prop" in admin.get(f"{at}/paths.sql?prop=prop.theme").text
    assert read_at(place.site.id, f"{at}/paths?{ASKED}") == ("paths", ASKED)


def test_the_steps_of_a_path_are_told_apart_in_its_file_whatever_they_hold(place: Place, admin: Client) -> None:
    steps = ["Bags > Belts", 'say "hi", twice', "=1+1", "grün"]
    (row, *_) = rows({})
    place.reports.answers["property_paths"] = lambda _: [row | {"path": steps}, row | {"path": []}]
    text = admin.get(f"/s/{place.site.id}/paths.csv").text
    assert [json.loads(one["path"]) for one in csv.DictReader(text.splitlines())] == [steps, []]
