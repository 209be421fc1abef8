"""Every case of vectors/measurement.json `dedup`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onebyone.event import Drop, visitor_hash
from pipeline.conversions.examples import SITE, as_vector, count, from_vector

CASES = json.loads((Path(__file__).parents[2] / "golden" / "vectors" / "dedup.json").read_text())["dedup"]
_SAME = {"order_id_placeholder": "not_an_id", "duplicate_adjustment": "adjustment_repeated"}


def _expected(case: dict[str, Any]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(json.dumps(case["expected"]["records"]))
    for record in records:
        fields = record["fields"]
        if "browser_id" in fields:
            fields["browser_id"] = visitor_hash(SITE, str(fields["browser_id"]))
        if "currency" not in fields and len(record["sources"]) > 1 and "value_minor" in fields:
            fields["currency"] = "EUR"  # the site's, where nobody said one
    return sorted(records, key=json.dumps)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
@pytest.mark.parametrize("at_once", [1, 100])
def test_the_copies_make_the_records_that_the_specification_expects(case: dict[str, Any], at_once: int) -> None:
    found = count([from_vector(n, row) for n, row in enumerate(case["arrivals"], 1)], at_once=at_once)
    assert sorted(map(as_vector, found.counted()), key=json.dumps) == _expected(case)
    assert len(found.counted()) == case["expected"]["counted"]
    assert found.waiting == [tuple(one) for one in case["expected"]["pending_adjustments"]]
    expected = {_SAME.get(flag, flag) for _, flag in case["expected"]["flags"]}
    flags = {flag for one in found.counted() for flag in (*one.flags, *one.event.flags)}
    repeated = {one.reason.value for one in found.told if isinstance(one, Drop)} & {"adjustment_repeated"}
    assert (flags | repeated) - {"currency_missing", "adjustment_id_missing"} == expected
