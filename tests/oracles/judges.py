"""What others wrote about the platforms, loaded only where `make oracles` has installed it."""

from __future__ import annotations

import importlib
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from destinations.examples import built_of, cases

GOLDEN = Path(__file__).parents[1] / "golden"


def judge(module: str) -> Any:
    """The module; skips the file that asks if it is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of theirs, not of ours
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            pytest.skip(f"{error.name} is not installed: make oracles", allow_module_level=True)


def vectors(platform: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((GOLDEN / "vectors/user_data.json").read_text(encoding="utf-8"))
    return [row for row in rows if row["platform"] == platform]


def divergences(judged_by: str) -> dict[tuple[str, str], str]:
    """Where the specification leaves the judge: the field and the raw value, and why."""
    found = json.loads((GOLDEN / "oracles/divergences.json").read_text(encoding="utf-8"))[judged_by]
    return {(one["field"], one["input"]): one["why"] for one in found}


def bodies(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every request of a destination's examples: its example, its address, its body."""
    return [
        (path.stem, request.url, json.loads(request.body))
        for path, case in cases(name)
        for request in built_of(name, case).requests
    ]
