"""Rows beside those of the period before: what grew, what is new, what is gone, and what cannot be known."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.library import Described
from onebyone.store import Param
from onebyone.web.desk import Answer, Row
from onebyone.web.earlier import earlier, with_before
from onebyone.web.tables import Cell, Column, bars
from web.fakes import Place
from web.month import NOW

Client = TestClient[Litestar]
LIMIT = 4
COLUMNS = (
    Column("Visitors", "n sorted", lambda row: Cell(str(row["visitors"])), number=lambda row: row["visitors"]),
    Column("Orders", "n", lambda row: Cell(str(row["orders"])), number=lambda row: row["orders"]),
    Column("Share", "n", lambda _: Cell("?"), number=lambda row: row["share"], is_share=True),
    Column("Faults", "n", lambda row: Cell(str(row["orders"])), number=lambda row: row["orders"], neutral=True),
    Column("Words", "", lambda _: Cell("words")),
)
SAME = ("0.0%", "0.0%", "0.00 pt", "0.0%", "")
LOST = ("−100.0% down", "−25.00 pt down", "−100.0%", "")


def row(name: str, visitors: int, orders: int = 10, share: float | None = 0.25) -> Row:
    return {"name": name, "visitors": visitors, "orders": orders, "share": share, "vias": ["tag"]}


def changes(now: list[Row], before: list[Row]) -> dict[str, list[str]]:
    """The differences of each row, as they stand in the table."""
    was = earlier(("name",), before, LIMIT)
    gone = was.gone(now) if len(now) < LIMIT else []
    table = bars(
        "T", Answer(now), name=lambda one: (one["name"], ""), by="visitors", columns=COLUMNS, empty="",
        was=was, gone=gone,
    )  # fmt: skip
    return {line.name: [f"{cell.change} {cell.direction}".strip() for cell in line.cells] for line in table.lines}


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ([row("a", 110)], [row("a", 100)], {"a": ["+10.0% up", "0.0%", "0.00 pt", "0.0%", ""]}),
        ([row("a", 90, 5, 0.2)], [row("a", 100)], {"a": ["−10.0% down", "−50.0% down", "−5.00 pt down", "−50.0%", ""]}),
        ([row("b", 9)], [row("a", 9), row("b", 9)], {"a": ["gone down", *LOST], "b": [*SAME]}),
        ([row("a", 9), row("b", 9)], [row("a", 9)], {"a": [*SAME], "b": ["new", "", "", "", ""]}),
        ([row("a", 9, 3)], [row("a", 9, 0)], {"a": ["0.0%", "", "0.00 pt", "", ""]}),  # from nothing: no percentage
        ([row("a", 9, 3, None)], [row("a", 9, 3)], {"a": ["0.0%", "0.0%", "", "0.0%", ""]}),
        ([row("a", 9, 3, 0.1)], [row("a", 9, 3, 0.0)], {"a": ["0.0%", "0.0%", "+10.00 pt up", "0.0%", ""]}),
        ([], [row("a", 9)], {"a": ["gone down", *LOST]}),
        ([row("a", 9)], [], {"a": [""] * 5}),  # nothing to compare with: nothing is new
    ],
)  # fmt: skip
def test_a_number_has_its_difference_beside_it(now: list[Row], before: list[Row], said: dict[str, list[str]]) -> None:
    assert changes(now, before) == said


def test_where_a_limit_cut_the_rows_nothing_is_called_new_or_gone() -> None:
    four = [row(name, 9) for name in "abcd"]
    assert changes([row("x", 9)], four)["x"] == [""] * 5  # it may have been the fifth
    assert "x" not in changes(four, [row("x", 9)])


_ROWS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 99), max_size=6).map(
    lambda found: [row(name, count) for name, count in found.items()]
)


@given(_ROWS, _ROWS)
def test_a_file_has_every_row_of_both_periods_once_and_all_their_numbers(now: list[Row], before: list[Row]) -> None:
    found = with_before(now, earlier(("name",), before, 100), 100)
    assert [{k: v for k, v in one.items() if not k.endswith("_before")} for one in found[: len(now)]] == now
    assert sorted(one["name"] for one in found) == sorted({one["name"] for one in (*now, *before)})
    assert sum(one["visitors_before"] or 0 for one in found) == sum(one["visitors"] for one in before)
    assert sum(one["visitors"] for one in found) == sum(one["visitors"] for one in now)


def two_months(params: Mapping[str, Param]) -> list[Row]:
    """Of `sources`: one grew, one is new, one is gone."""
    was = str(params["to"]) < str(NOW)[:10]
    named = (("google", 80), ("bing", 20)) if was else (("google", 100), ("facebook", 7))
    sums = {"sessions": 5, "orders": 0, "revenue_minor": 500}
    return [{"source": name, "medium": "cpc", "visitors": visitors} | sums for name, visitors in named]


def cells(page: str, name: str) -> str:
    """The line of the table whose row is called so, without its marks."""
    (line,) = [one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f">{name} <" in one]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line)).strip()


def test_the_period_picker_compares_tables_too(place: Place, admin: Client) -> None:
    place.reports.answers["sources"] = two_months
    page = admin.get(f"/s/{place.site.id}/acquisition?compare=previous").text
    assert "previous 30 days" in page and "Differences to 14 Sep – 13 Oct" in page
    assert cells(page, "google") == "google cpc 100 +25.0% 5 0.0% – €5.00 0.0%"
    assert cells(page, "facebook") == "facebook cpc 7 new 5 – €5.00"
    assert cells(page, "bing") == "bing cpc – gone – −100.0% – €0.00 −100.0%"
    assert 'class="chg up" title="before: 80"' in page
    page = admin.get(f"/s/{place.site.id}/acquisition").text
    assert cells(page, "google") == "google cpc 100 5 – €5.00" and ">bing <" not in page


def test_an_earlier_period_that_fails_takes_its_differences_with_it_and_nothing_else(
    place: Place, admin: Client
) -> None:
    place.reports.answers["sources"] = lambda params: (
        two_months(params) if two_months(params)[1]["visitors"] == 7 else []
    )
    page = admin.get(f"/s/{place.site.id}/acquisition?compare=previous").text
    assert cells(page, "google") == "google cpc 100 5 – €5.00"


@pytest.mark.parametrize("page", ["pages", "engagement", "errors", "events"])
def test_so_do_the_other_tables(place: Place, admin: Client, page: str) -> None:
    assert 'class="chg' in admin.get(f"/s/{place.site.id}/{page}?compare=previous").text
    assert 'class="chg' not in admin.get(f"/s/{place.site.id}/{page}?compare=none").text


@pytest.mark.parametrize("page", ["acquisition", "pages", "engagement", "errors", "events"])
def test_tables_compare_when_asked_and_every_link_of_the_page_keeps_it(place: Place, admin: Client, page: str) -> None:
    at = f"/s/{place.site.id}/{page}"
    plain = admin.get(at).text
    periods = {str(params["from"]) for _, params in place.reports.asked if "from" in params}
    assert 'class="chg' not in plain and len(periods) == 1
    (link,) = re.findall(r'data-key="compare" href="([^"]*)"', plain)
    assert link == f"{at}?compare=previous"
    compared = admin.get(link).text
    assert f'data-key="compare" href="{at}"' in compared and "Differences to 14 Sep" in compared
    heads = re.findall(r'<th[^>]*><a href="([^"]*)"', compared)
    assert heads and all("compare=previous" in href for href in heads)
    (form,) = re.findall(r'name="at" value="([^"]*)"', compared)[:1]
    then = admin.get(
        "/s/" + place.site.id + "/filter",
        params={"at": form, "field": "country", "value": "DE"},
        follow_redirects=False,
    )
    assert then.headers["location"] == f"{at}?compare=previous&country=DE"


def test_an_event_that_is_hidden_is_not_told_to_be_gone(place: Place, admin: Client) -> None:
    rows = place.reports.answers["event_names"]({})
    place.reports.answers["event_names"] = lambda params: rows if str(params["to"]) < str(NOW)[:10] else rows[:3]

    def is_gone() -> bool:
        return ">experiment_view<" in admin.get(f"/s/{place.site.id}/events?compare=previous").text

    assert is_gone()
    place.library.put(place.site.id, Described(name="experiment_view", hidden=True))
    assert not is_gone()


def test_the_file_of_a_table_holds_what_the_page_shows(place: Place, admin: Client) -> None:
    place.reports.answers["sources"] = two_months
    page = admin.get(f"/s/{place.site.id}/acquisition?compare=previous").text
    (at,) = re.findall(r'href="([^"]+sources\.csv[^"]*)"', page)
    found = list(csv.DictReader(admin.get(at).text.splitlines()))
    assert [(one["source"], one["visitors"], one["visitors_before"]) for one in found] == [
        ("google", "100", "80"), ("facebook", "7", ""), ("bing", "0", "20"),
    ]  # fmt: skip
    plain = list(csv.DictReader(admin.get(at.partition("?")[0]).text.splitlines()))
    assert [one["source"] for one in plain] == ["google", "facebook"] and "visitors_before" not in plain[0]


def test_so_does_the_api(place: Place, admin: Client) -> None:
    place.reports.answers["sources"] = two_months
    address = f"/api/v1/sites/{place.site.id}/sources"
    found = admin.get(f"{address}?compare=previous").json()["rows"]
    assert [(one["source"], one["visitors"], one["visitors_before"]) for one in found] == [
        ("google", 100, 80), ("facebook", 7, None), ("bing", 0, 20),
    ]  # fmt: skip
    assert "visitors_before" not in admin.get(address).json()["rows"][0]
