"""Filters on the pages: read from the address, shown as chips, obeyed by every cell or refused in words."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.filters import FIELDS
from onebyone.web.address import NotUnderstood
from onebyone.web.definitions import narrows, sql_of
from onebyone.web.filter_words import FIELD_NAMES, OPERATOR_NAMES
from onebyone.web.pages.filtering import with_filter
from web.fakes import Place
from web.test_reports_agree import PARAMS

Client = TestClient[Litestar]


def filters_of(place: Place, report: str) -> object:
    return next(params for name, params in reversed(place.reports.asked) if name == report).get("filters")


@pytest.mark.parametrize(
    ("page", "report"),
    [("overview", "totals"), ("acquisition", "channels"), ("pages", "pages"), ("events", "event_names"),
     ("conversions", "conversion_records"), ("funnels", "funnel"), ("retention", "retention"), ("vitals", "vitals"),
     ("engagement", "engagement"), ("errors", "errors"), ("channels.csv", "channels")],
)  # fmt: skip
def test_every_report_page_hands_its_filters_to_its_reports(
    place: Place, admin: Client, page: str, report: str
) -> None:
    answer = admin.get(f"/s/{place.site.id}/{page}?country=DE,AT&page!~=/admin")
    assert answer.status_code == 200
    assert filters_of(place, report) == ["country=DE,AT", "page!~=/admin"]
    if "." not in page:
        assert 'aria-label="Remove the filter Country is DE or AT"' in answer.text
        assert filters_of(place, "ledger_totals") is None


@pytest.mark.parametrize("page", ["loss", "ledger", "attribution", "drops.csv"])
def test_a_page_that_cannot_be_narrowed_says_so_and_shows_no_number(place: Place, admin: Client, page: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/{page}?country=DE")
    assert answer.status_code == 400 and "<code>country</code> does not narrow this page" in answer.text


def test_a_chip_takes_its_own_filter_away_and_leaves_the_rest(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/acquisition"
    html = admin.get(f"{at}?period=7d&channel=Email&device!=phone").text
    chips = re.findall(r'<a class="chip" href="([^"]+)" aria-label="Remove the filter ([^"]+)"', html)
    assert [name for _, name in chips] == ["Channel is Email", "Device is not phone"]
    assert chips[0][0].replace("&amp;", "&") == f"{at}?period=7d&device!=phone"
    assert "Views and orders are of visitors with such a session" in html


def test_the_name_of_a_row_narrows_to_it(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/acquisition?country=DE").text
    assert f'href="/s/{place.site.id}/acquisition?channel=Email&amp;country=DE"' in html


def test_the_form_without_script_leads_to_the_canonical_address(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/acquisition?device=phone&period=7d&after=x"
    given = {"at": at, "field": "channel", "op": "!=", "value": "Direct,Email"}
    answer = admin.get(f"/s/{place.site.id}/filter", params=given, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/s/{place.site.id}/acquisition?period=7d&channel!=Direct,Email&device=phone"


@pytest.mark.parametrize("at", ["https://evil.example/", "//evil.example/s/x", "/s/other/overview", "", "javascript:x"])
def test_the_form_leads_to_no_other_place(place: Place, admin: Client, at: str) -> None:
    given = {"at": at, "field": "country", "value": "DE"}
    answer = admin.get(f"/s/{place.site.id}/filter", params=given, follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/overview?country=DE"


def test_a_value_that_cannot_be_read_is_told_with_a_way_back() -> None:
    with pytest.raises(NotUnderstood):
        with_filter("/s/x/pages", "", "page~", "-")


@pytest.mark.parametrize("query", ["country=%0A", "page~=-", f"page={'x' * 501}", "channel!!=x"])
def test_an_unreadable_filter_shows_no_numbers(place: Place, admin: Client, query: str) -> None:
    assert admin.get(f"/s/{place.site.id}/overview?{query}").status_code == 400
    assert admin.get(f"/api/v1/sites/{place.site.id}/totals?{query}").status_code == 400


def test_hostile_text_is_only_text_on_the_page(place: Place, admin: Client) -> None:
    query = {"campaign": "<script>alert(1)</script>"}
    html = admin.get(f"/s/{place.site.id}/acquisition", params=query).text
    assert "<script>alert" not in html and "&lt;script&gt;alert" in html


def test_the_api_takes_the_same_filters_and_publishes_them(place: Place, admin: Client) -> None:
    at = f"/api/v1/sites/{place.site.id}"
    assert admin.get(f"{at}/totals?device=phone&consent!=none").status_code == 200
    assert filters_of(place, "totals") == ["consent!=none", "device=phone"]
    assert admin.get(f"{at}/conversions?device=phone&channel=Email").status_code == 200
    assert filters_of(place, "conversion_records") == ["device=phone"]
    paths = admin.get("/api/v1/openapi.json").json()["paths"]
    named = {one["name"] for one in paths["/api/v1/sites/{site_id}/{report}"]["get"]["parameters"]}
    assert set(FIELDS) | {"period", "from", "to", "traffic", "limit"} <= named


def test_the_shown_sql_is_that_of_the_narrowed_report() -> None:
    text = sql_of("countries", PARAMS | {"filters": ["country=D'E"]})
    assert "toString(country) IN {filter_1:Array(String)}" in text and "SET param_filter_1 = " in text
    assert "It counts everything" in sql_of("drops", PARAMS | {"filters": ["country=DE"]})
    assert not narrows("drops") and not narrows("loss.sql") and narrows("countries")


def test_every_field_and_operator_has_its_words() -> None:
    assert set(FIELD_NAMES) == set(FIELDS) and len(OPERATOR_NAMES) == 4


def test_an_address_with_filters_is_read_as_it_is_written(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/overview?campaign=a%26b%5C,c&page~=/x%20y").text
    link = re.search(r'name="at" value="([^"]+)"', html)
    assert link is not None
    query = dict(parse_qsl(link[1].replace("&amp;", "&").partition("?")[2]))
    assert query == {"campaign": "a&b\\,c", "page~": "/x y"}
