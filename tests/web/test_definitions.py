"""How each page says what it counts, and gives its rows away."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.catalogue import DIRECTORY
from onebyone.web.definitions import FILES, ON_PAGE
from web.fakes import Place

Client = TestClient[Litestar]
BESIDE = {
    "ledger_totals",
    "live_now",
    "live_minutes",
    "event_names",
    "properties",
    "overview_hours",
    "persons_days",
}  # of the frame


@pytest.mark.parametrize("page", ON_PAGE)
def test_a_page_defines_every_report_that_it_asks_and_links_there(page: str, read_place: Place, reader: Client) -> None:
    html = reader.get(f"/s/{read_place.site.id}/{page}").text
    asked = {name for name, _ in read_place.reports.asked}
    assert asked - BESIDE - {"ledger_totals"} <= set(ON_PAGE[page])
    assert f'href="/s/{read_place.site.id}/definitions/{page}' in html


@pytest.mark.parametrize("page", ON_PAGE)
def test_definitions_say_what_is_counted_with_this_period(page: str, read_place: Place, reader: Client) -> None:
    html = reader.get(f"/s/{read_place.site.id}/definitions/{page}?period=7d").text
    assert html.count("<pre") == len(ON_PAGE[page])
    assert f"SET param_site = &#39;{read_place.site.id}&#39;;" in html
    for report in ON_PAGE[page]:
        (title,) = re.findall(r"\A-- title: (.+)", (DIRECTORY / f"{report}.sql").read_text())
        assert f"<h2>{title}</h2>" in html


def test_definitions_of_no_page_are_no_page(place: Place, admin: Client) -> None:
    assert admin.get(f"/s/{place.site.id}/definitions/nothing").status_code == 404


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_there_in_three_forms(file: str, read_place: Place, reader: Client) -> None:
    at = f"/s/{read_place.site.id}/{file}"
    parquet, sql = reader.get(f"{at}.parquet"), reader.get(f"{at}.sql?period=7d&traffic=all")
    assert parquet.content[:4] == parquet.content[-4:] == b"PAR1"
    assert (
        parquet.headers["content-disposition"] == f'attachment; filename="nordlight-{file.replace("/", "-")}.parquet"'
    )
    assert sql.headers["content-type"].startswith("text/plain")
    assert "{{" not in sql.text and sql.text.rstrip().endswith(";")


def test_a_site_s_name_cannot_break_out_of_the_sql(place: Place, admin: Client) -> None:
    text = admin.get(f"/s/{place.site.id}/overview.sql").text
    assert "SET param_zone = 'Europe/Berlin';" in text and "SET param_currency = 'EUR';" in text


@pytest.mark.parametrize("page", ON_PAGE)
def test_the_link_stands_in_the_last_line_alone(page: str, read_place: Place, reader: Client) -> None:
    html = reader.get(f"/s/{read_place.site.id}/{page}").text
    assert html.count("/definitions/") == html.partition('<footer class="prov">')[2].count("/definitions/") == 1
