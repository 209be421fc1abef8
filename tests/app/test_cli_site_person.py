"""Roles and the right to see personal data, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import open_place
from onebyone.app.state import State, open_state
from onebyone.state.users import Role


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = open_state(open_place(tmp_path))
    made.sites.add("Nordlight", ["https://nordlight.example"])
    return made


def run(data: Path, *given: str) -> dict[str, Any]:
    done = CliRunner().invoke(group, ["site", "person", "--data", str(data), "--json", *given])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_who_is_new_gets_a_link_and_sees_personal_data_only_if_it_is_said(tmp_path: Path, state: State) -> None:
    (site,) = state.sites.all()
    told = run(tmp_path, "mira", "--role", "viewer")
    assert told["personal_data"] is False and "/login?token=" in told["login"]
    assert state.users.follow_link(told["login"].partition("token=")[2])
    mira = state.users.find("mira")
    assert mira and mira.roles == {site.id: Role.VIEWER} and not mira.sees_people(site.id)
    assert run(tmp_path, "mira", "--role", "editor", "--personal-data")["login"] == ""
    mira = state.users.find("mira")
    assert mira and mira.may(site.id, Role.EDITOR) and mira.sees_people(site.id)
    noted = [(line.user, line.what) for line in state.users.trail(site.id)]
    assert ("command line", "personal_data_shown") in noted and ("command line", "personal_data_hidden") in noted
