from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state


@pytest.fixture
def data(tmp_path: Path) -> Path:
    state = open_state(open_place(tmp_path))
    state.sites.add("Shop", ["https://shop.example"])
    state.engine.dispose()
    return tmp_path


def run(data: Path, *options: str) -> dict[str, object]:
    done = CliRunner().invoke(group, ["site", "consent", "--data", str(data), "--json", *options])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    told: dict[str, object] = json.loads(done.output)
    return told


def test_the_defaults_are_the_careful_ones(data: Path) -> None:
    told = run(data)
    assert (told["unknown_region"], told["denied_mode"], told["gpc"], told["visitor_cookie"]) == ("", {}, True, True)


def test_each_decision_is_kept_beside_the_others(data: Path) -> None:
    run(data, "--denied-mode", "de=drop", "--denied-mode", "A=ping", "--unknown-region", "N", "--exempt", "fr")
    run(data, "--denied-mode", "A=", "--no-honor-dnt", "--gpc-scope", "listed_regions", "--no-cookies")
    told = run(data)
    assert (told["denied_mode"], told["unknown_region"], told["analytics_exempt"]) == ({"DE": "drop"}, "N", ["FR"])
    assert (told["honor_dnt"], told["gpc_scope"], told["visitor_cookie"]) == (False, "listed_regions", False)
    assert run(data, "--exempt", "")["analytics_exempt"] == []


@pytest.mark.parametrize(
    "options",
    [
        ["--unknown-region", "Z"],
        ["--denied-mode", "DE"],
        ["--denied-mode", "DE=own"],
        ["--denied-mode", "Germany=drop"],
        ["--exempt", "US-CA"],
    ],
)
def test_what_cannot_be_is_refused_with_a_line(data: Path, options: list[str]) -> None:
    with pytest.raises(ConfigError):
        run(data, *options)


def test_a_person_reads_words(data: Path) -> None:
    done = CliRunner().invoke(group, ["site", "consent", "--data", str(data)])
    assert "unknown_region    the strictest" in done.output and "honor_dnt         yes" in done.output
