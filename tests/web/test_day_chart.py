"""The Overview's line: its steps, its sums, what it leaves out."""

from __future__ import annotations

from datetime import UTC, date, datetime

from onebyone.web.address import View, read_view
from onebyone.web.day_chart import draw, step_of, sums
from onebyone.web.period import Period

NOW = datetime(2026, 11, 12, 13, 32, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def _view(**query: str) -> View:
    return read_view("/s/x/overview", list(query.items()), today=date(2026, 11, 12), since=date(2020, 1, 1))


def _row(day: str, orders: int, revenue: int, currency: str = "EUR", visitors: int = 0) -> dict[str, object]:
    return {
        "day": day, "views": 0, "visitors": visitors, "sessions": 0, "orders": orders, "browser_orders": orders,
        "revenue_minor": revenue, "currency": currency,
    }  # fmt: skip


def test_the_step_widens_rather_than_draw_more_than_92_points() -> None:
    assert step_of(_view(period="30d")) == "day"
    assert step_of(_view(period="12m")) == "week"
    assert step_of(_view(period="all")) == "month"
    assert step_of(_view(period="30d", step="month")) == "month"
    assert step_of(_view(period="today", step="hour")) == "hour"
    assert step_of(_view(period="30d", step="hour")) == "day"


def test_a_day_without_rows_is_zero_and_other_currencies_add_orders_alone() -> None:
    period = Period(date(2026, 11, 9), date(2026, 11, 11))
    rows = [_row("2026-11-10", 2, 500, visitors=7), _row("2026-11-10", 1, 900, "USD")]
    steps = sums(rows, period, "day", currency="EUR", zone=BERLIN)
    assert [(s.orders, s.paid_orders, s.revenue_minor, s.visitors) for s in steps] == [
        (0, 0, 0, 0),
        (3, 2, 500, 7),
        (0, 0, 0, 0),
    ]


def test_days_add_up_to_weeks_and_months() -> None:
    period = Period(date(2026, 10, 28), date(2026, 11, 3))
    rows = [_row(day, 1, 100) for day in ("2026-10-28", "2026-11-01", "2026-11-02", "2026-11-03")]
    weeks = sums(rows, period, "week", currency="EUR", zone=BERLIN)
    assert [(s.start, s.orders) for s in weeks] == [(date(2026, 10, 26), 2), (date(2026, 11, 2), 2)]
    months = sums(rows, period, "month", currency="EUR", zone=BERLIN)
    assert [(s.start, s.orders) for s in months] == [(date(2026, 10, 1), 1), (date(2026, 11, 1), 3)]


def test_hours_are_the_sites() -> None:
    rows = [{**_row("2026-11-12", 4, 0), "hour": "2026-11-11T23:00:00Z"}]
    steps = sums(rows, Period(date(2026, 11, 12), date(2026, 11, 12)), "hour", currency="EUR", zone=BERLIN)
    assert len(steps) == 24 and steps[0].orders == 4


def test_the_drawing_names_its_extremes_what_runs_and_what_is_preliminary() -> None:
    view = _view(metric="orders", **{"from": "2026-11-08", "to": "2026-11-15"})
    rows = [_row(f"2026-11-{day:02d}", day, 0) for day in range(8, 13)]
    steps = sums(rows, view.period, "day", currency="EUR", zone=BERLIN)
    drawn = draw(view, steps, [], currency="EUR", zone=BERLIN, clock=NOW)
    assert drawn.preliminary == "9 – 12 Nov preliminary"
    assert [row.orders for row in drawn.rows] == ["8", "9", "10", "11", "12"]  # none for days to come
    assert "between 8 and 12 on Thu 12 Nov; preliminary from Mon 9 Nov." in drawn.svg
    assert drawn.rows[-1].href == "/s/x/overview?from=2026-11-12&to=2026-11-12&metric=orders&step=hour"


def test_visitors_of_days_do_not_add_up_so_a_week_shows_their_mean() -> None:
    view = _view(metric="visitors", step="week", **{"from": "2026-11-02", "to": "2026-11-08"})
    rows = [_row(f"2026-11-{day:02d}", 0, 0, visitors=70) for day in (2, 3)]
    steps = sums(rows, view.period, "week", currency="EUR", zone=BERLIN)
    drawn = draw(view, steps, [], currency="EUR", zone=BERLIN, clock=NOW)
    assert drawn.title == "Visitors a day, mean by week"
    assert [row.text for row in drawn.rows] == ["20"]
