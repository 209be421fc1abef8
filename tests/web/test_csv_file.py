"""Rows as a file."""

from __future__ import annotations

from onebyone.web.csv_file import csv_answer


def test_rows_are_raw_and_the_name_is_safe() -> None:
    answer = csv_answer('Nord"light / Ü-overview', [{"day": "2026-11-12", "orders": 1200}])
    assert answer.content == "day,orders\r\n2026-11-12,1200\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nord-light-overview.csv"'


def test_a_text_that_a_spreadsheet_would_run_is_disarmed() -> None:
    answer = csv_answer("x", [{"path": '=HYPERLINK("x")', "value": -5}])
    assert answer.content == 'path,value\r\n"\'=HYPERLINK(""x"")",-5\r\n'


def test_no_rows_are_an_empty_file() -> None:
    assert csv_answer("x", []).content == ""
