"""What an operator does wrong is said in one line, with exit code 2; what is not there, with 3."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from onebyone.app.cli import COMMANDS, main
from onebyone.app.running import Held
from onebyone.app.settings import open_place


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


class Command:
    """The command line in this process, on a data directory of its own."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--data", str(self.data)])
        out, err = self._capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    def mistaken(self, *arguments: str) -> str:
        """The one line that says what to change."""
        said = self(*arguments)
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert said.err.startswith("onebyone: ")
        return said.err

    def add_site(self, name: str) -> dict[str, str]:
        made: dict[str, str] = json.loads(self("site", "add", name, "--origin", "https://shop.example", "--json").out)
        return made


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    yield Command(tmp_path / "data", capsys)
    structlog.reset_defaults()  # the command line's own set-up writes to what was captured here


def test_a_port_that_is_taken(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port}" in command.mistaken("serve", "--port", port, "--console-port", "0")
        assert "--console-port" in command.mistaken("serve", "--port", "0", "--console-port", port)


def test_a_settings_file_that_says_what_nobody_knows(command: Command) -> None:
    open_place(command.data).settings_file.write_text("[commit]\npause_ms = 3\n")
    assert "pause_ms" in command.mistaken("serve")


@pytest.mark.parametrize("text", ["[addresses", '[addresses]\nport = "many"\n', "\x00"])
def test_a_settings_file_that_is_none(command: Command, text: str) -> None:
    open_place(command.data).settings_file.write_text(text)
    for name in ("serve", "collect", "pipeline", "engine"):
        assert "onebyone.toml" in command.mistaken(name)


def test_a_site_that_is_not_there_and_one_that_is_not_named(command: Command) -> None:
    assert "onebyone site add" in command.mistaken("events")
    made = command.add_site("shop")
    assert f"shop ({made['site']})" in command.mistaken("report", "overview", "--site", "other")
    command.add_site("second")
    assert "--site" in command.mistaken("events")


def test_a_power_report_asks_what_was_chosen(command: Command) -> None:
    command.add_site("shop")
    assert "`colour` is no property" in command.mistaken("report", "power", "--row", "colour")
    assert command("report", "power", "--row", "prop.it's", "--column", "sum:scroll:prop.x", "--json").out == "[]\n"


def test_a_funnel_and_its_parts_are_asked_by_name_and_exported(command: Command, tmp_path: Path) -> None:
    command.add_site("shop")
    steps = ("--set", "steps=page_view,purchase", "--set", "within_ms=1000")
    assert command("report", "funnel", *steps, "--json").out == "[]\n"
    assert command("report", "funnel_split", *steps, "--set", "by=last_ever.prop.plan", "--json").out == "[]\n"
    assert command("report", "retention", "--set", "unit=month", "--json").out == "[]\n"
    assert "`colour` is no property" in command.mistaken("report", "funnel_split", *steps, "--set", "by=colour")
    assert "retention takes again, entry, first, unit" in command.mistaken("report", "retention", "--set", "until=x")
    assert "'many' is no UInt64" in command.mistaken("report", "funnel", "--set", "within_ms=many")
    assert "steps" in command.mistaken("report", "funnel")
    to = ("--to-dir", str(tmp_path / "out"), "--from", "2026-11-20", "--to", "2026-11-20")
    assert "funnel_split-2026-11-20-2026-11-20.csv" in command("export", "funnel_split", *to, *steps).out
    assert "--set is of reports" in command.mistaken("export", *to, *steps)
    told = command("export", "paths", *to, "--set", "event=sign_up")
    assert "paths is called attribution/paths now" in told.err
    assert "attribution-paths-2026-11-20-2026-11-20.csv" in told.out


def test_every_model_of_attribution_is_one_export_as_it_is_one_page(command: Command, tmp_path: Path) -> None:
    command.add_site("shop")
    to = ("--to-dir", str(tmp_path), "--from", "2026-11-20", "--to", "2026-11-20")
    for form in ("csv", "parquet"):
        told = command("export", "attribution", *to, "--format", form, "--set", "by=campaign")
        assert told.out.startswith(f"attribution-2026-11-20-2026-11-20.{form}  "), told
    written = (tmp_path / "attribution-2026-11-20-2026-11-20.csv").read_text().splitlines()
    assert written == ["label,model,orders,revenue_minor,standard_error", ",unattributed,0.0,0,"]
    assert (tmp_path / "attribution-2026-11-20-2026-11-20.parquet").read_bytes()[:4] == b"PAR1"
    assert "login does not count" in command.mistaken("export", "attribution", *to, "--set", "event=login")
    assert "takes by, event" in command.mistaken("export", "attribution", *to, "--set", "model=linear")


def test_an_export_that_cannot_be(command: Command, tmp_path: Path) -> None:
    command.add_site("shop")
    asked = ("export", "--to-dir", str(tmp_path / "out"), "--from", "2026-11-20", "--to", "2026-11-20")
    assert "colour" in command.mistaken(*asked, "--where", "colour=red")
    assert command(*asked).out == "2026-11-20  events-2026-11-20.csv  355 bytes\n"
    assert "another export" in command.mistaken(*asked, "--personal")
    assert "personal" in (tmp_path / "out" / "asked.json").read_text()
    (tmp_path / "file").write_text("")
    assert "cannot write" in command.mistaken("export", "--to-dir", str(tmp_path / "file" / "out"))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--origin", "https://shop.example/path"),
        ("--origin", "ftp://shop.example"),
        ("--origin", "https://"),
        ("--zone", "Europe/Nowhere"),
        ("--zone", "../etc/passwd"),
        ("--currency", "EURO"),
    ],
)
def test_a_site_that_cannot_be_added(command: Command, option: str, value: str) -> None:
    origin = [] if option == "--origin" else ["--origin", "https://shop.example"]
    said = command.mistaken("site", "add", "shop", *origin, option, value)
    assert option in said and value in said
    assert json.loads(command("site", "list", "--json").out) == []


def test_a_log_that_is_not_there(command: Command) -> None:
    command.add_site("shop")
    assert "nowhere.log" in command.mistaken("import-log", "nowhere.log")


def test_days_in_the_wrong_order(command: Command) -> None:
    command.add_site("shop")
    assert "--from" in command.mistaken("events", "--from", "2026-02-01", "--to", "2026-01-01")


def test_a_data_directory_that_is_a_file(command: Command) -> None:
    command.data.write_text("")
    said = command("serve")
    assert (said.code, said.out) == (2, "") and "is a file" in said.err and "Traceback" not in said.err


def test_a_data_directory_below_a_file(command: Command) -> None:
    command.data.write_text("")
    command.data = command.data / "below"
    assert "--data" in command.mistaken("serve")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; test_disk.py has a disk that refuses it")
def test_a_data_directory_that_may_not_be_written(command: Command) -> None:
    command.data.mkdir(mode=0o500)
    assert "--data" in command.mistaken("serve")


def test_a_directory_that_is_served_already(command: Command) -> None:
    held = Held(open_place(command.data))
    assert held.take()
    assert "already serves" in command.mistaken("serve", "--port", "0", "--console-port", "0")
    held.give_back()


def test_no_command_and_no_such_command_are_misuse(command: Command) -> None:
    assert command("conquer").code == 2
    assert command("report", "overview", "--limit", "none").code == 2


HOLD = "import sys; from pathlib import Path; from onebyone.store.engine import Embedded;"
HOLD += "store = Embedded(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read(); store.close()"


@pytest.mark.slow
def test_a_store_whose_engine_does_not_answer_cannot_be_reached(command: Command) -> None:
    command.add_site("shop")
    store = str(open_place(command.data).store)
    holder = [sys.executable, "-c", HOLD, store]
    with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None and engine.stdout.readline() == b"held\n"
        asked = [sys.executable, "-m", "onebyone", "events", "--data", str(command.data)]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=60)
        engine.communicate()
    assert (said.returncode, said.stdout) == (3, "")
    ours = said.stderr.splitlines()[-1]  # behind a line of the embedded engine's own
    assert ours == "onebyone: an engine owns the store, but its socket does not answer"


def test_the_rules_of_sessions_are_shown_and_changed_and_kept_within_bounds(command: Command) -> None:
    command.add_site("Shop")
    changed = command("session-rules", "--timeout-s", "600", "--at-midnight", "--json")
    assert json.loads(changed.out)["timeout_s"] == 600 and json.loads(changed.out)["at_midnight"] is True
    assert "timeout_s    600   (default: 1800)" in command("session-rules", "--not-at-midnight").out
    assert "timeout_s is 60 to 14,400" in command.mistaken("session-rules", "--timeout-s", "5")


def test_the_table_of_commands_is_what_the_modules_give() -> None:
    for name, names in COMMANDS.items():
        module = importlib.import_module(f"onebyone.app.{name}")
        assert tuple(command.name for command in module.COMMANDS) == names


def test_a_process_imports_what_it_needs_alone() -> None:
    look = "import sys, onebyone.app.cli_collect; print({'litestar', 'chdb', 'onebyone.web'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
