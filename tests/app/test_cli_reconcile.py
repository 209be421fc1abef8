"""Exports are imported and compared from the command line; a bad file costs one line and exit code 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import open_state

EXPORTS = Path(__file__).parents[1] / "golden" / "exports"
UNKNOWN = ("first=Datum", "campaign=Kampagne", "spend=Kosten", "conversions=Bestellungen", "value=Umsatz")
MAPS = [part for pair in UNKNOWN for part in ("--map", pair)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return with_a_shop(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For what changes nothing: making a state costs a second."""
    return with_a_shop(tmp_path_factory.mktemp("shared"))


def with_a_shop(directory: Path) -> Path:
    state = open_state(open_place(directory))
    state.sites.add("Shop", ["https://shop.example"], zone="Europe/Berlin")
    state.engine.dispose()
    return directory


def say(data: Path, *words: str) -> str:
    done = CliRunner().invoke(group, ["reconcile", words[0], "--data", str(data), *words[1:]])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def ask(data: Path, *words: str) -> Any:
    return json.loads(say(data, *words, "--json"))


def test_an_import_says_what_it_took_and_replaced(data: Path) -> None:
    file = str(EXPORTS / "google_ads.csv")
    assert ask(data, "import", file)["rows"] == 2
    again = say(data, "import", file)
    assert "2 rows of google_ads" in again and "2 rows of earlier imports were replaced" in again
    assert [one["number"] for one in ask(data, "imports")] == [2, 1]
    assert "removed" in say(data, "forget", "1")


def test_an_unknown_header_needs_a_mapping_once(data: Path) -> None:
    file = str(EXPORTS / "unknown.csv")
    with pytest.raises(ConfigError, match="Say --platform and --map"):
        say(data, "import", file)
    assert ask(data, "import", file, "--platform", "herbstnetz", *MAPS)["rows"] == 2
    assert ask(data, "import", file)["platform"] == "herbstnetz"


@pytest.mark.slow
def test_a_report_shows_every_platform_beside_what_happened(data: Path) -> None:
    assert "Nothing is imported" in say(data, "report")
    say(data, "import", str(EXPORTS / "linkedin.csv"))
    (found,) = ask(data, "report")["platforms"]
    assert found["platform"] == "linkedin" and found["ladder"]["theirs"]["orders"] == 5
    assert found["ladder"]["ours"]["orders"] == 0 and found["ladder"]["residual"]["orders"] == 3
    words = say(data, "report", "--from", "2026-11-01", "--to", "2026-11-30")
    assert "view_through" in words and "LinkedIn Campaign Manager" in words


@pytest.mark.parametrize(
    "words",
    [
        ("import", "nowhere.csv"),
        ("import", str(EXPORTS / "google_ads.csv"), "--zone", "Mars"),
        ("import", str(EXPORTS / "google_ads.csv"), "--currency", "XYZ"),
        ("import", str(EXPORTS / "unknown.csv"), "--map", "Datum"),
        ("import", str(EXPORTS / "unknown.csv"), "--map", "first=Date"),
        ("report", "--model", "markov"),
        ("report", "--model", "luck"),
        ("report", "--from", "2026-11-30", "--to", "2026-11-01"),
        ("forget", "7"),
    ],
)
def test_what_cannot_be_is_refused_with_a_line(shared: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        say(shared, *words)


def test_a_campaign_is_matched_by_hand(data: Path) -> None:
    assert "is autumn-26" in say(data, "match", "meta", "Autumn", "autumn-26")
    assert "by itself" in say(data, "match", "meta", "Autumn", "")
