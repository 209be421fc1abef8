"""Filters on the pages: read from the address, shown as chips, obeyed by every cell or refused in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.filters import FIELDS
from onebyone.store import Param
from onebyone.web.address import NotUnderstood
from onebyone.web.definitions import narrows, sql_of
from onebyone.web.filter_words import FIELD_NAMES, OPERATOR_NAMES
from onebyone.web.pages.filtering import with_filter
from web.fakes import Place
from web.month import NOW, Row
from web.test_reports_agree import PARAMS

Client = TestClient[Litestar]


def filters_of(place: Place, report: str) -> object:
    return next(params for name, params in reversed(place.reports.asked) if name == report).get("filters")


@pytest.mark.parametrize(
    ("page", "report"),
    [("overview", "totals"), ("loss", "log_views"), ("attribution", "paths"), ("consent", "consent_totals"),
     ("traffic", "verdict_days"), ("live", "live"), ("people", "people"),
     ("conversions/days", "revenue_days"), ("acquisition", "channels"), ("pages", "pages"), ("events", "event_names"),
     ("conversions", "conversion_records"), ("funnels", "funnel"), ("retention", "retention"), ("vitals", "vitals"),
     ("lifetime", "lifetime"), ("lifetime", "churn"), ("paths", "property_paths"), ("paths.csv", "property_paths"),
     ("experiments", "experiment"), ("populations", "populations"), ("days_active", "days_active"),
      ("engagement", "engagement"), ("errors", "errors"), ("channels.csv", "channels")],
)  # fmt: skip
def test_every_report_page_hands_its_filters_to_its_reports(
    place: Place, admin: Client, page: str, report: str
) -> None:
    answer = admin.get(f"/s/{place.site.id}/{page}?country=DE,AT&host!~=/admin")
    assert answer.status_code == 200
    assert filters_of(place, report) == ["country=DE,AT", "host!~=/admin"]
    if "." not in page:
        assert 'aria-label="Remove the filter Country is Germany or Austria"' in answer.text
        assert all("filters" not in params for name, params in place.reports.asked if name == "ledger_totals")


@pytest.mark.parametrize(
    ("page", "field", "because"),
    [("ledger", "country", "It accounts for every hit"), ("drops.csv", "country", "keeps too little"),
     ("email", "country", "A message is delivered"), ("reconciliation", "country", "A platform counts all"),
     ("loss", "channel", "What only your server reported"), ("loss.csv", "region", "What only your server reported"),
     ("consent", "device", "Of people who declined"), ("live", "channel", "What was dropped is here too"),
     ("traffic", "channel", "Most machines make no visits"),
     ("populations", "channel", "Who was here before the period"), ("verdict_days.csv", "channel", "would be wrong")],
)  # fmt: skip
def test_a_page_that_a_field_cannot_narrow_says_so_and_why_and_shows_no_number(
    place: Place, admin: Client, page: str, field: str, because: str
) -> None:
    answer = admin.get(f"/s/{place.site.id}/{page}?{field}=DE")
    assert answer.status_code == 400 and f"<code>{field}</code> does not narrow this page" in answer.text
    assert because in answer.text


@pytest.mark.parametrize("page", ["loss", "consent", "traffic", "ledger"])
@pytest.mark.parametrize("asked", ["via=server-only", "value>=50", "order=NL-1", "did=purchase"])
def test_a_page_that_does_not_take_a_filter_names_those_that_do(
    place: Place, admin: Client, page: str, asked: str
) -> None:
    answer = admin.get(f"/s/{place.site.id}/{page}?{asked}")
    assert answer.status_code == 400 and "Overview, Conversions, Acquisition" in answer.text


def test_a_filter_of_orders_narrows_every_page_that_counts_people(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    for page in ("overview", "pages", "conversions/days", "people"):
        html = admin.get(f"{at}/{page}?value>=49.90&currency=EUR").text
        assert 'aria-label="Remove the filter Order net is at least 49.90"' in html, page
    assert filters_of(place, "people") == ["currency=EUR", "value>=49.90"]
    answer = admin.get(f"{at}/filter?at={at}/pages&field=value&op=>=&value=20", follow_redirects=False)
    assert answer.headers["location"] == f"{at}/pages?value%3E=20"
    for wrong in ("value>=a", "value=5", "page>=5", "person=p_8KD2", "delivery~=x"):
        assert admin.get(f"{at}/pages?{wrong}").status_code == 400, wrong


def test_a_property_of_one_s_own_narrows_every_page_that_knows_visitors(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}"
    html = admin.get(f"{at}/pages?prop.plan=gold,pro").text
    assert filters_of(place, "pages") == ["prop.plan=gold,pro"]
    assert 'aria-label="Remove the filter Person told plan is gold or pro"' in html
    assert 'name="name" maxlength="100" autocomplete="off" value="plan"' in html
    assert "Counted are these people on every browser known as theirs" in html
    form = {"at": f"{at}/pages?period=7d", "field": "prop.", "name": "plan", "op": "!=", "value": "gold"}
    there = admin.get(f"{at}/filter", params=form, follow_redirects=False).headers["location"]
    assert there == f"{at}/pages?period=7d&prop.plan!=gold"
    unnamed = admin.get(f"{at}/filter", params=form | {"name": ""})
    assert unnamed.status_code == 400 and "Say which property" in unnamed.text
    assert admin.get(f"/api/v1/sites/{place.site.id}/pages?prop.plan~=go").status_code == 200
    refused = admin.get(f"{at}/populations?prop.plan=gold")
    assert refused.status_code == 400 and "Who was here before the period" in refused.text


def test_a_page_that_takes_no_filter_says_so_before_anybody_tries(place: Place, admin: Client) -> None:
    for page in ("ledger", "email", "reconciliation"):
        html = admin.get(f"/s/{place.site.id}/{page}").text
        assert "No filter narrows this page." in html and "+ Filter" not in html, page
    assert "No other fields here. Of people who declined" in admin.get(f"/s/{place.site.id}/consent").text


def test_loss_is_not_narrowed_by_what_the_missed_do_not_tell(place: Place, admin: Client) -> None:
    """Then narrowing would leave the missed out, and the rate would be too low."""
    told = place.reports.answers["loss"]

    def untold(params: Mapping[str, Param]) -> list[Row]:
        rows = told(params)
        return [row | {"label": "", "withheld": 0} for row in rows] if params["by"] == "browser" else rows

    place.reports.answers["loss"] = untold
    at = f"/s/{place.site.id}/loss"
    html = admin.get(f"{at}?browser=Chrome").text
    assert "Not shown with this filter." in html and "do not tell their browser" in html and "22.0%" not in html
    assert "22.0%" in admin.get(f"{at}?country=DE").text
    for address in (f"{at}.csv", f"/api/v1/sites/{place.site.id}/loss"):
        assert admin.get(f"{address}?browser=Chrome").status_code == 400
        assert admin.get(f"{address}?country=DE").status_code == 200


def test_live_asks_on_with_its_filter_and_never_looks_further_back_than_half_an_hour(
    place: Place, admin: Client
) -> None:
    html = admin.get(f"/s/{place.site.id}/live?country=DE&show=people").text
    poll = re.search(r'data-poll="([^"]+)"', html)
    assert poll and "country=DE" in poll[1] and "show=people" in poll[1]
    after = "after_at=2026-01-01T00:00:00&after_hit=x&after_n=0"
    assert admin.get(f"/s/{place.site.id}/live/new?{after}&country=DE").status_code == 200
    asked = next(params for name, params in reversed(place.reports.asked) if name == "live")
    assert (asked["filters"], asked["after_at"]) == (["country=DE"], NOW - timedelta(minutes=30))
    assert filters_of(place, "live_now") is None


def test_the_form_offers_what_a_field_holds_as_an_address_writes_it(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/filter/values"
    assert admin.get(at, params={"field": "channel", "q": "'e"}).json() == [["Email", 6120], ["A\\, B", 2]]
    assert place.reports.asked[-1][1]["text"] == "'e"
    assert admin.get(at, params={"field": "consent", "q": "ST"}).json() == [["statistics", 0]]
    assert admin.get(at, params={"field": "prop.x"}).json() == []
    place.reports.down.add("*")
    assert admin.get(at, params={"field": "page"}).json() == []


def test_own_dates_keep_all_that_the_page_was_asked(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/funnels?steps=page_view,purchase&within=7d&country=DE&period=7d").text
    form = html.partition('<form class="own"')[2].partition("</form>")[0]
    assert sorted(re.findall(r'type="hidden" name="([^"]+)"', form)) == ["country", "steps", "within"]


def test_a_chip_takes_its_own_filter_away_and_leaves_the_rest(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/acquisition"
    html = admin.get(f"{at}?period=7d&channel=Email&device!=phone").text
    chips = re.findall(r'href="([^"]+)" aria-label="Remove the filter ([^"]+)"', html)
    assert [name for _, name in chips] == ["Channel is Email", "Device is not phone"]
    assert chips[0][0].replace("&amp;", "&") == f"{at}?period=7d&device!=phone"
    assert "Views and orders are of visitors with such a session" in html
    editor = re.search(r'name="at" value="([^"]+)">\s*<label>Field', html)
    assert editor and editor[1].replace("&amp;", "&") == f"{at}?period=7d&device!=phone"
    assert '<option value="!=" selected>is not</option>' in html and 'required autocomplete="off" value="phone"' in html


def test_the_name_of_a_row_narrows_to_it(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/acquisition?country=DE").text
    assert f'href="/s/{place.site.id}/acquisition?channel=Email&amp;country=DE"' in html
    html = admin.get(f"/s/{place.site.id}/overview?country=DE").text
    for more in ("channel=Email&amp;country=DE", "country=AT&amp;country=DE", "country=DE&amp;device=phone"):
        assert f'href="/s/{place.site.id}/overview?{more}"' in html
    assert "channel=Unattributed" not in html


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
    assert filters_of(place, "conversion_records") == ["channel=Email", "device=phone"]
    paths = admin.get("/api/v1/openapi.json").json()["paths"]
    named = {one["name"] for one in paths["/api/v1/sites/{site_id}/{report}"]["get"]["parameters"]}
    assert (
        set(FIELDS) - {"value"} | {"value>", "value<"} | {"segment", "period", "from", "to", "traffic", "limit"}
        <= named
    )


def test_the_shown_sql_is_that_of_the_narrowed_report() -> None:
    text = sql_of("countries", PARAMS | {"filters": ["country=D'E"]})
    assert "toString(country) IN {filter_1:Array(String)}" in text and "SET param_filter_1 = " in text
    assert "It counts everything" in sql_of("drops", PARAMS | {"filters": ["country=DE"]})
    assert not narrows("drops").fields and not narrows("loss.sql").fields and narrows("countries").fields == FIELDS


def test_every_field_and_operator_has_its_words() -> None:
    assert set(FIELD_NAMES) == set(FIELDS) and len(OPERATOR_NAMES) == 4


def test_an_address_with_filters_is_read_as_it_is_written(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/overview?campaign=a%26b%5C,c&page~=/x%20y").text
    link = re.findall(r'name="at" value="([^"]+)"', html)[-1]
    query = dict(parse_qsl(link.replace("&amp;", "&").partition("?")[2]))
    assert query == {"campaign": "a&b\\,c", "page~": "/x y"}
