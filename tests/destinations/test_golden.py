"""Every destination by its examples: what goes out, what stays, and how answers are read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from destinations.examples import GOLDEN, NOW_MS, SETTINGS, a_conversion, built_of, cases, shown
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Refusal, Response, build, settings_of

CASES = [(name, path, case) for name in ALL for path, case in cases(name)]
ANSWERS = [
    (name, row) for name in ALL for row in json.loads((GOLDEN / name / "read.json").read_text(encoding="utf-8"))["rows"]
]


@pytest.mark.parametrize(("name", "path", "case"), CASES, ids=[f"{name}-{path.stem}" for name, path, _ in CASES])
def test_golden_requests(name: str, path: Path, case: dict[str, Any]) -> None:
    found = shown(built_of(name, case))
    if os.environ.get("GOLDEN") == "write":
        path.write_text(json.dumps(case | {"out": found}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == case["out"] or os.environ.get("GOLDEN") == "write"


@pytest.mark.parametrize(("name", "row"), ANSWERS, ids=[f"{name}-{row['title']}" for name, row in ANSWERS])
def test_golden_answers(name: str, row: dict[str, Any]) -> None:
    said = row["in"]
    body = said["body"].encode() if isinstance(said.get("body"), str) else json.dumps(said.get("body", {})).encode()
    outcome = ALL[name].read(Response(said["status"], body, said.get("headers", {})))
    assert json.loads(msgspec.json.encode(outcome)) == row["out"]


@pytest.mark.parametrize("name", ALL)
def test_every_destination_has_examples(name: str) -> None:
    stems = {path.stem for path, _ in cases(name)}
    assert {"purchase", "lead", "refund", "too_old", "no_currency", "not_personalized", "limited_use"} <= stems
    kinds = {row["out"]["type"] for one, row in ANSWERS if one == name}
    assert kinds == {"Sent", "Retry", "Rejected"}
    assert any(row["out"].get("stop") for one, row in ANSWERS if one == name)


def test_every_refusal_has_an_example() -> None:
    seen = {one["reason"] for _, _, case in CASES for one in case["out"]["refused"]}
    assert set(Refusal) - seen == {Refusal.ID_MISSING, Refusal.TOO_LARGE} - seen


def test_no_folder_without_its_destination() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(ALL) == set(SETTINGS)


def test_a_body_beyond_what_analytics_takes() -> None:
    items = [{"item_id": "1", "item_name": "\U0001f4a7" * 32_700}]
    order = {"id": "T-1", "value": 1, "currency": "EUR", "items": items}
    sent = a_conversion({"name": "purchase", "order": order, "props": {"ga": "1.2"}})
    built = build(ALL["ga4"], [sent], settings_of(ALL["ga4"], SETTINGS["ga4"]), now_ms=NOW_MS)
    assert [one.reason for one in built.refused] == [Refusal.TOO_LARGE]
