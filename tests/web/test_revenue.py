"""Conversions by day: preliminary and final, and what revised a final one."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from web.fakes import Place

Client = TestClient[Litestar]


def a_day(day: str, *, final: bool, net: int, closed: int, currency: str = "EUR") -> dict[str, Any]:
    sums = {"counted": 2, "gross_minor": net + 500, "refunded_minor": 500, "net_minor": net}
    then = {"counted": 2, "gross_minor": closed, "refunded_minor": 0, "net_minor": closed}
    return {"day": day, "currency": currency, "is_final": int(final), **sums} | {
        f"closed_{key}": value for key, value in then.items()
    }


REVISION = {
    "revised_on": "2026-11-09", "day": "2026-11-02", "cause": "refund", "currency": "EUR", "records": 1, "counted": 0,
    "gross_minor": 0, "refunded_minor": 500, "net_minor": -500, "examples": ["NL-1", "NL 2"],
}  # fmt: skip


@pytest.fixture
def filled(place: Place) -> Place:
    place.reports.answers["revenue_days"] = lambda _: [
        a_day("2026-11-02", final=True, net=9_500, closed=10_000),
        a_day("2026-11-11", final=False, net=2_000, closed=1_000),
    ]
    place.reports.answers["revenue_revisions"] = lambda _: [REVISION]
    return place


def test_a_day_is_preliminary_or_final_and_says_by_how_much_it_was_revised(filled: Place, admin: Client) -> None:
    html = admin.get(f"/s/{filled.site.id}/conversions/days").text
    newest, older = html.index("<td>11 Nov"), html.index("<td>2 Nov")
    assert newest < older and html.count("preliminary</span>") == 1
    assert "−€5.00" in html and "€95.00" in html and "€115.00" in html  # the last is the sum
    assert "refunded" in html and f"/s/{filled.site.id}/fate/NL%202" in html


def test_the_address_chooses_the_date_and_the_kind(filled: Place, admin: Client) -> None:
    at = f"/s/{filled.site.id}/conversions/days"
    assert f'href="{at}?dated=adjustment"' in admin.get(at).text
    admin.get(f"{at}?dated=adjustment&event=sign_up")
    asked = {name: params for name, params in filled.reports.asked}
    for name in ("revenue_days", "revenue_revisions"):
        assert (asked[name]["dated"], asked[name]["event"]) == ("adjustment", "sign_up")
    assert "is no date" in admin.get(f"{at}?dated=tuesday").text


def test_files_and_the_api_hold_the_same_rows(filled: Place, admin: Client) -> None:
    at = f"/s/{filled.site.id}/conversions"
    assert admin.get(f"{at}/days.csv").text.splitlines()[1].startswith("2026-11-02,EUR,1,2,10000,500,9500")
    assert "NL-1 NL 2" in admin.get(f"{at}/revisions.csv").text
    told = admin.get(f"/api/v1/sites/{filled.site.id}/conversions/days?dated=adjustment").json()
    assert told["revisions"] == [REVISION] and [row["day"] for row in told["rows"]] == ["2026-11-02", "2026-11-11"]


def test_an_empty_period_and_a_store_that_does_not_answer_say_so(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions/days"
    place.reports.answers |= {"revenue_days": lambda _: [], "revenue_revisions": lambda _: []}
    assert "No such conversion in this period." in admin.get(at).text
    place.reports.down.add("revenue_days")
    assert "The store does not answer" in admin.get(at).text


def test_what_a_day_counts_leads_to_its_orders_where_a_list_has_that_total(filled: Place, admin: Client) -> None:
    at = f"/s/{filled.site.id}/conversions"
    html = admin.get(f"{at}/days?period=7d&country=DE&event=purchase").text
    link = f"{at}?from=2026-11-11&to=2026-11-11&event=purchase&country=DE"
    assert f'<a href="{link.replace("&", "&amp;")}">2</a>' in html and admin.get(link).status_code == 200
    assert 'from=2026-11-11&amp;to=2026-11-11"' not in admin.get(f"{at}/days?dated=adjustment").text
    other = a_day("2026-11-11", final=False, net=2_000, closed=1_000, currency="USD")
    rows = filled.reports.answers["revenue_days"]({})
    filled.reports.answers["revenue_days"] = lambda _: [*rows, other]
    assert 'from=2026-11-11&amp;to=2026-11-11"' not in admin.get(f"{at}/days").text
