"""The Conversions page: every record once, narrowed by its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.store import Param
from onebyone.web.address import NotUnderstood, read_view
from onebyone.web.conversions import KEYS, page_params, parts, sums, tabs
from web.fakes import Place

Client = TestClient[Litestar]
TODAY = date(2026, 11, 12)


def asked(place: Place, report: str = "conversion_records") -> dict[str, object]:
    return dict(next(params for name, params in reversed(place.reports.asked) if name == report))


def test_the_page_says_how_many_count_and_how_many_arrived(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/conversions").text
    assert "2,492, each counted once; 4,821 reports of them arrived." in html
    for text in (
        "€215,308.40",
        "−€7,412.30",
        "€207,896.10",
        "2,320",
        "3 unconfirmed, €179.70",
        "Orders <span>2,492",
        "Sign-ups <span>1,046",
    ):
        assert text in html, text
    assert html.count("/fate/NL-48213") == 2 and "€133.90" in html and "€113.90" in html
    assert "copies disagree about the value" in html


def test_every_count_leads_to_the_records_behind_it(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions"
    html = admin.get(at).text
    for filters in ("via=server-only", "matched=weak", "flag=value_conflict", "flag=cancelled", "event=sign_up"):
        assert f'href="{at}?{filters}"' in html
    for key, value in (("via", "server-only"), ("matched", "weak"), ("flag", "cancelled"), ("event", "sign_up")):
        admin.get(at, params={key: value})
        assert asked(place)[key] == value


def test_filters_stand_as_chips_that_can_be_taken_away(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions"
    html = admin.get(f"{at}?via=server-only&campaign=a%26b&value%3E=50").text
    assert asked(place)["filters"] == ["campaign=a&b"] and asked(place)["low"] == 5000
    chips = re.findall(r'href="([^"]+)" aria-label="Remove the filter ([^"]+)"', html)
    assert [name for _, name in chips] == ["Seen by server only", "Net from 50", "Campaign is a&amp;b"]
    assert chips[0][0].replace("&amp;", "&") == f"{at}?value%3E=50&campaign=a%26b"
    assert asked(place, "conversion_sums")["filters"] == ["campaign=a&b"]


def test_an_order_has_the_channel_that_has_its_credit_whatever_the_page_is_narrowed_by(
    place: Place, admin: Client
) -> None:
    html = admin.get(f"/s/{place.site.id}/conversions?country=DE").text
    asked_of = place.reports.asked_of("order_channels")
    ids = asked_of["orders"]
    assert isinstance(ids, list) and len(ids) == asked_of["limit"] and "filters" not in asked_of
    assert html.count("<td>Paid Social</td>") == len(ids) // 7 > 0 and "Channel of its page" not in html
    place.reports.down.add("order_channels")
    without = admin.get(f"/s/{place.site.id}/conversions?country=DE").text
    assert without.count('<td class="mut">–</td>') == len(ids) and "does not answer" not in without
    of_page = admin.get(f"/s/{place.site.id}/conversions?event=sign_up").text
    assert "Channel of its page" in of_page and "<td>Organic Search</td>" in of_page


def test_a_long_list_is_read_on_behind_its_last_row(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions"
    html = admin.get(f"{at}?channel=Email&sort=-net").text
    link = re.search(r'href="([^"]+)">Next 50<', html)
    assert link is not None
    admin.get(link[1].replace("&amp;", "&"))
    last = "00000000-0000-4000-8000-000000000049"
    assert asked(place)["after_rank"] == 951 and asked(place)["after_id"] == last
    assert asked(place)["sort"] == "-net"


@pytest.mark.parametrize(
    "query",
    [
        "sort=name",
        "after=x.y",
        "after=5",
        "value%3E=much",
        "value%3C=1e99",
        "after=9223372036854775808.a",
        "colour=red",
    ],
)
def test_what_cannot_be_read_shows_no_numbers(place: Place, admin: Client, query: str) -> None:
    answer = admin.get(f"/s/{place.site.id}/conversions?{query}")
    assert answer.status_code == 400 and "€" not in answer.text
    place.reports.asked.clear()
    assert "conversion_records" not in {name for name, _ in place.reports.asked}


def test_a_header_sorts_and_turns_around(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions"
    first, net, turned = (admin.get(f"{at}{query}").text for query in ("", "?sort=-net", "?sort=net"))
    assert f'href="{at}?sort=at"' in first and f'href="{at}?sort=-net"' in first
    assert 'aria-sort="descending"' in net and f'href="{at}?sort=net"' in net
    assert 'aria-sort="ascending"' in turned and f'href="{at}?sort=-net"' in turned


def test_an_empty_period_teaches_and_empty_filters_say_so(place: Place, admin: Client) -> None:
    for report in ("conversion_sums", "conversion_parts", "conversion_records"):
        place.reports.answers[report] = lambda _: []
    at = f"/s/{place.site.id}/conversions"
    assert "A site declares which events count" in admin.get(at).text
    assert "No conversion fits these filters" in admin.get(f"{at}?via=both").text


def test_the_file_and_the_api_hold_the_same_records(place: Place, admin: Client) -> None:
    at = f"/s/{place.site.id}/conversions"
    lines = admin.get(f"{at}.csv?via=both").text.splitlines()
    assert len(lines) == 8 and "rank" not in lines[0] and "server tag" in lines[1]
    said = admin.get(f"/api/v1/sites/{place.site.id}/conversions?via=both&limit=7").json()
    assert [row["order_id"] for row in said["rows"]][:2] == ["NL-48213", "NL-48113"]
    assert said["after"] == "994.00000000-0000-4000-8000-000000000006" and "rank" not in said["rows"][0]
    assert admin.get(f"/api/v1/sites/{place.site.id}/conversions?sort=x").status_code == 400


def test_a_store_that_does_not_answer_is_told(place: Place, admin: Client) -> None:
    place.reports.down.add("conversion_records")
    assert "The store does not answer" in admin.get(f"/s/{place.site.id}/conversions").text


def test_kinds_that_are_declared_come_first_and_others_are_not_hidden() -> None:
    rows = [{"name": "donate", "counted": 9}, {"name": "purchase", "counted": 2}, {"name": "purchase", "counted": 3}]
    assert [(tab.title, tab.count) for tab in tabs(rows, ("purchase", "sign_up"))] == [
        ("Orders", 5), ("Sign-ups", 0), ("Donate", 9),
    ]  # fmt: skip


def test_money_of_another_currency_is_not_added() -> None:
    def row(currency: str, gross: int) -> dict[str, object]:
        money = {"gross_minor": gross, "refunded_minor": 0, "net_minor": gross, "refunds": 0, "over_minor": 0}
        money |= {"unconfirmed": 1, "unconfirmed_minor": gross}
        return {"name": "purchase", "currency": currency, "counted": 2, "cancelled": 1, "reports": 4} | money

    found = sums([row("USD", 900), row("EUR", 100), row("", 0)], "purchase", "EUR")
    assert [(one.currency, one.gross) for one in found.moneys] == [("EUR", 100), ("USD", 900)]
    assert (found.counted, found.cancelled, found.unconfirmed, found.unconfirmed_minor) == (6, 3, 3, 100)


def test_the_pieces_of_a_bar_fill_it() -> None:
    found = parts([{"kind": "via", "value": v, "records": n} for v, n in (("both", 3), ("new", 1))], "via", {})
    assert [(one.title, one.x, one.width) for one in found] == [("both", 0.0, 74.65), ("new", 75.0, 24.65)]


def test_a_place_in_the_list_is_a_number_and_an_id() -> None:
    def view(after: str) -> dict[str, object]:
        return dict(page_params(read_view("/x", [("after", after)], today=TODAY, since=TODAY, more=KEYS)))

    assert view("-5.00000000-0000-4000-8000-000000000006")["after_rank"] == -5
    for wrong in ("1", "x.00000000-0000-4000-8000-000000000006", "1.'", f"{10**20}.00000000-0000-4000-8000-00000000"):
        with pytest.raises(NotUnderstood):
            view(wrong)


def test_filters_that_nothing_fits_are_named_with_the_nearest_days_that_have_something(
    place: Place, admin: Client
) -> None:
    (row, *_) = place.reports.run("conversion_records", limit=1).dicts()
    placed = datetime(2026, 11, 9, 12, tzinfo=UTC)

    def earlier(params: Mapping[str, Param]) -> list[dict[str, Any]]:
        start, end = params["from"], params["to"]
        assert isinstance(start, datetime) and isinstance(end, datetime)
        return [row | {"placed_at": placed.isoformat()}] if start <= placed < end else []

    place.reports.answers["conversion_records"] = earlier
    at = f"/s/{place.site.id}/conversions"
    html = admin.get(f"{at}?from=2026-11-11&to=2026-11-12&via=neither&currency=USD").text
    assert (
        "No orders match these 2 filters" in html and 'aria-label="Remove the filter Seen by neither and look' in html
    )
    near = html.partition("The nearest orders that match")[2]
    assert f'href="{at}?from=2026-11-08&amp;to=2026-11-09&amp;via=neither&amp;currency=USD"' in near
    assert "No orders match" not in admin.get(f"{at}?from=2026-11-08&to=2026-11-09&currency=USD").text
    place.reports.answers["conversion_records"] = lambda _: []
    html = admin.get(f"{at}?from=2026-11-11&to=2026-11-12&currency=USD").text
    assert "No orders match this filter" in html and "None ever matched." in html
