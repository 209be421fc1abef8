from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import click
import pytest
from click.testing import CliRunner

from onebyone.app.cli_attribute import attribute
from onebyone.app.settings import ConfigError
from onebyone.reports.attribution.named import PATTERNS, SHORT
from reports.attribution.vectors import NAMES, PATH_SETS, path_set


@pytest.fixture
def file(tmp_path: File) -> File:
    return tmp_path / "paths.json"


def _run(*arguments: str) -> str:
    ended = CliRunner().invoke(attribute, arguments, catch_exceptions=False, standalone_mode=False)
    return ended.output


def _mistake(file: File, content: str, *arguments: str) -> str:
    file.write_text(content)
    with pytest.raises(ConfigError) as refused:
        _run(str(file), *arguments)
    return str(refused.value)


@pytest.mark.parametrize("one", PATH_SETS, ids=lambda one: one["id"])
def test_the_document_holds_the_credits_of_the_vectors(file: File, one: dict[str, Any]) -> None:
    file.write_text(json.dumps(one))
    for name, wanted in one["expected"].items():
        found = json.loads(_run(str(file), "--model", name, "--json"))
        assert found["credits"] == pytest.approx(wanted, abs=1e-6)
        assert (found["model"], found["conversions"]) == (name, one["total_conversions"])


@pytest.mark.parametrize(("short", "full"), SHORT.items())
def test_short_names_give_what_full_ones_give(file: File, short: str, full: str) -> None:
    file.write_text(json.dumps(path_set("time_decay_weeks")))
    assert _run(str(file), "--model", short, "--json") == _run(str(file), "--model", full, "--json")


def test_what_a_model_does_not_know_is_not_in_the_document(file: File) -> None:
    file.write_text('{"rows": [{"path": [], "conversions": 2}, {"path": ["A"], "conversions": 1}]}')
    linear = json.loads(_run(str(file), "--model", "linear", "--json"))
    assert linear.keys() == {"model", "credits", "conversions", "unattributed", "nulls", "warnings", "note"}
    assert (linear["credits"], linear["unattributed"]) == ({"A": 1.0}, 2)
    markov = json.loads(_run(str(file), "--model", "markov", "--json"))
    assert markov["removal_effect"] == {"A": 1.0} and "Only 1 conversions" in markov["warnings"][0]


def test_the_table_shows_credits_the_unattributed_and_that_no_cause_is_proven(file: File) -> None:
    file.write_text(json.dumps(path_set("puzyrov_2019") | {"rows": [*path_set("puzyrov_2019")["rows"], _LOST]}))
    said = _run(str(file), "--model", "markov")
    assert [line.split() for line in said.splitlines() if "Mailing" in line] == [["Mailing", "1.60", "32.0%", "0.5000"]]
    assert "Unattributed: 1" in said and "None of these models proves a cause" in said
    assert "Only 4 conversions" in said


_LOST = {"path": [], "conversions": 1, "nulls": 0}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "truncated"),
        ("[]", "Expected `object`"),
        ("{}", "rows"),
        ('{"rows": [{"path": ["A"], "conversions": 1}, {"path": ["A"], "conversions": -2}]}', r"$.rows[1].conversions"),
        (
            '{"rows": [{"path": ["A"], "conversions": 1, "hours_before": []}]}',
            "but 0 hours_before - at `$.rows",
        ),
        ('{"rows": [{"path": ["A"], "conversions": 1, "null": 3}]}', "unknown field `null`"),
        ('{"rows": [{"path": ["A"], "conversions": NaN}]}', "malformed"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place(file: File, content: str, said: str) -> None:
    told = _mistake(file, content)
    assert said in told and str(file) in told and "\n" not in told


def test_a_file_that_is_not_text_is_refused(file: File) -> None:
    file.write_bytes(b'{"rows": [{"path": ["\xff"], "conversions": 1}]}')
    with pytest.raises(ConfigError, match="must hold"):
        _run(str(file))


def test_a_missing_file_and_a_directory_are_refused(tmp_path: File) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ConfigError, match="cannot read"):
            _run(str(path))


def test_an_unknown_model_and_missing_ages_are_refused(file: File) -> None:
    rows = json.dumps(path_set("puzyrov_2019"))
    assert "no model 'best'" in _mistake(file, rows, "--model", "best")
    assert "no hours_before" in _mistake(file, rows, "--model", "time_decay")


def test_the_help_names_every_model() -> None:
    said = attribute.get_help(click.Context(attribute))
    assert all(short in said for short in SHORT)
    assert all(pattern in said for pattern in PATTERNS if not any(one.isupper() for one in pattern))
    assert all(name.split("_")[0] in said for name in NAMES)


def test_a_channel_that_looks_like_markup_is_shown_as_it_is(file: File) -> None:
    file.write_text('{"rows": [{"path": ["[/bold] [red]sale"], "conversions": 1}]}')
    assert "[/bold] [red]sale" in _run(str(file))


JOURNEYS = {
    "journeys": [
        {
            "touches": [
                {"at": "2026-11-01T10:00:00Z", "channel": "Display", "kind": "view"},
                {"at": "2026-11-02T10:00:00Z", "channel": "Email", "kind": "click"},
                {"at": "2026-11-05T11:00:00Z", "channel": "Display", "kind": "view"},
                {"at": "2026-11-05T12:00:00Z", "channel": "Direct", "kind": "visit"},
            ],
            "conversions": [
                {"id": "a", "at": "2026-11-02T10:00:00Z"},
                {"id": "b", "at": "2026-11-05T13:00:00Z"},
            ],
        },
        {"touches": [{"at": "2026-11-01T10:00:00Z", "channel": "Email", "kind": "visit"}]},
    ]
}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"Email": 1.5, "Direct": 0.5}),
        (["--reset"], {"Email": 1.0, "Direct": 1.0}),
        (["--views-beside-clicks"], {"Email": 0.5 + 1 / 3, "Display": 0.5 + 1 / 3, "Direct": 1 / 3}),
        (["--reduce", "no_direct"], {"Email": 2.0}),
        (["--reduce", "frequency", "--reduce", "last_1"], {"Email(1)": 1.0, "Direct(1)": 1.0}),
    ],
)
def test_people_s_journeys_are_cut_by_the_window_and_shortened(
    tmp_path: File, options: list[str], expected: dict[str, float]
) -> None:
    file = tmp_path / "journeys.json"
    file.write_text(json.dumps(JOURNEYS))
    ran = CliRunner().invoke(attribute, [str(file), "--model", "linear", "--json", *options], catch_exceptions=False)
    found = json.loads(ran.output)
    assert (found["conversions"], found["nulls"]) == (2, 1)
    assert {name: credit for name, credit in found["credits"].items() if credit} == pytest.approx(expected)


def test_an_unknown_window_or_way_to_shorten_says_what_there_is(tmp_path: File) -> None:
    rows = json.dumps(JOURNEYS)
    assert "say default, meta" in _mistake(tmp_path / "j.json", rows, "--window", "eternity")
    assert "say exposure, first" in _mistake(tmp_path / "j.json", rows, "--reduce", "last_0")


def test_each_conversion_of_a_journey_has_its_own_parts(tmp_path: File) -> None:
    file = tmp_path / "journeys.json"
    file.write_text(json.dumps(JOURNEYS).replace('"id": "b"', '"id": "b", "value_minor": 1001'))
    asked = [str(file), "--model", "linear", "--each"]
    found = json.loads(CliRunner().invoke(attribute, [*asked, "--json"], catch_exceptions=False).output)
    parts = [(one["channel"], one["credit"], one["value_minor"]) for one in found[1]["credits"]]
    assert (found[1]["conversion"], parts) == ("b", [("Email", 0.5, 501), ("Direct", 0.5, 500)])
    assert "Unattributed: 0" in CliRunner().invoke(attribute, asked, catch_exceptions=False).output
    assert "learns from all paths" in _mistake(file, json.dumps(JOURNEYS), "--each", "--model", "markov")
