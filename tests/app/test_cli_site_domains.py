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
    state.sites.add("Shop", ["https://shop.example", "https://www.pay.example"])
    state.engine.dispose()
    return tmp_path


def run(data: Path, *given: str) -> list[str]:
    done = CliRunner().invoke(group, ["site", "domains", "--data", str(data), "--json", *given])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    told: list[str] = json.loads(done.output)["domains"]
    return told


def test_domains_are_declared_shown_and_taken_back(data: Path) -> None:
    assert run(data) == []
    assert run(data, "shop.example", "pay.example") == ["shop.example", "pay.example"]
    assert run(data) == ["shop.example", "pay.example"]
    assert run(data, "--none") == []


def test_a_domain_of_somebody_else_is_refused(data: Path) -> None:
    with pytest.raises(ConfigError, match="no domain of the site's origins"):
        run(data, "shop.example", "evil.example")
    assert run(data) == []
