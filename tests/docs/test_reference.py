"""What is written about the code is true of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
import reference

from onebyone.app.cli import group
from onebyone.event import Reason
from onebyone.telemetry import METRICS

ROOT = Path(__file__).parents[2]


def test_the_reference_is_what_the_code_says() -> None:
    assert reference.PATH.read_text(encoding="utf-8") == reference.text(), "run make docs"


@pytest.mark.parametrize("name", [*Reason, *METRICS])
def test_every_reason_and_metric_is_described(name: str) -> None:
    line = next(line for line in reference.text().splitlines() if f"`{name}`" in line)
    assert len(line) > len(name) + 12


def test_every_command_has_a_help_text() -> None:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None and command.help and len(command.help) > 15, name


def test_the_readme_shows_the_two_commands_and_no_file_that_is_missing() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme and "make test" in readme
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().split("dependencies = [", 1)[1].split("\n]", 1)[0].splitlines()
    names = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert len([line for line in lines if re.search(r'",\s+# \w', line)]) == len(names)


def test_no_lock_file_names_an_index() -> None:
    for path in (*ROOT.glob("requirements/*.lock"), ROOT / "package-lock.json"):
        assert "http" not in re.sub(
            r"^\s*\"?(httpx|httpcore|httptools|aiohttp)\S*|^\s*\"(url|funding)\": .*",
            "",
            path.read_text(),
            flags=re.MULTILINE,
        ), path
