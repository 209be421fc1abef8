"""Hostile and absurd questions: a clear message or a correct page, never a 500, never another site's rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.reports.catalogue import Reports
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from store.rows import an_event, put
from web.fakes import Place
from web.month import NOW, Row
from web.pages import PAGES, form_secret

Client = TestClient[Litestar]
HOSTILE = (
    "' OR 1=1 --", "{site:String}", "\x00", "../../etc/passwd", "<script>alert(1)</script>", "%", "{{7*7}}", "9" * 400,
    "é\u202e\ud7ff", "a,b\\,c\\", "~aaaaaaaa", "-", "nan", "1e999", "2026-99-99",
)  # fmt: skip
KEYS = (
    "period", "from", "to", "compare", "metric", "step", "traffic", "by", "steps", "within", "event", "via", "matched",
    "flag", "channel", "campaign", "value>", "value<", "sort", "after", "q", "show", "window", "model", "unit", "first",
    "again", "segment", "prop.x", "kind", "alarm", "export", "person", "since", "shown", "prop", "only", "goal", "wait",
    "control", "split", "planned", "k", "without", "cols", "example", "is", "dated", "entry", "lines",
)  # fmt: skip
ADDRESSES = tuple(dict.fromkeys(address.partition("?")[0] for address in PAGES if address.startswith("/s/")))
DATES = (
    "from=2026-11-12&to=2026-10-01", "from=1900-01-01&to=2026-11-12", "from=2026-11-12", "to=9999-12-31",
    "from=0001-01-01&to=9999-12-31", "from=2016-11-13&to=2026-11-12", "period=all", "compare=2026-11-12..2026-10-01",
    "from=2026-02-30&to=2026-03-01", "compare=..", "from=9999-12-31&to=9999-12-31", "from=0001-01-01&to=0001-01-02",
)  # fmt: skip
MANY = 10_000
CROWDED = (
    "overview", "acquisition", "pages", "engagement", "vitals", "errors", "events", "people", "ledger", "paths",
    "paths?prop=page&steps=last", "lifetime?since=visit&unit=week", "explore?by=page,last_ever.country",
    "events/about?event=page_view", "funnels?steps=page_view,purchase&without=refund", "retention", "populations",
)  # fmt: skip
RULES = (
    "people who", "did purchase then", "people who did purchase in the last 99999999999 days",
    "people who did ' OR 1=1 -- at least 1 times", "people who did purchase where page =~ '(((('", "((((" * 500,
    "people who are in nowhere", "people who did purchase in at least 9 of the last 4 weeks", "\x00", "9" * 9_000,
    "people who did view_item then add_to_cart within 99999999999 days", "people who did é\u202e in the last 1 days",
)  # fmt: skip
PROVE = "PROVE" in os.environ
EXAMPLES = 1_000 if PROVE else 30


def test_no_page_breaks_on_any_date(place: Place, admin: Client) -> None:
    """Each page by some of the dates; by all with PROVE=1."""
    for number, address in enumerate(ADDRESSES):
        for dates in DATES if PROVE else (DATES[number % len(DATES)], DATES[(number + 5) % len(DATES)]):
            answer = admin.get(f"{address.format(site=place.site.id)}?{dates}")
            assert answer.status_code < 500, (address, dates, answer.text[-400:])


@settings(
    max_examples=1_000 if PROVE else 60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(ADDRESSES), st.sampled_from(KEYS), st.sampled_from(HOSTILE) | st.text(max_size=40))
@example("/s/{site}/conversions", "value>", "1e999")
@example("/s/{site}/overview", "from", "\ud7ff")
def test_no_page_breaks_on_any_value(place: Place, admin: Client, address: str, key: str, value: str) -> None:
    text = quote(value.encode("utf-8", "replace"), safe="")
    answer = admin.get(f"{address.format(site=place.site.id)}?{quote(key)}={text}")
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_nobody_can_follow_is_refused_in_words(rule: str, place: Place, admin: Client) -> None:
    form = {"_csrf": form_secret(admin), "from": "text", "text": rule}
    answer = admin.post(f"/s/{place.site.id}/segments/check", data=form)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert not any(name == "segment_sizes" for name, _ in place.reports.asked)


def test_a_value_that_no_report_takes_is_a_bad_request_and_no_defect(place: Place, admin: Client) -> None:
    """Seen with schemathesis: a cursor below zero was a 500."""

    def refuse(_: Mapping[str, Param]) -> list[Row]:
        raise BadParameter("after_n: -1 is no UInt32")

    place.reports.answers["live"] = refuse
    answer = admin.get(f"/api/v1/sites/{place.site.id}/live?after_n=-1")
    assert (answer.status_code, answer.json()["detail"]) == (400, "after_n: -1 is no UInt32")
    assert admin.get(f"/s/{place.site.id}/live").status_code == 400


@pytest.fixture
def crowded(place: Place, store: Embedded) -> Iterator[Place]:
    """Ten thousand campaigns, a visitor with ten thousand events, and another site with the same ids."""
    begin = datetime(2026, 11, 10, tzinfo=UTC)
    mine = {"site": place.site.id, "host": "nordlight.example", "channel": "Paid Search", "source": "s", "medium": "m"}
    campaigns = [
        an_event(n, at=begin + timedelta(seconds=n), visitor=n, path="/", campaign=f"c{n}", **mine)
        for n in range(1, MANY + 1)
    ]
    busy = [
        an_event(MANY + n, at=begin + timedelta(seconds=n), visitor=MANY + 7, path=f"/p{n}", **mine)
        for n in range(MANY)
    ]
    other = [
        an_event(n, at=begin, visitor=n, site="other", host="secret.example", path="/secret", campaign="secret")
        for n in range(1, 50)
    ]
    put(store, [*campaigns, *busy, *other])
    place.reports = Reports(store)  # type: ignore[assignment]
    place.clock_now = NOW
    yield place


@pytest.mark.slow
@pytest.mark.skipif(not PROVE, reason="half a minute: PROVE=1, or make prove")
def test_a_crowd_is_shown_and_nobody_else_s_rows_are(crowded: Place, admin: Client) -> None:
    admin.app.state["desk"] = crowded.app().state["desk"]
    at = f"/s/{crowded.site.id}"
    for page in CROWDED:
        answer = admin.get(f"{at}/{page}{'&' if '?' in page else '?'}period=7d")
        assert answer.status_code == 200 and "secret" not in answer.text, page
    rows = admin.get(f"{at}/campaigns.csv?period=7d").text.splitlines()
    assert len(rows) == MANY + 1
    for text in HOSTILE:
        path = quote(text.encode("utf-8", "replace"), safe="")
        for page in (
            f"conversions?campaign={path}",
            f"fate/{path}",
            f"people?q={path}",
            f"funnels?steps={path},purchase",
        ):
            answer = admin.get(f"{at}/{page}")
            assert answer.status_code < 500 and "secret" not in answer.text, (page, text)
