"""The E-mail page."""

from __future__ import annotations

import csv
import io

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.mail import Sent, figures
from onebyone.web.mail_table import shares, stacked
from web.fakes import Place
from web.mails import add_mails

Client = TestClient[Litestar]


def test_raw_and_adjusted_stand_side_by_side(place: Place, admin: Client) -> None:
    add_mails(place)
    html = admin.get(f"/s/{place.site.id}/email").text
    for text in ("Open rate, adjusted", "Open rate, raw", "Click-to-delivered", "Not measurable", "November letter"):
        assert text in html
    assert html.index("Click-to-delivered") < html.index("Open rate")
    assert "51.7%" in html


def test_a_site_without_messages_is_told_how_to_make_one(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/email").text
    assert "No message was made in this period." in html and "onebyone email instrument" in html


def test_a_store_that_is_down_is_said(place: Place, admin: Client) -> None:
    add_mails(place)
    place.reports.down.add("mail_messages")
    assert "The store does not answer" in admin.get(f"/s/{place.site.id}/email").text
    assert admin.get(f"/s/{place.site.id}/email.csv").status_code == 503


def test_the_file_holds_raw_values(place: Place, admin: Client) -> None:
    add_mails(place)
    rows = list(csv.DictReader(io.StringIO(admin.get(f"/s/{place.site.id}/email.csv").text)))
    newest = {row["name"]: row for row in rows}["November letter"]
    assert (newest["delivered"], newest["measurable"], newest["clickers"]) == ("1340", "600", "88")
    assert newest["unmeasurable"] == str(300 + 40 + 371) and newest["orders"] == "14"
    assert float(newest["open_rate"]) == pytest.approx(310 / 600, abs=1e-6)


def test_the_bands_of_a_bar_add_up() -> None:
    row = {"all_openers": 870, "openers": 341, "apple_only": 371, "opens_by_machines": 520, "opens_unclear": 40}
    parts = shares(row, figures(row, Sent(1_000, 300, 40)))
    assert sum(parts) == pytest.approx(1) and min(parts) >= 0
    assert stacked(parts).count("<rect") == len([part for part in parts if part > 0])
    assert shares({}, figures({}, Sent())) == [0.0] * 5


def test_a_message_that_saw_more_than_it_was_sent_stays_within_its_bounds() -> None:
    row = {"all_openers": 9, "openers": 9, "measured_openers": 9, "clickers": 9, "apple_recipients": 1, "apple_only": 5}
    its = figures(row, Sent(full=3))
    assert its.open_rate == 1.0 and its.click_rate == 1.0 and its.raw_rate == 1.0
    assert sum(shares(row, its)) == pytest.approx(1)
