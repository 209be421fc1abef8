"""The guide of the console: no page of it is missing there, and its links and commands lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from onebyone.app.cli import group
from onebyone.web.saved import PAGES

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/console.md").read_text(encoding="utf-8")
MORE = ("Live", "Fate", "Dashboards", "Consent", "Destinations", "Exports", "People and roles")


@pytest.mark.parametrize("title", [*PAGES.values(), *MORE])
def test_every_page_is_told(title: str) -> None:
    assert f"**{title}**" in " ".join(GUIDE.split()) or f"**{title}.**" in GUIDE


@pytest.mark.parametrize("line", re.findall(r"`onebyone ([^`]+)`", GUIDE))
def test_every_command_of_the_guide_is_one(line: str) -> None:
    command: click.Command = group
    for word in line.split():
        found = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if found is None:
            break
        command = found
    assert not isinstance(command, click.Group)
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert set(re.findall(r"--[a-z-]+", line)) <= options


@pytest.mark.parametrize("file", ["README.md", "docs/tutorial.md", "docs/console.md"])
def test_every_link_of_the_documents_leads_to_a_file(file: str) -> None:
    at = ROOT / file
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", at.read_text(encoding="utf-8"))
    assert [link for link in links if not (at.parent / link).exists()] == []
