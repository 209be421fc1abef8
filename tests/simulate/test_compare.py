from __future__ import annotations

from typing import Any

from onebyone.simulate.compare import Row, compare
from onebyone.simulate.truth import Book, Sale, Truth


def a_truth() -> Truth:
    book = Book()
    for day, browser in (("2026-11-01", 1), ("2026-11-01", 1), ("2026-11-02", 1), ("2026-11-02", 2)):
        book.view(day, browser)
    for day in ("2026-11-01", "2026-11-02", "2026-11-02"):
        book.session(day)
    book.sales.append(Sale(id="a", day="2026-11-02", value_minor=500, currency="EUR", blocked=True))
    book.sales.append(Sale(id="b", day="2026-11-02", value_minor=900, currency="SEK", blocked=False))
    return book.truth(seed=1, people=2, days=2, zone="UTC", currency="EUR")


def overview(**changed: int) -> list[dict[str, Any]]:
    first = {"day": "2026-11-01", "views": 2, "visitors": 1, "sessions": 1, "orders": 0, "revenue_minor": 0}
    second = {"day": "2026-11-02", "views": 2, "visitors": 2, "sessions": 2, "orders": 1, "revenue_minor": 500}
    other = {"day": "2026-11-02", "views": 0, "visitors": 0, "sessions": 0, "orders": 1, "revenue_minor": 900}
    return [first | {"currency": "EUR"} | changed, second | {"currency": "EUR"}, other | {"currency": "SEK"}]


def test_a_right_measurement_is_equal_in_every_row() -> None:
    rows = compare(a_truth(), overview())
    assert len(rows) == 5 and all(row.is_equal for row in rows)
    assert rows[0] == Row("Page views", 4, 4)
    assert rows[4] == Row("Revenue in EUR, minor units", 500, 500)


def test_a_difference_shows_in_its_total_and_on_its_day() -> None:
    wrong = [row for row in compare(a_truth(), overview(views=3)) if not row.is_equal]
    assert wrong == [Row("Page views", 4, 5), Row("2026-11-01: views", 2, 3)]


def test_errors_that_cancel_each_other_still_show() -> None:
    measured = overview(views=1)
    measured[1]["views"] = 3
    assert [row.label for row in compare(a_truth(), measured) if not row.is_equal] == [
        "2026-11-01: views",
        "2026-11-02: views",
    ]


def test_a_day_that_only_one_side_knows_is_a_difference() -> None:
    assert [row.label for row in compare(a_truth(), overview()[1:]) if not row.is_equal] == [
        "Page views",
        "Visitors, summed over the days",
        "Sessions",
        "2026-11-01: views",
        "2026-11-01: visitors",
        "2026-11-01: sessions",
    ]


def test_copies_are_compared_by_kind() -> None:
    truth = a_truth()
    truth.order_copies = {"order_joined": 3}
    rows = compare(truth, overview(), {"order_joined": 3, "order_reloaded": 1})
    assert [(row.label, row.is_equal) for row in rows[5:]] == [
        ("Copies: order_joined", True),
        ("Copies: order_reloaded", False),
    ]
