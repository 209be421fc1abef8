"""Every file that leaves by the clock or from a page is one that its report answers."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from onebyone.reports.catalogue import Reports
from onebyone.state.sites import Site
from onebyone.web.definitions import FILES
from onebyone.web.file_questions import kept_query, question_of, view_of
from onebyone.web.view import params
from store.engine_fixture import holding
from web.month import NOW

DAY = date(2026, 11, 11)
OWN = {name for name, report in FILES.items() if name != report} | {"retention", "people", "loss", "credits_by_rule"}
ASKED = FILES if "PROVE" in os.environ else OWN  # the others are asked as a command asks them, in test_asked_alone.py


@pytest.mark.parametrize("file", sorted(ASKED))
def test_a_store_answers_every_file_where_nothing_is_chosen(file: str) -> None:
    site = Site(id="s1", name="Nordlight", prefix="p", origins=(), zone="Europe/Berlin", currency="EUR")
    view = view_of(file, "", {"period": "7d", "traffic": "people"}, today=DAY, since=DAY, segments={})
    question = question_of(file)
    report, more = question.asks(view, site)
    found = Reports(holding("nothing", lambda _: None), clock=lambda: NOW + timedelta(days=1))
    given = {"limit": 10, **params(view, site), **more}
    rows = found.run(report, **given).dicts()
    assert found.parquet(report, **given)[:4] == b"PAR1"
    assert list(question.shape(view, rows)) == [] or question.shape(view, rows)[0]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://c.example/s/x/pages?period=7d&channel!=Direct,Email&compare=none", "channel!=Direct%2CEmail"),
        ("?unit=month&segment=mail&after=1.2&q=anna", "unit=month&segment=mail"),
        ("country=DE", "country=DE"), ("", ""), ("  ", ""), ("/s/x/pages", ""),
    ],
)  # fmt: skip
def test_of_an_address_what_narrows_and_chooses_is_kept(text: str, kept: str) -> None:
    assert kept_query(text) == kept.replace("%2C", ",")
