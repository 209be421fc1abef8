"""The six figures."""

from __future__ import annotations

from typing import Any

from onebyone.reports.missed import NOTHING, Group, whole
from onebyone.web.figures import Figure, SeenBy, Totals, figures, seen_by, totals

ROW = {"currency": "EUR", "views": 10, "visitors": 5, "sessions": 100, "machine_views": 7, "views_without_visitor": 1}
EURO = ROW | {"orders": 4, "revenue_minor": 20000}
DOLLAR = dict.fromkeys(ROW, 0) | {"currency": "USD", "orders": 2, "revenue_minor": 5000}


def _by_key(
    seen: SeenBy, before: Totals | None = None, seen_before: SeenBy | None = None, missed: Group | str = ""
) -> dict[str, Figure]:
    return {one.key: one for one in figures(totals([EURO, DOLLAR], "EUR"), before, seen, seen_before, missed)}


def _loss(**seen: int) -> dict[str, Any]:
    """A row of the report, of conversions each by another person."""
    server = seen.get("both", 0) + seen.get("server_only", 0)
    missed = seen.get("server_only", 0)
    squares = {"missed_squares": missed, "missed_products": missed, "server_squares": server}
    return dict(NOTHING) | seen | squares | {"server_people": server}


def _missed(missed: Group | str) -> tuple[str, str]:
    found = _by_key(SeenBy(), missed=missed)["missed-by-browsers"]
    return found.text, found.note


def test_money_is_never_added_across_currencies() -> None:
    now = totals([EURO, DOLLAR], "EUR")
    assert (now.revenue_minor, now.orders, now.all_orders) == (20000, 4, 6)
    found = _by_key(SeenBy())
    assert found["net-revenue"].text == "€200" and found["net-revenue"].note == "and $50.00"
    assert found["average-order"].text == "€50.00"
    assert found["orders"].text == "6"


def test_a_conversion_is_of_a_session_so_server_only_orders_are_not_in_the_rate() -> None:
    found = _by_key(SeenBy(both=2, browser_only=1, server_only=3))
    assert found["conversion-rate"].text == "3.00%"
    assert found["conversion-rate"].note == "of 100 sessions"


def test_the_missed_share_is_the_loss_pages_own_or_why_there_is_none() -> None:
    assert _missed(whole([_loss(both=1698, browser_only=316, server_only=478)])) == ("22.0%", "20.3 – 23.8%")
    assert _missed(whole([_loss(both=10, server_only=2)])) == ("–", "12 of 30 server orders")
    assert _missed(whole([_loss(server_only=40)])) == ("–", "no browser source")
    assert _missed(whole([_loss(both=40, server_only=9)], "fallback"))[0] == "–"
    assert _missed("unknown with these filters") == ("–", "unknown with these filters")


def test_changes_are_against_the_period_before_and_absent_without_one() -> None:
    before = totals([EURO | {"orders": 2, "visitors": 10, "revenue_minor": 10000}], "EUR")
    found = _by_key(SeenBy(both=3), before, SeenBy(both=1))
    assert (found["net-revenue"].change, found["net-revenue"].tone) == ("+100.0%", "up")
    assert (found["visitors"].change, found["visitors"].tone) == ("−50.0%", "down")
    assert found["conversion-rate"].change == "+2.00 pt"
    assert all(not one.change for one in _by_key(SeenBy()).values())


def test_no_rows_are_no_figures() -> None:
    assert totals([], "EUR") == Totals(currency="EUR")
    assert seen_by([]) == SeenBy()
    assert [one.text for one in figures(totals([], "EUR"), None, SeenBy(), None, "")][2] == "–"
