"""The first-time user's path of docs/tutorial.md: its commands exist; with PROVE=1 it is walked and compared."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from playwright.sync_api import Browser

from browser.chromium import as_person
from browser.chromium import settle as sent
from browser.conftest import browser
from docs.tutorial import FILE, Command, Deed, Page, plain, rewritten, steps
from e2e.running import KNOWN_S, Platform, wait_until
from onebyone.app.cli import group
from onebyone.app.settings import check_port

__all__ = ["browser"]

TEXT = FILE.read_text(encoding="utf-8")
STEPS = steps(TEXT)
COMMANDS = [step for step in STEPS if isinstance(step, Command)]
OURS = [one.line for one in COMMANDS if one.line.startswith("onebyone ")]
AT_MOST_S = 300  # five minutes, as it promises


@pytest.mark.parametrize("line", OURS)
def test_every_command_of_the_tutorial_is_one(line: str) -> None:
    command: click.Command = group
    words = shlex.split(line)[1:]
    context = click.Context(group)
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context, info_name=name)
    command.make_context("onebyone", words)  # raises for an option that is not there


def test_every_step_of_the_tutorial_shows_what_it_printed() -> None:
    assert all(one.printed.strip() for one in COMMANDS if "http.server" not in one.line)
    assert [one.read for one in STEPS if isinstance(one, Deed) and one.what == "read Loss"] != [""]
    assert "docs/tutorial.md" in (FILE.parents[1] / "README.md").read_text(encoding="utf-8")


class Walk:
    """A person with a terminal and a browser."""

    def __init__(self, where: Path, browser: Browser) -> None:
        self.where = where
        self.platform = Platform(
            where / "onebyone-data"
        )  # started by its command, not here: to know when all is stored
        self._log = (where / "log").open("a")
        self.port = check_port("127.0.0.1", 0, "--port")
        self.known = {"http://127.0.0.1:9000": f"http://127.0.0.1:{self.port}"}
        self.snippet = self.site = ""
        self._running: list[subprocess.Popen[str]] = []
        self._context = as_person(browser)
        self._page = self._context.new_page()
        self._console = browser.new_page()
        bin = Path(sys.executable).parent
        self._environment = os.environ | {"PATH": f"{bin}:{os.environ['PATH']}", "COLUMNS": "100"}

    def command(self, line: str) -> str:
        for said, meant in self.known.items():
            line = line.replace(said, meant)
        if line == "onebyone serve":
            return self._serve()
        if "http.server" in line:
            self._start(line.replace("http.server 9000", f"http.server {self.port}"))
            return ""
        if not line.startswith("onebyone site") and not line.startswith("curl"):
            self.platform.settle()
        done = subprocess.run(
            line, shell=True, cwd=self.where, env=self._environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr[-2000:]
        if "site add" in line:
            self._learn(done.stdout)
        return self._as_said(done.stdout)

    def _as_said(self, printed: str) -> str:
        """With the ports that the tutorial speaks of."""
        for said, meant in self.known.items():
            printed = printed.replace(meant, said) if said.startswith("http") else printed
        return printed

    def _serve(self) -> str:
        process = self._start("exec onebyone serve --port 0 --console-port 0")
        assert process.stdout is not None
        printed = ""
        while "Ctrl-C" not in printed:
            line = process.stdout.readline()
            assert line, (self.where / "log").read_text()[-2000:]
            printed += line
        collector, login = re.findall(r"http://\S+", printed)[:2]
        self.known["http://127.0.0.1:8000"] = collector
        self._console.goto(login)
        self._console_at = login.partition("/login")[0]
        self.known["http://127.0.0.1:8001"] = self._console_at
        return self._as_said(printed)

    def _start(self, line: str) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": self._log, "text": True}
        self._running.append(subprocess.Popen(line, shell=True, cwd=self.where, env=self._environment, **pipes))
        return self._running[-1]

    def _learn(self, printed: str) -> None:
        self.site, prefix, key = re.findall(r"^(?:site|prefix|key) +(\S+)", printed, re.M)
        self.known |= {"PREFIX": prefix, "KEY": key}
        self.snippet = printed[printed.index("<script") :].strip()

    def save(self, page: Page) -> None:
        (self.where / "shop").mkdir()
        (self.where / "shop/index.html").write_text(page.html.replace("SNIPPET", self.snippet))

    def do(self, what: str) -> str:
        verb, _, rest = what.partition(" ")
        match verb:
            case "open":
                wait_until(lambda: self._answers(), timeout_s=30)
                self._page.goto(self.known["http://127.0.0.1:9000"])
                sent(self._page)
            case "press":
                self._page.click(f"text={rest}")
                sent(self._page)
            case "tick":
                self.platform.settle()
                self._console.goto(f"{self._console_at}/s/{self.site}/start")
                self._console.check(f"input[value={rest}]")
                self._console.click("text=Count these")
                self._console.wait_for_load_state()
                time.sleep(KNOWN_S)
            case "read":
                self._console.goto(f"{self._console_at}/s/{self.site}/{rest.lower()}")
                return "\n".join(self._console.locator("header.head .t p").all_inner_texts()) + "\n"
        return ""

    def _answers(self) -> bool:
        """The shop, and the collector for a site that was added a moment ago."""
        script = f"{self.known['http://127.0.0.1:8000']}/{self.known['PREFIX']}/s.js"
        asked = ["curl", "-sf", "--fail-early", self.known["http://127.0.0.1:9000"], "--next", "-sf", script]
        return subprocess.run(asked, capture_output=True).returncode == 0

    def end(self) -> None:
        self._context.close()
        self._console.close()
        for process in self._running:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            assert process.stdout is not None
            process.stdout.close()
        self._log.close()
        self.platform.close_log()


@pytest.fixture
def walk(tmp_path: Path, browser: Browser) -> Iterator[Walk]:
    walking = Walk(tmp_path, browser)
    yield walking
    walking.end()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not os.environ.get("PROVE"), reason="a minute: PROVE=1, or make prove")
def test_who_follows_the_tutorial_sees_what_it_shows_within_five_minutes(walk: Walk) -> None:
    began = time.monotonic()
    seen: list[tuple[str, str, bool]] = []
    outputs = []
    for step in STEPS:
        match step:
            case Command(line=line, printed=printed, varies=varies):
                outputs.append(walk.command(line))
                seen.append((printed, outputs[-1], varies))
            case Page():
                walk.save(step)
            case Deed(what=what, read=None):
                walk.do(what)
            case Deed(what=what, read=str(read)):
                outputs.append(walk.do(what))
                seen.append((read, outputs[-1], True))
    took_s = time.monotonic() - began
    print(f"{took_s:.0f} s")
    if os.environ.get("GOLDEN") == "write":
        FILE.write_text(rewritten(TEXT, outputs), encoding="utf-8")
        return
    for shown, printed, varies in seen:
        assert plain(printed, numbers=varies) == plain(shown, numbers=varies)
    assert took_s < AT_MOST_S
