"""The power report on its page: its address and form, its links and files, and what it says when something is wrong."""

from __future__ import annotations

import os
import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.own import OWN
from onebyone.reports.power import KINDS, WITH_NUMBER, WITH_TEXT, Column, read_question
from onebyone.store.engine import Embedded
from onebyone.web.power_question import _columns, written
from onebyone.web.power_table import amount
from web.fakes import Place
from web.test_behind import DAY, shop_of

Client = TestClient[Litestar]
_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
_COLUMN = st.builds(
    lambda kind, event, name: Column(kind, event, f"{OWN}{name}" if kind in WITH_NUMBER + WITH_TEXT else ""),
    st.sampled_from(KINDS), _TEXT, _TEXT,
)  # fmt: skip


def at(place: Place, query: str = "", *, ending: str = "") -> str:
    return f"/s/{place.site.id}/explore{ending}{query}"


def hrefs(html: str, containing: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', html) if containing in unescape(one)]


@given(st.lists(_COLUMN, min_size=1, max_size=4, unique=True))
def test_columns_with_any_names_are_read_from_an_address_again(columns: list[Column]) -> None:
    assert read_question(["country"], _columns(written(columns))).columns == tuple(columns)


def test_the_usual_table_needs_no_key(place: Place, admin: Client) -> None:
    html = admin.get(at(place)).text
    given = next(params for name, params in place.reports.asked if name == "power" and params["by"])
    assert given["by"] == ["country"] and given["limit"] == 51
    assert given["cols"] == ["people", "events:page_view", "conversions:purchase", "revenue:purchase"]
    assert "7 rows by country. The highest by people is Germany, with 41,930." in html
    assert "All 7 rows</td>" in html and "59,467</td>" in html


def test_the_form_leads_to_the_canonical_address(place: Place, admin: Client) -> None:
    query = (
        "?by=prop.a,b&by=&kind=people&of=sign_up&prop=left+over&kind=&of=x&prop=y&kind=sum&of=scroll&prop=percent"
        "&kind=last&of=&prop=page&period=7d&country=DE&sort=-people:sign_up"
    )
    answer = admin.get(at(place, query, ending="/choose"), follow_redirects=False)
    cols = "people:sign_up,sum:scroll:prop.percent,last::page"
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "by": ["prop.a\\,b"], "cols": [cols], "period": ["7d"], "country": ["DE"],
    }  # fmt: skip
    assert admin.get(answer.headers["location"]).status_code == 200
    assert place.reports.asked_of("power")["cols"] == cols.split(",")


def test_rows_by_a_persons_value_are_chosen_in_the_form_and_lead_nowhere(place: Place, admin: Client) -> None:
    query = "?by=country&whose=first_ever&by=prop.theme&whose=&kind=people&of=&prop="
    answer = admin.get(at(place, query, ending="/choose"), follow_redirects=False)
    assert answer.headers["location"] == at(place, "?by=first_ever.country,prop.theme&cols=people")
    html = admin.get(answer.headers["location"]).text
    assert place.reports.asked_of("power")["by"] == ["first_ever.country", "prop.theme"]
    assert "Country, first ever" in html and "Germany" in html and "whatever the filters" in html
    assert re.findall(r'<option value="(\w*)" selected', html)[:2] == ["first_ever", ""]
    assert hrefs(html, "country=DE") == [], "a filter by country would be of events"
    assert "whatever the filters" not in admin.get(at(place)).text


def test_rows_by_the_channel_of_the_visit_are_offered_and_no_filter_of_it_is_said(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/explore"
    html = admin.get(f"{at}?by=channel,campaign").text
    assert place.reports.asked_of("power")["by"] == ["channel", "campaign"]
    assert "Channel of the visit" in html and "by channel of the visit and campaign of the visit" in html
    assert '<option value="source">Source of the visit</option>' in html
    assert "explore?channel=" not in html  # a filter narrows by the visitor, which is another question
    to = admin.get(f"{at}/choose?by=channel&whose=", follow_redirects=False).headers["location"]
    assert to == f"{at}?by=channel"
    refused = admin.get(f"{at}/choose?by=channel&whose=last_ever", follow_redirects=False)
    assert refused.status_code == 400 and "rows are also by channel, source" in refused.text


def test_the_last_column_taken_away_in_the_form_is_the_usual_table(place: Place, admin: Client) -> None:
    answer = admin.get(at(place, "?by=&by=&kind=&of=&prop=", ending="/choose"), follow_redirects=False)
    assert answer.headers["location"] == at(place)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?by=colour", "`colour` is no property"),
        ("?by=country,page,day", "by one or by 2"),
        ("?cols=median:scroll:prop.x", "`median` is nothing"),
        ("?cols=sum:scroll:page", "`page` is no number"),
        ("?sort=-visitors", "no column of this table"),
        ("?after=x", "This place in the table cannot be read"),
        ("?after=nan,a,b", "This place in the table cannot be read"),
        ("?by=%00", "is no property"),
    ],
)
def test_what_cannot_be_read_shows_no_numbers(place: Place, admin: Client, query: str, why: str) -> None:
    for ending in ("", ".csv", ".sql", ".parquet"):
        answer = admin.get(at(place, query, ending=ending))
        if ending and "after" in query:
            continue
        said = unescape(re.sub(r"<[^>]+>", "", answer.text))
        assert answer.status_code == 400 and why.replace("`", "") in said, ending
    assert admin.get(f"/api/v1/sites/{place.site.id}/explore{query}").status_code == 400
    assert "power" not in [name for name, _ in place.reports.asked]


def test_heads_sort_from_the_largest_and_turn_around(place: Place, admin: Client) -> None:
    html = admin.get(at(place)).text
    assert f'aria-sort="descending"><a href="{at(place, "?sort=people")}"' in html
    assert f'href="{at(place, "?sort=-revenue:purchase")}"' in html and f'href="{at(place, "?sort=rows")}"' in html
    html = admin.get(at(place, "?sort=-revenue")).text
    assert "no column" in html, "a column is sorted by as it is written"
    html = admin.get(at(place, "?sort=people")).text
    assert f'aria-sort="ascending"><a href="{at(place)}"' in html


def test_a_column_is_taken_away_and_so_is_the_order_by_it(place: Place, admin: Client) -> None:
    html = admin.get(at(place, "?cols=people,events&sort=-events")).text
    assert f'href="{at(place, "?cols=people")}"' in html and f'href="{at(place, "?cols=events")}"' in html
    assert "Take the column" not in admin.get(at(place, "?cols=people")).text


def test_numbers_lead_to_the_list_of_what_they_count(place: Place, admin: Client) -> None:
    query = "?by=country&cols=events:page_view,conversions,revenue,people&period=7d&device=phone"
    html, base = admin.get(at(place, query)).text, f"/s/{place.site.id}"
    rest = "period=7d&event={}&country=DE&device=phone"
    assert hrefs(html, "behind/events")[0] == f"{base}/behind/events?" + rest.format("page_view")
    assert hrefs(html, "/conversions?")[:2] == [f"{base}/conversions?" + rest.format("purchase")] * 2
    assert hrefs(html, "behind/events")[-1].endswith("?period=7d&event=page_view&device=phone"), "the whole"
    assert hrefs(html, "country=-") != [], "what is not set is a filter too"


def test_no_number_leads_to_a_list_that_would_say_another(place: Place, admin: Client) -> None:
    for query in ("?by=prop.theme&cols=events", "?by=day&cols=events,revenue", "?by=country&cols=people,sum::prop.x"):
        rows = admin.get(at(place, query)).text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert "behind/" not in rows and "/conversions" not in rows
    html = admin.get(at(place, "?by=event&cols=events:purchase,events&event=page_view")).text
    assert "behind/events" not in html, "there, event is a key of its own"
    assert "/conversions?" not in admin.get(at(place, "?cols=conversions&traffic=all")).text


def test_a_long_table_goes_on_behind_its_last_row(place: Place, admin: Client) -> None:
    html = admin.get(at(place, "?by=page&cols=events")).text
    assert "50 of 10,234" in html
    (following,) = {one for one in hrefs(html, "after=")}
    admin.get(following)
    (given,) = [params for name, params in place.reports.asked if name == "power" and params.get("after")]
    assert given["after"] == ["33", "/konto", ""] and given["sort"] == "-events"


def test_the_files_have_every_row_and_the_sql_is_this_one(place: Place, admin: Client) -> None:
    query = f"?by=prop.theme,country&cols=mean:scroll:{quote('prop.it' + chr(39) + 's')}&after=1,a,b"
    csv = admin.get(at(place, query, ending=".csv")).text.splitlines()
    assert csv[0] == "prop_theme,country,mean_scroll_prop_it_s" and len(csv) == 8
    assert place.reports.asked_of("power")["limit"] == 100_000 and place.reports.asked_of("power")["after"] == []
    assert admin.get(at(place, query, ending=".parquet")).content[:4] == b"PAR1"
    sql = admin.get(at(place, query, ending=".sql")).text
    assert (
        "SET param_of_prop_1 = 'it\\'s';" in sql
        and "{{" not in sql
        and "SET param_by_prop_1 = 'properties.key_theme';" in sql
    )


def test_json_has_the_columns_the_whole_and_the_place_behind(place: Place, admin: Client) -> None:
    said = admin.get(f"/api/v1/sites/{place.site.id}/explore?by=page&cols=events,revenue&limit=2").json()
    assert said["columns"] == {"page": "page", "events": "events", "revenue_purchase": "revenue:purchase"}
    assert said["rows"][0] == {"page": "/", "events": 125_790, "revenue_purchase": 14_573_474}
    assert (said["rows_in_all"], len(said["rows"]), said["after"]) == (10_234, 2, "24642,/leuchten/halo-pendant,")
    assert said["total"]["events"] == 178_401
    place.reports.down.add("power")
    assert admin.get(f"/api/v1/sites/{place.site.id}/explore").status_code == 503


def test_a_store_that_does_not_answer_is_told_and_the_form_stays(place: Place, admin: Client) -> None:
    place.reports.down.add("power")
    html = admin.get(at(place)).text
    assert "The store does not answer" in html and "Show this table" in html


def test_numbers_of_no_unit_have_two_decimals_where_they_are_not_whole() -> None:
    assert [amount(n) for n in (1740095.0, 41.5, -2.005, 0.0)] == ["1,740,095", "41.50", "−2.00", "0"]


@pytest.mark.slow
@pytest.mark.skipif("PROVE" not in os.environ, reason="a store of its own: PROVE=1, or make prove")
@pytest.mark.parametrize(
    "query",
    ["by=country&cols=events:page_view,conversions,revenue", "by=event,device&cols=events", "by=page&cols=events"],
)
def test_the_list_behind_a_number_says_that_number(place: Place, admin: Client, store: Embedded, query: str) -> None:
    """Every number, of the cells and of the whole, on a real store."""
    shop_of(place, store)
    html = admin.get(at(place, f"?{DAY}&{query}")).text
    found = re.findall(r'<td class="n"><a href="(/s/[^"]+)">([^<]+)</a></td>', html)
    assert len(found) > 4
    for href, number in found:
        text = re.sub(r"<[^>]+>", " ", admin.get(unescape(href)).text.partition("<main")[2])
        assert re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d)", text), (href, number)
