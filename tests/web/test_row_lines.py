"""Ticked rows of Acquisition and Pages as lines."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from onebyone.web.table_place import read_rows, written
from web.conftest import Client
from web.fakes import Place


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (("Email",), "Email"),
        (("google", "cpc"), "google;cpc"),
        (("a,b", "c;d"), "a\\,b;c\\;d"),
        (("\\", "\\;,"), "\\\\;\\\\\\;\\,"),
        (("newsletter", ""), "newsletter;"),
    ],
)
def test_a_row_is_read_as_it_was_written(row: tuple[str, ...], text: str) -> None:
    assert written(row) == text
    assert read_rows(f"{text},other,{text}") == [row, ("other",)]


def test_the_form_ticks_five_rows_at_most_and_the_address_keeps_them(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/acquisition"
    html = admin.get(f"{at}?period=7d").text
    ticks = re.findall(r'form="lines-channels" name="row" value="([^"]+)"', html)
    assert len(ticks) > 5 and "Unattributed" not in ticks  # no session is theirs
    form = {"at": f"{at}?period=7d", "table": "channels", "row": ticks}
    answer = admin.get(f"/s/{place.site.id}/lines", params=form, follow_redirects=False)
    told = urlsplit(answer.headers["location"])
    assert (answer.status_code, told.path, told.fragment) == (303, at, "lines")
    assert parse_qs(told.query) == {"period": ["7d"], "lines": [f"channels:{','.join(ticks[:5])}"]}
    drawn = admin.get(answer.headers["location"]).text
    assert drawn.count('class="line c') == 5 and "<h2>Sessions by day</h2>" in drawn
    assert re.findall(r'value="([^"]+)" aria-label="[^"]+" checked', drawn) == ticks[:5]


def test_lines_of_a_page_are_its_views_and_stand_in_a_table_too(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/pages?period=7d&lines=pages:nordlight.example;/").text
    assert "Views by day" in text
    cells = re.findall(r'<tr><td><a href="[^"]+">([^<]+)</a></td><td class="n">(\d+)</td></tr>', text)
    assert len(cells) == 7 and cells[0] == ("Fri 6 Nov", "90")
    total = re.search(r"</svg>/ nordlight.example <b>([\d,]+)</b>", text)
    assert total and int(total[1].replace(",", "")) == sum(int(count) for _, count in cells)


def test_no_row_that_is_ticked_leads_to_none(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/pages?lines=pages:nordlight.example;/"
    answer = admin.get(f"/s/{place.site.id}/lines", params={"at": at, "table": "pages"}, follow_redirects=False)
    assert answer.headers["location"] == f"/s/{place.site.id}/pages"
    foreign = {"at": "//evil.example/", "table": "pages", "row": "x;y"}
    answer = admin.get(f"/s/{place.site.id}/lines", params=foreign, follow_redirects=False)
    assert answer.headers["location"].startswith(f"/s/{place.site.id}/acquisition?")


@pytest.mark.parametrize("lines", ["channels:", "devices:phone", "sources:google", "channels:a,b,c,d,e,f", "nothing"])
def test_what_ticks_no_rows_shows_no_numbers(place: Place, admin: Client, lines: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/acquisition", params={"lines": lines})
    assert answer.status_code == 400 and "ticks no rows of this page" in answer.text


def test_a_store_that_is_away_says_so_where_the_lines_would_be(place: Place, admin: Client) -> None:
    place.reports.down.add("row_days")
    text = admin.get(f"/s/{place.site.id}/acquisition?lines=channels:Email").text
    assert 'id="lines"' in text and "The store does not answer" in text and "Channels" in text
