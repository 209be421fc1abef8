"""A command asks each report that can be exported without more words than it must."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onebyone.app.cli_export import EXPORTED, NAMING
from onebyone.app.report_params import params_of
from onebyone.reports.catalogue import Reports
from onebyone.store import Param
from store.engine_fixture import holding
from store.rows import NOON

COMMON: dict[str, Param] = {
    "site": "s1", "from": NOON - timedelta(days=3), "to": NOON, "zone": "UTC", "currency": "EUR", "traffic": "people",
    "limit": 10,
}  # fmt: skip
NEEDED = {"funnel": ["steps=a,b"], "funnel_split": ["steps=a,b"]}


@pytest.mark.parametrize("name", sorted(set(EXPORTED.values())))
def test_an_exported_report_can_be_asked_with_what_is_usual(name: str) -> None:
    reports = Reports(holding("nothing", lambda _: None))
    columns = reports.run(name, **COMMON, **params_of(name, NEEDED.get(name, []))).columns
    assert bool({"visitor", "person", "user_id"} & set(columns)) == (name in NAMING)


def test_values_are_read_as_the_report_wants_them() -> None:
    given = ["steps=page_view:/a\\,b,purchase", "within_ms=5", "by=country"]
    wanted = {"steps": ["page_view:/a,b", "purchase"], "within_ms": 5, "by": "country", "without": ""}
    assert params_of("funnel_split", given) == wanted
