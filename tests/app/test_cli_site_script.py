from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import open_place
from onebyone.app.state import open_state
from onebyone.state.sites import Site


@pytest.fixture
def data(tmp_path: Path) -> Path:
    state = open_state(open_place(tmp_path))
    state.sites.add("Shop", ["https://shop.example"])
    state.engine.dispose()
    return tmp_path


def run(data: Path, *given: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(group, ["site", "script", "--data", str(data), "--json", *given])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.output) if code == 0 else {}
    return told


def kept(data: Path) -> Site:
    (site,) = open_state(open_place(data)).sites.all()
    return site


def test_reports_are_turned_on_and_off_and_keep_their_order(data: Path) -> None:
    assert run(data)["modules"] == []
    assert run(data, "--on", "content", "--on", "scroll", "--on", "spa")["modules"] == ["spa", "scroll", "content"]
    assert run(data, "--off", "scroll", "--on", "forms")["modules"] == ["spa", "forms", "content"]
    assert kept(data).tag.modules == ("spa", "forms", "content")


def test_switches_are_turned_and_the_rest_stays(data: Path) -> None:
    assert run(data, "--on", "errors", "--meta-cookies")["meta_cookies"] is True
    assert run(data, "--no-spa-query") == {
        "site": kept(data).id, "modules": ["errors"], "meta_cookies": True, "spa_query": False, "spa_hash": False,
        "frames": False, "debug_always": False, "count_when": "visible",
    }  # fmt: skip
    assert run(data, "--no-meta-cookies")["meta_cookies"] is False
    assert run(data, "--count-when", "loaded")["count_when"] == kept(data).tag.count_when == "loaded"


def test_a_report_that_no_script_has_is_refused(data: Path) -> None:
    run(data, "--on", "telepathy", code=2)
    assert kept(data).tag.modules == ()
