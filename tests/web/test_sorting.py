"""Tables that an address sorts and reads in pages, the files in the same order, and what the sentence above counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.store import Param
from onebyone.web import breakdown, on_page, vitals
from onebyone.web.address import NotUnderstood, View
from onebyone.web.definitions import sorts
from onebyone.web.period import Period
from onebyone.web.table_place import places
from web.fakes import Place

Client = TestClient[Litestar]
TABLES = [(shown.page, table) for shown in (*breakdown.ALL, *on_page.ALL) for table in shown.tables]
TABLES += [("vitals", vitals.BY_PAGE)]


def _campaigns(count: int, times: int = 1) -> list[dict[str, Any]]:
    """Who sells most is seen least."""
    return [
        {"campaign": f"c{n}", "source": "news", "medium": "email", "visitors": count - n, "sessions": count - n}
        | {"orders": n, "revenue_minor": n * 100 * times}
        for n in range(count)
    ]


def _names(html: str) -> list[str]:
    return re.findall(r">(c\d+) <", html)


def _links(html: str, text: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a[^>]*href="([^"]*)"[^>]*>{re.escape(text)}', html)]


@pytest.mark.parametrize(("page", "table"), TABLES, ids=[table.report for _, table in TABLES])
def test_every_head_that_sorts_asks_for_a_column_of_its_report(
    place: Place, admin: Client, page: str, table: breakdown.Table
) -> None:
    may = sorts(table.report)
    keys = [column.key for column in table.columns(place.site) if column.key]
    assert {*keys, table.usual_sort.removeprefix("-"), *filter(None, [table.sorts_by_name])} <= set(may.columns)
    assert may.columns[0] == table.by
    html = admin.get(f"/s/{place.site.id}/{page}?table={table.report}&period=7d").text
    head = html[html.index("<thead>") : html.index("</thead>")]
    links = [unescape(href) for href in re.findall(r'<a href="([^"]*)"', head)]
    assert len(links) == len(keys) + bool(table.sorts_by_name)
    assert head.count("aria-sort") == 1
    for href in links:
        assert admin.get(href).status_code == 200
        asked = place.reports.asked_of(table.report)
        assert asked.get("sort", table.usual_sort) in may.values and asked["from"]


def test_the_largest_of_a_column_comes_first_whatever_the_usual_order(place: Place, admin: Client) -> None:
    place.reports.answers["campaigns"] = lambda _: _campaigns(40)
    html = admin.get(f"/s/{place.site.id}/acquisition").text
    assert _names(html)[:2] == ["c0", "c1"] and "All 40" in html
    (more,) = _links(html, "All 40")
    assert more == f"/s/{place.site.id}/acquisition?table=campaigns"
    alone = admin.get(more).text
    assert len(_names(alone)) == 40 and "Campaigns: 40 rows, by visitors, the largest first." in alone
    (revenue,) = _links(alone, "Revenue")
    best = admin.get(revenue).text
    assert _names(best)[:2] == ["c39", "c38"] and "by revenue, the largest first" in best
    assert '<th class="n" aria-sort="descending"><a href="' in best
    (back,) = _links(best, "Revenue")
    assert _names(admin.get(back).text)[:2] == ["c0", "c1"] and "sort=revenue_minor" in back
    (csv,) = _links(best, "Campaigns CSV")
    assert admin.get(csv).text.splitlines()[1].startswith("c39,")
    (among,) = _links(best, "All of Acquisition")
    assert among.endswith("/acquisition?sort=campaigns:-revenue_minor")
    assert _names(admin.get(among).text)[:2] == ["c39", "c38"]


def test_tables_of_one_page_are_sorted_each_by_itself(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/acquisition"
    html = admin.get(f"{at}?sort=campaigns:-orders&country=DE").text
    (link,) = [href for href in _links(html, "Source") if href.endswith("#sources")]
    assert link == f"{at}?sort=campaigns:-orders,sources:source&country=DE#sources"
    admin.get(link)
    assert place.reports.asked_of("sources")["sort"] == "source"
    assert place.reports.asked_of("campaigns")["sort"] == "-orders"
    assert "sort" not in place.reports.asked_of("channels")


def test_pages_of_a_table_follow_each_other(place: Place, admin: Client) -> None:
    place.reports.answers["campaigns"] = lambda _: _campaigns(250)
    html = admin.get(f"/s/{place.site.id}/acquisition?table=campaigns&sort=-orders").text
    seen = _names(html)
    while links := _links(html, "Next "):
        html = admin.get(links[0]).text
        seen += _names(html)
    assert seen == [f"c{n}" for n in reversed(range(250))]
    assert "201 – 250 of 250" in html
    (first,) = _links(html, "Back to the first")
    assert first == f"/s/{place.site.id}/acquisition?table=campaigns&sort=-orders"
    beyond = admin.get(f"/s/{place.site.id}/acquisition?table=campaigns&after=300").text
    assert "No more rows." in beyond and "No visits with a campaign" not in beyond


def test_sorted_rows_are_compared_with_their_own_before(place: Place, admin: Client) -> None:
    def answer(params: Mapping[str, Param]) -> list[dict[str, Any]]:
        before = str(params["from"]) < "2026-10-10"
        return list(reversed(_campaigns(250, 1))) if before else _campaigns(250, 2)

    place.reports.answers["campaigns"] = answer
    html = admin.get(
        f"/s/{place.site.id}/acquisition?table=campaigns&sort=-revenue_minor&after=100&compare=2026-08-01..2026-08-30"
    ).text
    changes = re.findall(r'before: ([^"]*)">([^<]*)<', html)
    money = [change for change in changes if change[0].startswith("€")]
    assert money[0] == ("€149.00", "+100.0%") and len(money) == 100
    assert ">new<" not in html and ">gone<" not in html


def test_the_sentence_counts_what_the_page_does_not_hold(place: Place, admin: Client) -> None:
    rows = [
        {"host": "a.example", "path": f"/{n}", "views": 10 + (n == 650) * 40, "visitors": 9, "entries": 1}
        for n in range(700)
    ]
    place.reports.answers["pages"] = lambda _: rows
    html = admin.get(f"/s/{place.site.id}/pages").text
    assert "7,040 views of 700 pages; 0.71% of them of one page." in html and "All 700" in html
    assert (
        "7,040 views of 700 pages; 0.71% of them of /650."
        in admin.get(f"/s/{place.site.id}/pages?sort=pages:-views").text
    )
    place.reports.answers["landing_pages"] = lambda _: [
        {"host": "a.example", "path": f"/{n}", "visitors": 3, "sessions": 3, "orders": 1, "revenue_minor": 5}
        for n in range(700)
    ]
    overview = admin.get(f"/s/{place.site.id}/overview?period=7d").text
    assert _links(overview, "All 700") == [f"/s/{place.site.id}/pages?period=7d&table=landing_pages"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sort=-orders", "does not say which table it sorts"),
        ("sort=campaigns:-price", "`-price` is no column to sort by. Use visitors, sessions, orders"),
        ("sort=campaign:-orders", "does not say which table"),
        ("table=campaigns&sort=orders DESC; DROP TABLE events", "is no column to sort by"),
        ("table=campaigns&sort=sources:orders", "does not say which table"),
        ("table=pages", "`pages` is no table of this page. Use channels, sources"),
        ("after=100", "This place in the list cannot be read"),
        ("table=campaigns&after=-1", "This place in the list cannot be read"),
        ("table=campaigns&after=99999999", "This place in the list cannot be read"),
        ("table=campaigns&after=%C2%B2", "This place in the list cannot be read"),
    ],
)
def test_an_address_that_cannot_be_read_shows_no_numbers(place: Place, admin: Client, query: str, said: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/acquisition?{query}")
    text = unescape(re.sub("<[^>]*>", "", answer.text))
    assert answer.status_code == 400 and said.replace("`", "") in text.replace("`", "")
    assert place.reports.asked == [] or all(name != "campaigns" for name, _ in place.reports.asked)


def test_files_and_the_api_take_the_order_and_refuse_one_that_is_none(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/campaigns"
    admin.get(f"{at}.parquet?sort=-revenue_minor")
    assert place.reports.asked_of("campaigns")["sort"] == "-revenue_minor"
    assert "revenue_minor DESC NULLS LAST, visitors DESC" in admin.get(f"{at}.sql?sort=-revenue_minor").text
    assert admin.get(f"{at}.csv?sort=-price").status_code == 400
    api = f"/api/v1/sites/{place.site.id}/campaigns"
    place.reports.answers["campaigns"] = lambda _: _campaigns(5)
    rows = admin.get(f"{api}?sort=-orders&limit=2").json()["rows"]
    assert [row["campaign"] for row in rows] == ["c4", "c3"] and "rows_in_all" not in rows[0]
    assert admin.get(f"{api}?sort=price").status_code == 400
    assert admin.get(f"/api/v1/sites/{place.site.id}/ledger_days?sort=day").status_code == 400


def test_a_sort_without_a_table_is_of_the_only_one() -> None:
    view = View("/s/x/engagement", {"sort": "-views"}, Period(date(2026, 11, 1), date(2026, 11, 7)), None)
    (found,) = places(view, {"engagement": sorts("engagement")}).values()
    assert found.sort == "-views"
    with pytest.raises(NotUnderstood):
        places(view, {"errors": sorts("errors"), "error_pages": sorts("error_pages")})
